//! The jobs: read as a whole and checked before anything is sent.

use std::path::Path;

use frameio::auth::profile::Profile;
use frameio::{CallOptions, Operation};
use serde_json::{Map, Value};

use super::job_id::{JobId, JobIds};
use crate::config::ProfileIds;
use crate::exit::{Failure, Status};
use crate::input;
use crate::report::Reporter;

/// Maximum number of wrong lines to report.
const MAX_REPORTED: usize = 20;

const FORM: &str = "a job is {\"op\": \"files.show\", \"input\": {…}}";

/// One call to be made.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) id: JobId,
    /// Line in the file, from 1.
    pub(super) line: usize,
    pub(super) operation: &'static Operation,
    pub(super) input: Map<String, Value>,
}

/// Reads the jobs of a file, or of standard input.
pub(super) fn read(
    path: &Path,
    profile: &Profile,
    options: &CallOptions,
) -> Result<Vec<Job>, Failure> {
    let (about, text) = match path == Path::new("-") {
        true => {
            let about = input::STANDARD_INPUT;
            (about.to_owned(), input::text(&mut std::io::stdin(), about)?)
        }
        false => (path.display().to_string(), input::file(path)?),
    };
    let (jobs, wrong) = parse(&text, profile, options);
    if wrong.is_empty() {
        return Ok(jobs);
    }
    let reporter = Reporter::text();
    for message in wrong.iter().take(MAX_REPORTED) {
        reporter.status(&format!("{about}: {message}"));
    }
    let message = format!("{about}: {} invalid lines; nothing was sent", wrong.len());
    Err(Failure::new(Status::Usage, message))
}

/// Parses jobs, and returns them with the errors of invalid lines. Empty lines are skipped.
fn parse(text: &str, profile: &Profile, options: &CallOptions) -> (Vec<Job>, Vec<String>) {
    let (mut ids, mut jobs, mut wrong) = (JobIds::default(), Vec::new(), Vec::new());
    for (i, text) in text.lines().enumerate().filter(|(_, text)| !text.trim().is_empty()) {
        match job(i + 1, text, profile, options, &mut ids) {
            Ok(job) => jobs.push(job),
            Err(message) => wrong.push(format!("line {}: {message}", i + 1)),
        }
    }
    (jobs, wrong)
}

fn job(
    line: usize,
    text: &str,
    profile: &Profile,
    options: &CallOptions,
    ids: &mut JobIds,
) -> Result<Job, String> {
    let mut fields: Map<String, Value> = serde_json::from_str(text).map_err(|error| {
        // The line that serde_json counts is always the first.
        let message = error.to_string();
        let message = message.rsplit_once(" at line ").map_or(&*message, |(message, _)| message);
        format!("{message} at column {}: {FORM}", error.column())
    })?;
    let (op, input) = (fields.remove("op"), fields.remove("input"));
    if let Some(name) = fields.keys().next() {
        return Err(format!("unknown field '{name}': {FORM}"));
    }
    let Some(Value::String(id)) = op else { return Err(format!("`op` is missing: {FORM}")) };
    let mut input = match input {
        Some(Value::Object(input)) => input,
        None => Map::new(),
        Some(_) => return Err(format!("`input` is not an object: {FORM}")),
    };
    let operation = input::operation(&id)?;
    profile.fill(operation, &mut input);
    operation.request(&input, options).map_err(|error| format!("{id}: {error}"))?;
    // With what the profile fills in: in another account it is another job.
    Ok(Job { id: ids.next(operation.id, &input), line, operation, input })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_invalid_lines_by_their_number() {
        let text = "\n{\"op\":\"users.show\"}\n\n{\"op\":\"file.show\"}\nnonsense\n\
                    {\"op\":\"users.show\",\"input\":{\"x\":1}}\n{\"input\":{}}\n\
                    {\"op\":\"users.show\",\"inputs\":{}}\n{\"op\":\"users.show\",\"input\":[]}\n";
        let (jobs, wrong) = parse(text, &Profile::default(), &CallOptions::new());
        assert_eq!(jobs.iter().map(|job| job.line).collect::<Vec<_>>(), [2]);
        let begins = [
            "line 4: no operation 'file.show': did you mean `files.show`?",
            "line 5: expected ident at column 2: a job is {\"op\": ",
            "line 6: users.show: `x` is not a parameter",
            "line 7: `op` is missing",
            "line 8: unknown field 'inputs'",
            "line 9: `input` is not an object",
        ];
        assert_eq!(wrong.len(), begins.len(), "{wrong:#?}");
        for (message, begin) in wrong.iter().zip(begins) {
            assert!(message.starts_with(begin), "{message}");
        }
    }
}
