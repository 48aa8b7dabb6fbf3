//! Questions that the documents leave open, and what responses show about them.

mod comments;
mod links;
mod service;
mod stacks;

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::observed::Observed;

/// Behaviour that the documents leave open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Question {
    /// Whether the timecode of a comment is that of its frame number: the first frame is 0, or 1.
    FirstFrame,
    /// Form of `timestamp_as_timecode`, and its separators.
    TimecodeText,
    /// Name and form of a start timecode in the metadata.
    StartTimecode,
    /// Comments without an owner: those of guests.
    GuestComments,
    /// Position of the head of a version stack in the list of its versions.
    StackHead,
    /// `parent_id` of a file in a version stack.
    ParentOfVersion,
    /// Ids in links to the web application.
    IdsInLinks,
    /// Relation of the link of a share to its id.
    ShareLink,
    /// Parameters in `links.next`.
    NextLink,
    /// Whether each operation has a quota of its own.
    QuotaBuckets,
    /// Whether a 429 has `retry-after`.
    RetryAfter,
    /// Whether the root folder of a collection can be listed.
    CollectionFolder,
    /// Sizes of the parts of an upload. Needs a write.
    PartSizes,
    /// Head of a version stack that is created from two files. Needs a write.
    NewStackHead,
    /// Whether a comment at frame 0 is accepted, and its timecode. Needs a write.
    CommentAtZero,
}

impl Question {
    /// Returns a name for reports, such as `first_frame`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FirstFrame => "first_frame",
            Self::TimecodeText => "timecode_text",
            Self::StartTimecode => "start_timecode",
            Self::GuestComments => "guest_comments",
            Self::StackHead => "stack_head",
            Self::ParentOfVersion => "parent_of_version",
            Self::IdsInLinks => "ids_in_links",
            Self::ShareLink => "share_link",
            Self::NextLink => "next_link",
            Self::QuotaBuckets => "quota_buckets",
            Self::RetryAfter => "retry_after",
            Self::CollectionFolder => "collection_folder",
            Self::PartSizes => "part_sizes",
            Self::NewStackHead => "new_stack_head",
            Self::CommentAtZero => "comment_at_zero",
        }
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What responses show about a [`Question`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// Question.
    pub question: Question,
    /// Observation; `None` if no response shows anything.
    pub observation: Option<String>,
}

impl Finding {
    pub(crate) const fn new(question: Question, observation: Option<String>) -> Self {
        Self { question, observation }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let observation = self.observation.as_deref().unwrap_or("no response shows it");
        write!(f, "{}: {observation}", self.question)
    }
}

/// Looks at all responses; `None` if none of them shows anything.
type Examine = fn(&[Observed]) -> Option<String>;

/// Examines the questions that need no write.
pub(crate) fn findings(all: &[Observed]) -> Vec<Finding> {
    let examined: [(Question, Examine); 13] = [
        (Question::FirstFrame, comments::first_frame),
        (Question::TimecodeText, comments::timecode_text),
        (Question::StartTimecode, comments::start_timecode),
        (Question::GuestComments, comments::guests),
        (Question::StackHead, stacks::head),
        (Question::ParentOfVersion, stacks::parent),
        (Question::IdsInLinks, links::ids),
        (Question::ShareLink, links::shares),
        (Question::NextLink, links::next),
        (Question::QuotaBuckets, service::buckets),
        (Question::RetryAfter, service::retry_after),
        (Question::CollectionFolder, service::collection_folder),
        (Question::PartSizes, service::part_sizes),
    ];
    examined.into_iter().map(|(question, examine)| Finding::new(question, examine(all))).collect()
}

/// Counts equal observations.
#[derive(Default)]
struct Counts(BTreeMap<String, u64>);

impl Counts {
    fn add(&mut self, observation: impl Into<String>) {
        *self.0.entry(observation.into()).or_default() += 1;
    }

    /// Returns the observations with their numbers, such as `first (3), last (1)`.
    fn text(&self) -> Option<String> {
        let each = self.0.iter().take(20).map(|(text, count)| format!("{text} ({count})"));
        let text = each.collect::<Vec<_>>().join(", ");
        (!text.is_empty()).then_some(text)
    }
}

/// Returns the successful responses of an operation.
fn of<'o>(all: &'o [Observed], operation: &'static str) -> impl Iterator<Item = &'o Observed> {
    all.iter().filter(move |it| it.operation.id == operation && it.is_success())
}
