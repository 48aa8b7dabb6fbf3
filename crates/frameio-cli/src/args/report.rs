//! Arguments for the output and the report of a transfer.

use std::path::PathBuf;

use super::JsonArgs;
use super::format::OUTPUT;
use crate::exit::Failure;
use crate::report::{ReportFormat, Reporter, TransferOutput};

/// Output options of transfers.
#[derive(Clone, Debug, clap::Args)]
#[command(mut_arg("json", |json| {
    json.help("Print JSON: an object in a line for each file, and a summary at the end")
}))]
pub(crate) struct OutputArgs {
    #[command(flatten)]
    json: JsonArgs,
    /// Print failures only
    #[arg(long, short, help_heading = OUTPUT)]
    pub(crate) quiet: bool,
}

impl OutputArgs {
    /// Returns the output of the transfers.
    pub(crate) fn transfers(&self) -> TransferOutput {
        TransferOutput { reporter: self.reporter(), is_quiet: self.quiet }
    }

    /// Creates a reporter of further results of the run.
    pub(crate) fn reporter(&self) -> Reporter {
        self.json.reporter()
    }
}

/// File that a report of all files is saved to.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ReportArg {
    /// Save a report of all files, in CSV or JSON by the extension of the file
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

impl ReportArg {
    /// Returns the file and its format, if a report is saved.
    pub(crate) fn file(&self) -> Result<Option<(PathBuf, ReportFormat)>, Failure> {
        let Some(path) = &self.report else { return Ok(None) };
        let extension = path.extension().map(|it| it.to_string_lossy().to_lowercase());
        let format = match extension.as_deref() {
            Some("csv") => ReportFormat::Csv,
            Some("json") => ReportFormat::Json,
            _ => {
                let reason = "the extension selects the format: use .csv or .json";
                return Err(Failure::value("--report", path.display(), reason));
            }
        };
        Ok(Some((path.clone(), format)))
    }
}
