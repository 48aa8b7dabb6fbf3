//! Prints log events with the same escaping as all other output.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use serde_json::json;

use super::escape::Escaped;
use super::{Reporter, color, palette};

static IS_ENABLED: AtomicBool = AtomicBool::new(false);
static IS_JSON: AtomicBool = AtomicBool::new(false);

/// Sets whether standard error has a log, and whether its lines are JSON objects.
pub(crate) fn set_log(is_enabled: bool, is_json: bool) {
    IS_ENABLED.store(is_enabled, Ordering::Relaxed);
    IS_JSON.store(is_json, Ordering::Relaxed);
}

/// Returns whether logging is enabled.
pub(super) fn is_enabled() -> bool {
    IS_ENABLED.load(Ordering::Relaxed)
}

/// Returns whether all lines on standard error are JSON objects.
pub(super) fn is_json() -> bool {
    IS_JSON.load(Ordering::Relaxed)
}

/// Returns a message as a JSON object of the log.
pub(super) fn json_line(level: &str, message: &str) -> Escaped {
    Escaped::json(&json!({
        "timestamp": Timestamp::now().to_string(),
        "level": level,
        "fields": {"message": message},
        "target": "frameio",
    }))
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
