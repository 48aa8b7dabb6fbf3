//! Prints log events with the same escaping as all other output.

use std::io::{self, Write};

use tracing_subscriber::filter::LevelFilter;

use super::Reporter;

/// Returns whether logging is enabled.
pub(super) fn is_enabled() -> bool {
    LevelFilter::current() != LevelFilter::OFF
}

/// Prints the events of a subscriber on standard error, one line each.
///
/// They are escaped, because they may contain text of the service.
pub(crate) struct LogWriter;

impl Write for LogWriter {
    /// Prints one event, which the subscriber writes in one call.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        Reporter::text().status(String::from_utf8_lossy(event).trim_end_matches('\n'));
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
