//! The file of results, to which a line is appended for each job that ends.

use std::fs::{File, TryLockError};
use std::io::{self, ErrorKind, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use frameio::{ApiError, Error};
use frameio_private_file as private_file;
use serde::Serialize;
use serde_json::{Value, json};

use super::job_id::JobId;
use super::jobs::Job;
use super::previous::{self, Previous, Tail};
use crate::exit::{Failure, Status};
use crate::report::{JobReport, json_text};

/// Destination of the results.
#[derive(Debug)]
pub(super) enum Results {
    /// A file, locked until it is closed.
    File {
        path: PathBuf,
        file: File,
    },
    StandardOutput,
}

/// Outcome of a job.
#[derive(Debug)]
pub(super) enum JobOutcome {
    Succeeded(Value),
    Failed(Error),
    /// The user abandoned the call while an attempt was in flight.
    Abandoned,
}

/// A line of the file. The ID comes first, so that it survives in a truncated line.
#[derive(Serialize)]
struct Line<'a> {
    job: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    op: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Value>,
}

impl Results {
    /// Creates the file. Refuses an existing one, which may have the results of another run.
    pub(super) fn create(path: &Path) -> Result<Self, Failure> {
        match private_file::options().write(true).create_new(true).open(path) {
            Ok(file) => Self::lock(path, file),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                let hint =
                    "continue that run with '--resume', or set another file with '--results'";
                Err(Failure::usage(format!("'{}' exists: {hint}", path.display())))
            }
            Err(error) => Err(Failure::file("create", path, &error)),
        }
    }

    /// Opens or creates the file, and returns the jobs that have a result in it.
    pub(super) fn resume(path: &Path, jobs: &[Job]) -> Result<(Self, Previous), Failure> {
        let refuse = |reason: &str| {
            Failure::usage(format!("cannot resume from '{}': {reason}", path.display()))
        };
        if path.metadata().is_ok_and(|it| !it.is_file()) {
            return Err(refuse("it is not a regular file"));
        }
        // Not opened for appending: Windows would refuse to remove a truncated line.
        let mut options = private_file::options();
        let options = options.read(true).write(true).create(true).truncate(false);
        let opened = options.open(path).map_err(|error| Failure::file("open", path, &error))?;
        let results = Self::lock(path, opened)?;
        let Self::File { file, .. } = &results else { return Ok((results, Previous::new())) };
        let (mut previous, tail) = previous::read(file).map_err(|reason| refuse(&reason))?;
        let repaired = match tail {
            Tail::None => Ok(()),
            Tail::WithoutEnd => append(file, "\n"),
            Tail::WithoutId { start } => file.set_len(start),
            Tail::Truncated { start, id, text } => {
                let line = truncated(&id, &text, jobs);
                previous.insert(id, true);
                file.set_len(start).and_then(|()| append(file, &line))
            }
        };
        repaired.map_err(|error| Failure::file("repair", path, &error))?;
        Ok((results, previous))
    }

    fn lock(path: &Path, file: File) -> Result<Self, Failure> {
        match file.try_lock() {
            Ok(()) => Ok(Self::File { path: path.to_owned(), file }),
            Err(TryLockError::WouldBlock) => Err(Failure::usage(format!(
                "'{}' is in use by another `frameio batch`",
                path.display()
            ))),
            Err(TryLockError::Error(error)) => Err(Failure::file("lock", path, &error)),
        }
    }

    /// Appends the outcome of a job.
    pub(super) fn write(
        &mut self,
        job: &Job,
        outcome: &JobOutcome,
        report: &JobReport,
    ) -> io::Result<()> {
        let mut line = Line {
            job: job.id.as_str(),
            line: Some(job.line),
            op: Some(job.operation.id),
            response: None,
            error: None,
        };
        match outcome {
            JobOutcome::Succeeded(response) => line.response = Some(response),
            JobOutcome::Failed(error) => line.error = Some(describe(error)),
            JobOutcome::Abandoned => {
                line.error = Some(json!({
                    "kind": Status::Interrupted.name(),
                    "message": "abandoned by the user; the request may have been sent",
                    "may_have_been_sent": true,
                }));
            }
        }
        match self {
            Self::File { file, .. } => append(file, &text(&line)),
            Self::StandardOutput => report.result(text(&line).trim_end()),
        }
    }

    /// Returns the name for messages.
    pub(super) fn name(&self) -> String {
        match self {
            Self::File { path, .. } => format!("'{}'", path.display()),
            Self::StandardOutput => "standard output".to_owned(),
        }
    }
}

/// Appends in one call, so that only the last line can be truncated, by a full disk.
fn append(mut file: &File, text: &str) -> io::Result<()> {
    file.seek(SeekFrom::End(0))?;
    file.write_all(text.as_bytes())
}

fn text(line: &Line<'_>) -> String {
    // Serializing strings and JSON values cannot fail.
    let mut text = serde_json::to_string(line).map(|json| json_text(&json)).unwrap_or_default();
    text.push('\n');
    text
}

/// Returns a line that replaces a truncated one: an error that contains its text.
fn truncated(id: &JobId, rest: &str, jobs: &[Job]) -> String {
    let job = jobs.iter().find(|job| job.id == *id);
    let error = json!({
        "kind": Status::Interrupted.name(),
        "message": "the result was truncated while it was written",
        "may_have_been_sent": true,
        "truncated": rest,
    });
    text(&Line {
        job: id.as_str(),
        line: job.map(|job| job.line),
        op: job.map(|job| job.operation.id),
        response: None,
        error: Some(error),
    })
}

fn describe(error: &Error) -> Value {
    let detail =
        |it: &ApiError| json!({"title": it.title, "detail": it.detail, "pointer": it.pointer});
    json!({
        "kind": Status::of_call(error).name(),
        "status": error.status().map(|status| status.as_u16()),
        "message": error.to_string(),
        "errors": error.api_errors().iter().map(detail).collect::<Vec<_>>(),
        "may_have_been_sent": error.may_have_been_sent(),
    })
}

#[cfg(test)]
mod tests {
    use frameio::{Catalog, Operation};
    use serde_json::Map;

    use super::super::job_id::JobIds;
    use super::*;
    use crate::commands::input_ids::InputIds;
    use crate::report::Reporter;

    fn jobs() -> Vec<Job> {
        let operation = Operation::find("users.show").unwrap();
        let mut ids = JobIds::default();
        let job = |line| {
            let input = Map::new();
            let missing = InputIds::new(operation, Vec::new());
            Job { id: ids.next(operation.id, &input), line, operation, input, ids: missing }
        };
        (1..=3).map(job).collect()
    }

    fn result(job: &Job) -> String {
        text(&Line {
            job: job.id.as_str(),
            line: Some(job.line),
            op: Some("users.show"),
            response: Some(&json!({"name": "Größe\u{202e}"})),
            error: None,
        })
    }

    /// Creates a file of results with this content.
    fn file(content: &[u8]) -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("results");
        std::fs::write(&path, content).unwrap();
        (directory, path)
    }

    #[test]
    fn a_result_truncated_at_any_byte_is_neither_lost_nor_repeated() {
        let jobs = jobs();
        let (first, second) = (result(&jobs[0]), result(&jobs[1]));
        let id_end = second.find("\",\"line\"").unwrap() + 1;
        for cut in 0..second.len() {
            let content = [first.as_bytes(), &second.as_bytes()[..cut]].concat();
            let (_directory, path) = file(&content);
            let (mut results, previous) = Results::resume(&path, &jobs).unwrap();
            // Without its ID, the result cannot be assigned to a job.
            let second_failed = (cut >= id_end).then_some(cut + 1 < second.len());
            assert_eq!(previous.get(&jobs[0].id), Some(&false), "{cut}");
            assert_eq!(previous.get(&jobs[1].id).copied(), second_failed, "{cut}");

            let (outcome, report) =
                (JobOutcome::Succeeded(Value::Null), JobReport::new(1, Reporter::text()));
            results.write(&jobs[2], &outcome, &report).unwrap();
            drop(results);
            let text = std::fs::read_to_string(&path).unwrap();
            let lines: Vec<Value> =
                text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            assert_eq!(lines.len(), if cut >= id_end { 3 } else { 2 }, "{cut}: {text}");
            if second_failed == Some(true) {
                let kept = lines[1]["error"]["truncated"].as_str().unwrap();
                assert_eq!(kept, String::from_utf8_lossy(&second.as_bytes()[..cut]));
                assert_eq!((&lines[1]["line"], &lines[1]["op"]), (&json!(2), &json!("users.show")));
            }
            assert_eq!(lines.last().unwrap()["line"], 3);
        }
    }

    #[test]
    fn refuses_and_keeps_a_file_without_results() {
        let jobs = jobs();
        let whole = result(&jobs[0]);
        let precious = "precious line";
        for content in [
            precious.to_owned(),
            format!("{precious}\n"),
            format!("{whole}{precious}"),
            format!("{whole}{precious}\n"),
            "{".to_owned(),
            "{\"job\":\"film\"}\n".to_owned(),
            "{\"line\":4,\"op\":\"users.show\"}\n".to_owned(),
            "7\n".to_owned(),
            "\u{feff}".to_owned(),
        ] {
            let (_directory, path) = file(content.as_bytes());
            let refused = Results::resume(&path, &jobs).unwrap_err();
            assert!(refused.message.contains("is not the result of a job"), "{}", refused.message);
            assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
            Results::create(&path).unwrap_err();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
        }
        let utf16: Vec<_> = precious.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let (_directory, path) = file(&utf16);
        Results::resume(&path, &jobs).unwrap_err();
        assert_eq!(std::fs::read(&path).unwrap(), utf16);
    }

    #[test]
    fn only_one_run_at_a_time_uses_a_file() {
        let jobs = jobs();
        let (_directory, path) = file(b"");
        let first = Results::resume(&path, &jobs).unwrap();
        let second = Results::resume(&path, &jobs).unwrap_err();
        assert!(second.message.ends_with("is in use by another `frameio batch`"), "{second:?}");
        drop(first);
        Results::resume(&path, &jobs).unwrap();
    }
}
