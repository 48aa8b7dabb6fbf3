//! `frameio batch`: calls the operations in a file, concurrently and within the quotas.

mod estimate;
mod job_id;
mod jobs;
mod previous;
mod results;
mod scheduler;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

pub(super) use self::estimate::Load;
use self::jobs::Job;
use self::previous::Previous;
use self::results::Results;
use self::scheduler::Scheduler;
use crate::args::{AccountArg, CallArgs, GlobalArgs, JsonArgs, at_least_one};
use crate::commands::input_ids::IdLookup;
use crate::config::ProfileIds;
use crate::exit::{Failure, Status};
use crate::report::JobReport;

pub(super) const HELP: &str = "\
Each line of JOBS is a JSON object, with the input of `frameio call`:
  {\"op\":\"files.show\",\"input\":{\"file_id\":\"…\"}}
  {\"op\":\"files.show\",\"path\":{\"file_id\":\"/Film/The Crossing/Stills/Poster.png\"}}
The parameters in \"path\" are places, whose IDs are looked up before the first call, so a place must not
depend on another line. All lines are validated before the first call. Results are JSON lines in the order of completion:
  {\"job\": \"…\", \"line\": 1, \"op\": \"files.show\", \"response\": {…}}
  {\"job\": \"…\", \"line\": 2, \"op\": \"files.show\", \"error\": {\"kind\": \"not_found\", …}}

To resume an interrupted run, add --resume. Jobs are identified by operation and input, so lines may
be added, removed or sorted in between. Failed jobs are run again with --resume --retry-failed only;
until they succeed, the exit status is not 0.

Only one run at a time can use a file of results.";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// File with one job per line, or - for standard input
    #[arg(value_name = "JOBS")]
    jobs: PathBuf,
    /// File to write results to, or - for standard output [default: JOBS.results]
    #[arg(long, value_name = "FILE")]
    results: Option<PathBuf>,
    /// Continue an earlier run: skip jobs that have a result
    #[arg(long)]
    resume: bool,
    /// With --resume, also run jobs that failed
    #[arg(long, requires = "resume")]
    retry_failed: bool,
    /// Maximum number of concurrent calls per operation
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = at_least_one::<u16>)]
    concurrency: u16,
    #[command(flatten)]
    call: CallArgs,
    #[command(flatten)]
    json: JsonArgs,
    #[command(flatten)]
    account: AccountArg,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let options = args.call.options();
    let profile = global.profile.load()?.with_account(args.account.given());
    let mut jobs = jobs::read(&args.jobs, &profile, &options)?;
    let path = match &args.results {
        Some(path) => path.clone(),
        None => default_results(&args.jobs)?,
    };
    if path.exists() && path.canonicalize().ok() == args.jobs.canonicalize().ok() {
        let reason = "it is the file of jobs; pass another one for the results";
        return Err(Failure::value("--results", path.display(), reason));
    }
    let client = global.client()?;
    let look_up = async |jobs: &mut Vec<Job>| {
        let lookup = IdLookup::new(global, &args.account, profile.clone());
        jobs::look_up(lookup, jobs, &options).await
    };
    if !args.resume {
        look_up(&mut jobs).await?;
    }
    let (mut results, previous) = match (path == Path::new("-"), args.resume) {
        (true, true) => {
            let message = "'--results -' cannot be used with '--resume', which reads the results";
            return Err(Failure::usage(message));
        }
        (true, false) => (Results::StandardOutput, Previous::new()),
        (false, true) => Results::resume(&path, &jobs)?,
        (false, false) => (Results::create(&path)?, Previous::new()),
    };
    let total = jobs.len();
    let skipped = Skipped::take(&mut jobs, &previous, args.retry_failed);
    let mut report = JobReport::new(jobs.len(), args.json.reporter());
    skipped.print(total, &report);
    if args.resume {
        // Places of jobs that ended may be gone.
        look_up(&mut jobs).await?;
    }
    let mut scheduler = Scheduler::new(jobs, args.concurrency.into(), options);
    let ended = scheduler.run(&client, &mut results, &mut report).await;
    let counts = scheduler.counts();
    let printed = report.finish(counts, &results.name());
    ended?;
    printed?;
    match counts.failed + skipped.failed {
        _ if counts.remaining > 0 => {
            let message = match results {
                Results::File { .. } if scheduler.has_abandoned() => {
                    "interrupted: to run the remaining jobs and repeat the abandoned ones, run the same \
                     command with --resume --retry-failed"
                }
                Results::File { .. } => {
                    "interrupted: to run the remaining jobs, run the same command with --resume"
                }
                Results::StandardOutput => "interrupted",
            };
            Err(Failure::new(Status::Interrupted, message))
        }
        0 => Ok(()),
        failed => {
            // The causes in the results of earlier runs are unknown.
            let status = scheduler.status().filter(|_| skipped.failed == 0);
            let status = status.unwrap_or(Status::Other);
            Err(Failure::new(status, failures(failed, &results)))
        }
    }
}

/// Jobs that are skipped because they have a result.
#[derive(Debug, Default)]
struct Skipped {
    succeeded: usize,
    failed: usize,
    /// Results whose jobs are not in the file.
    unknown: usize,
}

impl Skipped {
    /// Removes the jobs to skip.
    fn take(jobs: &mut Vec<Job>, previous: &Previous, retry_failed: bool) -> Self {
        let ids: HashSet<_> = jobs.iter().map(|job| &job.id).collect();
        let unknown = previous.keys().filter(|id| !ids.contains(id)).count();
        let mut skipped = Self { unknown, ..Self::default() };
        jobs.retain(|job| match previous.get(&job.id) {
            None => true,
            Some(true) if retry_failed => true,
            Some(has_failed) => {
                *(if *has_failed { &mut skipped.failed } else { &mut skipped.succeeded }) += 1;
                false
            }
        });
        skipped
    }

    fn print(&self, total: usize, report: &JobReport) {
        let Self { succeeded, failed, unknown } = self;
        let failed = match failed {
            0 => String::new(),
            failed => format!(" ({failed} failed)"),
        };
        match succeeded + self.failed {
            0 => {}
            skipped => {
                report.status(&format!("skipped {skipped} of {total} jobs with a result{failed}"))
            }
        }
        if *unknown > 0 {
            report.status(&format!(
                "ignored {unknown} results of jobs that are no longer in the file"
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
            format!("{failed}: to retry them, run the same command with --resume --retry-failed")
        }
        Results::StandardOutput => failed,
    }
}

/// Returns the default file for results, next to the file of jobs.
fn default_results(jobs: &Path) -> Result<PathBuf, Failure> {
    // Nothing can be written next to `/dev/stdin` and `<(…)`.
    let is_file = jobs.is_file() && !jobs.starts_with("/dev") && !jobs.starts_with("/proc");
    if !is_file {
        return Err(Failure::usage(
            "'--results' is required if the jobs are not in a regular file",
        ));
    }
    let mut path = jobs.to_owned().into_os_string();
    path.push(".results");
    Ok(path.into())
}
