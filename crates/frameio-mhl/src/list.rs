//! A list of checksums: one generation of a history, or a legacy list.

use jiff::Timestamp;

use crate::hash::{HashFormat, HashValue};

/// A list of checksums.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct HashList {
    /// Version of the format.
    pub version: MhlVersion,
    /// Time at which the list was created, as written.
    pub created: Option<String>,
    /// Name and version of the program that created the list.
    pub tool: Option<String>,
    /// Process that the list documents, as written; legacy lists have none.
    pub process: Option<String>,
    /// Patterns of files that the list leaves out.
    pub ignore: Vec<String>,
    /// Files, in the order of the list.
    pub files: Vec<FileEntry>,
}

/// Version of the format of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MhlVersion {
    /// The legacy MHL 1.0 or 1.1.
    Legacy,
    /// ASC MHL 2.0.
    AscMhl,
}

/// A file in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileEntry {
    /// Path relative to the root, with `/`; it never leads out of the root.
    pub path: String,
    /// Path of the file in earlier generations, if it was renamed.
    pub previous_path: Option<String>,
    /// Size in bytes.
    pub size: Option<u64>,
    /// Modification time.
    pub modified: Option<Timestamp>,
    /// Checksums of formats that this crate supports.
    pub hashes: Vec<HashEntry>,
    /// Line of the list at which the entry begins.
    pub line: usize,
}

/// A checksum of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HashEntry {
    /// The checksum.
    pub value: HashValue,
    /// What the process did; `None` in legacy lists.
    pub action: Option<Action>,
    /// Whether the order of the bytes is unknown, as in `xxhash64` of legacy lists.
    pub any_byte_order: bool,
}

impl HashEntry {
    /// Returns whether a computed checksum of the same format is equal.
    pub fn matches(&self, computed: &HashValue) -> bool {
        self.value == *computed
            || (self.any_byte_order && self.value.reversed().as_ref() == Some(computed))
    }

    /// Returns the format of the checksum.
    pub const fn format(&self) -> HashFormat {
        self.value.format()
    }
}

/// What a process did with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Action {
    /// The checksum is the first one in the history.
    Original,
    /// The checksum equals the one in the history.
    Verified,
    /// The checksum differs from the one in the history.
    Failed,
}

impl Action {
    /// Returns the value of the attribute.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Verified => "verified",
            Self::Failed => "failed",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Original, Self::Verified, Self::Failed]
            .into_iter()
            .find(|action| action.name() == name)
    }
}

/// Process that a generation documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Process {
    /// Files were hashed where they are.
    InPlace,
    /// Files were copied to this place.
    Transfer,
}

impl Process {
    /// Returns the text of the element.
    pub const fn name(self) -> &'static str {
        match self {
            Self::InPlace => "in-place",
            Self::Transfer => "transfer",
        }
    }
}
