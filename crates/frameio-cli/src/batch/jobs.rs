//! The jobs: read as a whole and checked before anything is sent.

use std::path::Path;

use frameio::Operation;
use serde_json::{Map, Value};

use crate::exit::{Failure, Status};
use crate::profile::Profile;
use crate::{input, profile};

/// How many wrong lines are told at once.
const MANY: usize = 20;

const FORM: &str = "a job is {\"op\": \"files.show\", \"input\": {…}}";

/// One call to be made.
#[derive(Debug)]
pub(super) struct Job {
    /// Where it stands in the file, from 1.
    pub(super) line: usize,
    pub(super) operation: &'static Operation,
    pub(super) input: Map<String, Value>,
}

/// Reads the jobs of a file, or of standard input.
pub(super) fn read(path: &Path, profile: Option<&Profile>) -> Result<Vec<Job>, Failure> {
    let about = path.display().to_string();
    let text = if path == Path::new("-") {
        input::text(&mut std::io::stdin(), "standard input")?
    } else {
        input::file(path)?
    };
    let (jobs, wrong) = parse(&text, profile);
    if wrong.is_empty() {
        return Ok(jobs);
    }
    wrong.iter().take(MANY).for_each(|message| eprintln!("{message}"));
    let message = format!("{about}: {} wrong lines, and nothing was sent", wrong.len());
    Err(Failure::new(Status::Usage, message))
}

/// The jobs of a text, and what is wrong with lines of it. Empty lines are no jobs.
fn parse(text: &str, profile: Option<&Profile>) -> (Vec<Job>, Vec<String>) {
    let (mut jobs, mut wrong) = (Vec::new(), Vec::new());
    for (i, text) in text.lines().enumerate().filter(|(_, text)| !text.trim().is_empty()) {
        match job(i + 1, text, profile) {
            Ok(job) => jobs.push(job),
            Err(message) => wrong.push(format!("line {}: {message}", i + 1)),
        }
    }
    (jobs, wrong)
}

fn job(line: usize, text: &str, profile: Option<&Profile>) -> Result<Job, String> {
    let mut fields: Map<String, Value> =
        serde_json::from_str(text).map_err(|error| format!("{error}: {FORM}"))?;
    let (op, input) = (fields.remove("op"), fields.remove("input"));
    if let Some(name) = fields.keys().next() {
        return Err(format!("`{name}` is not known: {FORM}"));
    }
    let Some(Value::String(id)) = op else { return Err(format!("`op` is missing: {FORM}")) };
    let mut input = match input {
        Some(Value::Object(input)) => input,
        None => Map::new(),
        Some(_) => return Err(format!("`input` is not an object: {FORM}")),
    };
    let operation = input::operation(&id)?;
    profile::fill(profile, operation, &mut input);
    operation.request(&input).map_err(|error| format!("{id}: {error}"))?;
    Ok(Job { line, operation, input })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_keep_their_lines_and_wrong_ones_are_told_by_theirs() {
        let text = "\n{\"op\":\"users.show\"}\n\n{\"op\":\"file.show\"}\nnonsense\n\
                    {\"op\":\"users.show\",\"input\":{\"x\":1}}\n{\"input\":{}}\n\
                    {\"op\":\"users.show\",\"inputs\":{}}\n{\"op\":\"users.show\",\"input\":[]}\n";
        let (jobs, wrong) = parse(text, None);
        assert_eq!(jobs.iter().map(|job| job.line).collect::<Vec<_>>(), [2]);
        let begins = [
            "line 4: there is no operation `file.show`: did you mean `files.show`?",
            "line 5: expected",
            "line 6: users.show: `x` is not a parameter",
            "line 7: `op` is missing",
            "line 8: `inputs` is not known",
            "line 9: `input` is not an object",
        ];
        assert_eq!(wrong.len(), begins.len(), "{wrong:#?}");
        for (message, begin) in wrong.iter().zip(begins) {
            assert!(message.starts_with(begin), "{message}");
        }
    }
}
