//! Logging of spans and events to standard error, as selected by `-v` or `RUST_LOG`.

use std::fmt;
use std::time::Duration;

use clap::{ArgAction, ValueEnum};
use frameio::layers::rate_limit;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::{Targets, filter_fn};
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry, registry};

use crate::exit::Failure;
use crate::input;
use crate::report::{self, LogWriter, Reporter, activity};

/// Arguments that select what is logged.
#[derive(Debug, clap::Args)]
pub(crate) struct LogArgs {
    /// Log calls and transfers to standard error; -vv also logs each attempt. Overrides RUST_LOG
    #[arg(long, short, action = ArgAction::Count, global = true)]
    verbose: u8,
    /// Format of the log, notes and errors: text or json
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        global = true,
        default_value = "text",
        hide_default_value = true,
        hide_possible_values = true
    )]
    log_format: LogFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum LogFormat {
    Text,
    Json,
}

/// Starts logging if `-v` is given, or `RUST_LOG` is set and not blank.
///
/// An invalid value is reported and does not fail the run: it may be meant for other programs.
pub(crate) fn start(args: &LogArgs) {
    let is_json = args.log_format == LogFormat::Json;
    let filter = filter(args.verbose);
    report::set_log(matches!(filter, Ok(Some(_))), is_json);
    // There is only one subscriber in the program, so it cannot fail.
    match filter {
        Ok(Some(filter)) => {
            // Events of other crates may contain secrets.
            let own = filter_fn(|metadata| metadata.target().starts_with("frameio"));
            let output = output(is_json).with_filter(filter).with_filter(own);
            drop(registry().with(output).try_init());
            return;
        }
        Ok(None) => {}
        Err(failure) => Reporter::text().note(&format!("logging is off: {}", failure.message)),
    }
    if activity::is_possible() {
        let waits = Targets::new().with_target(rate_limit::TARGET, Level::DEBUG);
        drop(registry().with(QuotaWaits.with_filter(waits)).try_init());
    }
}

/// Shows the waits of calls for their quotas.
struct QuotaWaits;

impl<S: Subscriber> Layer<S> for QuotaWaits {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().name() == rate_limit::WAIT {
            let mut wait = QuotaWait::default();
            event.record(&mut wait);
            activity::waits(&wait.operation, wait.duration);
        }
    }
}

/// Fields of the event of a wait.
#[derive(Debug, Default)]
struct QuotaWait {
    operation: String,
    duration: Duration,
}

impl Visit for QuotaWait {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "operation" {
            value.clone_into(&mut self.operation);
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "wait_ms" {
            self.duration = Duration::from_millis(value);
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}

/// Returns the layer that writes events and the start and end of spans.
fn output(is_json: bool) -> Box<dyn Layer<Registry> + Send + Sync> {
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(move || LogWriter { is_json })
        .with_ansi(false)
        .with_span_events(FmtSpan::NEW | FmtSpan::CLOSE);
    if is_json { layer.json().boxed() } else { layer.boxed() }
}

fn filter(verbose: u8) -> Result<Option<EnvFilter>, Failure> {
    let directives = match verbose {
        0 => match input::variable("RUST_LOG")? {
            Some(directives) => directives,
            None => return Ok(None),
        },
        1 => "frameio=info".to_owned(),
        2 => "frameio=debug".to_owned(),
        _ => "frameio=trace".to_owned(),
    };
    let filter = EnvFilter::try_new(directives);
    filter.map(Some).map_err(|error| Failure::usage(format!("invalid RUST_LOG: {error}")))
}
