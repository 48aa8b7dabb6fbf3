//! `frameio migrate scan`: finds uses of the legacy V2 API in source code.

use std::path::PathBuf;

use frameio_migrate::{Effort, Scan, ScanOptions, report, scan};

use crate::exit::{Failure, Status};
use crate::report::Reporter;

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
    /// Form of the report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Scan files that .gitignore excludes, and directories such as node_modules
    #[arg(long)]
    all: bool,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    Text,
    Json,
    Sarif,
    Markdown,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let options = ScanOptions::new().all_files(args.all);
    let scan =
        scan(&args.path, &options).map_err(|error| Failure::file("scan", &args.path, &error))?;
    let text = match args.format {
        Format::Text => report::text(&scan),
        Format::Json => report::json(&scan),
        Format::Sarif => report::sarif(&scan),
        Format::Markdown => report::markdown(&scan),
    };
    let reporter = Reporter::text();
    text.lines().try_for_each(|line| reporter.line(line))?;
    status(&scan)
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
