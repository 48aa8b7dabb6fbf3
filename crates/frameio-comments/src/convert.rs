//! Comments of the service as markers.

use frameio_api::comments::{Comment, MediaTime};
use frameio_api::users::User;
use frameio_markers::{Attachment, Author, Marker, Media, Reply};
use frameio_timecode::{DropFrame, Timebase, Timecode};

/// Positions above this are not plausible: at 120 frames per second, they are beyond 200,000 years.
const LAST_FRAME: u64 = 1 << 49;

/// Converts a comment with its replies to a marker. A timecode is read with the rate of the media; without
/// media, only positions in frames are known.
pub fn marker_of(comment: Comment, media: Option<&Media>) -> Marker {
    marker(comment, media.map(|media| media.timebase), &mut Vec::new())
}

/// Converts a comment with its replies. A position that cannot be used becomes a note, and the comment stays
/// without a frame.
pub(crate) fn marker(comment: Comment, base: Option<Timebase>, notes: &mut Vec<String>) -> Marker {
    let frame = comment.timestamp.as_ref().and_then(|time| {
        let frame = frame(time, base);
        if frame.is_none() {
            notes.push(format!(
                "comment {}: the position '{time}' cannot be used",
                comment.id.as_str()
            ));
        }
        frame
    });
    let length = comment.duration.filter(|length| (1..=LAST_FRAME).contains(length));
    let mut marker = Marker::new(lines(&comment.text));
    marker.id = Some(comment.id.as_str().to_owned());
    marker.frame = frame;
    marker.length =
        length.and_then(|length| i64::try_from(length).ok()).filter(|_| frame.is_some());
    marker.author = Some(author(comment.owner.as_ref()));
    marker.completed = comment.completed_at.is_some();
    marker.completed_at = comment.completed_at;
    marker.completer_id = comment.completer_id.map(|id| id.as_str().to_owned());
    marker.attachments = attachments(comment.attachments);
    marker.links = comment.links.into_iter().map(|link| link.url).collect();
    marker.annotation = comment.annotation.filter(|drawing| !drawing.trim().is_empty());
    marker.annotated = marker.annotation.is_some();
    marker.page = comment.page;
    marker.created_at = Some(comment.created_at);
    marker.edited_at = comment.text_edited_at;
    marker.updated_at = Some(comment.updated_at);
    let mut replies = comment.replies.unwrap_or_default();
    replies.sort_by(|a, b| (a.created_at, a.id.as_str()).cmp(&(b.created_at, b.id.as_str())));
    marker.replies = replies.into_iter().map(reply).collect();
    marker
}

fn reply(comment: Comment) -> Reply {
    let mut reply = Reply::new(author(comment.owner.as_ref()), lines(&comment.text));
    reply.id = Some(comment.id.as_str().to_owned());
    reply.attachments = attachments(comment.attachments);
    reply.created_at = Some(comment.created_at);
    reply.edited_at = comment.text_edited_at;
    reply.updated_at = Some(comment.updated_at);
    reply
}

/// Visitors of a share have no owner.
fn author(owner: Option<&User>) -> Author {
    let Some(user) = owner else { return Author::unknown() };
    let name = user.name.as_deref().filter(|name| !name.trim().is_empty());
    let mut author = Author::named(name.unwrap_or(&user.email));
    author.email = Some(user.email.clone()).filter(|email| !email.is_empty());
    author.id = user.id.as_ref().map(|id| id.as_str().to_owned());
    author
}

/// Names only: addresses of attachments are signed and expire.
fn attachments(list: Option<Vec<frameio_api::comments::Attachment>>) -> Vec<Attachment> {
    list.unwrap_or_default().into_iter().map(|it| Attachment::new(it.name)).collect()
}

/// Frames are requested, but a timecode is understood too. It counts from the start of the file.
fn frame(time: &MediaTime, base: Option<Timebase>) -> Option<i64> {
    match time {
        MediaTime::Frame(frame) if *frame <= LAST_FRAME => i64::try_from(*frame).ok(),
        MediaTime::Timecode(text) => {
            let base = base?;
            let mode = if base.is_drop_frame() { DropFrame::On } else { DropFrame::Auto };
            let timecode = Timecode::parse(text, base.rate(), mode).ok()?;
            Some(timecode.frame()).filter(|frame| (0..=LAST_FRAME as i64).contains(frame))
        }
        _ => None,
    }
}

fn lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}
