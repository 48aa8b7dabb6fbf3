//! Reads and validates all jobs before the first call.

use std::path::Path;

use frameio::auth::profile::Profile;
use frameio::{CallOptions, Operation};
use serde_json::{Map, Value};

use super::job_id::{JobId, JobIds};
use crate::commands::call::FieldPath;
use crate::commands::input_ids::{IdLookup, InputIds};
use crate::config::ProfileIds;
use crate::exit::Failure;
use crate::input;
use crate::report::Reporter;

/// Maximum number of invalid lines to report.
const MAX_REPORTED: usize = 20;

const EXPECTED: &str = "expected {\"op\": \"files.show\", \"input\": {…}, \"path\": {…}}";

/// A call to make.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) id: JobId,
    /// Line in the file, from 1.
    pub(super) line: usize,
    pub(super) operation: &'static Operation,
    pub(super) input: Map<String, Value>,
    /// IDs that the input lacks until they are looked up.
    pub(super) ids: InputIds,
}

/// Looks up the places of jobs, all of them before the first call.
pub(super) async fn look_up(
    mut lookup: IdLookup<'_>,
    jobs: &mut [Job],
    options: &CallOptions,
) -> Result<(), Failure> {
    for job in jobs {
        let in_line = |mut failure: Failure| {
            failure.message = format!("line {}: {}; nothing was sent", job.line, failure.message);
            failure
        };
        lookup.fill(&mut job.ids, &mut job.input).await.map_err(in_line)?;
        let checked = job.operation.request(&job.input, options);
        checked.map_err(|error| in_line(Failure::input(job.operation.id, &error)))?;
    }
    Ok(())
}

/// Reads the jobs of a file, or of standard input.
pub(super) fn read(
    path: &Path,
    profile: &Profile,
    options: &CallOptions,
) -> Result<Vec<Job>, Failure> {
    let (source, text) = match path == Path::new("-") {
        true => {
            let source = input::STANDARD_INPUT;
            (source.to_owned(), input::text(&mut std::io::stdin(), source)?)
        }
        false => (path.display().to_string(), input::file(path)?),
    };
    let (jobs, invalid) = parse(&text, profile, options);
    if invalid.is_empty() {
        return Ok(jobs);
    }
    let reporter = Reporter::text();
    for (line, problem) in invalid.iter().take(MAX_REPORTED) {
        reporter.status(&format!("{source}:{line}: {problem}"));
    }
    let lines = match invalid.len() {
        1 => "1 line is invalid".to_owned(),
        lines => format!("{lines} lines are invalid"),
    };
    Err(Failure::usage(format!("{lines} in {source}; nothing was sent")))
}

/// Parses jobs. Returns them, and the numbers and problems of invalid lines. Blank lines are skipped.
fn parse(text: &str, profile: &Profile, options: &CallOptions) -> (Vec<Job>, Vec<(usize, String)>) {
    let (mut ids, mut jobs, mut invalid) = (JobIds::default(), Vec::new(), Vec::new());
    for (i, text) in text.lines().enumerate().filter(|(_, text)| !text.trim().is_empty()) {
        match job(i + 1, text, profile, options, &mut ids) {
            Ok(job) => jobs.push(job),
            Err(problem) => invalid.push((i + 1, problem)),
        }
    }
    (jobs, invalid)
}

fn job(
    line: usize,
    text: &str,
    profile: &Profile,
    options: &CallOptions,
    ids: &mut JobIds,
) -> Result<Job, String> {
    let mut fields: Map<String, Value> = serde_json::from_str(text).map_err(|error| {
        // serde_json counts lines within the text, which has only one.
        let message = error.to_string();
        let message = message.rsplit_once(" at line ").map_or(&*message, |(message, _)| message);
        format!("invalid JSON: {message} at column {}; {EXPECTED}", error.column())
    })?;
    let (op, input) = (fields.remove("op"), fields.remove("input"));
    let given = fields.remove("path");
    if let Some(name) = fields.keys().next() {
        return Err(format!("unknown field '{name}'; {EXPECTED}"));
    }
    let Some(Value::String(id)) = op else {
        return Err(format!("'op' is missing or not a string; {EXPECTED}"));
    };
    let mut input = match input {
        Some(Value::Object(input)) => input,
        None => Map::new(),
        Some(_) => return Err(format!("'input' is not an object; {EXPECTED}")),
    };
    let operation = input::operation(&id)?;
    let given = given.unwrap_or_default();
    let places = match given {
        Value::Null => Vec::new(),
        ref given => places(operation, given)?,
    };
    let has_places = !places.is_empty();
    let missing = InputIds::new(operation, places);
    missing.validate(&input, profile, options)?;
    // The ID covers the IDs of the profile: in another account, it is another job. It also covers the
    // places, but not their IDs: an earlier run may have moved or deleted the items.
    profile.fill(operation, &mut input);
    let id = match has_places {
        true => {
            let mut covered = input.clone();
            covered.insert("path".to_owned(), given);
            ids.next(operation.id, &covered)
        }
        false => ids.next(operation.id, &input),
    };
    Ok(Job { id, line, operation, input, ids: missing })
}

/// Parses the parameters whose values are places.
fn places(operation: &Operation, given: &Value) -> Result<Vec<(FieldPath, String)>, String> {
    let invalid = || format!("'path' is not an object of places; {EXPECTED}");
    let mut places = Vec::new();
    for (key, value) in given.as_object().ok_or_else(invalid)? {
        let path =
            FieldPath::parse(key).ok_or_else(|| format!("invalid name '{key}' in 'path'"))?;
        let path = path.of(operation);
        match value {
            Value::String(place) => places.push((path, place.clone())),
            Value::Array(items) => {
                for item in items {
                    let place = item.as_str().ok_or_else(invalid)?;
                    places.push((path.clone().items(), place.to_owned()));
                }
            }
            _ => return Err(invalid()),
        }
    }
    Ok(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_invalid_lines_by_their_number() {
        let text = "\n{\"op\":\"users.show\"}\n\n{\"op\":\"file.show\"}\nnonsense\n\
                    {\"op\":\"users.show\",\"input\":{\"x\":1}}\n{\"input\":{}}\n\
                    {\"op\":\"users.show\",\"inputs\":{}}\n{\"op\":\"users.show\",\"input\":[]}\n";
        let (jobs, invalid) = parse(text, &Profile::default(), &CallOptions::new());
        assert_eq!(jobs.iter().map(|job| job.line).collect::<Vec<_>>(), [2]);
        let expected = [
            (4, "no such operation 'file.show': did you mean 'files.show'?"),
            (5, "invalid JSON: expected ident at column 2; expected {\"op\": "),
            (6, "users.show: "),
            (7, "'op' is missing"),
            (8, "unknown field 'inputs'"),
            (9, "'input' is not an object"),
        ];
        assert_eq!(invalid.len(), expected.len(), "{invalid:#?}");
        for ((line, problem), (expected_line, start)) in invalid.iter().zip(expected) {
            assert_eq!(*line, expected_line);
            assert!(problem.starts_with(start), "{problem}");
        }
    }
}
