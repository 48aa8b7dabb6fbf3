//! Preparation that all writers share: positions, order, merging, colours and losses.

use std::collections::BTreeMap;

use crate::color::{Color, Palette};
use crate::error::WriteError;
use crate::fields;
use crate::format::Format;
use crate::loss::{Loss, LossKind, Losses, OutputFile};
use crate::model::{Marker, MarkerList, Media};
use crate::options::{ColorBy, Merge, Untimed, WriteOptions};
use crate::{text, thread};

/// A marker with its position in the output.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Placed<'a> {
    pub(crate) marker: &'a Marker,
    pub(crate) frame: Option<i64>,
    /// `None` for a point.
    pub(crate) length: Option<i64>,
}

/// One marker of the output: a comment, or several of the same frame.
#[derive(Debug, Clone)]
pub(crate) struct Event<'a> {
    pub(crate) frame: i64,
    /// `None` for a point.
    pub(crate) length: Option<i64>,
    /// At least one.
    pub(crate) markers: Vec<&'a Marker>,
}

/// What a writer works on.
#[derive(Debug)]
pub(crate) struct Plan<'a> {
    pub(crate) format: Format,
    pub(crate) media: &'a Media,
    pub(crate) options: &'a WriteOptions,
    /// In the order of the source, without those that are left out.
    pub(crate) placed: Vec<Placed<'a>>,
    losses: Losses,
    authors: BTreeMap<String, usize>,
}

impl<'a> Plan<'a> {
    pub(crate) fn new(format: Format, list: &'a MarkerList, options: &'a WriteOptions) -> Self {
        let mut plan = Self {
            format,
            media: &list.media,
            options,
            placed: Vec::with_capacity(list.markers.len()),
            losses: Losses::default(),
            authors: BTreeMap::new(),
        };
        for marker in &list.markers {
            plan.place(marker);
            for (kind, detail) in fields::losses(format, marker) {
                plan.lose(marker, kind, detail);
            }
        }
        if !list.markers.is_empty()
            && let Some(detail) = fields::media_loss(format, &list.media)
        {
            plan.losses.push_media(detail);
        }
        for placed in plan.by_time() {
            if let Some(label) = placed.marker.label() {
                let next = plan.authors.len();
                plan.authors.entry(label).or_insert(next);
            }
        }
        plan
    }

    /// Formats that keep positions as they are, also outside of the file.
    const fn keeps_positions(&self) -> bool {
        matches!(self.format, Format::Json | Format::Fiojson | Format::FrameioCsv)
    }

    fn place(&mut self, marker: &'a Marker) {
        let Some(frame) = marker.frame else {
            self.place_untimed(marker);
            return;
        };
        let mut frame = frame.saturating_add(self.options.frame_offset);
        let mut length = marker.length.filter(|length| *length > 0);
        if !self.keeps_positions() {
            let last = self.media.frames.map_or(i64::MAX, |frames| frames.saturating_sub(1).max(0));
            if frame != frame.clamp(0, last) {
                let detail = format!("frame {frame} is outside of the file, moved inside");
                self.lose(marker, LossKind::Moved, detail);
                frame = frame.clamp(0, last);
            }
            // A range that starts inside of the file has at least one frame.
            let room = last.saturating_sub(frame).saturating_add(1);
            if let Some(frames) = length.filter(|frames| *frames > room) {
                let detail = format!("the range of {frames} frames ends after the file");
                self.lose(marker, LossKind::Shortened, detail);
                length = Some(room);
            }
        }
        self.placed.push(Placed { marker, frame: Some(frame), length });
    }

    fn place_untimed(&mut self, marker: &'a Marker) {
        let carried = self.format.capabilities().untimed;
        let detail = match self.options.untimed {
            Untimed::File if carried => None,
            Untimed::Start => Some("has no frame, put on the first one"),
            Untimed::Skip => Some("has no frame, left out"),
            Untimed::File => Some("has no frame, written to the file of untimed comments"),
        };
        if let Some(detail) = detail {
            self.lose(marker, LossKind::Untimed, detail);
        }
        if marker.length.is_some_and(|length| length > 1) && !self.keeps_positions() {
            self.lose(marker, LossKind::Range, "a range without a frame: left out");
        }
        let frame = (self.options.untimed == Untimed::Start).then_some(0);
        if self.options.untimed != Untimed::Skip {
            self.placed.push(Placed { marker, frame, length: None });
        }
    }

    pub(crate) fn lose(&mut self, marker: &Marker, kind: LossKind, detail: impl Into<String>) {
        self.losses.push(marker, kind, detail);
    }

    /// Reports that `count` characters of a marker were replaced or removed.
    pub(crate) fn lose_characters(&mut self, marker: &Marker, count: usize) {
        if count > 0 {
            let detail = format!("{count} characters replaced or removed");
            self.lose(marker, LossKind::Characters, detail);
        }
    }

    pub(crate) fn into_losses(self) -> Vec<Loss> {
        self.losses.into_vec()
    }

    /// Markers by frame, date and id; those without a frame last.
    pub(crate) fn by_time(&self) -> Vec<Placed<'a>> {
        let mut placed = self.placed.clone();
        placed.sort_by(|a, b| {
            let key = |placed: &Placed<'a>| (placed.frame.is_none(), placed.frame);
            key(a).cmp(&key(b)).then_with(|| {
                let (a, b) = (a.marker, b.marker);
                (a.created_at, &a.id).cmp(&(b.created_at, &b.id))
            })
        });
        placed
    }

    /// Markers with a frame, merged where the target loses all but one on a frame.
    pub(crate) fn events(&mut self) -> Vec<Event<'a>> {
        let merge = match self.options.merge {
            Merge::Auto => !self.format.capabilities().same_frame,
            Merge::Always => true,
            Merge::Never => false,
        };
        let mut events: Vec<Event<'a>> = Vec::new();
        for Placed { marker, frame, length } in self.by_time() {
            let Some(frame) = frame else { continue };
            match events.last_mut().filter(|event| event.frame == frame) {
                Some(event) if merge => {
                    let first = event.markers[0].label().unwrap_or_default();
                    event.markers.push(marker);
                    event.length = event.length.max(length);
                    let detail = format!("part of the marker of '{first}' on the same frame");
                    self.losses.push(marker, LossKind::Merged, detail);
                }
                Some(_) if !self.format.capabilities().same_frame => {
                    let detail = "on the frame of another marker, which the target may drop";
                    self.losses.push(marker, LossKind::Merged, detail);
                    events.push(Event { frame, length, markers: vec![marker] });
                }
                _ => events.push(Event { frame, length, markers: vec![marker] }),
            }
        }
        events
    }

    /// The label of a frame of the file.
    pub(crate) fn label(&self, frame: i64) -> Result<String, WriteError> {
        let timecode = self.media.timecode(frame);
        if timecode.leaves_the_day() && !self.options.wrap {
            return Err(WriteError::PastMidnight { frame, timecode: timecode.to_string() });
        }
        Ok(timecode.wrapped().to_string())
    }

    /// The label of the end of a range, which may be the end of the day.
    pub(crate) fn end_label(&self, frame: i64) -> Result<String, WriteError> {
        self.label(frame - 1)?;
        Ok(self.media.timecode(frame).wrapped().to_string())
    }

    /// The colour of an event.
    pub(crate) fn color(&mut self, event: &Event<'a>, palette: Palette) -> Color {
        let first = event.markers[0];
        let color = match self.options.color_by {
            ColorBy::State if event.is_completed() => Color::Green,
            ColorBy::State => palette.open(),
            ColorBy::Author => {
                let colors: Vec<_> = palette.authors().collect();
                let author = first.label().and_then(|label| self.authors.get(&label).copied());
                author.map_or(palette.default_color(), |author| colors[author % colors.len()])
            }
            ColorBy::None => first.color.map_or(palette.default_color(), |own| own.within(palette)),
        };
        if let Some(own) = first.color.filter(|own| *own != color) {
            self.lose(first, LossKind::Color, format!("colour {own} became {color}"));
        }
        color
    }

    /// The file of comments without a frame, for formats that cannot carry them.
    pub(crate) fn untimed_file(&self) -> Option<OutputFile> {
        if self.format.capabilities().untimed || self.options.untimed != Untimed::File {
            return None;
        }
        let untimed: Vec<_> = self.placed.iter().filter(|placed| placed.frame.is_none()).collect();
        if untimed.is_empty() {
            return None;
        }
        let name = text::single_line(&self.media.name);
        let mut file = format!("Comments without a frame: {name}\n");
        for placed in untimed {
            file.push('\n');
            file.push_str(&thread::full(placed.marker));
            file.push('\n');
        }
        Some(OutputFile::new("txt", file).with_suffix("_untimed"))
    }
}

impl Event<'_> {
    /// Every comment of the event is completed.
    pub(crate) fn is_completed(&self) -> bool {
        self.markers.iter().all(|marker| marker.completed)
    }

    /// The author or name, with the number of further comments.
    pub(crate) fn label(&self) -> String {
        self.count(self.markers[0].label().unwrap_or_default())
    }

    /// Text with the number of further comments.
    pub(crate) fn count(&self, mut text: String) -> String {
        if self.markers.len() > 1 {
            text.push_str(&format!(" (+{})", self.markers.len() - 1));
        }
        text
    }

    /// The comments with their replies, one below the other.
    pub(crate) fn full(&self) -> String {
        self.join("\n", thread::full)
    }

    /// The comments with their replies in one line.
    pub(crate) fn one_line(&self) -> String {
        self.join(" / ", |marker| text::single_line(&thread::full(marker)))
    }

    fn join(&self, separator: &str, text: impl Fn(&Marker) -> String) -> String {
        let texts: Vec<_> = self.markers.iter().map(|marker| text(marker)).collect();
        texts.join(separator)
    }
}
