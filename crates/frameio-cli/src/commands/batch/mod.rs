//! `frameio batch`: many operations, concurrently and within the quotas.

mod estimate;
mod jobs;
mod results;
mod scheduler;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use self::results::Results;
use self::scheduler::Scheduler;
use crate::args::GlobalArgs;
use crate::exit::{Failure, Status};
use crate::report::JobReport;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// File of jobs, one a line: {"op": "files.show", "input": {…}}; - for standard input
    #[arg(value_name = "JOBS")]
    jobs: PathBuf,
    /// File for the results, one a line, in the order of completion [default: JOBS.results]
    #[arg(long, value_name = "FILE")]
    results: Option<PathBuf>,
    /// Run only the jobs that have no result yet
    #[arg(long)]
    resume: bool,
    /// With --resume, also retry jobs that failed
    #[arg(long, requires = "resume")]
    retry_failed: bool,
    /// Maximum number of concurrent calls of one operation
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..))]
    concurrency: u16,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let mut jobs = jobs::read(&args.jobs, &global.profile.load()?)?;
    let path = match &args.results {
        Some(path) => path.clone(),
        None => default_results(&args.jobs)?,
    };
    let client = global.client()?;
    let (mut results, done) = match args.resume {
        true => Results::resume(&path, &jobs, args.retry_failed)?,
        false => (Results::create(&path)?, HashSet::new()),
    };
    let total = jobs.len();
    jobs.retain(|job| !done.contains(&job.line));
    let mut report = JobReport::new(jobs.len());
    if !done.is_empty() {
        report.status(&format!("{} of {total} jobs have a result already", done.len()));
    }
    let mut scheduler = Scheduler::new(jobs, args.concurrency.into());
    let ended = scheduler.run(&client, &mut results, &mut report).await;
    let counts = scheduler.counts();
    report.finish(counts, &path);
    ended?;
    match counts {
        _ if counts.left > 0 => {
            let message = "interrupted: run the same command with --resume for the remaining jobs";
            Err(Failure::new(Status::Interrupted, message))
        }
        _ if counts.failed > 0 => Err(Failure::reported(Status::Other)),
        _ => Ok(()),
    }
}

/// Returns the default file for results, next to the jobs.
fn default_results(jobs: &Path) -> Result<PathBuf, Failure> {
    if jobs == Path::new("-") {
        return Err(Failure::usage("--results", "is required for jobs from standard input"));
    }
    let mut path = jobs.to_owned().into_os_string();
    path.push(".results");
    Ok(path.into())
}
