//! Reading and writing by format.

use crate::error::{ReadError, ReadErrorKind, WriteError};
use crate::format::Format;
use crate::formats::{
    avid_txt, avid_xml, chapters, fcp7_xml, fcpxml, fiojson, frameio_csv, html, json, markdown,
    otio, premiere_csv, resolve_edl, rows, subtitles,
};
use crate::input;
use crate::loss::Output;
use crate::model::MarkerList;
use crate::options::{ReadOptions, WriteOptions};
use crate::plan::Plan;

/// Writes markers in a format, and reports what it cannot carry.
///
/// The output depends on the arguments alone: it contains no current date and no path.
///
/// # Errors
/// When a timecode passes 24 hours and [`WriteOptions::wrap`] is off, or a setting is outside of its range.
pub fn write(
    format: Format,
    list: &MarkerList,
    options: &WriteOptions,
) -> Result<Output, WriteError> {
    let mut plan = Plan::new(format, list, options);
    let plan_ref = &mut plan;
    let mut files = match format {
        Format::ResolveEdl => resolve_edl::write(plan_ref),
        Format::AvidTxt => avid_txt::write(plan_ref),
        Format::AvidXml => avid_xml::write(plan_ref),
        Format::Fcp7Xml => fcp7_xml::write(plan_ref),
        Format::Fcpxml => fcpxml::write(plan_ref),
        Format::Otio => otio::write(plan_ref),
        Format::PremiereCsv => premiere_csv::write(plan_ref),
        Format::FrameioCsv => frameio_csv::write(plan_ref),
        Format::Fiojson => fiojson::write(plan_ref),
        Format::Srt => subtitles::write_srt(plan_ref),
        Format::Vtt => subtitles::write_vtt(plan_ref),
        Format::Chapters => chapters::write(plan_ref),
        Format::Csv => rows::write(plan_ref),
        Format::Json => json::write(plan_ref),
        Format::Markdown => markdown::write(plan_ref),
        Format::Html => html::write(plan_ref),
    }?;
    files.extend(plan.untimed_file());
    Ok(Output { files, losses: plan.into_losses() })
}

/// Reads markers. Without a format, it is detected from the content.
///
/// # Errors
/// When the format is not recognized or cannot be read, when the file has no frame rate and the options have
/// none, when a limit of the options is exceeded, or when the file does not follow its format.
pub fn read(
    format: Option<Format>,
    bytes: &[u8],
    options: &ReadOptions,
) -> Result<MarkerList, ReadError> {
    let text = input::decode(bytes, options).map_err(|error| match format {
        Some(format) => error.of(format),
        None => error,
    })?;
    let format = format.or_else(|| detect_text(&text)).ok_or_else(|| {
        let names: Vec<_> = Format::ALL.iter().filter(|f| f.can_read()).map(|f| f.name()).collect();
        let reason = format!("the format is not recognized; readable are {}", names.join(", "));
        ReadError::new(ReadErrorKind::Format, reason)
    })?;
    let text = text.as_str();
    let list = match format {
        Format::ResolveEdl => resolve_edl::read(text, options),
        Format::AvidTxt => avid_txt::read(text, options),
        Format::AvidXml => avid_xml::read(text, options),
        Format::Fcp7Xml => fcp7_xml::read(text, options),
        Format::Fcpxml => fcpxml::read(text, options),
        Format::Otio => otio::read(text, options),
        Format::PremiereCsv => premiere_csv::read(text, options),
        Format::FrameioCsv => frameio_csv::read(text, options),
        Format::Fiojson => fiojson::read(text, options),
        Format::Srt => subtitles::read_srt(text, options),
        Format::Vtt => subtitles::read_vtt(text, options),
        Format::Chapters => chapters::read(text, options),
        Format::Csv => rows::read(text, options),
        Format::Json => json::read(text, options),
        Format::Markdown | Format::Html => {
            Err(ReadError::new(ReadErrorKind::Format, "files of this format cannot be read"))
        }
    };
    list.and_then(within_limits).map_err(|error| error.of(format))
}

/// Largest frame of a file that is read, more than 200 years at 120 frames per second.
const MAX_FRAME: i64 = 1 << 40;

/// Refuses frames with which arithmetic could overflow.
fn within_limits(list: MarkerList) -> Result<MarkerList, ReadError> {
    let is_valid = |frames: Option<i64>| {
        frames.is_none_or(|frames| (-MAX_FRAME..=MAX_FRAME).contains(&frames))
    };
    match list.markers.iter().position(|it| !is_valid(it.frame) || !is_valid(it.length)) {
        None => Ok(list),
        Some(index) => {
            let reason = format!("marker {} has a frame or length beyond {MAX_FRAME}", index + 1);
            Err(ReadError::new(ReadErrorKind::Limit, reason))
        }
    }
}

/// Returns the format of a file, judged by its content.
pub fn detect(bytes: &[u8]) -> Option<Format> {
    let options = ReadOptions { max_bytes: usize::MAX, ..ReadOptions::default() };
    detect_text(&input::decode(bytes, &options).ok()?)
}

/// Characters at the beginning of a file that are looked at.
const LOOKED_AT: usize = 64 << 10;

fn detect_text(text: &str) -> Option<Format> {
    let mut end = text.len().min(LOOKED_AT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let head = text[..end].trim_start();
    if head.starts_with('<') {
        let roots = [
            ("<xmeml", Format::Fcp7Xml),
            ("<fcpxml", Format::Fcpxml),
            ("<Avid:StreamItems", Format::AvidXml),
        ];
        return roots.iter().find(|(root, _)| head.contains(root)).map(|(_, format)| *format);
    }
    if head.starts_with(['{', '[']) {
        return Some(if head.contains("\"OTIO_SCHEMA\"") {
            Format::Otio
        } else if head.starts_with("{\"asset\"")
            || (head.contains("\"asset\"") && head.contains("\"fps\""))
        {
            Format::Fiojson
        } else {
            Format::Json
        });
    }
    if head.starts_with("WEBVTT") {
        return Some(Format::Vtt);
    }
    if head.starts_with(";FFMETADATA") {
        return Some(Format::Chapters);
    }
    if head.starts_with("TITLE:") || head.starts_with("FCM:") {
        return Some(Format::ResolveEdl);
    }
    detect_rows(head)
}

fn detect_rows(head: &str) -> Option<Format> {
    let mut lines = input::lines(head).map(|(_, line)| line).filter(|line| !line.trim().is_empty());
    let first = lines.next()?;
    let second = lines.next().unwrap_or_default();
    let timecode = |text: Option<&str>| {
        text.is_some_and(|text| {
            let parts: Vec<_> = text.trim().split([':', ';', '.', ',']).collect();
            parts.len() == 4 && parts.iter().all(|part| part.parse::<u32>().is_ok())
        })
    };
    if first.split('\t').count() >= 5 && timecode(first.split('\t').nth(1)) {
        return Some(Format::AvidTxt);
    }
    if first.starts_with("Marker Name\t")
        || (first.contains('\t') && timecode(second.split('\t').nth(2)))
    {
        return Some(Format::PremiereCsv);
    }
    if first.contains("-->") || (first.trim().parse::<u64>().is_ok() && second.contains("-->")) {
        return Some(Format::Srt);
    }
    let columns: Vec<_> = first.split(',').map(|name| name.trim().trim_matches('"')).collect();
    let has = |name| columns.contains(&name);
    if has("Comment") && (has("Comment ID") || has("Commenter") || has("Timecode")) {
        return Some(Format::FrameioCsv);
    }
    (has("text") && (has("frame") || has("timecode_in"))).then_some(Format::Csv)
}
