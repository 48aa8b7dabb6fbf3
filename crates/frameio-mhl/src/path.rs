//! Paths in hash lists, which are relative to the root and use `/`.

use std::path::{Component, Path};

/// Maximum number of bytes of a path.
const LONGEST: usize = 32 << 10;

/// Returns why a path cannot be used, if it leads out of the root, is not relative, or is empty.
pub(crate) fn refusal(path: &str) -> Option<&'static str> {
    if path.is_empty() {
        return Some("the path is empty");
    }
    if path.len() > LONGEST {
        return Some("the path is longer than 32 KiB");
    }
    if path.starts_with('/') {
        return Some("the path is not relative");
    }
    if path.split('/').any(|name| matches!(name, "" | "." | "..")) {
        return Some("the path contains '.', '..' or an empty name");
    }
    // On Windows, drives and backslashes lead elsewhere too.
    let is_plain = |part: Component<'_>| matches!(part, Component::Normal(_));
    if !Path::new(path).components().all(is_plain) {
        return Some("the path is not relative");
    }
    if path.contains(|c: char| !is_xml(c)) {
        return Some("the path contains a character that XML cannot represent");
    }
    None
}

/// Returns whether XML 1.0 can represent a character, and readers keep it unchanged.
fn is_xml(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}')
}

/// Returns a local path as the path of a hash list; `None` if a name is not UTF-8.
pub(crate) fn of_local(path: &Path) -> Option<String> {
    let names = path.components().map(|part| part.as_os_str().to_str());
    names.collect::<Option<Vec<_>>>().map(|names| names.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_paths_that_lead_out_of_the_root() {
        for path in [
            "",
            "/etc/passwd",
            "..",
            "../a",
            "a/../../b",
            "a//b",
            "./a",
            "a/",
            "a/.",
            "a\u{0}b",
            "a\u{1b}[2J",
            "a\u{ffff}",
            &"x/".repeat(40_000),
        ] {
            assert!(refusal(path).is_some(), "{path:?}");
        }
        for path in ["a", "a/b", "..a/b..", "a & <b>", "日本語/é.mov", "a\\b", " a "] {
            if cfg!(unix) {
                assert_eq!(refusal(path), None, "{path:?}");
            }
        }
    }
}
