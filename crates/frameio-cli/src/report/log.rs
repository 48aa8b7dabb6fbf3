//! Prints log events with the same escaping as all other output.

use std::io::{self, Write};

use tracing_subscriber::filter::LevelFilter;

use super::escape::Escaped;
use super::{Reporter, color, palette};

/// Returns whether logging is enabled.
pub(super) fn is_enabled() -> bool {
    LevelFilter::current() != LevelFilter::OFF
}

/// Prints the events of a subscriber on standard error, one line each.
///
/// They are escaped, because they may contain text of the service.
pub(crate) struct LogWriter {
    /// Whether an event is a JSON object.
    pub(crate) is_json: bool,
}

impl Write for LogWriter {
    /// Prints one event, which the subscriber writes in one call.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let text = text.trim_end_matches('\n');
        let line = match self.is_json {
            true => Escaped::json_text(text),
            false => Escaped::line(text),
        };
        match !self.is_json && color::is_enabled_on(&io::stderr()) {
            true => drop(writeln!(io::stderr(), "{}", palette::log_line(&line.to_string()))),
            false => Reporter::text().log(&line),
        }
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
