//! Argument for the report of a transfer.

use std::path::PathBuf;

use crate::exit::Failure;
use crate::report::ReportFormat;

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
