//! Everything that the command prints: results on standard output, notes and progress on standard
//! error.

mod bars;
mod counts;
mod escape;
mod file;
mod jobs;
mod log;
mod meter;
mod skipped;
mod terminal_echo;
mod transfer;
mod width;

use std::io::{ErrorKind, IsTerminal, Write};

use indicatif::MultiProgress;
use serde_json::Value;

pub(crate) use self::escape::json_text;
use self::escape::{Escaped, printable};
pub(crate) use self::jobs::{JobCounts, JobReport};
pub(crate) use self::log::LogWriter;
pub(crate) use self::skipped::SkippedItems;
pub(crate) use self::transfer::{OutputArgs, TransferReport};
use crate::exit::{Failure, Status};

/// A result with a form for people and one for programs.
pub(crate) trait Record {
    /// Returns the form for people, line by line.
    fn lines(&self) -> Vec<String>;
    /// Returns the form for programs.
    fn json(&self) -> Value;
}

/// Prints results, notes and progress, as text or as JSON lines.
pub(crate) struct Reporter {
    is_json: bool,
    bars: Option<MultiProgress>,
}

impl Reporter {
    /// Prints text for people.
    pub(crate) const fn text() -> Self {
        Self::new(false)
    }

    /// Prints JSON lines, or text for people.
    pub(crate) const fn new(is_json: bool) -> Self {
        Self { is_json, bars: None }
    }

    /// Also shows progress bars, if standard error is a terminal without a log.
    fn with_bars(self) -> Self {
        let is_free = std::io::stderr().is_terminal() && !log::is_on();
        Self { bars: is_free.then(MultiProgress::new), ..self }
    }

    /// Returns whether results are printed as JSON lines.
    pub(crate) const fn is_json(&self) -> bool {
        self.is_json
    }

    /// Prints a result.
    pub(crate) fn record(&self, record: &impl Record) -> Result<(), Failure> {
        match self.is_json {
            true => self.json_line(&record.json()),
            false => record.lines().iter().try_for_each(|line| self.line(line)),
        }
    }

    /// Prints a JSON value: indented on a terminal, in one line elsewhere. Null is not printed.
    pub(crate) fn value(&self, value: &Value) -> Result<(), Failure> {
        match value {
            Value::Null => Ok(()),
            value if std::io::stdout().is_terminal() => self.print(&Escaped::indented_json(value)),
            value => self.json_line(value),
        }
    }

    /// Prints a JSON value in one line.
    pub(crate) fn json_line(&self, value: &Value) -> Result<(), Failure> {
        self.print(&Escaped::json(value))
    }

    /// Prints a line of text on standard output.
    pub(crate) fn line(&self, text: &str) -> Result<(), Failure> {
        self.print(&Escaped::line(text))
    }

    /// Prints on standard output. If the reader has closed it, as `head` does, the run ends quietly.
    fn print(&self, text: &Escaped) -> Result<(), Failure> {
        match self.write(text) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
            Err(error) => Err(output_failure(&error)),
        }
    }

    fn write(&self, text: &Escaped) -> std::io::Result<()> {
        self.suspended(|| {
            let mut stdout = std::io::stdout().lock();
            writeln!(stdout, "{text}").and_then(|()| stdout.flush())
        })
    }

    /// Prints a remark about the run on standard error.
    pub(crate) fn note(&self, text: &str) {
        self.status(&format!("frameio: {text}"));
    }

    /// Prints a line on standard error. A run does not depend on whether anybody can read it.
    pub(crate) fn status(&self, text: &str) {
        let text = Escaped::line(text);
        self.suspended(|| drop(writeln!(std::io::stderr(), "{text}")));
    }

    /// Removes the bars from the terminal while something else is printed.
    fn suspended<T>(&self, print: impl FnOnce() -> T) -> T {
        match &self.bars {
            Some(bars) => bars.suspend(print),
            None => print(),
        }
    }
}

/// Converts a model to the JSON of the service.
pub(crate) fn json(model: &impl serde::Serialize) -> Result<Value, Failure> {
    serde_json::to_value(model).map_err(|error| Failure::new(Status::Other, error.to_string()))
}

/// The failure of a run whose results cannot be written.
fn output_failure(error: &std::io::Error) -> Failure {
    Failure::new(Status::Other, format!("cannot write to standard output: {error}"))
}
