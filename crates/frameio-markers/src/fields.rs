//! Fields that a format cannot carry.

use crate::format::{Capabilities, Format, Support};
use crate::loss::LossKind;
use crate::model::{Attachment, Author, Marker, Media, Reply};
use crate::text;

/// A field, or several with the same support.
struct Field {
    kind: LossKind,
    support: Support,
    is_set: bool,
    what: &'static str,
}

/// Returns what the format cannot carry of a marker: at most one detail of each kind.
pub(crate) fn losses(format: Format, marker: &Marker) -> Vec<(LossKind, String)> {
    let can = format.capabilities();
    let mut fields = marker_fields(&can, marker);
    // In other formats, the name takes the place of a missing author.
    let is_nameless = format == Format::Fiojson && marker.author.is_none();
    fields.push(Field {
        kind: LossKind::Name,
        support: can.name,
        is_set: is_nameless && marker.name.is_some(),
        what: "the name of the marker",
    });
    // Replies that are left out are reported as a whole.
    if can.replies != Support::Lost {
        fields.extend(reply_fields(&reply_capabilities(can), &marker.replies));
    }
    let mut losses: Vec<(LossKind, String)> = Vec::new();
    for Field { kind, support, is_set, what } in fields {
        let how = match support {
            Support::Own => continue,
            Support::InText if kind == LossKind::Annotation => "only marked in the text",
            Support::InText => "part of the text",
            Support::Lost if kind == LossKind::LineBreaks => "became spaces",
            Support::Lost => "left out",
        };
        if !is_set {
            continue;
        }
        let detail = match kind {
            LossKind::LineBreaks => format!("{what} {how}"),
            _ => format!("{what}: {how}"),
        };
        match losses.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, details)) if !details.contains(&detail) => *details += &format!(", {detail}"),
            Some(_) => {}
            None => losses.push((kind, detail)),
        }
    }
    losses.extend(text_losses(format, marker));
    losses
}

/// Returns which characters of the texts a format removes or replaces, apart from those that only the writer
/// knows.
fn text_losses(format: Format, marker: &Marker) -> Vec<(LossKind, String)> {
    let replies = marker.replies.iter().map(|reply| reply.text.as_str());
    let texts = || std::iter::once(marker.text.as_str()).chain(replies.clone());
    let is_break = |c: char| matches!(c, '\n' | '\r' | '\u{85}');
    let count = |is_lost: &dyn Fn(char) -> bool| -> usize {
        texts().map(|text| text.chars().filter(|c| is_lost(*c)).count()).sum()
    };
    let removed = match format {
        // A tab, too, becomes a space.
        Format::ResolveEdl | Format::AvidTxt | Format::PremiereCsv | Format::Chapters => {
            count(&|c| c.is_control() && !is_break(c))
        }
        Format::Srt | Format::Vtt | Format::Markdown => {
            count(&|c| c.is_control() && c != '\t' && !is_break(c))
        }
        Format::Html => texts().map(|text| text::for_xml(text).1).sum(),
        _ => 0,
    };
    let mut losses = Vec::new();
    if removed > 0 {
        let detail = format!("{removed} characters replaced or removed");
        losses.push((LossKind::Characters, detail));
    }
    let has_empty_line = |text: &str| {
        let text = text::normalize_lines(text.trim());
        text.split('\n').any(|line| line.trim().is_empty()) && !text.is_empty()
    };
    if matches!(format, Format::Srt | Format::Vtt) && texts().any(has_empty_line) {
        losses.push((LossKind::LineBreaks, "empty lines: left out".to_owned()));
    }
    losses
}

fn marker_fields(can: &Capabilities, marker: &Marker) -> Vec<Field> {
    let field = |kind, support, is_set, what| Field { kind, support, is_set, what };
    // An update at the time of another change says nothing new.
    let changes = [marker.created_at, marker.edited_at];
    let updated = marker.updated_at.is_some() && !changes.contains(&marker.updated_at);
    let edited = marker.edited_at.is_some() || updated;
    let author = marker.author.as_ref();
    let has_name = author.is_some() && marker.name.is_some();
    let has_range = marker.frame.is_some() && marker.length.is_some_and(|length| length > 1);
    vec![
        field(LossKind::Range, can.range, has_range, "the range"),
        field(LossKind::Author, can.author, marker.label().is_some(), "the author"),
        field(LossKind::Name, can.name, has_name, "the name of the marker"),
        field(LossKind::Replies, can.replies, !marker.replies.is_empty(), "the replies"),
        field(LossKind::State, can.state, marker.completed, "the state 'completed'"),
        field(LossKind::Annotation, can.annotation, marker.has_annotation(), "the drawing"),
        field(
            LossKind::Attachments,
            can.attachments,
            !marker.attachments.is_empty(),
            "the attachments",
        ),
        field(
            LossKind::Links,
            can.attachment_urls,
            has_address(&marker.attachments),
            "the addresses of attachments",
        ),
        field(LossKind::Links, can.links, !marker.links.is_empty(), "the links"),
        field(LossKind::Dates, can.dates, marker.created_at.is_some(), "the date"),
        field(LossKind::Dates, can.edits, edited, "the time of the edit"),
        field(
            LossKind::Dates,
            can.completion,
            marker.completed_at.is_some(),
            "the time of completion",
        ),
        field(LossKind::Id, can.id, marker.id.is_some(), "the id"),
        field(LossKind::Id, can.user_ids, author.is_some_and(has_id), "the id of the author"),
        field(
            LossKind::Id,
            can.completion,
            marker.completer_id.is_some(),
            "the id of the user who completed it",
        ),
        field(
            LossKind::Internal,
            can.internal,
            marker.internal == Some(true),
            "the mark 'internal'",
        ),
        field(LossKind::Page, can.page, marker.page.is_some(), "the page"),
        field(LossKind::LineBreaks, can.lines, text::has_lines(&marker.text), "line breaks"),
        field(LossKind::Color, can.color, marker.color.is_some(), "the colour"),
    ]
}

fn reply_fields(can: &Capabilities, replies: &[Reply]) -> Vec<Field> {
    let field = |kind, support, is_set: &dyn Fn(&Reply) -> bool, what| {
        let is_set = replies.iter().any(is_set);
        Field { kind, support, is_set, what }
    };
    let is_edited = |reply: &Reply| {
        let changes = [reply.created_at, reply.edited_at];
        reply.edited_at.is_some()
            || (reply.updated_at.is_some() && !changes.contains(&reply.updated_at))
    };
    vec![
        field(
            LossKind::Attachments,
            can.attachments,
            &|reply| !reply.attachments.is_empty(),
            "the attachments of replies",
        ),
        field(
            LossKind::Links,
            can.attachment_urls,
            &|reply| has_address(&reply.attachments),
            "the addresses of attachments",
        ),
        field(
            LossKind::Dates,
            can.dates,
            &|reply| reply.created_at.is_some(),
            "the dates of replies",
        ),
        field(LossKind::Dates, can.edits, &is_edited, "the times of edits of replies"),
        field(LossKind::Id, can.id, &|reply| reply.id.is_some(), "the ids of replies"),
        field(
            LossKind::Id,
            can.user_ids,
            &|reply| has_id(&reply.author),
            "the ids of the authors of replies",
        ),
        field(
            LossKind::Internal,
            can.internal,
            &|reply| reply.internal == Some(true),
            "the mark 'internal' of replies",
        ),
        field(
            LossKind::LineBreaks,
            can.lines,
            &|reply| text::has_lines(&reply.text),
            "line breaks of replies",
        ),
    ]
}

/// A reply in the text of a comment has its author, text and attachments.
fn reply_capabilities(can: Capabilities) -> Capabilities {
    match can.replies {
        Support::Own => can,
        _ => Capabilities {
            dates: Support::Lost,
            edits: Support::Lost,
            id: Support::Lost,
            user_ids: Support::Lost,
            internal: Support::Lost,
            attachment_urls: Support::Lost,
            ..can
        },
    }
}

fn has_id(author: &Author) -> bool {
    author.id.is_some() || author.visitor_id.is_some()
}

fn has_address(attachments: &[Attachment]) -> bool {
    attachments.iter().any(|attachment| attachment.url.is_some())
}

/// Details of the media file that a format has.
#[derive(Clone, Copy)]
struct MediaFields {
    name: bool,
    rate: bool,
    drop_frame: bool,
    start: bool,
    frames: bool,
    size: bool,
    id: bool,
    url: bool,
    media_type: bool,
    version: bool,
    project: bool,
}

const NO_MEDIA: MediaFields = MediaFields {
    name: false,
    rate: false,
    drop_frame: false,
    start: false,
    frames: false,
    size: false,
    id: false,
    url: false,
    media_type: false,
    version: false,
    project: false,
};

const ALL_MEDIA: MediaFields = MediaFields {
    name: true,
    rate: true,
    drop_frame: true,
    start: true,
    frames: true,
    size: true,
    id: true,
    url: true,
    media_type: true,
    version: true,
    project: true,
};

/// A sequence with a rate, a start and a length.
const SEQUENCE: MediaFields = MediaFields {
    name: true,
    rate: true,
    drop_frame: true,
    start: true,
    frames: true,
    size: true,
    ..NO_MEDIA
};

const fn media_fields(format: Format) -> MediaFields {
    match format {
        Format::ResolveEdl => MediaFields { name: true, drop_frame: true, ..NO_MEDIA },
        Format::AvidTxt | Format::AvidXml | Format::PremiereCsv => {
            MediaFields { drop_frame: true, ..NO_MEDIA }
        }
        Format::Fcp7Xml | Format::Fcpxml => SEQUENCE,
        Format::Otio => MediaFields { drop_frame: false, size: false, ..SEQUENCE },
        Format::FrameioCsv => MediaFields {
            name: true,
            drop_frame: true,
            start: true,
            url: true,
            version: true,
            project: true,
            ..NO_MEDIA
        },
        Format::Fiojson => MediaFields { id: true, media_type: true, ..SEQUENCE },
        Format::Srt => NO_MEDIA,
        Format::Vtt | Format::Markdown => MediaFields { name: true, ..NO_MEDIA },
        Format::Chapters | Format::Html => MediaFields { name: true, rate: true, ..NO_MEDIA },
        Format::Csv => MediaFields { drop_frame: true, start: true, ..NO_MEDIA },
        Format::Json => ALL_MEDIA,
    }
}

/// Returns which details of the media file the format does not have.
pub(crate) fn media_loss(format: Format, media: &Media) -> Option<String> {
    let has = media_fields(format);
    let fields = [
        (has.name, !media.name.is_empty(), "the name"),
        (has.rate, true, "the frame rate"),
        (has.drop_frame, media.timebase.is_drop_frame(), "drop frame"),
        (has.start, media.start != 0, "the start timecode"),
        (has.frames, media.frames.is_some(), "the length"),
        (has.size, media.size.is_some(), "the size of the picture"),
        (has.id, media.id.is_some(), "the id"),
        (has.url, media.url.is_some(), "the address"),
        (has.media_type, media.media_type.is_some(), "the media type"),
        (has.version, media.version.is_some(), "the version"),
        (has.project, media.project.is_some(), "the project"),
        (has.project, media.team.is_some(), "the team"),
    ];
    let lost: Vec<_> = fields
        .iter()
        .filter(|(has, is_set, _)| *is_set && !has)
        .map(|(_, _, what)| *what)
        .collect();
    (!lost.is_empty()).then(|| format!("{}: left out", lost.join(", ")))
}

#[cfg(test)]
mod tests;
