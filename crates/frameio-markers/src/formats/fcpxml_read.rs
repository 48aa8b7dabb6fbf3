//! Reading of FCPXML.

use frameio_timecode::Rate;

use crate::error::{ReadError, ReadErrorKind};
use crate::input::{self, Found};
use crate::model::{Marker, MarkerList};
use crate::options::ReadOptions;
use crate::thread;
use crate::xml::{self, Element};

/// Seconds as a fraction.
#[derive(Debug, Clone, Copy)]
struct Seconds {
    num: i128,
    den: i128,
}

impl Seconds {
    const ZERO: Self = Self { num: 0, den: 1 };

    /// Parses `1001/30000s`, `5s` or `0.5s`.
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim().strip_suffix('s')?;
        let (num, den) = match text.split_once('/') {
            Some((num, den)) => (num.parse::<i64>().ok()?, den.parse::<u32>().ok()?),
            None => match text.split_once('.') {
                None => (text.parse::<i64>().ok()?, 1),
                Some((whole, part)) => {
                    let scale = 10_u32.checked_pow(u32::try_from(part.len()).ok()?)?;
                    let digits = format!("{whole}{part}");
                    (digits.parse::<i64>().ok()?, scale)
                }
            },
        };
        (den != 0).then_some(Self { num: num.into(), den: den.into() })
    }

    fn add(self, other: Self, sign: i128) -> Option<Self> {
        let left = self.num.checked_mul(other.den)?;
        let right = other.num.checked_mul(self.den)?.checked_mul(sign)?;
        let (num, den) = (left.checked_add(right)?, self.den.checked_mul(other.den)?);
        let divisor = gcd(num.unsigned_abs(), den.unsigned_abs()).max(1);
        let divisor = i128::try_from(divisor).ok()?;
        Some(Self { num: num / divisor, den: den / divisor })
    }

    /// The nearest frame.
    fn frame(self, rate: Rate) -> Option<i64> {
        let num = self.num.checked_mul(rate.num().into())?.checked_mul(2)?;
        let den = self.den.checked_mul(rate.den().into())?;
        i64::try_from(num.checked_add(den)?.div_euclid(den.checked_mul(2)?)).ok()
    }
}

fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

fn attribute(element: &Element, name: &str) -> Result<Option<Seconds>, ReadError> {
    let Some(text) = element.attribute(name) else { return Ok(None) };
    let invalid = || {
        let reason = format!("invalid time '{}' of '{name}'", input::quote(text));
        ReadError::syntax(element.line, reason)
    };
    Seconds::parse(text).map(Some).ok_or_else(invalid)
}

pub(crate) fn read(text: &str, options: &ReadOptions) -> Result<MarkerList, ReadError> {
    let root = xml::parse(text, options)?;
    if &*root.name != "fcpxml" {
        return Err(ReadError::syntax(root.line, "the root element is not 'fcpxml'"));
    }
    let sequence = root.find("sequence");
    let clip =
        || ["asset-clip", "sync-clip", "clip", "ref-clip"].iter().find_map(|name| root.find(name));
    let Some(top) = sequence.or_else(clip) else {
        return Err(ReadError::syntax(root.line, "no sequence and no clip"));
    };
    let rate = read_rate(&root, top)?;
    let begin = if sequence.is_some() { "tcStart" } else { "start" };
    let begin = attribute(top, begin)?.unwrap_or(Seconds::ZERO);
    let name = match sequence {
        Some(_) => root.find("project").and_then(|project| project.attribute("name")),
        None => top.attribute("name"),
    };
    let used = options.rate.or(rate);
    let found = Found {
        rate,
        drop_frame: top.attribute("tcFormat").map(|format| format == "DF").or(Some(false)),
        start: used.and_then(|rate| begin.frame(rate)),
        name: name.map(|name| name.strip_suffix(" comments").unwrap_or(name).to_owned()),
    };
    let mut list = input::list(&found, options)?;
    // Times of a sequence begin at its start timecode, those of a clip at its own.
    walk(&mut list, top, begin, begin, options)?;
    Ok(list)
}

/// The rate of the format that the sequence refers to.
fn read_rate(root: &Element, top: &Element) -> Result<Option<Rate>, ReadError> {
    let Some(resources) = root.child("resources") else { return Ok(None) };
    let id = top.attribute("format");
    let mut formats =
        resources.all("format").filter(|format| format.attribute("frameDuration").is_some());
    let format = match id {
        Some(id) => formats.find(|format| format.attribute("id") == Some(id)),
        None => formats.next(),
    };
    let Some(format) = format else { return Ok(None) };
    let Some(duration) = attribute(format, "frameDuration")? else { return Ok(None) };
    let part = |value: i128| u32::try_from(value).unwrap_or(0);
    let rate = Rate::new(part(duration.den), part(duration.num));
    rate.map(Some)
        .map_err(|error| ReadError::new(ReadErrorKind::Rate, error.to_string()).at(format.line))
}

/// Adds the markers of an element and of those below. `origin` is the local time of the element that
/// lies at the first frame, after `begin` is taken off.
fn walk(
    list: &mut MarkerList,
    element: &Element,
    origin: Seconds,
    begin: Seconds,
    options: &ReadOptions,
) -> Result<(), ReadError> {
    let far = |line| ReadError::syntax(line, "a time is too large");
    // Items of a spine without an offset follow one another.
    let mut next = begin;
    for child in &element.children {
        if matches!(&*child.name, "marker" | "chapter-marker") {
            let start = attribute(child, "start")?
                .ok_or_else(|| ReadError::syntax(child.line, "the marker has no 'start'"))?;
            let time = start.add(origin, -1).ok_or_else(|| far(child.line))?;
            let marker = read_marker(child, time, list)?;
            input::push(list, marker, Some(child.line), options)?;
            continue;
        }
        let timed = child.attribute("offset").is_some() || child.attribute("duration").is_some();
        let start = attribute(child, "start")?.unwrap_or(Seconds::ZERO);
        let inner = if timed && &*child.name != "sequence" {
            let offset = attribute(child, "offset")?.unwrap_or(next);
            let duration = attribute(child, "duration")?.unwrap_or(Seconds::ZERO);
            next = offset.add(duration, 1).ok_or_else(|| far(child.line))?;
            // The local time of the child at the first frame: origin - offset + start.
            origin
                .add(offset, -1)
                .and_then(|time| time.add(start, 1))
                .ok_or_else(|| far(child.line))?
        } else {
            origin
        };
        let begin = if timed { start } else { begin };
        walk(list, child, inner, begin, options)?;
    }
    Ok(())
}

fn read_marker(element: &Element, time: Seconds, list: &MarkerList) -> Result<Marker, ReadError> {
    let rate = list.media.rate();
    let far = || ReadError::syntax(element.line, "a time is too large");
    let frame = time.frame(rate).ok_or_else(far)?;
    let length = match attribute(element, "duration")? {
        Some(duration) => Some(duration.frame(rate).ok_or_else(far)?).filter(|frames| *frames > 1),
        None => None,
    };
    let completed = element.attribute("completed");
    let value = element.attribute("value").unwrap_or_default();
    let note = element.attribute("note").unwrap_or_default();
    let mut marker = Marker { frame: Some(frame), length, ..Marker::default() };
    // The name is `Author: text`, and the note begins with it.
    let author = value.split_once(": ").map(|(author, _)| author);
    match author.filter(|author| note.starts_with(*author)) {
        Some(author) if value.ends_with(')') && value.contains(" (+") => {
            let count = &value[value.rfind(" (+").unwrap_or(0)..];
            thread::unfold(&mut marker, Some(&format!("{author}{count}")), note);
        }
        Some(author) => thread::unfold(&mut marker, Some(author), note),
        None if note.is_empty() => value.clone_into(&mut marker.text),
        None => thread::unfold(&mut marker, Some(value), note),
    }
    marker.completed |= completed == Some("1");
    Ok(marker)
}
