//! Questions before something is deleted.

use std::io::IsTerminal;

use crate::commands::by_name::normalized;
use crate::exit::{Failure, Status};
use crate::input::{self, STANDARD_INPUT};
use crate::report::Reporter;

/// Returns whether a user can respond to a question.
pub(in crate::commands) fn is_interactive() -> bool {
    std::io::stdin().is_terminal()
}

/// Ends a run that the user did not confirm, so that a script does not continue as if it was done.
pub(in crate::commands) fn declined(message: &str) -> Failure {
    Failure::new(Status::Other, message)
}

/// Asks a question that is confirmed by typing "yes" or "y".
pub(in crate::commands) fn confirm(reporter: &Reporter, question: &str) -> Result<bool, Failure> {
    let typed = typed(reporter, question, "yes")?.to_lowercase();
    Ok(matches!(typed.as_str(), "y" | "yes"))
}

/// Asks a question that is confirmed by typing a name.
pub(in crate::commands) fn confirm_name(
    reporter: &Reporter,
    question: &str,
    name: &str,
) -> Result<bool, Failure> {
    let typed = typed(reporter, question, "its name")?;
    let is_name = normalized(&typed) == normalized(name.trim());
    if !is_name && !typed.is_empty() {
        reporter.note(&format!("'{typed}' is not its name"));
    }
    Ok(is_name)
}

fn typed(reporter: &Reporter, question: &str, expected: &str) -> Result<String, Failure> {
    reporter.status(&format!("{question} Type {expected} to confirm:"));
    let line = input::line(&mut std::io::stdin().lock(), STANDARD_INPUT)?;
    Ok(line.trim().to_owned())
}
