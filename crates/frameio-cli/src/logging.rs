//! Logging of spans and events to standard error, as selected by `-v` or `RUST_LOG`.

use std::fmt;
use std::time::Duration;

use clap::{ArgAction, ValueEnum};
use frameio::layers::rate_limit;
use frameio::layers::trace::names;
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
        let targets = [rate_limit::TARGET, names::RETRY_TARGET];
        let waits = Targets::new().with_targets(targets.map(|target| (target, Level::DEBUG)));
        drop(registry().with(Waits.with_filter(waits)).try_init());
    }
}

/// Shows the waits of calls for their quotas and for further attempts.
struct Waits;

impl<S: Subscriber> Layer<S> for Waits {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut wait = Wait::default();
        event.record(&mut wait);
        match event.metadata().name() {
            rate_limit::WAIT => activity::waits_for_quota(&wait.text, wait.duration),
            names::RETRY_SCHEDULED => activity::waits_to_retry(&wait.text, wait.duration),
            _ => {}
        }
    }
}

/// Fields of the event of a wait.
#[derive(Debug, Default)]
struct Wait {
    /// Operation, or the reason of the retry.
    text: String,
    duration: Duration,
}

impl Visit for Wait {
    fn record_str(&mut self, field: &Field, value: &str) {
        if matches!(field.name(), "operation" | names::REASON) {
            value.clone_into(&mut self.text);
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if matches!(field.name(), "wait_ms" | names::DELAY_MS) {
            self.duration = Duration::from_millis(value);
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.record_u64(field, u64::try_from(value).unwrap_or_default());
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
