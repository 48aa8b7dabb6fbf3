//! Places of items that do not exist yet.

use frameio::transfer::{Locator, RemotePath};

use crate::exit::Failure;
use crate::resolver::is_relative;
use crate::web_link::is_link;

/// Place of an item that need not exist: the place of its folder, and its name.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::commands) struct NewPlace {
    /// Place of the folder; `None` for the folder that relative paths start at.
    pub(in crate::commands) parent: Option<String>,
    pub(in crate::commands) name: String,
}

impl NewPlace {
    /// Splits a path; `None` for an id or a link, which only existing items have. A name without a slash
    /// is a path if relative paths have a start.
    pub(in crate::commands) fn split(text: &str, has_base: bool) -> Result<Option<Self>, Failure> {
        if is_link(text) {
            return Ok(None);
        }
        let (parent, name) = if text.starts_with('/') {
            let Locator::Path { account, path } = text.parse::<Locator>()? else { return Ok(None) };
            let Some((name, above)) = path.names().split_last() else { return Ok(None) };
            if above.len() < 2 {
                let kind = if above.is_empty() { "workspace" } else { "project" };
                return Err(Failure::usage(format!(
                    "'{text}' is the path of a {kind}, not of a folder in a project; `frameio call \
                     {kind}s.create` creates one"
                )));
            }
            let parent = RemotePath::new(above);
            (Some(Locator::Path { account, path: parent }.to_string()), name.clone())
        } else {
            let slashes = separators(text);
            let end = match has_trailing_slash(text) {
                true => text.len() - 1,
                false => text.len(),
            };
            let Some(&at) = slashes.iter().rfind(|at| **at < end) else {
                if !is_relative(text, has_base) {
                    return Ok(None);
                }
                let path: RemotePath =
                    format!("/{}", text.get(..end).unwrap_or_default()).parse()?;
                let name = path.names().last().cloned().unwrap_or_default();
                return Self { parent: None, name }.checked().map(Some);
            };
            let path: RemotePath = text.get(at..end).unwrap_or_default().parse()?;
            let name = path.names().last().cloned().unwrap_or_default();
            (text.get(..at).map(str::to_owned), name)
        };
        Self { parent, name }.checked().map(Some)
    }

    /// Refuses names that have a meaning in paths.
    fn checked(self) -> Result<Self, Failure> {
        match self.name.as_str() {
            "." | ".." => Err(Failure::usage(format!("'{}' cannot be used as a name", self.name))),
            _ => Ok(self),
        }
    }
}

/// Returns whether a path ends with a slash that is not part of a name.
pub(in crate::commands) fn has_trailing_slash(text: &str) -> bool {
    separators(text).last().is_some_and(|at| at + 1 == text.len())
}

/// Returns the positions of the slashes that separate names.
fn separators(text: &str) -> Vec<usize> {
    let (mut found, mut is_escaped) = (Vec::new(), false);
    for (at, c) in text.char_indices() {
        if c == '/' && !is_escaped {
            found.push(at);
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Option<(Option<String>, String)> {
        NewPlace::split(text, false).unwrap().map(|place| (place.parent, place.name))
    }

    #[test]
    fn splits_paths_at_the_last_separator() {
        for (text, parent, name) in [
            ("/W/P/New", "/W/P", "New"),
            ("/W/P/A/New/", "/W/P/A", "New"),
            (r"/W/P/A\/B", "/W/P", "A/B"),
            (r"/W/P\\/New", r"/W/P\\", "New"),
            ("//Account/W/P/New", "//Account/W/P", "New"),
            ("A/New", "A", "New"),
            (r"A\/B/C\/D/", r"A\/B", "C/D"),
        ] {
            assert_eq!(split(text), Some((Some(parent.to_owned()), name.to_owned())), "{text}");
        }
        for text in ["0000001f-f1a0", "https://next.frame.io/project/1", "/", "//Account"] {
            assert_eq!(split(text), None, "{text}");
        }
    }

    #[test]
    fn a_name_is_a_path_in_the_current_folder() {
        for (text, name) in [("New", "New"), (r"A\/B/", "A/B"), ("Day 01", "Day 01")] {
            assert_eq!(
                NewPlace::split(text, false).unwrap().map(|it| it.name),
                (text.ends_with('/')).then(|| name.to_owned()),
                "{text}"
            );
            let place = NewPlace { parent: None, name: name.to_owned() };
            assert_eq!(NewPlace::split(text, true).unwrap(), Some(place), "{text}");
        }
        assert!(NewPlace::split("..", true).is_err());
        let id = "0000001f-f1a0-4000-8000-000000000000";
        assert_eq!(NewPlace::split(id, true).unwrap(), None);
    }

    #[test]
    fn refuses_places_outside_of_projects() {
        for (text, message) in [
            ("/W", "is the path of a workspace"),
            ("/W/P", "is the path of a project"),
            ("//A/W/P/", "is the path of a project"),
            ("/W/P/..", "'..' cannot be used as a name"),
            ("/W//P/New", "it contains an empty name"),
        ] {
            let failure =
                NewPlace::split(text, false).err().map(|it| it.message).unwrap_or_default();
            assert!(failure.contains(message), "{text}: {failure}");
        }
    }

    #[test]
    fn an_escaped_slash_at_the_end_belongs_to_the_name() {
        for (text, expected) in
            [("/W/P/", true), ("/W/P", false), (r"/W/P\/", false), (r"/W/P\\/", true), ("", false)]
        {
            assert_eq!(has_trailing_slash(text), expected, "{text}");
        }
    }
}
