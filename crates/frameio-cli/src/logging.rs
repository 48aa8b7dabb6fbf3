//! Spans and events on standard error, if `RUST_LOG` asks for them.

use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, fmt, registry};

use crate::exit::Failure;
use crate::input;
use crate::report::{LogWriter, Reporter};

/// Starts logging by `RUST_LOG`. Without it, or if it is blank, nothing is logged.
///
/// The variable may be set for other programs: an invalid one is reported and fails no run.
pub(crate) fn start() {
    match filter() {
        Ok(None) => {}
        Ok(Some(filter)) => {
            let output = fmt::layer()
                .with_writer(|| LogWriter)
                .with_ansi(false)
                .with_span_events(FmtSpan::NEW | FmtSpan::CLOSE);
            // Those of this project have no secrets in them, which others do not promise.
            let own = filter_fn(|metadata| metadata.target().starts_with("frameio"));
            // Nothing else in this program sets a subscriber.
            drop(registry().with(filter).with(own).with(output).try_init());
        }
        Err(failure) => Reporter::text().note(&format!("nothing is logged: {}", failure.message)),
    }
}

fn filter() -> Result<Option<EnvFilter>, Failure> {
    let Some(directives) = input::variable("RUST_LOG")? else { return Ok(None) };
    let filter = EnvFilter::try_new(directives);
    filter.map(Some).map_err(|error| Failure::usage("RUST_LOG", error))
}
