//! The file of results, which grows by one whole line for each job that has ended.

use std::collections::{HashMap, HashSet};
use std::fmt::Display;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use frameio::{ApiError, Error};
use serde_json::{Value, json};

use super::jobs::Job;
use crate::exit::{Failure, Status};

/// File of results.
#[derive(Debug)]
pub(super) struct Results {
    path: PathBuf,
    file: File,
}

/// Outcome of a job.
#[derive(Debug)]
pub(super) enum JobOutcome {
    Succeeded(Value),
    Failed(Error),
    /// Abandoned by the user while an attempt was in flight.
    Abandoned,
}

impl Results {
    /// Creates the file. An existing one is refused: it may have the results of another run.
    pub(super) fn create(path: &Path) -> Result<Self, Failure> {
        match OpenOptions::new().write(true).create_new(true).open(path) {
            Ok(file) => Ok(Self { path: path.to_owned(), file }),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                let message = "already exists: use --resume to continue it, or another --results";
                Err(Failure::usage(path.display(), message))
            }
            Err(error) => Err(Failure::usage(path.display(), error)),
        }
    }

    /// Opens or creates the file, and returns the lines of the jobs that have a result.
    pub(super) fn resume(
        path: &Path,
        jobs: &[Job],
        retry_failed: bool,
    ) -> Result<(Self, HashSet<usize>), Failure> {
        let wrong = |error: &dyn Display| Failure::usage(path.display(), error);
        let open =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
        let mut file = open.map_err(|error| wrong(&error))?;
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(|error| wrong(&error))?;
        // A line without an end was being written when the machine stopped.
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        let done = done(&text[..whole], jobs, retry_failed).map_err(|message| wrong(&message))?;
        file.set_len(whole as u64)
            .and_then(|()| file.seek(SeekFrom::End(0)))
            .map_err(|error| wrong(&error))?;
        Ok((Self { path: path.to_owned(), file }, done))
    }

    /// Appends the outcome of a job.
    pub(super) fn write(&mut self, job: &Job, outcome: &JobOutcome) -> Result<(), Failure> {
        let mut line = json!({"line": job.line, "op": job.operation.id});
        match outcome {
            JobOutcome::Succeeded(response) => line["answer"] = response.clone(),
            JobOutcome::Failed(error) => line["error"] = describe(error),
            JobOutcome::Abandoned => {
                line["error"] = json!({
                    "kind": Status::Interrupted.name(),
                    "message": "abandoned when it may have been sent already",
                    "may_have_been_sent": true,
                });
            }
        }
        // In one call, so that a line is whole or missing.
        self.file.write_all(format!("{line}\n").as_bytes()).map_err(|error| {
            Failure::new(Status::Other, format!("{}: {error}", self.path.display()))
        })
    }
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

/// Returns the lines of the jobs that have a result; of several, the last one counts.
fn done(text: &str, jobs: &[Job], retry_failed: bool) -> Result<HashSet<usize>, String> {
    let known: HashMap<_, _> = jobs.iter().map(|it| (it.line as u64, it)).collect();
    let mut done = HashSet::new();
    for (i, text) in text.lines().enumerate() {
        let result: Value = serde_json::from_str(text)
            .map_err(|_| format!("line {} is not the result of a job", i + 1))?;
        let job = result["line"].as_u64().and_then(|line| known.get(&line));
        let Some(job) = job.filter(|job| result["op"] == job.operation.id) else {
            return Err(format!("line {} is not the result of one of these jobs", i + 1));
        };
        match retry_failed && result.get("error").is_some() {
            true => done.remove(&job.line),
            false => done.insert(job.line),
        };
    }
    Ok(done)
}

#[cfg(test)]
mod tests {
    use frameio::{Catalog, Operation};
    use serde_json::Map;

    use super::*;

    fn jobs() -> Vec<Job> {
        let operation = Operation::find("users.show").unwrap();
        (1..=3).map(|line| Job { line, operation, input: Map::new() }).collect()
    }

    #[test]
    fn skips_jobs_with_a_result_and_retries_failed_ones_on_request() {
        let text = "{\"line\":3,\"op\":\"users.show\",\"answer\":{}}\n\
                    {\"line\":1,\"op\":\"users.show\",\"error\":{}}\n";
        assert_eq!(done(text, &jobs(), false), Ok([1, 3].into()));
        assert_eq!(done(text, &jobs(), true), Ok([3].into()));
        let again = format!("{text}{{\"line\":1,\"op\":\"users.show\",\"answer\":{{}}}}\n");
        assert_eq!(done(&again, &jobs(), true), Ok([1, 3].into()), "the last result counts");
    }

    #[test]
    fn refuses_the_results_of_other_jobs() {
        for text in
            ["{\"line\":4,\"op\":\"users.show\"}", "{\"line\":1,\"op\":\"files.show\"}", "x", "7"]
        {
            assert!(done(text, &jobs(), false).is_err(), "{text}");
        }
    }

    #[test]
    fn replaces_a_truncated_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results");
        let line =
            |line| format!("{}\n", json!({"line": line, "op": "users.show", "answer": null}));
        std::fs::write(&path, format!("{}{{\"line\":1,\"o", line(2))).unwrap();
        let (mut results, done) = Results::resume(&path, &jobs(), false).unwrap();
        assert_eq!(done, [2].into());
        results.write(&jobs()[0], &JobOutcome::Succeeded(Value::Null)).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text, format!("{}{}", line(2), line(1)));
        assert!(Results::create(&path).is_err(), "it may hold another run's");
    }
}
