//! Results of writers: files, and what they could not carry.

use std::collections::BTreeMap;
use std::fmt;

use crate::model::Marker;

/// Result of [`write`](crate::write).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Output {
    /// The files: at least one, more if an EDL is split or untimed markers go to a file of their own.
    pub files: Vec<OutputFile>,
    /// What the format could not carry, by marker.
    pub losses: Vec<Loss>,
}

impl Output {
    /// Number of losses by kind.
    pub fn summary(&self) -> BTreeMap<LossKind, usize> {
        let mut counts = BTreeMap::new();
        for loss in &self.losses {
            *counts.entry(loss.kind).or_default() += 1;
        }
        counts
    }
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OutputFile {
    /// What follows the stem of the name: empty, `_01`, `_untimed`.
    pub suffix: String,
    /// Extension, without a dot.
    pub extension: &'static str,
    /// Content.
    pub data: Vec<u8>,
}

impl OutputFile {
    pub(crate) fn new(extension: &'static str, data: impl Into<Vec<u8>>) -> Self {
        Self { suffix: String::new(), extension, data: data.into() }
    }

    pub(crate) fn with_suffix(mut self, suffix: impl Into<String>) -> Self {
        self.suffix = suffix.into();
        self
    }

    /// The file name for a stem: `Spot_v3` and `_01` give `Spot_v3_01.edl`.
    pub fn name(&self, stem: &str) -> String {
        format!("{stem}{}.{}", self.suffix, self.extension)
    }
}

/// Something that the format could not carry.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Loss {
    /// Id of the marker. `None` for details of the media file.
    pub id: Option<String>,
    /// Frame of the marker in the source.
    pub frame: Option<i64>,
    /// Author or name of the marker.
    pub label: Option<String>,
    /// Kind.
    pub kind: LossKind,
    /// What happened.
    pub detail: String,
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.id, self.frame) {
            _ if self.kind == LossKind::Media => write!(f, "media file: ")?,
            (Some(id), _) => write!(f, "comment {id}: ")?,
            (None, Some(frame)) => write!(f, "marker at frame {frame}: ")?,
            (None, None) => write!(f, "untimed marker: ")?,
        }
        f.write_str(&self.detail)
    }
}

macro_rules! kinds {
    ($($(#[$meta:meta])* $kind:ident = $name:literal,)*) => {
        /// Kind of a loss.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum LossKind { $($(#[$meta])* $kind,)* }

        impl LossKind {
            /// A short name, for summaries.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)* }
            }
        }
    };
}

kinds! {
    /// The marker became part of another one on the same frame.
    Merged = "merged",
    /// The marker has no frame.
    Untimed = "untimed",
    /// The marker was outside of the file and moved to its first or last frame.
    Moved = "moved",
    /// The range ended after the file and was shortened.
    Shortened = "shortened",
    /// Characters were replaced or removed.
    Characters = "characters",
    /// Line breaks became spaces.
    LineBreaks = "line breaks",
    /// The name of the marker was cut, or is missing.
    Name = "name",
    /// The author is missing, or part of the text.
    Author = "author",
    /// Replies are missing, or part of the text.
    Replies = "replies",
    /// The state is missing, or part of the text.
    State = "state",
    /// The colour is missing, or became a similar one.
    Color = "colour",
    /// The length is missing.
    Range = "range",
    /// The drawing is missing; a mark may remain.
    Annotation = "annotation",
    /// Attachments are missing, or named in the text.
    Attachments = "attachments",
    /// Links are missing, or part of the text.
    Links = "links",
    /// Times are missing: of writing, editing or completing.
    Dates = "dates",
    /// Ids are missing: of the comment, its replies, or people.
    Id = "id",
    /// The mark of an internal comment is missing.
    Internal = "internal",
    /// The page of a document is missing.
    Page = "page",
    /// Details of the media file are missing. Reported once for the file, not for a marker.
    Media = "file details",
}

impl fmt::Display for LossKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Collects losses.
#[derive(Debug, Default)]
pub(crate) struct Losses(Vec<Loss>);

impl Losses {
    pub(crate) fn push(&mut self, marker: &Marker, kind: LossKind, detail: impl Into<String>) {
        self.0.push(Loss {
            id: marker.id.clone(),
            frame: marker.frame,
            label: marker.label(),
            kind,
            detail: detail.into(),
        });
    }

    pub(crate) fn push_media(&mut self, detail: String) {
        let kind = LossKind::Media;
        self.0.push(Loss { id: None, frame: None, label: None, kind, detail });
    }

    pub(crate) fn into_vec(self) -> Vec<Loss> {
        self.0
    }
}
