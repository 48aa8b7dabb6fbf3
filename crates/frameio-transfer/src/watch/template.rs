//! Templates of destination folders.

use std::fmt;
use std::str::FromStr;
use std::time::SystemTime;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::{RemotePath, TransferError, TransferErrorKind};

/// Placeholders with their names, as in error messages.
const PLACEHOLDERS: [(&str, Placeholder); 2] =
    [("date", Placeholder::Date), ("parent", Placeholder::Parent)];

/// Template of the folder to which a [`Watch`](crate::Watch) uploads a file.
///
/// | placeholder | value |
/// |---|---|
/// | `{date}` | day of the modification time of the file, as in `2026-03-14` |
/// | `{parent}` | name of the directory that contains the file |
///
/// `{date}` does not depend on the time of the upload, so that a file has the same destination after a
/// restart. It is in the time zone of the system if the feature `tz-system` of `jiff` is enabled, and
/// otherwise in UTC.
///
/// With `{parent}`, files are uploaded directly to the folder of the template. Otherwise the structure
/// of the directory is kept below that folder. Braces in names are written as `{{` and `}}`.
///
/// ```
/// use frameio::transfer::FolderTemplate;
///
/// let template: FolderTemplate = "Dailies {date}/{parent}".parse()?;
/// assert_eq!(template.to_string(), "Dailies {date}/{parent}");
/// let error = "{camera}".parse::<FolderTemplate>().unwrap_err();
/// assert!(error.to_string().contains("{date}"));
/// # Ok::<_, frameio::transfer::TransferError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderTemplate {
    text: String,
    /// Names of folders, the outermost first.
    names: Vec<Vec<Part>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Placeholder(Placeholder),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Placeholder {
    Date,
    Parent,
}

impl FolderTemplate {
    /// Returns the path of a file below the destination. `root` is the name of the watched directory,
    /// and `below` the path of the file in it.
    pub(super) fn path(
        &self,
        root: &str,
        below: &RemotePath,
        modified: Option<SystemTime>,
    ) -> RemotePath {
        let names = below.names();
        let parent = names.len().checked_sub(2).and_then(|at| names.get(at));
        let parent = parent.map_or(root, |name| name);
        let date = date(modified);
        let folders = self.names.iter().map(|parts| {
            let values = parts.iter().map(|part| match part {
                Part::Text(text) => text.as_str(),
                Part::Placeholder(Placeholder::Date) => date.as_str(),
                Part::Placeholder(Placeholder::Parent) => parent,
            });
            values.collect::<String>()
        });
        let from = if self.has_parent() { names.len().saturating_sub(1) } else { 0 };
        let kept = names.get(from..).unwrap_or_default().iter().cloned();
        RemotePath::new(folders.chain(kept))
    }

    fn has_parent(&self) -> bool {
        let is_parent = |part: &Part| matches!(part, Part::Placeholder(Placeholder::Parent));
        self.names.iter().flatten().any(is_parent)
    }
}

/// Returns the local day of a time.
fn date(time: Option<SystemTime>) -> String {
    let time =
        time.and_then(|time| Timestamp::try_from(time).ok()).unwrap_or(Timestamp::UNIX_EPOCH);
    TimeZone::system().to_datetime(time).strftime("%Y-%m-%d").to_string()
}

impl fmt::Display for FolderTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for FolderTemplate {
    type Err = TransferError;

    /// Parses names that are separated by `/`, with the escapes of a [`RemotePath`].
    fn from_str(text: &str) -> Result<Self, TransferError> {
        let path: RemotePath = format!("/{}", text.trim_start_matches('/')).parse()?;
        let parsed = match path.names() {
            [] => Err("it is empty".to_owned()),
            names => names.iter().map(|name| parse_name(name)).collect(),
        };
        let names = parsed.map_err(|reason| {
            let message = format!("invalid template '{text}': {reason}");
            TransferError::new(TransferErrorKind::Invalid, message)
        })?;
        Ok(Self { text: text.to_owned(), names })
    }
}

fn parse_name(name: &str) -> Result<Vec<Part>, String> {
    let (mut parts, mut text) = (Vec::new(), String::new());
    let mut chars = name.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '{' | '}' if chars.peek() == Some(&c) => {
                chars.next();
                text.push(c);
            }
            '{' => {
                let mut is_closed = false;
                let inner = chars.by_ref().take_while(|c| {
                    is_closed = *c == '}';
                    !is_closed
                });
                let inner: String = inner.collect();
                if !is_closed {
                    return Err("'{' has no '}'; write '{' in a name as '{{'".to_owned());
                }
                if !text.is_empty() {
                    parts.push(Part::Text(std::mem::take(&mut text)));
                }
                parts.push(Part::Placeholder(placeholder(&inner)?));
            }
            '}' => return Err("'}' has no '{'; write '}' in a name as '}}'".to_owned()),
            c => text.push(c),
        }
    }
    if !text.is_empty() {
        parts.push(Part::Text(text));
    }
    Ok(parts)
}

fn placeholder(name: &str) -> Result<Placeholder, String> {
    let known = PLACEHOLDERS.iter().find(|(known, _)| *known == name);
    known.map(|(_, placeholder)| *placeholder).ok_or_else(|| {
        let all = PLACEHOLDERS.map(|(name, _)| format!("{{{name}}}")).join(" and ");
        format!("no such placeholder '{{{name}}}'; the placeholders are {all}")
    })
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    /// Noon, so that the day is the same in most time zones.
    fn noon() -> Option<SystemTime> {
        Some(UNIX_EPOCH + Duration::from_secs(1_773_489_600))
    }

    fn path(template: &str, below: &str) -> String {
        let template: FolderTemplate = template.parse().unwrap();
        template.path("rushes", &RemotePath::new(below.split('/')), noon()).to_string()
    }

    #[test]
    fn a_template_keeps_the_structure_unless_it_names_the_parent() {
        for (template, below, expected) in [
            ("{date}", "a.mov", "/2026-03-14/a.mov"),
            ("{date}", "Day 1/A/a.mov", "/2026-03-14/Day 1/A/a.mov"),
            ("{parent}", "Day 1/A/a.mov", "/A/a.mov"),
            ("{parent}", "a.mov", "/rushes/a.mov"),
            ("/Shot {date}/x {parent} y/", "A/a.mov", "/Shot 2026-03-14/x A y/a.mov"),
            ("{{date}}", "a.mov", "/{date}/a.mov"),
        ] {
            assert_eq!(path(template, below), expected, "{template} {below}");
        }
    }

    #[test]
    fn refuses_unknown_placeholders_with_the_list() {
        for (template, reason) in [
            ("{Date}", "no such placeholder '{Date}'; the placeholders are {date} and {parent}"),
            ("x/{}", "no such placeholder '{}'"),
            ("{date", "'{' has no '}'"),
            ("date}", "has no '{'"),
            ("a//b", "empty name"),
            ("", "it is empty"),
            ("/", "it is empty"),
        ] {
            let error = match template.parse::<FolderTemplate>() {
                Err(error) => error.to_string(),
                Ok(parsed) => panic!("{template}: {parsed:?}"),
            };
            assert!(error.contains(reason), "{error}");
        }
    }
}
