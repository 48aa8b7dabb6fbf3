//! Conversion of item names to safe file names.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use twox_hash::XxHash3_64;
use unicode_normalization::UnicodeNormalization;

use crate::sync_state::TRASH;

/// Maximum length of a name in bytes. File systems accept 255, and a partial download adds an ending.
const LONGEST: usize = 230;

/// Maximum length of an extension that is kept when a name is truncated.
const LONGEST_EXTENSION: usize = 20;

/// Endings of the files of a partial download.
pub(crate) const PARTIAL_ENDINGS: [&str; 3] = [".part", ".part.json", ".part.json.new"];

/// Converts the name of an item to one that every common file system accepts.
///
/// Replaces characters that Windows or Unix refuse with `_`: `/ \ < > : " | ? *`, control characters,
/// and trailing dots and spaces. Adds a `_` to names with a special meaning (`.`, `..`, `CON`,
/// `COM1.txt`), and to names of partial downloads and of the trash directory. Truncates a name of more than 230 bytes
/// before its extension, and adds a hash that distinguishes it from names with the same beginning.
/// Other names are unchanged.
///
/// The result depends only on the name. [`SafeNames`] assigns distinct names to siblings.
///
/// ```
/// use frameio::transfer::safe_name;
///
/// assert_eq!(safe_name("Tag 1/Szene: 4?.mov"), "Tag 1_Szene_ 4_.mov");
/// assert_eq!(safe_name(".."), "__");
/// assert_eq!(safe_name("aux.txt"), "_aux.txt");
/// ```
pub fn safe_name(name: &str) -> String {
    let mut safe: String = name
        .chars()
        .map(|c| match c {
            '/' | '\\' | '<' | '>' | ':' | '"' | '|' | '?' | '*' => '_',
            c if c.is_control() => '_',
            c => c,
        })
        .collect();
    let kept = safe.trim_end_matches(['.', ' ']).len();
    safe = format!("{}{}", &safe[..kept], "_".repeat((safe.len() - kept).min(2)));
    if safe.is_empty() {
        safe.push('_');
    }
    if is_reserved(&safe) {
        safe.insert(0, '_');
    }
    let lower = safe.to_lowercase();
    if PARTIAL_ENDINGS.iter().any(|ending| lower.ends_with(ending)) || lower == TRASH {
        safe.push('_');
    }
    if safe.len() > LONGEST { marked(&safe, XxHash3_64::oneshot(name.as_bytes())) } else { safe }
}

/// Returns the path to which the endings of a partial download are appended: the target, or a
/// truncated name if the endings would make it too long for a file system.
pub(crate) fn partial_base(target: &Path) -> PathBuf {
    match target.file_name() {
        Some(name) if name.len() > LONGEST => {
            let text = name.to_string_lossy();
            let mark = XxHash3_64::oneshot(name.as_encoded_bytes());
            target.with_file_name(marked(&text, mark))
        }
        _ => target.to_owned(),
    }
}

/// Returns whether the name, with any extension, is a device on Windows.
fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_uppercase();
    let numbered = |device: &str| {
        stem.strip_prefix(device).is_some_and(|rest| {
            matches!(rest, "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9")
                || matches!(rest, "¹" | "²" | "³")
        })
    };
    matches!(&*stem, "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$" | "CLOCK$")
        || numbered("COM")
        || numbered("LPT")
}

/// Adds a hash before the extension and truncates the name to the maximum length.
fn marked(name: &str, mark: u64) -> String {
    let mark = format!("~{:08x}", mark & 0xffff_ffff);
    let dot = name.rfind('.').filter(|dot| *dot > 0 && name.len() - dot <= LONGEST_EXTENSION);
    let (stem, extension) = name.split_at(dot.unwrap_or(name.len()));
    let most = LONGEST - mark.len() - extension.len();
    let mut cut = stem.len().min(most);
    while !stem.is_char_boundary(cut) {
        cut -= 1;
    }
    format!("{}{mark}{extension}", &stem[..cut])
}

/// Assigns distinct [safe](safe_name) names to the items of one folder.
///
/// Names that differ only in case or Unicode normalization count as equal, as on some file systems.
/// The first item keeps its name. Later items get a hash of their id, so the same items in the same
/// order always get the same names.
///
/// ```
/// use frameio::transfer::SafeNames;
///
/// let mut names = SafeNames::new();
/// assert_eq!(names.name("Clip.mov", "1"), "Clip.mov");
/// assert_eq!(names.name("clip.MOV", "2"), "clip~2f5da314.MOV");
/// ```
#[derive(Clone, Debug, Default)]
pub struct SafeNames {
    taken: HashSet<String>,
    /// Names of items that need no change, which no changed name gets.
    reserved: HashSet<String>,
}

impl SafeNames {
    /// Creates an empty set of names.
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps the name of an item of the folder from being assigned to an item whose name is changed.
    pub(crate) fn reserve(&mut self, name: &str) {
        if safe_name(name) == name {
            self.reserved.insert(folded(name));
        }
    }

    /// Returns whether an item has this name, or one that counts as equal.
    pub(crate) fn is_taken(&self, name: &str) -> bool {
        self.taken.contains(&folded(&safe_name(name)))
    }

    /// Keeps a local name that an earlier run has assigned.
    pub(crate) fn keep(&mut self, local: &str) {
        self.taken.insert(folded(local));
    }

    /// Returns the file name for an item with this name and id.
    pub fn name(&mut self, name: &str, id: &str) -> String {
        let safe = safe_name(name);
        let is_free = safe == name || !self.reserved.contains(&folded(&safe));
        if is_free && self.taken.insert(folded(&safe)) {
            return safe;
        }
        let mut seed = 0;
        loop {
            let other = marked(&safe, XxHash3_64::oneshot_with_seed(seed, id.as_bytes()));
            if self.taken.insert(folded(&other)) {
                return other;
            }
            seed += 1;
        }
    }
}

/// Returns the local name of an item whose own name belongs to another one.
pub(crate) fn name_with_hash(name: &str, id: &str) -> String {
    marked(&safe_name(name), XxHash3_64::oneshot_with_seed(0, id.as_bytes()))
}

/// Returns whether a file with the name `local` can be the one of an item with the name `name`: it has the
/// same name, the safe form of it, or that with a hash.
///
/// Records of earlier runs belong to a file only while this is the case; otherwise the file or the item was
/// renamed.
pub(crate) fn is_local_name(local: &str, name: &str) -> bool {
    let local: String = local.nfc().collect();
    let is_equal = |other: &str| other.nfc().eq(local.chars());
    if is_equal(name) {
        return true;
    }
    let safe = safe_name(name);
    // The hash of an item changes when it becomes a version stack.
    let hash =
        local.rsplit_once('~').and_then(|(_, rest)| u64::from_str_radix(rest.get(..8)?, 16).ok());
    is_equal(&safe) || hash.is_some_and(|hash| is_equal(&marked(&safe, hash)))
}

/// Returns a form that is equal for all names that a file system may treat as equal.
pub(crate) fn folded(name: &str) -> String {
    let upper: String = name.nfc().flat_map(char::to_uppercase).collect();
    upper.nfc().flat_map(char::to_lowercase).nfc().collect()
}

#[cfg(test)]
mod tests {
    use std::path::Component;

    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn changes_only_unsafe_names() {
        for (name, expected) in [
            ("sea.mov", "sea.mov"),
            ("Größe – 日本.mov", "Größe – 日本.mov"),
            (".hidden", ".hidden"),
            ("", "_"),
            (".", "_"),
            ("..", "__"),
            ("...", "__"),
            (" ", "_"),
            ("../../etc/passwd", ".._.._etc_passwd"),
            ("C:\\x", "C__x"),
            ("a\0b\nc\u{7f}\u{85}", "a_b_c__"),
            ("end. ", "end__"),
            ("con", "_con"),
            ("CON .txt", "_CON .txt"),
            ("nul.tar.gz", "_nul.tar.gz"),
            ("COM¹", "_COM¹"),
            ("com10", "com10"),
            ("console", "console"),
            ("a.part", "a.part_"),
            ("a.PART.json", "a.PART.json_"),
            (".Frameio-trash", ".Frameio-trash_"),
        ] {
            assert_eq!(safe_name(name), expected, "{name:?}");
        }
        let long = "ä".repeat(200) + ".mov";
        let cut = safe_name(&long);
        assert!(cut.len() <= LONGEST && cut.starts_with("ää") && cut.ends_with(".mov"), "{cut}");
        assert_ne!(cut, safe_name(&("ä".repeat(201) + ".mov")));
    }

    #[test]
    fn siblings_differ_in_case_insensitive_and_normalized_form() {
        let mut names = SafeNames::new();
        let given: Vec<_> = ["a.mov", "A.MOV", "é", "e\u{301}", "STRASSE", "straße", "a/b", "a\\b"]
            .iter()
            .enumerate()
            .map(|(id, name)| names.name(name, &id.to_string()))
            .collect();
        let distinct: HashSet<_> = given.iter().map(|name| folded(name)).collect();
        assert_eq!(distinct.len(), given.len(), "{given:?}");
        assert_eq!((&*given[0], &*given[2], &*given[6]), ("a.mov", "é", "a_b"));
    }

    #[test]
    fn a_name_without_change_has_precedence_over_changed_ones() {
        for names in [["a/b", "A_b"], ["A_b", "a/b"]] {
            let mut safe = SafeNames::new();
            names.iter().for_each(|name| safe.reserve(name));
            for (id, name) in names.iter().enumerate() {
                let local = safe.name(name, &id.to_string());
                assert!(is_local_name(&local, name) && !is_local_name(&local, "other"), "{local}");
                assert_eq!(local == *name, *name == "A_b", "{local}");
            }
        }
    }

    proptest! {
        #[test]
        fn a_safe_name_is_one_name_inside_its_folder(name in "(\\PC|[/\\\\.: \u{0}\n]|CON){0,300}") {
            let safe = safe_name(&name);
            let components: Vec<_> = Path::new(&safe).components().collect();
            prop_assert!(matches!(components[..], [Component::Normal(_)]), "{safe:?}");
            prop_assert!(safe.len() <= LONGEST && !safe.ends_with(['.', ' ']), "{safe:?}");
            prop_assert!(!safe.contains(['/', '\\', '\0', ':']) && !is_reserved(&safe));
            prop_assert!(!PARTIAL_ENDINGS.iter().any(|ending| safe.to_lowercase().ends_with(ending)));
        }

        #[test]
        fn siblings_get_distinct_and_reproducible_names(siblings in vec("[aA./é\u{301}e]{0,3}|x{228,240}\\.mov", 0..40)) {
            let give = || {
                let mut names = SafeNames::new();
                let given = siblings.iter().enumerate();
                given.map(|(id, name)| names.name(name, &id.to_string())).collect::<Vec<_>>()
            };
            let given = give();
            prop_assert_eq!(&given, &give());
            let distinct: HashSet<_> = given.iter().map(|name| folded(name)).collect();
            prop_assert_eq!(distinct.len(), siblings.len());
            prop_assert!(given.iter().all(|name| name.len() <= LONGEST));
        }
    }
}
