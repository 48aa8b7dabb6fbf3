//! `frameio archive restore`.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use frameio::transfer::{Locator, RemotePath, ResolvedItem, Transfers};
use frameio_archive::{Archiver, NotRestored, RestoreArchive, RestoreEvent, Restored};
use indicatif::HumanBytes;
use serde_json::{Value, json};

use super::interrupted;
use crate::args::{AccountArg, GlobalArgs, JsonArgs, at_least_one};
use crate::completion;
use crate::exit::{Failure, Status};
use crate::report::{CommentProgress, Record, Reporter, counted};
use crate::resolver::Resolver;
use crate::shutdown;

pub(super) const HELP: &str = "\
Examples:
  frameio archive restore crossing '/Film/The Crossing restored'

Creates a project with the folders, files, version stacks, comments, metadata and shares of the archive, and
lists what the API cannot create: authors and dates (every comment is by you), replies, mentions, attachments,
members and reviewers. No mail is sent. A public share gets a new link; --no-shares leaves shares out.

To continue an interrupted run, run the same command again: its state is in the directory of the archive, and
nothing is created twice. Verify the archive first with `frameio archive verify`.";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Directory of the archive
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// Project to create: /Workspace/Project
    #[arg(value_name = "PLACE", add = completion::place())]
    place: String,
    /// Maximum number of files uploaded at the same time
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = at_least_one::<u16>)]
    concurrency: u16,
    /// Do not create shares
    #[arg(long)]
    no_shares: bool,
    #[command(flatten)]
    json: JsonArgs,
    #[command(flatten)]
    account: AccountArg,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let (workspace, name) = split(&args.place)?;
    let client = global.client()?;
    let transfers = Transfers::new(client.clone());
    let resolver = Resolver::new(global, &transfers, &args.account)?;
    let found = resolver.resolve_for_write(Some(&workspace)).await?;
    if !matches!(found.item, ResolvedItem::Workspace) {
        return Err(Failure::usage(format!("'{workspace}' is not a workspace")));
    }
    let report = Arc::new(Mutex::new(Report {
        progress: CommentProgress::new(args.json.reporter()),
        files: 0,
        comments: 0,
    }));
    let on_event = report.clone();
    let archive =
        RestoreArchive::new(&args.directory, &found.account_id, &found.workspace_id, name)
            .files_in_flight(args.concurrency.into())
            .shares(!args.no_shares)
            .on_event(move |event| {
                on_event.lock().unwrap_or_else(PoisonError::into_inner).event(event);
            });
    let restore = Archiver::new(client, transfers.clone()).restore(archive);
    let restored = shutdown::stopping(&transfers, restore).await;
    report.lock().unwrap_or_else(PoisonError::into_inner).progress.finish();
    finish(&restored.map_err(interrupted)?, &args.json.reporter())
}

/// Splits the path of a project into the path of its workspace and its name.
fn split(place: &str) -> Result<(String, String), Failure> {
    let expected =
        || Failure::usage(format!("'{place}' is not a path of a project: /Workspace/Project"));
    let Locator::Path { account, path } = place.parse::<Locator>()? else { return Err(expected()) };
    match path.names() {
        [workspace, name] if !matches!(&**name, "." | "..") => {
            let path = RemotePath::new([workspace]);
            Ok((Locator::Path { account, path }.to_string(), name.clone()))
        }
        _ => Err(expected()),
    }
}

/// Shows the progress of a run.
struct Report {
    progress: CommentProgress,
    files: u64,
    comments: u64,
}

impl Report {
    fn event(&mut self, event: RestoreEvent<'_>) {
        match event {
            RestoreEvent::FileRestored { .. } => self.files += 1,
            RestoreEvent::CommentRestored => self.comments += 1,
            RestoreEvent::NotRestored(it) if it.is_failure => {
                self.progress.reporter().status(&format!("failed      {}: {}", it.what, it.reason));
            }
            _ => {}
        }
        self.progress.restored(self.files, self.comments);
    }
}

/// Prints what was restored and what was not.
fn finish(restored: &Restored, reporter: &Reporter) -> Result<(), Failure> {
    for it in &restored.not_restored {
        // Failures were printed as text when they occurred.
        if reporter.is_json() || !it.is_failure {
            reporter.record(&Row(it))?;
        }
    }
    reporter.record(&Summary(restored))?;
    if restored.is_complete() {
        return Ok(());
    }
    let failed = restored.not_restored.iter().filter(|it| it.is_failure).count();
    let message = format!("{failed} failed: run the same command again");
    Err(Failure::new(Status::Other, message))
}

struct Row<'a>(&'a NotRestored);

impl Record for Row<'_> {
    fn lines(&self) -> Vec<String> {
        let NotRestored { what, count, reason, .. } = self.0;
        let count = if *count == 1 { String::new() } else { format!("{count} ") };
        vec![format!("not restored  {count}{what}: {reason}")]
    }

    fn json(&self) -> Value {
        let NotRestored { what, count, reason, is_failure, .. } = self.0;
        json!({ "not_restored": what, "count": count, "reason": reason, "failed": is_failure })
    }
}

struct Summary<'a>(&'a Restored);

impl Record for Summary<'_> {
    fn lines(&self) -> Vec<String> {
        let Restored { project_id, counts, metadata, .. } = self.0;
        vec![format!(
            "project {}: {} ({}), {}, {}, {}, metadata of {}, {}",
            project_id.as_str(),
            counted(counts.files, "file"),
            HumanBytes(counts.bytes),
            counted(counts.folders, "folder"),
            counted(counts.version_stacks, "version stack"),
            counted(counts.comments, "comment"),
            counted(*metadata, "file"),
            counted(counts.shares, "share"),
        )]
    }

    fn json(&self) -> Value {
        let Restored { project_id, counts, metadata, not_restored, .. } = self.0;
        json!({ "summary": {
            "project_id": project_id.as_str(),
            "files": counts.files,
            "bytes": counts.bytes,
            "folders": counts.folders,
            "version_stacks": counts.version_stacks,
            "comments": counts.comments,
            "metadata": metadata,
            "shares": counts.shares,
            "not_restored": not_restored.len(),
            "complete": self.0.is_complete(),
        }})
    }
}
