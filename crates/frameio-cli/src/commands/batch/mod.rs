//! `frameio batch`: many operations, concurrently and within the quotas.

mod estimate;
mod job_id;
mod jobs;
mod previous;
mod results;
mod scheduler;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use frameio::CallOptions;

use self::jobs::Job;
use self::results::{Previous, Results};
use self::scheduler::Scheduler;
use crate::args::GlobalArgs;
use crate::exit::{Failure, Status};
use crate::report::JobReport;

pub(super) const HELP: &str = "\
Each result names its job by a digest of operation and input, so that --resume finds the jobs without
a result after lines were added, removed, changed or sorted. Of several identical jobs, each has a
result of its own. A job whose result is an error is run again by --resume --retry-failed only; until
it succeeds, the exit status is not 0. A file of results is used by one run at a time.";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// File of jobs, one a line: {"op": "files.show", "input": {…}}; - for standard input
    #[arg(value_name = "JOBS")]
    jobs: PathBuf,
    /// File for the results, one a line, in the order of completion; - for standard output [default:
    /// JOBS.results]
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
    /// Send values outside the documented limits
    #[arg(long)]
    unchecked: bool,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let options = CallOptions::new().unchecked(args.unchecked);
    let mut jobs = jobs::read(&args.jobs, &global.profile.load()?, &options)?;
    let path = match &args.results {
        Some(path) => path.clone(),
        None => default_results(&args.jobs)?,
    };
    let client = global.client()?;
    let (mut results, previous) = match (path == Path::new("-"), args.resume) {
        (true, true) => {
            let message = "cannot be used with --resume, which reads the results";
            return Err(Failure::usage("--results -", message));
        }
        (true, false) => (Results::StandardOutput, Previous::new()),
        (false, true) => Results::resume(&path, &jobs)?,
        (false, false) => (Results::create(&path)?, Previous::new()),
    };
    let total = jobs.len();
    let skipped = Skipped::take(&mut jobs, &previous, args.retry_failed);
    let mut report = JobReport::new(jobs.len());
    skipped.print(total, &report);
    let mut scheduler = Scheduler::new(jobs, args.concurrency.into(), options);
    let ended = scheduler.run(&client, &mut results, &mut report).await;
    let counts = scheduler.counts();
    report.finish(counts, &results.name());
    ended?;
    match counts.failed + skipped.failed {
        _ if counts.left > 0 => {
            let message = match results {
                Results::File { .. } => {
                    "interrupted: run the same command with --resume for the remaining jobs"
                }
                Results::StandardOutput => "interrupted",
            };
            Err(Failure::new(Status::Interrupted, message))
        }
        0 => Ok(()),
        failed => Err(Failure::new(Status::Other, failures(failed, &results))),
    }
}

/// Jobs that are not run, because they have a result.
#[derive(Debug, Default)]
struct Skipped {
    done: usize,
    failed: usize,
    /// Results of jobs that the file does not have.
    unknown: usize,
}

impl Skipped {
    /// Removes the jobs that are not to be run.
    fn take(jobs: &mut Vec<Job>, previous: &Previous, retry_failed: bool) -> Self {
        let ids: HashSet<_> = jobs.iter().map(|job| &job.id).collect();
        let unknown = previous.keys().filter(|id| !ids.contains(id)).count();
        let mut skipped = Self { unknown, ..Self::default() };
        jobs.retain(|job| match previous.get(&job.id) {
            None => true,
            Some(true) if retry_failed => true,
            Some(has_failed) => {
                *(if *has_failed { &mut skipped.failed } else { &mut skipped.done }) += 1;
                false
            }
        });
        skipped
    }

    fn print(&self, total: usize, report: &JobReport) {
        let Self { done, failed, unknown } = self;
        let failed = match failed {
            0 => String::new(),
            failed => format!(", {failed} of them an error"),
        };
        match done + self.failed {
            0 => {}
            skipped => {
                report.status(&format!("{skipped} of {total} jobs have a result already{failed}"))
            }
        }
        if *unknown > 0 {
            report.status(&format!(
                "{unknown} results are of jobs that are not in the file any more"
            ));
        }
    }
}

fn failures(failed: usize, results: &Results) -> String {
    let failed = match failed {
        1 => "1 job failed".to_owned(),
        failed => format!("{failed} jobs failed"),
    };
    match results {
        Results::File { .. } => {
            format!("{failed}: to retry, run the same command with --resume --retry-failed")
        }
        Results::StandardOutput => failed,
    }
}

/// Returns the default file for results, next to the jobs.
fn default_results(jobs: &Path) -> Result<PathBuf, Failure> {
    // Of `/dev/stdin` and `<(…)` the directory is the system's.
    let is_file = jobs.is_file() && !jobs.starts_with("/dev") && !jobs.starts_with("/proc");
    if !is_file {
        return Err(Failure::usage("--results", "is required for jobs that are not in a file"));
    }
    let mut path = jobs.to_owned().into_os_string();
    path.push(".results");
    Ok(path.into())
}
