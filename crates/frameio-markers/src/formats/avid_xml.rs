//! Marker XML of Avid Media Composer.
//!
//! **Imported by** Media Composer: Tools → Markers → Import Markers, from the menu of the window.
//!
//! **Lost**: ids. Replies, the state and the marks of drawings and attachments are part of the text.
//!
//! **Not tried here**: Media Composer itself; only that the file is well-formed. Avid's own files have
//! more fields (an id, dates as text), which it is not known to need. The reader also takes Frame.io's
//! files, whose timecodes are frame numbers.

use jiff::Timestamp;

use crate::color::Palette;
use crate::error::{ReadError, WriteError};
use crate::formats::avid_txt;
use crate::input::{self, Found};
use crate::loss::OutputFile;
use crate::model::{Marker, MarkerList, Note, Reply};
use crate::options::ReadOptions;
use crate::plan::{Event, Plan};
use crate::xml::{self, Element, Page};
use crate::{text, thread};

pub(crate) fn write(plan: &mut Plan<'_>) -> Result<Vec<OutputFile>, WriteError> {
    let mut page = Page::new("xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\" ")?;
    page.doctype("Avid:StreamItems SYSTEM \"AvidSettingsFile.dtd\"")?;
    page.open("Avid:StreamItems", &[("xmlns:Avid", "http://www.avid.com")])?;
    page.open("Avid:XMLFileData", &[])?;
    page.leaf("AvProp", &[("name", "DomainMagic"), ("type", "string")], "Domain")?;
    page.leaf("AvProp", &[("name", "DomainKey"), ("type", "char4")], "58424a44")?;
    let events = plan.events();
    for (event, track) in events.iter().zip(avid_txt::tracks(plan, &events)) {
        let items = items(plan, event, track)?;
        page.open("AvClass", &[("id", "ATTR")])?;
        property(&mut page, "__OMFI:ATTR:NumItems", "int32", &items.len().to_string())?;
        page.open("List", &[("id", "OMFI:ATTR:AttrRefs")])?;
        for item in items {
            page.open("ListElem", &[])?;
            let (kind, field, value_type) = match item.number {
                true => ("1", "OMFI:ATTB:IntAttribute", "int32"),
                false => ("2", "OMFI:ATTB:StringAttribute", "string"),
            };
            property(&mut page, "OMFI:ATTB:Kind", "int32", kind)?;
            property(&mut page, "OMFI:ATTB:Name", "string", item.name)?;
            property(&mut page, field, value_type, &item.value)?;
            page.close("ListElem")?;
        }
        page.empty("ListElem", &[])?;
        page.close("List")?;
        page.close("AvClass")?;
    }
    page.close("Avid:XMLFileData")?;
    page.close("Avid:StreamItems")?;
    Ok(vec![OutputFile::new("xml", page.finish())])
}

fn property(page: &mut Page, name: &str, value_type: &str, value: &str) -> std::io::Result<()> {
    page.leaf("AvProp", &[("id", "ATTR"), ("name", name), ("type", value_type)], value)
}

struct Item {
    name: &'static str,
    number: bool,
    value: String,
}

fn items<'a>(
    plan: &mut Plan<'a>,
    event: &Event<'a>,
    track: String,
) -> Result<Vec<Item>, WriteError> {
    let string = |name, value| Item { name, number: false, value };
    let number = |name, value: i64| Item { name, number: true, value: value.to_string() };
    let marker = event.markers[0];
    let mut items = Vec::with_capacity(7);
    if let Some(created) = marker.created_at {
        items.push(number("_ATN_CRM_LONG_CREATE_DATE", created.as_second()));
    }
    items.push(string("_ATN_CRM_COLOR", plan.color(event, Palette::Avid).name().to_owned()));
    items.push(string("_ATN_CRM_USER", clean(plan, marker, &text::single_line(&event.label()))));
    items.push(string("_ATN_CRM_COM", clean(plan, marker, &event.full())));
    items.push(string("_ATN_CRM_TC", plan.label(event.frame)?));
    items.push(string("_ATN_CRM_TRK", clean(plan, marker, &track)));
    items.push(number("_ATN_CRM_LENGTH", event.length.unwrap_or(1)));
    Ok(items)
}

fn clean(plan: &mut Plan<'_>, marker: &Marker, text: &str) -> String {
    let (clean, mut lost) = text::for_xml(text);
    let clean = if plan.options.ascii {
        lost += clean.chars().filter(|c| !c.is_ascii()).count();
        text::to_ascii(&clean)
    } else {
        clean
    };
    plan.lose_characters(marker, lost);
    clean
}

/// The fields of a marker by the last part of their name, such as `TC`.
struct Fields<'a> {
    line: usize,
    fields: Vec<(&'a str, &'a str)>,
}

impl<'a> Fields<'a> {
    fn get(&self, name: &str) -> Option<&'a str> {
        self.fields.iter().find(|(key, _)| *key == name).map(|(_, value)| *value)
    }
}

pub(crate) fn read(text: &str, options: &ReadOptions) -> Result<MarkerList, ReadError> {
    let root = xml::parse(text, options)?;
    let mut markers = Vec::new();
    collect(&root, &mut markers);
    let timecodes: Vec<_> = markers.iter().filter_map(|marker| marker.get("TC")).collect();
    let labels = timecodes.iter().any(|timecode| timecode.contains([':', ';']));
    let mut found = Found::default();
    if labels {
        found.drop_frame = Some(timecodes.iter().any(|timecode| timecode.contains(';')));
    }
    let mut list = input::list(&found, options)?;
    if !labels && !timecodes.is_empty() {
        let note = "timecodes are frame numbers, as Frame.io writes them";
        list.notes.push(Note::new(None, note));
    }
    for fields in &markers {
        let marker = read_marker(fields, &list)?;
        input::push(&mut list, marker, Some(fields.line), options)?;
    }
    if labels {
        input::note_missing_start(&mut list, &found, options);
    }
    Ok(list)
}

fn collect<'a>(element: &'a Element, markers: &mut Vec<Fields<'a>>) {
    let list = element
        .all("List")
        .find(|list| list.attribute("id").is_some_and(|id| id.ends_with("AttrRefs")));
    if let Some(list) = list {
        let fields: Vec<_> = list.all("ListElem").filter_map(read_item).collect();
        let fields = Fields { line: element.line, fields };
        if fields.get("TC").is_some() {
            markers.push(fields);
        }
    }
    for child in &element.children {
        collect(child, markers);
    }
}

fn read_item(item: &Element) -> Option<(&str, &str)> {
    let value = |suffix: &str| {
        let found = item
            .all("AvProp")
            .find(|property| property.attribute("name").is_some_and(|name| name.ends_with(suffix)));
        found.map(|property| property.text.as_str())
    };
    let name = value("ATTB:Name")?.trim().strip_prefix("_ATN_CRM_")?;
    Some((name, value("StringAttribute").or_else(|| value("IntAttribute"))?))
}

fn read_marker(fields: &Fields<'_>, list: &MarkerList) -> Result<Marker, ReadError> {
    let timecode = fields.get("TC").unwrap_or_default().trim();
    let frame = if timecode.contains([':', ';']) {
        Some(input::frame_of(timecode, &list.media, fields.line)?)
    } else {
        let frame = timecode.parse::<i64>().ok().filter(|frame| *frame >= 0).ok_or_else(|| {
            let reason = format!("invalid timecode '{}'", input::quote(timecode));
            ReadError::syntax(fields.line, reason)
        })?;
        // Frame.io numbers comments without a frame on the timecode track.
        (fields.get("TRK").map(str::trim) != Some("TC1")).then_some(frame)
    };
    let number = |name| fields.get(name).and_then(|text| text.trim().parse::<i64>().ok());
    let created = number("LONG_CREATE_DATE").filter(|seconds| *seconds > 0);
    let mut marker = Marker {
        frame,
        color: fields.get("COLOR").and_then(|color| color.parse().ok()),
        length: number("LENGTH").filter(|length| *length > 1),
        created_at: created.and_then(|seconds| Timestamp::from_second(seconds).ok()),
        ..Marker::default()
    };
    let comment = fields.get("COM").unwrap_or_default();
    if !read_frameio(&mut marker, comment) {
        avid_txt::unfold(&mut marker, fields.get("USER").unwrap_or_default().trim(), comment);
    }
    Ok(marker)
}

/// Frame.io's comments: `[Author Nov 2, 2026 · 09:11] text` for each message.
fn read_frameio(marker: &mut Marker, comment: &str) -> bool {
    const ANNOTATION: &str = "(Annotation) ";
    let text = text::normalize_lines(comment);
    let (annotated, text) = match text.strip_prefix(ANNOTATION) {
        Some(text) => (true, text),
        None => (false, text.as_str()),
    };
    if signature(text).is_none() {
        return false;
    }
    marker.annotated = annotated;
    let mut messages: Vec<(&str, String)> = Vec::new();
    for line in text.split('\n') {
        match (signature(line), messages.last_mut()) {
            (Some((author, rest)), _) => messages.push((author, rest.to_owned())),
            (None, Some((_, message))) => {
                message.push('\n');
                message.push_str(line);
            }
            (None, None) => {}
        }
    }
    for (at, (author, message)) in messages.into_iter().enumerate() {
        let message = message.trim_end();
        let plain = message.strip_prefix(ANNOTATION);
        if at == 0 {
            marker.author = Some(thread::author(author));
            marker.annotated |= plain.is_some();
            plain.unwrap_or(message).clone_into(&mut marker.text);
        } else {
            let text = plain.unwrap_or(message);
            marker.replies.push(Reply::new(thread::author(author), text));
        }
    }
    true
}

/// The author and the text after `[Author Nov 2, 2026 · 09:11] `.
fn signature(line: &str) -> Option<(&str, &str)> {
    let (head, text) = line.strip_prefix('[')?.split_once(']')?;
    let (head, clock) = head.rsplit_once(" · ")?;
    if !clock.contains(':') {
        return None;
    }
    // Month, day with a comma, year.
    let mut words = head.rsplitn(4, ' ');
    let (year, day, _month) = (words.next()?, words.next()?, words.next()?);
    let dated = year.parse::<u16>().is_ok() && day.ends_with(',');
    let author = words.next().filter(|author| dated && !author.is_empty())?;
    Some((author, text.strip_prefix(' ').unwrap_or(text)))
}
