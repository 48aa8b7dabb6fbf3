//! Reads the results of earlier runs.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader};

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::job_id::JobId;
use crate::exit::io_reason;

/// Start of each line.
const START: &str = "{\"job\":\"";

/// Jobs of earlier runs, and whether their last result is a failure.
pub(super) type Previous = HashMap<JobId, bool>;

/// End of a file of results after the last complete line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Tail {
    None,
    /// A complete result without a line end.
    WithoutEnd,
    /// A result that was truncated before the end of its ID.
    WithoutId {
        start: u64,
    },
    /// A result that was truncated after its ID: the call was made.
    Truncated {
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

/// Reads all results, and the text after the last complete line.
///
/// # Errors
/// Fails if the file cannot be read or a line is not the result of a job.
pub(super) fn read(file: &File) -> Result<(Previous, Tail), String> {
    let (mut reader, mut previous) = (BufReader::new(file), Previous::new());
    let (mut start, mut bytes) = (0, Vec::new());
    for number in 1_u64.. {
        bytes.clear();
        let length = reader.read_until(b'\n', &mut bytes).map_err(|error| io_reason(&error))?;
        if length == 0 {
            break;
        }
        let foreign = || format!("line {number} is not the result of a job");
        match (result(&bytes), bytes.ends_with(b"\n")) {
            // The last result of a job counts.
            (Some((id, has_failed)), is_whole) => {
                previous.insert(id, has_failed);
                if !is_whole {
                    return Ok((previous, Tail::WithoutEnd));
                }
            }
            (None, true) if bytes.trim_ascii().is_empty() => {}
            (None, false) => {
                let tail = tail(start, &bytes);
                // A single truncated line without an ID may be of any file.
                let is_known = !previous.is_empty() || matches!(tail, Some(Tail::Truncated { .. }));
                return tail.filter(|_| is_known).map(|tail| (previous, tail)).ok_or_else(foreign);
            }
            (None, true) => return Err(foreign()),
        }
        start += length as u64;
    }
    Ok((previous, Tail::None))
}

/// Parses a complete result. Returns its ID and whether the job failed.
fn result(line: &[u8]) -> Option<(JobId, bool)> {
    let line: Line = serde_json::from_slice(line).ok()?;
    Some((JobId::parse(&line.job)?, line.error.is_some()))
}

/// Parses a truncated result.
fn tail(start: u64, bytes: &[u8]) -> Option<Tail> {
    // The text may end within a character.
    let text = String::from_utf8_lossy(bytes).into_owned();
    let Some(rest) = text.strip_prefix(START) else {
        return START.starts_with(&text).then_some(Tail::WithoutId { start });
    };
    match rest.split_once('"') {
        Some((id, _)) => Some(Tail::Truncated { start, id: JobId::parse(id)?, text }),
        None => {
            let is_id = rest.bytes().all(|it| it.is_ascii_hexdigit() || it == b'-');
            is_id.then_some(Tail::WithoutId { start })
        }
    }
}
