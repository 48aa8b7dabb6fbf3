//! Reads the results of earlier runs.

use std::fs::File;
use std::io::{BufRead, BufReader};

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::job_id::JobId;
use super::results::Previous;

/// Start of each line.
const START: &str = "{\"job\":\"";

/// End of a file of results that is not a whole line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Tail {
    None,
    /// A whole result without a line end.
    WithoutEnd,
    /// The start of a result, up to some place in its ID.
    WithoutId {
        start: u64,
    },
    /// The start of a result with its ID: the call was made.
    CutOff {
        start: u64,
        id: JobId,
        text: String,
    },
}

#[derive(Deserialize)]
struct Line {
    job: String,
    error: Option<IgnoredAny>,
}

/// Reads all results, and what is behind the last whole line.
///
/// # Errors
/// When a line is not the result of a job.
pub(super) fn read(file: &File) -> Result<(Previous, Tail), String> {
    let (mut reader, mut previous) = (BufReader::new(file), Previous::new());
    let (mut start, mut bytes) = (0, Vec::new());
    for number in 1_u64.. {
        bytes.clear();
        let length = reader.read_until(b'\n', &mut bytes).map_err(|error| error.to_string())?;
        if length == 0 {
            break;
        }
        let foreign = || format!("line {number} is not the result of a job");
        match (result(&bytes), bytes.ends_with(b"\n")) {
            // Of several results, the last one counts.
            (Some((id, has_failed)), is_whole) => {
                previous.insert(id, has_failed);
                if !is_whole {
                    return Ok((previous, Tail::WithoutEnd));
                }
            }
            (None, true) if bytes.trim_ascii().is_empty() => {}
            (None, false) => {
                let tail = tail(start, &bytes);
                // The first bytes of a file do not show that it has results.
                let is_known = !previous.is_empty() || matches!(tail, Some(Tail::CutOff { .. }));
                return tail.filter(|_| is_known).map(|tail| (previous, tail)).ok_or_else(foreign);
            }
            (None, true) => return Err(foreign()),
        }
        start += length as u64;
    }
    Ok((previous, Tail::None))
}

/// Parses a whole result: its ID, and whether the job has failed.
fn result(line: &[u8]) -> Option<(JobId, bool)> {
    let line: Line = serde_json::from_slice(line).ok()?;
    Some((JobId::parse(&line.job)?, line.error.is_some()))
}

/// Parses the start of a result.
fn tail(start: u64, bytes: &[u8]) -> Option<Tail> {
    // It may end within a character.
    let text = String::from_utf8_lossy(bytes).into_owned();
    let Some(rest) = text.strip_prefix(START) else {
        return START.starts_with(&text).then_some(Tail::WithoutId { start });
    };
    match rest.split_once('"') {
        Some((id, _)) => Some(Tail::CutOff { start, id: JobId::parse(id)?, text }),
        None => {
            let is_id = rest.bytes().all(|it| it.is_ascii_hexdigit() || it == b'-');
            is_id.then_some(Tail::WithoutId { start })
        }
    }
}
