//! The log of a run, printed like all other text for people.

use std::io::{self, Write};

use tracing_subscriber::filter::LevelFilter;

use super::Reporter;

/// Returns whether anything may be logged.
pub(super) fn is_on() -> bool {
    LevelFilter::current() != LevelFilter::OFF
}

/// Prints the events of a subscriber on standard error, a line each. They contain text of the service.
pub(crate) struct LogWriter;

impl Write for LogWriter {
    /// Prints one event: a subscriber formats it first, and writes it in one piece.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        Reporter::text().status(String::from_utf8_lossy(event).trim_end_matches('\n'));
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
