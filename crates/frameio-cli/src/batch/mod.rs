//! `frameio batch`: many operations, concurrently and within the quotas.

mod estimate;
mod jobs;
mod lanes;
mod progress;
mod results;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use self::lanes::Lanes;
use self::progress::Progress;
use self::results::Results;
use crate::args::Batch;
use crate::connect::Connection;
use crate::exit::{Failure, Status};

pub(crate) async fn run(connection: &Connection, args: &Batch) -> Result<(), Failure> {
    let mut jobs = jobs::read(&args.jobs, connection.choice.profile()?.as_ref())?;
    let path = match &args.results {
        Some(path) => path.clone(),
        None => beside(&args.jobs)?,
    };
    let client = connection.client()?;
    let (mut results, done) = match args.resume {
        true => Results::resume(&path, &jobs, args.retry_failed)?,
        false => (Results::create(&path)?, HashSet::new()),
    };
    if !done.is_empty() {
        eprintln!("{} of {} jobs have a result already", done.len(), jobs.len());
        jobs.retain(|job| !done.contains(&job.line));
    }
    let mut progress = Progress::new(jobs.len());
    let mut lanes = Lanes::new(jobs, args.concurrency.into());
    let outcome = lanes.run(&client, &mut results, &mut progress).await;
    progress.finish();
    let tally = lanes.tally();
    eprintln!(
        "{} done, {} failed, {} left; results in {}",
        tally.done,
        tally.failed,
        tally.left,
        path.display()
    );
    outcome?;
    match tally {
        _ if tally.left > 0 => {
            let message = "interrupted: the same command with --resume does what is left";
            Err(Failure::new(Status::Interrupted, message))
        }
        _ if tally.failed > 0 => Err(Failure::new(Status::Other, "")),
        _ => Ok(()),
    }
}

/// Where the results go if nothing is said: beside the jobs.
fn beside(jobs: &Path) -> Result<PathBuf, Failure> {
    if jobs == Path::new("-") {
        return Err(Failure::usage("--results", "is needed for jobs from standard input"));
    }
    let mut path = jobs.to_owned().into_os_string();
    path.push(".results");
    Ok(path.into())
}
