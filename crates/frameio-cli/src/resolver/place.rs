//! Forms of places: paths, relative paths, IDs and links.

use frameio::transfer::{Locator, RemotePath};

use crate::exit::Failure;
use crate::web_link::{self, WebLink};

/// What the text of a place means.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place<'a> {
    /// A path from the workspace on, or an ID.
    Locator(Locator),
    Relative(RelativePath),
    /// ID of a share.
    Share(&'a str),
    /// Host and path of a short link.
    ShortLink(&'a str),
}

/// A path from the current folder on.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct RelativePath {
    /// Number of folders to leave first.
    pub(super) up: usize,
    pub(super) names: Vec<String>,
}

impl<'a> Place<'a> {
    /// Parses a place. With a current folder, a text that does not look like an ID is a relative path.
    pub(super) fn parse(text: &'a str, has_base: bool) -> Result<Self, Failure> {
        match WebLink::parse(text)? {
            Some(WebLink::Item { id, .. }) if !is_id(id) => Err(Failure::usage(format!(
                "cannot use the link '{text}': '{id}' is not the ID of an item"
            ))),
            Some(WebLink::Item { id, .. }) => Ok(Self::Locator(id_locator(id))),
            Some(WebLink::Share(id)) => Ok(Self::Share(id)),
            Some(WebLink::Short(link)) => Ok(Self::ShortLink(link)),
            None if cfg!(windows) && has_drive(text) => Err(Failure::usage(format!(
                "'{text}' is a path of this machine: pass a path of the service, such as \
                 /Workspace/Project; Git Bash replaces such paths unless MSYS_NO_PATHCONV=1 is set"
            ))),
            None if is_relative(text, has_base) => RelativePath::parse(text).map(Self::Relative),
            None if is_id(text) => Ok(Self::Locator(id_locator(text))),
            None => absolute(text).map(Self::Locator),
        }
    }
}

/// Returns the locator of an ID. The service writes UUIDs in lower case, other programs in either.
fn id_locator(id: &str) -> Locator {
    let id = if is_uuid(id) { id.to_ascii_lowercase() } else { id.to_owned() };
    Locator::Id(id.into())
}

/// Parses a path from the workspace on, or an ID of an unknown form.
fn absolute(text: &str) -> Result<Locator, Failure> {
    let locator: Locator = text.parse()?;
    if let Locator::Path { path, .. } = &locator
        && let Some(name) = path.names().iter().find(|name| matches!(&***name, "." | ".."))
    {
        let reason = format!("'{name}' works in relative paths only");
        return Err(Failure::usage(format!("invalid path '{text}': {reason}")));
    }
    Ok(locator)
}

/// Returns whether a text is a path from the workspace on, a link, or has the form of an ID.
pub(super) fn is_place(text: &str) -> bool {
    text.starts_with('/') || web_link::is_link(text) || is_id(text)
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36 && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

/// Returns whether a text is a relative path: one with a slash, or with a current folder also a name.
pub(crate) fn is_relative(text: &str, has_base: bool) -> bool {
    if text.is_empty() || text.starts_with('/') || web_link::is_link(text) {
        return false;
    }
    text.contains('/') || matches!(text, "." | "..") || has_base && !is_id(text)
}

/// Returns whether a text begins with a drive, as `C:/Program Files/Git/Workspace`.
fn has_drive(text: &str) -> bool {
    matches!(text.as_bytes(), [drive, b':', b'/' | b'\\', ..] if drive.is_ascii_alphabetic())
}

/// Returns whether a text has the form of an ID of the service.
pub(crate) fn is_id(text: &str) -> bool {
    is_uuid(text) || text.starts_with("adobe:urn:") || text.starts_with("urn:")
}

impl RelativePath {
    fn parse(text: &str) -> Result<Self, Failure> {
        let path: RemotePath = format!("/{text}").parse().map_err(|_| {
            let reason = r"write '/' in a name as '\/' and '\' as '\\'";
            Failure::usage(format!("invalid path '{text}': {reason}, and omit empty names"))
        })?;
        let mut relative = Self::default();
        for name in path.names() {
            match name.as_str() {
                "." => {}
                ".." => {
                    if relative.names.pop().is_none() {
                        relative.up += 1;
                    }
                }
                name => relative.names.push(name.to_owned()),
            }
        }
        Ok(relative)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0000001f-f1a0-4000-8000-000000000000";

    #[test]
    fn relative_paths_depend_on_the_current_folder() {
        for text in ["Dailies/a.mov", "./a.mov", "../x", "Dailies/", ".", ".."] {
            assert!(is_relative(text, false) && is_relative(text, true), "{text}");
        }
        for text in ["Dailies", "Day 01", "0000001f-f1a0"] {
            assert!(!is_relative(text, false) && is_relative(text, true), "{text}");
        }
        for text in ["/W/P/a.mov", "//A/W/P", ID, "adobe:urn:aaid:x", "", "f.io/x"] {
            assert!(!is_relative(text, false) && !is_relative(text, true), "{text}");
        }
        assert!(!is_relative("https://next.frame.io/project/1", true));
    }

    #[test]
    fn local_paths_of_windows_are_recognized() {
        let converted = "C:/Program Files/Git/Film/The Crossing";
        assert!(has_drive(converted) && has_drive(r"d:\rushes"));
        assert_eq!(Place::parse(converted, true).is_err(), cfg!(windows));
        for text in ["/Film/The Crossing", "c:", "ab:/c", "https://next.frame.io", "urn:x", ID] {
            assert!(!has_drive(text), "{text}");
        }
    }

    #[test]
    fn dots_are_removed_from_relative_paths() {
        for (text, up, names) in [
            ("a/b", 0, &["a", "b"][..]),
            ("./a/", 0, &["a"]),
            ("a/../b", 0, &["b"]),
            ("../../b", 2, &["b"]),
            ("a/../..", 1, &[]),
            (r"a\/b/c", 0, &["a/b", "c"]),
        ] {
            let names = names.iter().map(|it| (*it).to_owned()).collect();
            assert_eq!(RelativePath::parse(text).unwrap(), RelativePath { up, names }, "{text}");
        }
        assert!(RelativePath::parse("a//b").is_err());
    }
}
