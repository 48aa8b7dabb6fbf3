//! Markers of one media file, independent of any format.

use frameio_timecode::{Rate, Timebase, Timecode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::color::Color;

/// Name of an author that the source does not know, such as a visitor of a share.
pub(crate) const UNKNOWN_AUTHOR: &str = "Reviewer";

/// The markers of one media file.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct MarkerList {
    /// The file.
    pub media: Media,
    /// Markers, in the order of the source.
    pub markers: Vec<Marker>,
    /// What a reader assumed or left out.
    pub notes: Vec<Note>,
}

/// Assumption or omission of a reader.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Note {
    /// Line of the input, from 1.
    pub line: Option<usize>,
    /// One sentence.
    pub text: String,
}

/// The media file that markers belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Media {
    /// File name, such as `Spot_v3.mov`.
    pub name: String,
    /// Frame rate, and whether labels drop.
    pub timebase: Timebase,
    /// Frame number of the start timecode: 107892 for `01:00:00;00`.
    pub start: i64,
    /// Length in frames.
    pub frames: Option<i64>,
    /// Width and height in pixels.
    pub size: Option<(u32, u32)>,
    /// Id of the file at the service.
    pub id: Option<String>,
    /// Address at which a person can view the file.
    pub url: Option<String>,
    /// Media type, such as `video/quicktime`.
    pub media_type: Option<String>,
    /// Number of the version in its stack.
    pub version: Option<u32>,
    /// Name of the project.
    pub project: Option<String>,
    /// Name of the team or workspace.
    pub team: Option<String>,
}

/// A comment or a marker.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Marker {
    /// Id at the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Frame, counted from the first frame of the file. `None` if the comment is not tied to a time.
    pub frame: Option<i64>,
    /// Length of a range in frames. `None` for a point.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length: Option<i64>,
    /// Author, if the source has authors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<Author>,
    /// Name of a marker that is not the name of its author.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Text; lines end with LF.
    pub text: String,
    /// Replies, in the order in which they were written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub replies: Vec<Reply>,
    /// The comment is resolved.
    pub completed: bool,
    /// Time at which the comment was resolved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Timestamp>,
    /// Id of the user who resolved the comment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completer_id: Option<String>,
    /// Colour of its own; comments of Frame.io have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<Color>,
    /// Attached files.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// Addresses that the comment refers to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<String>,
    /// Somebody drew on the frame.
    pub annotated: bool,
    /// The drawing, as the JSON text of the service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub annotation: Option<String>,
    /// The comment is internal. `None` where the source does not say, as the API of Frame.io V4.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub internal: Option<bool>,
    /// Page of a document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    /// Time at which the comment was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// Time at which the text was edited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Timestamp>,
    /// Time of the last change of any field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
}

/// Who wrote a comment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Author {
    /// Name. `None` for visitors of a share that the service does not name.
    pub name: Option<String>,
    /// Id of the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Id of a visitor without an account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visitor_id: Option<String>,
    /// E-mail address, by which authors can be selected. Writers leave it out.
    #[serde(skip)]
    pub email: Option<String>,
    /// The name is a guess; it is printed as such.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub guessed: bool,
}

/// A reply to a comment.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Reply {
    /// Id at the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Author.
    pub author: Author,
    /// Text; lines end with LF.
    pub text: String,
    /// Attached files.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// The reply is internal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub internal: Option<bool>,
    /// Time at which the reply was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// Time at which the text was edited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Timestamp>,
    /// Time of the last change of any field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
}

/// A file attached to a comment. Formats name it; none contains it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Attachment {
    /// File name.
    pub name: String,
    /// Address that does not expire. Signed addresses do not belong here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl MarkerList {
    /// Creates an empty list.
    pub const fn new(media: Media) -> Self {
        Self { media, markers: Vec::new(), notes: Vec::new() }
    }

    /// Sorts markers by frame, then by the time at which they were written, then by id. Markers
    /// without a frame come last.
    pub fn sort(&mut self) {
        self.markers.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    }

    /// Returns whether the list has markers that are internal, or may be because the source does not
    /// say.
    pub fn may_have_internal(&self) -> bool {
        self.markers.iter().any(|marker| {
            marker.internal != Some(false)
                || marker.replies.iter().any(|reply| reply.internal == Some(true))
        })
    }

    /// Removes markers and replies that are known to be internal, and returns how many there were.
    pub fn remove_internal(&mut self) -> usize {
        let mut removed = 0;
        let mut count = |internal: Option<bool>| {
            let remove = internal == Some(true);
            removed += usize::from(remove);
            !remove
        };
        self.markers.retain(|marker| count(marker.internal));
        for marker in &mut self.markers {
            marker.replies.retain(|reply| count(reply.internal));
        }
        removed
    }
}

impl Media {
    /// Creates a file that starts at `00:00:00:00`.
    pub fn new(name: impl Into<String>, timebase: Timebase) -> Self {
        Self {
            name: name.into(),
            timebase,
            start: 0,
            frames: None,
            size: None,
            id: None,
            url: None,
            media_type: None,
            version: None,
            project: None,
            team: None,
        }
    }

    /// The frame rate.
    pub const fn rate(&self) -> Rate {
        self.timebase.rate()
    }

    /// The name without its extension.
    pub fn stem(&self) -> &str {
        match self.name.rsplit_once('.') {
            Some((stem, extension)) if !stem.is_empty() && extension.len() <= 5 => stem,
            _ => &self.name,
        }
    }

    /// Returns the timecode of a frame of the file, with the start timecode added.
    pub const fn timecode(&self, frame: i64) -> Timecode {
        self.timebase.timecode(self.start.saturating_add(frame))
    }
}

impl Marker {
    /// Creates a marker without a frame.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// Sets the frame.
    #[must_use]
    pub const fn at(mut self, frame: i64) -> Self {
        self.frame = Some(frame);
        self
    }

    /// Sets the author.
    #[must_use]
    pub fn by(mut self, name: impl Into<String>) -> Self {
        self.author = Some(Author::named(name));
        self
    }

    /// Sets the length in frames.
    #[must_use]
    pub const fn lasting(mut self, frames: i64) -> Self {
        self.length = Some(frames);
        self
    }

    /// Sets the id.
    #[must_use]
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Length in frames; 1 for a point.
    pub fn frames(&self) -> i64 {
        self.length.unwrap_or(1).max(1)
    }

    /// The author's name as it is printed, or else the marker's name.
    pub fn label(&self) -> Option<String> {
        self.author.as_ref().map(Author::display).or_else(|| self.name.clone())
    }

    /// Returns whether somebody drew on the frame.
    pub const fn has_annotation(&self) -> bool {
        self.annotated || self.annotation.is_some()
    }

    pub(crate) fn sort_key(&self) -> impl Ord + '_ {
        (self.frame.is_none(), self.frame, self.created_at, &self.id)
    }
}

impl Author {
    /// Creates an author with a name.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..Self::default() }
    }

    /// Creates an author that the service does not name. It is printed as `Reviewer`.
    pub fn unknown() -> Self {
        Self::default()
    }

    /// Creates an author whose name was guessed. It is printed as `Name (guessed)`.
    pub fn guessed(name: impl Into<String>) -> Self {
        Self { guessed: true, ..Self::named(name) }
    }

    /// The name as it is printed.
    pub fn display(&self) -> String {
        match (&self.name, self.guessed) {
            (Some(name), true) => format!("{name} (guessed)"),
            (Some(name), false) => name.clone(),
            (None, _) => UNKNOWN_AUTHOR.to_owned(),
        }
    }
}

impl Reply {
    /// Creates a reply.
    pub fn new(author: Author, text: impl Into<String>) -> Self {
        Self { author, text: text.into(), ..Self::default() }
    }
}

impl Attachment {
    /// Creates an attachment without an address.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), url: None }
    }
}

impl Note {
    pub(crate) fn new(line: Option<usize>, text: impl Into<String>) -> Self {
        Self { line, text: text.into() }
    }
}
