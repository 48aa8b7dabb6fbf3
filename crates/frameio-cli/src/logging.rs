//! Logging of spans and events to standard error, as selected by `RUST_LOG`.

use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, fmt, registry};

use crate::exit::Failure;
use crate::input;
use crate::report::{LogWriter, Reporter};

/// Starts logging if `RUST_LOG` is set and not blank.
///
/// An invalid value is reported and does not fail the run: it may be meant for other programs.
pub(crate) fn start() {
    match filter() {
        Ok(None) => {}
        Ok(Some(filter)) => {
            let output = fmt::layer()
                .with_writer(|| LogWriter)
                .with_ansi(false)
                .with_span_events(FmtSpan::NEW | FmtSpan::CLOSE);
            // Events of other crates may contain secrets.
            let own = filter_fn(|metadata| metadata.target().starts_with("frameio"));
            // This is the only subscriber of the program, so it cannot fail.
            drop(registry().with(filter).with(own).with(output).try_init());
        }
        Err(failure) => Reporter::text().note(&format!("logging is off: {}", failure.message)),
    }
}

fn filter() -> Result<Option<EnvFilter>, Failure> {
    let Some(directives) = input::variable("RUST_LOG")? else { return Ok(None) };
    let filter = EnvFilter::try_new(directives);
    filter.map(Some).map_err(|error| Failure::usage(format!("invalid RUST_LOG: {error}")))
}
