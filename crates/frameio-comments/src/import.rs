//! Markers as new comments: what to create, and what exists already.

use std::collections::HashSet;

use frameio_api::comments::CreateComment;
use frameio_core::{AccountId, FileId};
use frameio_markers::{Format, Marker, MarkerList, Merge, ReadOptions, WriteOptions, read, write};

/// Longest text of a comment, in characters.
const LONGEST_TEXT: usize = 40_000;

/// Settings of [`plan_import`].
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct ImportOptions {
    /// Frames added to each marker. Default 0.
    pub frame_offset: i64,
    /// Format that the markers were read from. Comments that went through it and were changed on the way,
    /// for example because two of one frame were merged, are then recognized too.
    pub format: Option<Format>,
}

/// A marker, and what an import does with it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PlannedComment {
    /// The marker, with the offset added to its frame.
    pub marker: Marker,
    /// Text of the comment: the author, the text, the names of attachments, and the replies.
    pub text: String,
    /// What the import does.
    pub action: ImportAction,
}

/// What an import does with a marker.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImportAction {
    /// The comment is created.
    Create,
    /// A comment with the same frame and text exists, or precedes it in the import.
    Exists,
    /// The marker cannot be a comment, for this reason.
    Refuse(String),
}

/// Frame and normalized text.
type Key = (Option<i64>, String);

/// Compares markers with the comments of a file, and returns what an import does with each.
///
/// Comments are created by the user of the token, and the API creates no replies. The text of a comment
/// therefore names the author of the marker and ends with the replies. Texts are compared without regard
/// to white space.
pub fn plan_import(
    markers: &MarkerList,
    existing: &MarkerList,
    options: &ImportOptions,
) -> Vec<PlannedComment> {
    let mut known = existing_keys(existing, options);
    let last = existing.media.frames;
    let plan = markers.markers.iter().map(|marker| {
        let mut marker = marker.clone();
        marker.frame = marker.frame.map(|frame| frame.saturating_add(options.frame_offset));
        let text = text(&marker);
        let keys = keys(&marker);
        let action = match refusal(&marker, &text, last) {
            Some(reason) => ImportAction::Refuse(reason),
            None if keys.iter().any(|key| known.contains(key)) => ImportAction::Exists,
            None => ImportAction::Create,
        };
        known.extend(keys);
        PlannedComment { marker, text, action }
    });
    plan.collect()
}

impl PlannedComment {
    /// Returns the request that creates the comment. Attachments are not copied, only named in the text.
    pub fn request(&self, account: impl Into<AccountId>, file: impl Into<FileId>) -> CreateComment {
        let marker = &self.marker;
        let mut create = CreateComment::new(account, file, &*self.text);
        if let Some(frame) = marker.frame.and_then(|frame| u64::try_from(frame).ok()) {
            create = create.timestamp(frame);
            if let Some(length) = marker.length.and_then(|length| u64::try_from(length).ok()) {
                create = create.duration(length.max(1));
            }
        }
        if let Some(page) = marker.page.filter(|page| *page > 0) {
            create = create.page(page);
        }
        if let Some(drawing) = &marker.annotation {
            create = create.annotation(&**drawing);
        }
        if marker.completed {
            create = create.completed(true);
        }
        create
    }
}

/// The reason for which a marker cannot be a comment.
fn refusal(marker: &Marker, text: &str, frames: Option<i64>) -> Option<String> {
    if text.trim().is_empty() {
        return Some("the marker has no text".to_owned());
    }
    if text.chars().count() > LONGEST_TEXT {
        return Some(format!("the text is longer than {LONGEST_TEXT} characters"));
    }
    match (marker.frame, frames) {
        (Some(frame), _) if frame < 0 => {
            Some(format!("frame {frame} is before the start of the file"))
        }
        (Some(frame), Some(frames)) if frame >= frames => {
            Some(format!("frame {frame} is after the end of the file, which has {frames} frames"))
        }
        _ => None,
    }
}

/// The text of a comment that stands for the marker.
fn text(marker: &Marker) -> String {
    let mut text = match marker.author.as_ref() {
        Some(author) => format!("{}: {}", author.display(), marker.text.trim()),
        None => match marker.name.as_deref().map(str::trim).filter(|name| !is_number(name)) {
            Some(name) if marker.text.trim().is_empty() => name.to_owned(),
            Some(name) if !marker.text.contains(name) => format!("{name}: {}", marker.text.trim()),
            _ => marker.text.trim().to_owned(),
        },
    };
    for attachment in &marker.attachments {
        text.push_str(&format!(" [file: {}]", attachment.name));
    }
    for reply in &marker.replies {
        text.push_str(&format!("\n> {}: {}", reply.author.display(), reply.text.trim()));
        for attachment in &reply.attachments {
            text.push_str(&format!(" [file: {}]", attachment.name));
        }
    }
    text
}

/// Returns whether a program gave the name, such as `Marker 1`.
fn is_number(name: &str) -> bool {
    name.is_empty()
        || name
            .strip_prefix("Marker")
            .is_some_and(|rest| rest.trim().bytes().all(|byte| byte.is_ascii_digit()))
}

/// The keys by which a marker is recognized: its text, and the text that an import makes of it.
fn keys(marker: &Marker) -> [Key; 2] {
    [(marker.frame, normalized(&marker.text)), (marker.frame, normalized(&text(marker)))]
}

/// The keys of existing comments: as they are, and as they are after a round trip through the format.
fn existing_keys(existing: &MarkerList, options: &ImportOptions) -> HashSet<Key> {
    let mut keys: HashSet<Key> = existing.markers.iter().flat_map(self::keys).collect();
    let Some(format) = options.format.filter(|format| format.can_read()) else { return keys };
    for merge in [Merge::Auto, Merge::Never] {
        let mut write_options = WriteOptions::default();
        write_options.merge = merge;
        write_options.wrap = true;
        let mut read_options = ReadOptions::default();
        read_options.rate = Some(existing.media.rate());
        read_options.start_timecode = Some(existing.media.timecode(0).to_string());
        let Ok(output) = write(format, existing, &write_options) else { continue };
        // Of other files, such as that of untimed comments, none can be read.
        for file in output.files.iter().filter(|file| file.extension == format.extension()) {
            if let Ok(list) = read(Some(format), &file.data, &read_options) {
                keys.extend(list.markers.iter().flat_map(self::keys));
            }
        }
    }
    keys
}

/// The text in words, so that line breaks and double spaces make no difference.
fn normalized(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use frameio_markers::{Attachment, Author, Media, Reply};
    use frameio_timecode::{Rate, Timebase};

    use super::*;

    fn list(markers: Vec<Marker>) -> MarkerList {
        let base = Timebase::non_drop_frame(Rate::FPS_24).unwrap_or_else(|error| panic!("{error}"));
        let mut list = MarkerList::new(Media::new("Cut 3.mov", base));
        list.media.frames = Some(1000);
        list.markers = markers;
        list
    }

    fn actions(
        markers: Vec<Marker>,
        existing: Vec<Marker>,
        options: &ImportOptions,
    ) -> Vec<ImportAction> {
        let plan = plan_import(&list(markers), &list(existing), options);
        plan.into_iter().map(|planned| planned.action).collect()
    }

    #[test]
    fn skips_comments_with_the_same_frame_and_text() {
        let existing = vec![Marker::new("Too  dark\n").at(48).by("Ana")];
        let markers = vec![
            Marker::new("Too dark").at(48),
            Marker::new("Too dark").at(49),
            Marker::new("Too dark").at(49),
            Marker::new("Too dark"),
        ];
        let plan = actions(markers, existing, &ImportOptions::default());
        use ImportAction::{Create, Exists};
        assert_eq!(plan, [Exists, Create, Exists, Create]);
    }

    #[test]
    fn recognizes_what_an_import_created() {
        let mut marker = Marker::new("Too dark").at(48).by("Ana");
        marker.replies.push(Reply::new(Author::named("Ben"), "Yes"));
        marker.attachments.push(Attachment::new("a.png"));
        let plan =
            plan_import(&list(vec![marker.clone()]), &list(vec![]), &ImportOptions::default());
        assert_eq!(plan[0].text, "Ana: Too dark [file: a.png]\n> Ben: Yes");
        let created = Marker::new(plan[0].text.clone()).at(48).by("Token user");
        assert_eq!(
            actions(vec![marker], vec![created], &ImportOptions::default()),
            [ImportAction::Exists]
        );
    }

    #[test]
    fn recognizes_comments_after_a_round_trip_through_each_format() {
        let mut first = Marker::new("2nd shot | soft\nsee #vfx").at(48).by("Ana Roth");
        first.replies.push(Reply::new(Author::named("Ben"), "On it"));
        first.completed = true;
        let existing =
            vec![first, Marker::new("Too warm").at(48).by("Cy"), Marker::new("No frame").by("Cy")];
        let existing = list(existing);
        for format in Format::ALL.into_iter().filter(|format| format.can_read()) {
            let output = write(format, &existing, &WriteOptions::default()).unwrap();
            let mut options = ReadOptions::default();
            options.rate = Some(Rate::FPS_24);
            options.start_timecode = Some("00:00:00:00".to_owned());
            let markers = read(Some(format), &output.files[0].data, &options).unwrap();
            let options = ImportOptions { format: Some(format), ..ImportOptions::default() };
            for planned in plan_import(&markers, &existing, &options) {
                assert_eq!(planned.action, ImportAction::Exists, "{format}: {planned:?}");
            }
        }
    }

    #[test]
    fn refuses_markers_that_cannot_be_comments() {
        let options = ImportOptions { frame_offset: -50, ..ImportOptions::default() };
        let markers = vec![
            Marker::new("a").at(49),
            Marker::new("b").at(50),
            Marker::new("c").at(1050),
            Marker::new(" ").at(60),
            Marker::new("x".repeat(LONGEST_TEXT + 1)).at(60),
        ];
        let plan = plan_import(&list(markers), &list(vec![]), &options);
        let refused: Vec<_> =
            plan.iter().map(|planned| matches!(planned.action, ImportAction::Refuse(_))).collect();
        assert_eq!(refused, [true, false, true, true, true]);
        assert_eq!(plan[1].marker.frame, Some(0));
    }

    #[test]
    fn keeps_names_that_a_person_chose() {
        let named = |name: &str, body: &str| {
            let mut marker = Marker::new(body);
            marker.name = Some(name.to_owned());
            text(&marker)
        };
        assert_eq!(named("Marker 12", "Too dark"), "Too dark");
        assert_eq!(named("Grade", "Too dark"), "Grade: Too dark");
        assert_eq!(named("Grade", ""), "Grade");
    }
}
