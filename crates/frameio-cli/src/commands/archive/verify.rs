//! `frameio archive verify`.

use std::path::PathBuf;

use frameio_archive::{Archiver, Finding, FindingKind, Verified};
use serde_json::{Value, json};

use crate::args::JsonArgs;
use crate::exit::{Failure, Status};
use crate::report::{Record, counted};
use crate::shutdown;

pub(super) const HELP: &str = "\
Examples:
  frameio archive verify crossing

Reads every file and compares it with the media hash list, checks the JSON files, and reports files that
are missing, changed, damaged, or extra. The exit status is 1 if the archive is incomplete or damaged; extra
files do not change it. Needs neither a sign-in nor a network.";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Directory of the archive
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    #[command(flatten)]
    json: JsonArgs,
}

pub(super) async fn run(args: &Args) -> Result<(), Failure> {
    let mut verified = None;
    shutdown::interruptible(async {
        verified = Some(Archiver::verify(&args.directory).await?);
        Ok::<_, Failure>(())
    })
    .await?;
    let Some(verified) = verified else { return Ok(()) };
    let reporter = args.json.reporter();
    for finding in &verified.findings {
        reporter.record(&Row(finding))?;
    }
    reporter.record(&Summary(&verified))?;
    match verified.is_intact() {
        true => Ok(()),
        false => Err(Failure::reported(Status::Other)),
    }
}

struct Row<'a>(&'a Finding);

impl Record for Row<'_> {
    fn lines(&self) -> Vec<String> {
        let Finding { kind, path, reason, .. } = self.0;
        vec![format!("{:<11} {path}: {reason}", kind.as_str())]
    }

    fn json(&self) -> Value {
        let Finding { kind, path, reason, .. } = self.0;
        json!({ "finding": kind.as_str(), "path": path, "reason": reason })
    }
}

struct Summary<'a>(&'a Verified);

impl Record for Summary<'_> {
    fn lines(&self) -> Vec<String> {
        let findings = &self.0.findings;
        let is_extra = |finding: &&Finding| finding.kind == FindingKind::Extra;
        let extra = findings.iter().filter(is_extra).count();
        let wrong = findings.len() - extra;
        let (files, wrong) = (counted(self.0.files, "file"), counted(wrong, "problem"));
        vec![format!("{files} verified, {wrong}, {}", counted(extra, "extra file"))]
    }

    fn json(&self) -> Value {
        let Verified { files, findings, .. } = self.0;
        let intact = self.0.is_intact();
        json!({ "summary": { "files": files, "findings": findings.len(), "intact": intact } })
    }
}
