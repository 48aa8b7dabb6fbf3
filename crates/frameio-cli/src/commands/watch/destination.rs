//! The destination of a watcher: a folder, and a template of folders below it.

use frameio::transfer::FolderTemplate;

use crate::exit::Failure;

/// A destination as typed, split before the first name that contains a placeholder.
#[derive(Debug, PartialEq)]
pub(super) struct Destination {
    /// Path, ID or link of the folder; `None` for the default.
    pub(super) folder: Option<String>,
    pub(super) template: Option<FolderTemplate>,
}

impl Destination {
    pub(super) fn parse(text: Option<&str>) -> Result<Self, Failure> {
        let Some(text) = text else { return Ok(Self { folder: None, template: None }) };
        let Some(at) = text.find(['{', '}']) else {
            return Ok(Self { folder: Some(text.to_owned()), template: None });
        };
        let start = slash_before(text, at).map_or(0, |slash| slash + 1);
        let (folder, template) = text.split_at(start);
        let folder = folder.trim_end_matches('/');
        if folder.is_empty() {
            let reason = "a placeholder cannot be the workspace or the project; \
                          write '/Workspace/Project/{date}'";
            return Err(Failure::usage(format!("invalid destination '{text}': {reason}")));
        }
        let folder = Some(folder.to_owned());
        Ok(Self { folder, template: Some(template.parse()?) })
    }
}

/// Returns the position of the last slash before `end` that is not escaped.
fn slash_before(text: &str, end: usize) -> Option<usize> {
    let (mut last, mut is_escaped) = (None, false);
    for (at, c) in text.char_indices().take_while(|(at, _)| *at < end) {
        if c == '/' && !is_escaped {
            last = Some(at);
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_before_the_first_name_with_a_placeholder() {
        for (text, folder, template) in [
            ("/Film/Dailies", "/Film/Dailies", None),
            ("/Film/Dailies/{date}", "/Film/Dailies", Some("{date}")),
            ("/Film/A/Day {date}/x/{parent}", "/Film/A", Some("Day {date}/x/{parent}")),
            (r"/Film/A\/B {date}", "/Film", Some(r"A\/B {date}")),
            ("8b6c1f2e/{date}", "8b6c1f2e", Some("{date}")),
        ] {
            let parsed = Destination::parse(Some(text)).unwrap();
            let template = template.map(|text| text.parse().unwrap());
            assert_eq!(parsed, Destination { folder: Some(folder.into()), template }, "{text}");
        }
        assert_eq!(Destination::parse(None).unwrap().folder, None);
    }

    #[test]
    fn refuses_unknown_placeholders_and_a_project_from_a_template() {
        for (text, reason) in [
            ("/Film/A/{camera}", "no such placeholder '{camera}'; the placeholders are {date}"),
            ("/{date}", "cannot be the workspace or the project"),
            ("{parent}", "cannot be the workspace or the project"),
        ] {
            let failure = Destination::parse(Some(text)).unwrap_err();
            assert!(failure.message.contains(reason), "{}", failure.message);
        }
    }
}
