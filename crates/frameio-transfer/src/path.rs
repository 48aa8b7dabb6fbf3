//! Paths and ids of items at the service, as users type them.

use std::fmt;
use std::str::FromStr;

use frameio_core::AssetId;

use super::{TransferError, TransferErrorKind};

/// Path of an item at the service, starting with the outermost name.
///
/// [`Display`](fmt::Display) puts a `/` in front of each name, and escapes `/` and `\` in names as
/// `\/` and `\\`.
///
/// ```
/// use frameio::transfer::RemotePath;
///
/// let path: RemotePath = r"/Dailies/Scene 4\/5/take.mov".parse()?;
/// assert_eq!(path.names(), ["Dailies", "Scene 4/5", "take.mov"]);
/// assert_eq!(path.to_string(), r"/Dailies/Scene 4\/5/take.mov");
/// # Ok::<_, frameio::transfer::TransferError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RemotePath(Vec<String>);

impl RemotePath {
    /// Creates a path from names.
    pub fn new(names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self(names.into_iter().map(Into::into).collect())
    }

    /// Returns the names, the outermost first.
    pub fn names(&self) -> &[String] {
        &self.0
    }

    /// Returns the path of the item named `name` in this folder.
    #[must_use]
    pub fn join(&self, name: &str) -> Self {
        Self(self.0.iter().cloned().chain([name.to_owned()]).collect())
    }

    /// Returns the path of the item at the path `below` relative to this folder.
    #[must_use]
    pub fn append(&self, below: &Self) -> Self {
        Self(self.0.iter().chain(&below.0).cloned().collect())
    }

    /// Returns whether `other` is in this folder or one of its subfolders.
    pub(crate) fn is_above(&self, other: &Self) -> bool {
        other.0.len() > self.0.len() && other.0.starts_with(&self.0)
    }
}

/// Returns a name as it is written in a path.
pub(crate) fn escaped(name: &str) -> String {
    name.replace('\\', r"\\").replace('/', r"\/")
}

impl fmt::Display for RemotePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("/");
        }
        for name in &self.0 {
            write!(f, "/{}", escaped(name))?;
        }
        Ok(())
    }
}

impl FromStr for RemotePath {
    type Err = TransferError;

    fn from_str(text: &str) -> Result<Self, TransferError> {
        let refuse = |message: &str| {
            let message = format!("invalid path '{text}': {message}");
            Err(TransferError::new(TransferErrorKind::Invalid, message))
        };
        let Some(rest) = text.strip_prefix('/') else {
            return refuse("it does not start with '/'");
        };
        let mut names = vec![String::new()];
        let mut chars = rest.chars();
        while let Some(c) = chars.next() {
            let name = names.len() - 1;
            let Some(name) = names.get_mut(name) else { break };
            match c {
                '\\' => match chars.next() {
                    Some(c @ ('/' | '\\')) => name.push(c),
                    _ => return refuse(r"write '\' in a name as '\\'"),
                },
                '/' => names.push(String::new()),
                c => name.push(c),
            }
        }
        // `/A/` is `/A`.
        if names.last().is_some_and(String::is_empty) {
            names.pop();
        }
        if names.iter().any(String::is_empty) {
            return refuse(r"it contains an empty name; write '/' in a name as '\/'");
        }
        Ok(Self(names))
    }
}

/// Path or id of an item at the service.
///
/// | text | meaning |
/// |---|---|
/// | `/Workspace/Project/Folder/file.mov` | path in any account of the user |
/// | `//Account/Workspace/Project` | path in the account with this name or id |
/// | `8b6c1f2e-…`, `adobe:urn:aaid:…` | id of a file, folder, version stack, project or workspace |
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Locator {
    /// Path of names.
    Path {
        /// Name or id of the account; `None` for any account of the user.
        account: Option<String>,
        /// Names of the workspace, the project, the folders and the item.
        path: RemotePath,
    },
    /// Id of the item.
    Id(AssetId),
}

impl FromStr for Locator {
    type Err = TransferError;

    fn from_str(text: &str) -> Result<Self, TransferError> {
        if let Some(qualified) = text.strip_prefix('/').filter(|rest| rest.starts_with('/')) {
            let mut names = RemotePath::from_str(qualified)?.0.into_iter();
            let account = names.next();
            return Ok(Self::Path { account, path: RemotePath(names.collect()) });
        }
        if text.starts_with('/') {
            return Ok(Self::Path { account: None, path: text.parse()? });
        }
        if text.is_empty() || text.contains(['/', '\\']) || text.chars().any(char::is_whitespace) {
            let message = format!(
                "'{text}' is neither an ID nor a path; write a path as /Workspace/Project/…"
            );
            return Err(TransferError::new(TransferErrorKind::Invalid, message));
        }
        Ok(Self::Id(text.into()))
    }
}

impl fmt::Display for Locator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path { account: Some(account), path } if path.0.is_empty() => {
                write!(f, "/{}", RemotePath::new([account]))
            }
            Self::Path { account: Some(account), path } => {
                write!(f, "/{}{path}", RemotePath::new([account]))
            }
            Self::Path { account: None, path } => write!(f, "{path}"),
            Self::Id(id) => f.write_str(id.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_formatted_path_parses_to_itself(names in vec("([^\u{0}]|[/\\\\]){1,8}", 0..5)) {
            let path = RemotePath::new(names);
            prop_assert_eq!(path.to_string().parse::<RemotePath>().unwrap(), path.clone());
            let locator = Locator::Path { account: Some("a/b".into()), path };
            prop_assert_eq!(locator.to_string().parse::<Locator>().unwrap(), locator);
        }
    }

    #[test]
    fn refuses_text_that_is_neither_a_path_nor_an_id() {
        for (text, advice) in [
            ("a/b", "write a path as"),
            ("", "neither"),
            ("/a//b", "empty"),
            (r"/a\b", r"as '\\'"),
            (r"/a\", r"as '\\'"),
        ] {
            let error = text.parse::<Locator>().unwrap_err();
            assert!(error.to_string().contains(advice), "{text}: {error}");
        }
        assert_eq!("adobe:x|2".parse::<Locator>().unwrap(), Locator::Id("adobe:x|2".into()));
        assert_eq!("/a/".parse::<RemotePath>().unwrap().names(), ["a"]);
    }
}
