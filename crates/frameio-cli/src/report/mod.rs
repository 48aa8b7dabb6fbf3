//! All output of the command: results on standard output, notes and progress on standard error.

pub(crate) mod activity;
mod amounts;
mod bars;
mod capacity;
mod color;
mod comments;
mod counts;
mod escape;
mod file;
mod hashing;
mod jobs;
mod jq;
mod limit;
mod list;
mod log;
mod meter;
mod overall;
mod palette;
mod rate;
mod retries;
mod run_file;
mod skipped;
mod terminal_echo;
mod transfer;
mod width;
mod wrap;

use std::io::{ErrorKind, IsTerminal, Write};

use clap::builder::StyledStr;
use indicatif::{MultiProgress, ProgressDrawTarget};
use serde_json::Value;

pub(crate) use self::amounts::{counted, counted_as, duration};

pub(crate) use self::color::ColorChoice;
pub(crate) use self::comments::CommentProgress;
pub(crate) use self::escape::json_text;
use self::escape::{Escaped, printable};
pub(crate) use self::hashing::Phase;
pub(crate) use self::jobs::{JobCounts, JobReport};
pub(crate) use self::jq::Jq;
pub(crate) use self::list::{Cell, Column, Format, List, ListOptions, Row, local_time};
pub(crate) use self::log::{LogWriter, set_log};
pub(crate) use self::palette::{HELP_STYLES, Tone};
pub(crate) use self::retries::CallRetries;
pub(crate) use self::run_file::ReportFormat;
pub(crate) use self::skipped::SkippedItems;
pub(crate) use self::transfer::{Reading, TransferOutput, TransferReport};
pub(crate) use self::width::{help_columns, output_columns, width, wrapped};
pub(crate) use self::wrap::broken;
use crate::exit::{Failure, Status, io_reason};

/// A result that can be printed as text or as JSON.
pub(crate) trait Record {
    /// Returns the lines of text.
    fn lines(&self) -> Vec<String>;
    /// Returns the JSON value, which is printed in one line.
    fn json(&self) -> Value;
    /// Returns the tone of the first word of a line.
    fn tone(&self, _line: &str) -> Tone {
        Tone::Plain
    }
}

/// Prints results, notes and progress, as text or as JSON lines.
pub(crate) struct Reporter {
    is_json: bool,
    /// Filter of JSON lines. It is compiled for each line, because the compiled one belongs to one thread.
    jq: Option<String>,
    bars: Option<MultiProgress>,
}

impl Reporter {
    /// Creates a reporter that prints text.
    pub(crate) const fn text() -> Self {
        Self::new(false)
    }

    /// Creates a reporter that prints JSON lines or text.
    pub(crate) const fn new(is_json: bool) -> Self {
        Self { is_json, jq: None, bars: None }
    }

    /// Filters JSON lines by a valid expression of jq.
    pub(crate) fn filter(self, jq: Option<String>) -> Self {
        Self { jq, ..self }
    }

    /// Shows progress bars if standard error is a terminal that can draw them, and logging is off.
    fn with_bars(self) -> Self {
        let has_bars = activity::is_possible();
        if has_bars {
            activity::end();
        }
        Self { bars: has_bars.then(MultiProgress::new), ..self }
    }

    /// Returns whether results are printed as JSON lines.
    pub(crate) const fn is_json(&self) -> bool {
        self.is_json
    }

    /// Prints a result.
    pub(crate) fn record(&self, record: &impl Record) -> Result<(), Failure> {
        match self.is_json {
            true => self.json_line(&record.json()),
            false => record.lines().iter().try_for_each(|line| {
                let tone = if color::is_enabled_on(&std::io::stdout()) {
                    record.tone(line)
                } else {
                    Tone::Plain
                };
                self.print(&Escaped::starting_with(tone, line))
            }),
        }
    }

    /// Prints a result of a run that changes items, and so continues if the result cannot be written.
    /// Returns the failure to write it, unless the reader has closed the output.
    pub(crate) fn change(&self, record: &impl Record) -> Option<Failure> {
        self.print_or_keep(|| match self.is_json {
            true => self.json_lines(&record.json()),
            false => Ok(record.lines().iter().map(|line| Escaped::line(line)).collect()),
        })
    }

    /// Prints lines. Returns the failure to create or write them, unless the reader has closed the output.
    fn print_or_keep(
        &self,
        lines: impl FnOnce() -> Result<Vec<Escaped>, Failure>,
    ) -> Option<Failure> {
        let lines = match lines() {
            Ok(lines) => lines,
            Err(failure) => return Some(failure),
        };
        let error = lines.iter().find_map(|line| self.write(line).err())?;
        (error.kind() != ErrorKind::BrokenPipe).then(|| output_failure(&error))
    }

    /// Prints a JSON value: indented on a terminal, or else in one line. Does not print null.
    pub(crate) fn value(&self, value: &Value) -> Result<(), Failure> {
        match value {
            Value::Null => Ok(()),
            value if std::io::stdout().is_terminal() => self.print(&Escaped::indented_json(value)),
            value => self.json_line(value),
        }
    }

    /// Prints a JSON value in one line, or the outputs of the filter for it.
    pub(crate) fn json_line(&self, value: &Value) -> Result<(), Failure> {
        match self.compiled()? {
            Some(jq) => self.filtered(&jq, value),
            None => self.print(&Escaped::json(value)),
        }
    }

    /// Returns a JSON value in one line, or the outputs of the filter for it.
    fn json_lines(&self, value: &Value) -> Result<Vec<Escaped>, Failure> {
        let Some(jq) = self.compiled()? else { return Ok(vec![Escaped::json(value)]) };
        let mut lines = Vec::new();
        jq.run(value, |output| {
            lines.push(output.escaped());
            Ok(())
        })?;
        Ok(lines)
    }

    fn compiled(&self) -> Result<Option<Jq>, Failure> {
        self.jq.as_deref().map(Jq::of_argument).transpose()
    }

    /// Prints the outputs of a filter: strings as text, other values as JSON.
    pub(crate) fn filtered(&self, jq: &Jq, value: &Value) -> Result<(), Failure> {
        jq.run(value, |output| self.print(&output.escaped()))
    }

    /// Prints a line of text on standard output.
    pub(crate) fn line(&self, text: &str) -> Result<(), Failure> {
        self.print(&Escaped::line(text))
    }

    /// Prints text for programs, exactly as it is unless standard output is a terminal.
    fn exact(&self, text: &str) -> Result<(), Failure> {
        self.print(&Escaped::for_programs(text))
    }

    /// Prints a line on standard output. If the reader has closed it, as `head` does, exits without an
    /// error.
    fn print(&self, text: &Escaped) -> Result<(), Failure> {
        written(self.write(text))
    }

    /// Prints text on standard output without a line break.
    fn print_part(&self, text: &Escaped) -> Result<(), Failure> {
        written(self.write_ending(text, ""))
    }

    fn write(&self, text: &Escaped) -> std::io::Result<()> {
        self.write_ending(text, "\n")
    }

    fn write_ending(&self, text: &Escaped, end: &str) -> std::io::Result<()> {
        self.suspended(|| {
            let mut stdout = std::io::stdout().lock();
            write!(stdout, "{text}{end}").and_then(|()| stdout.flush())
        })
    }

    /// Prints a note on standard error, after the name of the program.
    pub(crate) fn note(&self, text: &str) {
        match log::is_json() {
            true => self.log(&log::json_line("INFO", text)),
            false => self.status(&format!("frameio: {text}")),
        }
    }

    /// Prints why the run fails on standard error, unless that was printed already.
    pub(crate) fn failure(&self, failure: &Failure) {
        match failure.message.as_str() {
            "" => {}
            message if log::is_json() => self.log(&log::json_line("ERROR", message)),
            message => self.note(message),
        }
    }

    /// Prints a line on standard error, on a terminal as several ones if it is too wide. Ignores errors, so
    /// that a closed output does not fail the run.
    pub(crate) fn status(&self, text: &str) {
        if log::is_json() {
            return self.log(&log::json_line("INFO", text));
        }
        let lines = match width::message_columns() {
            Some(columns) => wrap::message_lines(&printable(text), columns),
            None => vec![text.to_owned()],
        };
        self.suspended(|| lines.iter().for_each(|line| write_status(&Escaped::line(line))));
    }

    /// Prints a line on standard error as it is.
    fn log(&self, line: &Escaped) {
        self.suspended(|| write_status(line));
    }

    /// Prints the help of the program, with colors if they are enabled. It has no text of users.
    pub(crate) fn help(&self, help: &StyledStr) -> Result<(), Failure> {
        let help = match color::is_enabled_on(&std::io::stdout()) {
            true => help.ansi().to_string(),
            false => help.to_string(),
        };
        self.print(&Escaped::trusted(help.trim_end()))
    }

    /// Asks a question on the terminal. Returns `true` only for yes.
    ///
    /// The bars are hidden until the user replies, but nothing is locked, so that Ctrl-C can end the run.
    pub(crate) fn ask(&self, question: &str) -> bool {
        activity::clear();
        if let Some(bars) = &self.bars {
            drop(bars.clear());
            bars.set_draw_target(ProgressDrawTarget::hidden());
        }
        let mut stderr = std::io::stderr();
        let asked = write!(stderr, "{question}").and_then(|()| stderr.flush());
        let mut answer = String::new();
        let read = asked.and_then(|()| std::io::stdin().read_line(&mut answer));
        if let Some(bars) = &self.bars {
            bars.set_draw_target(ProgressDrawTarget::stderr());
        }
        read.is_ok() && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
    }

    /// Hides the bars while something else is printed.
    fn suspended<T>(&self, print: impl FnOnce() -> T) -> T {
        activity::clear();
        match &self.bars {
            Some(bars) => bars.suspend(print),
            None => print(),
        }
    }
}

/// Returns whether standard error is a terminal on which lines can be drawn again.
fn can_draw() -> bool {
    let is_dumb = std::env::var_os("TERM").is_some_and(|name| name == "dumb");
    std::io::stderr().is_terminal() && !is_dumb && !is_piped()
}

/// Returns whether standard output is read by another program, such as `tee`, which may print on the same
/// terminal between the bars.
#[cfg(unix)]
fn is_piped() -> bool {
    use std::os::fd::AsFd;
    use std::os::unix::fs::FileTypeExt;

    let stdout = std::io::stdout().as_fd().try_clone_to_owned().map(std::fs::File::from);
    let kind = stdout.and_then(|stdout| stdout.metadata()).map(|metadata| metadata.file_type());
    kind.is_ok_and(|kind| kind.is_fifo() || kind.is_socket())
}

/// Returns whether standard output may be read by another program, such as `tee`, which may print on the
/// same terminal between the bars.
#[cfg(not(unix))]
fn is_piped() -> bool {
    !std::io::stdout().is_terminal()
}

fn write_status(line: &Escaped) {
    drop(writeln!(std::io::stderr(), "{line}"));
}

/// Converts a model to JSON, with the field names of the service.
pub(crate) fn json(model: &impl serde::Serialize) -> Result<Value, Failure> {
    serde_json::to_value(model).map_err(|error| Failure::new(Status::Other, error.to_string()))
}

fn written(result: std::io::Result<()>) -> Result<(), Failure> {
    match result {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {
            activity::end();
            std::process::exit(0)
        }
        result => result.map_err(|error| output_failure(&error)),
    }
}

/// Creates the failure of a run whose results cannot be written.
fn output_failure(error: &std::io::Error) -> Failure {
    Failure::new(Status::Other, format!("cannot write to standard output: {}", io_reason(error)))
}
