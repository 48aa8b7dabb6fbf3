//! Places of items that do not exist yet.

use frameio::transfer::{Locator, RemotePath};

use crate::exit::Failure;

/// Place of an item that need not exist: the place of its folder, and its name.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::commands) struct NewPlace {
    /// Place of the folder; `None` for the folder that relative paths start at.
    pub(in crate::commands) parent: Option<String>,
    pub(in crate::commands) name: String,
}

impl NewPlace {
    /// Splits a path; `None` for an id or a link, which only existing items have.
    pub(in crate::commands) fn split(text: &str) -> Result<Option<Self>, Failure> {
        if text.contains("://") {
            return Ok(None);
        }
        let (parent, name) = if text.starts_with('/') {
            let Locator::Path { account, path } = text.parse::<Locator>()? else { return Ok(None) };
            let Some((name, above)) = path.names().split_last() else { return Ok(None) };
            if above.len() < 2 {
                let kind = if above.is_empty() { "workspace" } else { "project" };
                return Err(Failure::usage(format!(
                    "'{text}' is the path of a {kind}, not of a folder in a project"
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
            let Some(&at) = slashes.iter().rfind(|at| **at < end) else { return Ok(None) };
            let path: RemotePath = text.get(at..end).unwrap_or_default().parse()?;
            let name = path.names().last().cloned().unwrap_or_default();
            (text.get(..at).map(str::to_owned), name)
        };
        if matches!(name.as_str(), "." | "..") {
            return Err(Failure::usage(format!("'{name}' cannot be used as a name")));
        }
        Ok(Some(Self { parent, name }))
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
        NewPlace::split(text).unwrap().map(|place| (place.parent, place.name))
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
    fn refuses_places_outside_of_projects() {
        for (text, message) in [
            ("/W", "is the path of a workspace"),
            ("/W/P", "is the path of a project"),
            ("//A/W/P/", "is the path of a project"),
            ("/W/P/..", "'..' cannot be used as a name"),
            ("/W//P/New", "it contains an empty name"),
        ] {
            let failure = NewPlace::split(text).err().map(|it| it.message).unwrap_or_default();
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
