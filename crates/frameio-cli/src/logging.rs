//! Logging of spans and events to standard error, as selected by `-v` or `RUST_LOG`.

use clap::{ArgAction, ValueEnum};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt, registry};

use crate::exit::Failure;
use crate::input;
use crate::report::{LogWriter, Reporter};

/// Arguments that select what is logged.
#[derive(Debug, clap::Args)]
pub(crate) struct LogArgs {
    /// Log calls and transfers to standard error; -vv also logs each attempt. Overrides RUST_LOG
    #[arg(long, short, action = ArgAction::Count, global = true)]
    verbose: u8,
    /// Format of the log: text or json
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
    match filter(args.verbose) {
        Ok(None) => {}
        Ok(Some(filter)) => {
            // Events of other crates may contain secrets.
            let own = filter_fn(|metadata| metadata.target().starts_with("frameio"));
            let output = output(args.log_format).with_filter(filter).with_filter(own);
            // This is the only subscriber of the program, so it cannot fail.
            drop(registry().with(output).try_init());
        }
        Err(failure) => Reporter::text().note(&format!("logging is off: {}", failure.message)),
    }
}

/// Returns the layer that writes events and the start and end of spans.
fn output(format: LogFormat) -> Box<dyn Layer<Registry> + Send + Sync> {
    let is_json = format == LogFormat::Json;
    let layer = fmt::layer()
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
