//! Questions before something is deleted.

use std::io::IsTerminal;

use crate::commands::by_name::normalized;
use crate::exit::Failure;
use crate::input::{self, STANDARD_INPUT};
use crate::report::Reporter;

/// Returns whether a user can respond to a question.
pub(in crate::commands) fn is_interactive() -> bool {
    std::io::stdin().is_terminal()
}

/// Asks a question that is confirmed by typing "yes".
pub(in crate::commands) fn confirm(reporter: &Reporter, question: &str) -> Result<bool, Failure> {
    Ok(typed(reporter, question, "yes")?.eq_ignore_ascii_case("yes"))
}

/// Asks a question that is confirmed by typing a name.
pub(in crate::commands) fn confirm_name(
    reporter: &Reporter,
    question: &str,
    name: &str,
) -> Result<bool, Failure> {
    Ok(normalized(&typed(reporter, question, "its name")?) == normalized(name.trim()))
}

fn typed(reporter: &Reporter, question: &str, expected: &str) -> Result<String, Failure> {
    reporter.status(&format!("{question} Type {expected} to confirm:"));
    let line = input::line(&mut std::io::stdin().lock(), STANDARD_INPUT)?;
    Ok(line.trim().to_owned())
}
