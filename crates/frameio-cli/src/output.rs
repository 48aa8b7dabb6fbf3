//! What goes to standard output.

use std::io::{ErrorKind, IsTerminal, Write};

use serde_json::Value;

use crate::exit::{Failure, Status};

/// Prints a value: readably for a person, in one line for a program; null not at all.
pub(crate) fn answer(value: &Value) -> Result<(), Failure> {
    match value {
        Value::Null => Ok(()),
        value if std::io::stdout().is_terminal() => line(&format!("{value:#}")),
        value => line(&value.to_string()),
    }
}

/// Prints a line. Whoever reads may have enough, as `head` has: that ends the run quietly.
pub(crate) fn line(text: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    match writeln!(stdout, "{text}").and_then(|()| stdout.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
        Err(error) => Err(Failure::new(Status::Other, format!("standard output: {error}"))),
    }
}

/// A model as the service would write it.
pub(crate) fn json(model: &impl serde::Serialize) -> Result<Value, Failure> {
    serde_json::to_value(model).map_err(|error| Failure::new(Status::Other, error.to_string()))
}
