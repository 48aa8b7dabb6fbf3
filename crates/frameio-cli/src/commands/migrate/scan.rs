//! `frameio migrate scan`: finds uses of the legacy V2 API in source code.

use std::path::PathBuf;

use clap::ValueEnum;
use frameio_migrate::{Effort, Scan, ScanOptions, report, scan};
use serde_json::Value;

use crate::args::JsonArgs;
use crate::exit::{Failure, Status};
use crate::report::Record;

pub(super) const HELP: &str = "\
Ordinary words of the legacy API count only in a file or package with a certain sign of it, such as its
URL or its Python SDK. Tokens are reported by their place and never printed.

Examples:
  frameio migrate scan .                             show each use and the V4 operation that replaces it
  frameio migrate scan . --format markdown >report.md
  frameio migrate scan . --format sarif >frameio.sarif

Exit status:
    0  No legacy use that needs a change
   11  Legacy use was found
    1  A file could not be read, and nothing was found in the others";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// File or directory to scan
    path: PathBuf,
    /// Form of the report [default: text; json with --json or --jq]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Scan files that .gitignore excludes, and directories such as node_modules
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    json: JsonArgs,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    Text,
    Json,
    Sarif,
    Markdown,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let format = format(args)?;
    let options = ScanOptions::new().all_files(args.all);
    let scan =
        scan(&args.path, &options).map_err(|error| Failure::file("scan", &args.path, &error))?;
    let text = match format {
        Format::Text => report::text(&scan),
        Format::Json => report::json(&scan),
        Format::Sarif => report::sarif(&scan),
        Format::Markdown => report::markdown(&scan),
    };
    args.json.print(&Report(text))?;
    status(&scan)
}

/// Returns the form of the report. Only those in JSON can be filtered or printed in one line.
fn format(args: &Args) -> Result<Format, Failure> {
    match (args.format, args.json.is_json()) {
        (Some(format @ (Format::Text | Format::Markdown)), true) => {
            let format = format.to_possible_value().map(|it| it.get_name().to_owned());
            let reason = "'--json' and '--jq' need json or sarif";
            Err(Failure::value("--format", format.unwrap_or_default(), reason))
        }
        (format, is_json) => {
            Ok(format.unwrap_or(if is_json { Format::Json } else { Format::Text }))
        }
    }
}

/// Report in one of the forms.
struct Report(String);

impl Record for Report {
    fn lines(&self) -> Vec<String> {
        self.0.lines().map(str::to_owned).collect()
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.0).unwrap_or_default()
    }
}

/// Decides the exit status, so that CI can refuse legacy use.
fn status(scan: &Scan) -> Result<(), Failure> {
    if scan.findings.iter().any(|finding| finding.effort != Effort::None) {
        return Err(Failure::reported(Status::LegacyUse));
    }
    if !scan.skipped.is_empty() {
        let message =
            format!("{} files could not be read; the report lists them", scan.skipped.len());
        return Err(Failure::new(Status::Other, message));
    }
    Ok(())
}
