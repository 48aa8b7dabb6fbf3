//! `frameio watch`: uploads files as they appear in a directory, or downloads them as they appear in a
//! folder.

mod destination;
mod down;
mod status_file;
mod then;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use frameio::transfer::{
    AfterUpload, TransferError, Transfers, UploadTree, Watch, WatchReports, WatchStatus,
};

use self::destination::Destination;
use self::status_file::StatusFile;
use self::then::ThenCommand;
use super::upload::UploadOptions;
use crate::args::{AccountArg, GlobalArgs, OutputArgs, PaceArgs};
use crate::completion;
use crate::exit::Failure;
use crate::report::TransferReport;
use crate::resolver::{Purpose, Resolver, folder_of};
use crate::shutdown::{self, Stopped};

pub(super) const HELP: &str = "\
Examples:
  frameio watch rushes '/Film/The Crossing/Dailies/{date}'
  frameio watch rushes '/Film/The Crossing/Dailies' --after move:sent --then './notify --new'
  frameio watch rushes '/Film/The Crossing/Dailies' --once
  frameio watch --down '/Film/The Crossing/Cuts' cuts

Runs until it is stopped with Ctrl-C or SIGTERM. A file is uploaded when its size and time have not
changed for 10 s, or for 60 s on a network share, and no process has it open for writing; see --settle.
A stopped or killed watcher continues where it was: no file is uploaded twice or left out. A directory
that is unavailable is waited for, and nothing is deleted at the service. Failed files are tried again.

The destination can contain placeholders in the names of folders, which are created:
  {date}    day of the file's modification time, such as 2026-03-14
  {parent}  name of the directory that contains the file; files are then uploaded directly to the
            folder, and otherwise with the structure of the directory

A file that differs from an existing one is listed as changed and not uploaded; see '--if-exists'.

'--then' runs a command for each uploaded file, one at a time, before the file is moved. It is split at
spaces, except within quotes, and runs without a shell. Its environment contains FRAMEIO_FILE_NAME,
FRAMEIO_FILE_ID, FRAMEIO_FILE_LINK and FRAMEIO_FILE_PATH (the local path). A file whose command fails
is not moved, and the command runs again when the watcher is restarted.

With '--down', the folder is compared with the directory every 60 s, or less often if it has more than
100 folders, because each folder costs a call. Incomplete remote files are left for a later comparison,
and local files that have changed are never replaced.

docs/watch.md in the repository has examples of services for Linux, macOS and Windows.";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Local directory; with --down, the folder or project to download
    #[arg(value_name = "DIR")]
    source: String,
    /// Folder or project: /Workspace/Project/Folder/{date}, or an ID [default: the profile's project];
    /// with --down, the local directory
    #[arg(value_name = "DEST", add = completion::place())]
    target: Option<String>,
    /// Download new files of a folder instead of uploading
    #[arg(long)]
    down: bool,
    /// What to do with a local file after the upload: keep, or move:DIR
    #[arg(long, value_name = "ACTION", default_value = "keep", value_parser = after)]
    after: AfterUpload,
    /// Command to run for each uploaded file
    #[arg(long, value_name = "COMMAND", conflicts_with = "down")]
    then: Option<ThenCommand>,
    /// Transfer what is available and exit; waits until files are complete
    #[arg(long)]
    once: bool,
    /// File for the current status as JSON, which is replaced atomically
    #[arg(long, value_name = "FILE")]
    status: Option<PathBuf>,
    /// Time without changes after which a file is complete [default: 10; on a network share 60]
    #[arg(long, value_name = "SECONDS", conflicts_with = "down", value_parser = seconds)]
    settle: Option<Duration>,
    #[command(flatten)]
    pace: PaceArgs,
    #[command(flatten)]
    account: AccountArg,
    #[command(flatten)]
    options: UploadOptions,
    /// Refused with advice
    #[arg(long, short = 'n', hide = true)]
    dry_run: bool,
    #[command(flatten)]
    output: OutputArgs,
}

fn after(text: &str) -> Result<AfterUpload, String> {
    match text.split_once(':') {
        None if text == "keep" => Ok(AfterUpload::Keep),
        Some(("move", directory)) if !directory.is_empty() => {
            Ok(AfterUpload::Move(directory.into()))
        }
        _ => Err("expected keep or move:DIR".to_owned()),
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds.ok_or_else(|| "expected a number of seconds, such as 30 or 0.5".to_owned())
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    if args.dry_run {
        let message = "'--dry-run' cannot be used with 'watch'; use `frameio sync --dry-run`";
        return Err(Failure::usage(message));
    }
    if args.down { down::run(global, args).await } else { up(global, args).await }
}

async fn up(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    check_order(args)?;
    check_status(args)?;
    let destination = Destination::parse(args.target.as_deref())?;
    let (transfers, profile) = global.limited_transfers(&args.pace)?;
    let resolver = Resolver::new(global, &transfers, &args.account)?;
    let target = resolver.resolve_for(Purpose::Write, destination.folder.as_deref()).await?;
    let (account, folder) = folder_of(&target)?;
    let report = TransferReport::watch(args.output.transfers(), None, &global.retries);
    let tree = UploadTree::new(account, folder, &args.source);
    let tree = tree.filter(args.options.filters.filter_in(&target.path)?);
    let tree = args.pace.apply(args.options.apply(tree, &profile, &report)?);
    let mut watch = Watch::new(tree).once(args.once).after(args.after.clone());
    if let Some(template) = destination.template {
        watch = watch.template(template);
    }
    if let Some(settle) = args.settle {
        watch = watch.settle(settle);
    }
    let running = then::Running::default();
    if let Some(then) = args.then.clone() {
        let (client, running) = (transfers.client().clone(), running.clone());
        watch = watch.on_sent(move |file| then.clone().run(client.clone(), file, running.clone()));
    }
    let status = StatusFile::create(args)?;
    let watch = watch.reports(reports(args, &report, &status));
    let result = status.keep_while(stoppable(&transfers, transfers.watch(watch))).await;
    running.wait().await;
    finish(args, &report, result)
}

/// Refuses a folder and a directory in the wrong order.
fn check_order(args: &Args) -> Result<(), Failure> {
    let is_directory = args.target.as_ref().is_some_and(|target| Path::new(target).is_dir());
    if is_directory && !Path::new(&args.source).exists() {
        let message = format!(
            "'{}' does not exist: the local directory comes first, except with '--down'",
            args.source
        );
        return Err(Failure::usage(message));
    }
    Ok(())
}

/// Refuses a status file in the watched directory: each upload would change it, and it would be uploaded
/// again.
fn check_status(args: &Args) -> Result<(), Failure> {
    let Some(file) = &args.status else { return Ok(()) };
    let above = frameio_private_file::parent(file).canonicalize();
    let watched = Path::new(&args.source).canonicalize();
    match (above, watched) {
        (Ok(above), Ok(watched)) if above.starts_with(&watched) => {
            let reason = "it is in the watched directory, and would be uploaded";
            Err(Failure::value("--status", file.display(), reason))
        }
        _ => Ok(()),
    }
}

/// Prints the events of a watcher, and writes its status.
fn reports(args: &Args, report: &Arc<TransferReport>, status: &StatusFile) -> WatchReports {
    let (report, is_quiet, status) = (report.clone(), args.output.quiet, status.clone());
    let counted = report.clone();
    WatchReports::new().on_event(move |event| note(&report, is_quiet, event)).on_status(
        move |now| {
            counted.set_failed_actions(now.failed_actions);
            status.set(now);
        },
    )
}

/// Prints an event. Failures are printed even if the output is quiet.
fn note(report: &Arc<TransferReport>, is_quiet: bool, event: &frameio::transfer::WatchEvent) {
    use frameio::transfer::WatchEvent;
    let is_failure = matches!(
        event,
        WatchEvent::Failed { .. }
            | WatchEvent::ActionFailed { .. }
            | WatchEvent::Unavailable { .. }
    );
    if is_failure || !is_quiet {
        report.note(&event.to_string());
    }
}

/// Runs a watcher until it ends, or until the user stops it. Returns `None` if it was stopped.
async fn stoppable(
    transfers: &Transfers,
    watching: impl Future<Output = Result<WatchStatus, TransferError>>,
) -> Result<Option<WatchStatus>, TransferError> {
    match shutdown::stopping(transfers, watching).await {
        Ok(status) => Ok(Some(status)),
        Err(Stopped::Interrupted) => Ok(None),
        Err(Stopped::Failed(error)) => Err(error),
    }
}

/// Prints the summary, and returns the result of the run. To be stopped is the regular end of a watcher,
/// whose failures have been printed.
fn finish(
    args: &Args,
    report: &TransferReport,
    result: Result<Option<WatchStatus>, TransferError>,
) -> Result<(), Failure> {
    match result {
        Ok(Some(status)) => report.set_failed_actions(status.failed_actions),
        Ok(None) => {}
        Err(error) => return report.finish(Err(error.into()), ""),
    }
    match report.finish(Ok(()), "") {
        Err(failure) if !args.once && failure.message.is_empty() => Ok(()),
        result => result,
    }
}
