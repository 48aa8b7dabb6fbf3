//! `frameio archive PROJECT -o DIR`.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use frameio::transfer::{ResolvedItem, Transfers};
use frameio_archive::{Archiver, CreateArchive, CreateEvent, Created, Missing};
use indicatif::HumanBytes;
use serde_json::{Value, json};

use super::interrupted;
use crate::args::{AccountArg, GlobalArgs, JsonArgs, at_least_one};
use crate::completion;
use crate::exit::{Failure, Status};
use crate::report::{CommentProgress, Record, counted, counted_as};
use crate::resolver::Resolver;
use crate::shutdown;

#[derive(Debug, clap::Args)]
pub(crate) struct CreateArgs {
    /// Project to save: /Workspace/Project, or an ID [default: the profile's project]
    #[arg(add = completion::place())]
    project: Option<String>,
    /// Directory to save to; missing, empty, or an incomplete archive of the project
    #[arg(long = "output", short = 'o', value_name = "DIR", required = true)]
    directory: Option<PathBuf>,
    /// Maximum number of files downloaded at the same time
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = at_least_one::<u16>)]
    concurrency: u16,
    /// Complete the archive even if files cannot be saved; it lists them
    #[arg(long)]
    allow_missing: bool,
    #[command(flatten)]
    json: JsonArgs,
    #[command(flatten)]
    account: AccountArg,
}

pub(super) async fn run(global: &GlobalArgs, args: &CreateArgs) -> Result<(), Failure> {
    let client = global.client()?;
    let transfers = Transfers::new(client.clone());
    let resolver = Resolver::new(global, &transfers, &args.account)?;
    let place = resolver.resolve(args.project.as_deref()).await?;
    let ResolvedItem::Project(project) = &place.item else {
        return Err(Failure::usage(format!("'{}' is not a project", place.path)));
    };
    let directory = args.directory.as_deref().unwrap_or(Path::new("."));
    let report = Arc::new(Report::new(&args.json));
    let on_event = report.clone();
    let archive = CreateArchive::new(&place.account_id, &project.id, directory)
        .files_in_flight(args.concurrency.into())
        .allow_missing(args.allow_missing)
        .on_event(move |event| on_event.event(event));
    let create = Archiver::new(client, transfers.clone()).create(archive);
    let created = shutdown::stopping(&transfers, create).await;
    report.progress.finish();
    report.finish(&created.map_err(interrupted)?, directory)
}

/// Prints the steps of a run.
struct Report {
    progress: CommentProgress,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    all: u64,
    saved: u64,
    commented: u64,
    /// Failure to write results.
    output_failure: Option<Failure>,
}

impl Report {
    fn new(json: &JsonArgs) -> Self {
        Self { progress: CommentProgress::new(json.reporter()), state: Mutex::default() }
    }

    fn event(&self, event: CreateEvent<'_>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            CreateEvent::Listed { files } => state.all = files,
            CreateEvent::FileSaved { path, size, is_earlier } => {
                state.saved += 1;
                let outcome = if is_earlier { "skipped" } else { "saved" };
                self.print(&mut state, &json!({ "outcome": outcome, "path": path, "size": size }));
            }
            CreateEvent::CommentsSaved { .. } => state.commented += 1,
            CreateEvent::Missing(missing) if self.progress.reporter().is_json() => {
                self.print(&mut state, &missing_json(missing));
            }
            CreateEvent::Missing(Missing { what, reason, .. }) => {
                self.progress.reporter().status(&format!("not saved   {what}: {reason}"));
            }
            _ => {}
        }
        self.progress.archived(state.saved, state.commented, state.all);
    }

    /// Prints a line that only JSON has. If that fails, the run continues and fails at its end.
    fn print(&self, state: &mut State, line: &Value) {
        if let Some(failure) = self.progress.reporter().change(&Line(line)) {
            state.output_failure.get_or_insert(failure);
        }
    }

    fn finish(&self, created: &Created, directory: &Path) -> Result<(), Failure> {
        let directory = directory.display().to_string();
        self.progress.reporter().record(&Summary { created, directory: &directory })?;
        if created.was_complete {
            let hint = "nothing was changed; save the project as it is now to another directory";
            self.progress.reporter().note(&format!("'{directory}' is complete: {hint}"));
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(failure) = state.output_failure.take() {
            return Err(failure);
        }
        if created.is_complete {
            return Ok(());
        }
        let failed = created.missing.iter().filter(|missing| missing.is_failure).count();
        let hint = "run the same command again, or complete it with --allow-missing";
        let message = format!("the archive is incomplete, {failed} failed: {hint}");
        Err(Failure::new(Status::Other, message))
    }
}

fn missing_json(missing: &Missing) -> Value {
    let outcome = if missing.is_failure { "failed" } else { "unavailable" };
    json!({ "outcome": outcome, "what": missing.what, "id": missing.id, "reason": missing.reason })
}

/// A line that is only printed as JSON.
struct Line<'a>(&'a Value);

impl Record for Line<'_> {
    fn lines(&self) -> Vec<String> {
        Vec::new()
    }

    fn json(&self) -> Value {
        self.0.clone()
    }
}

struct Summary<'a> {
    created: &'a Created,
    directory: &'a str,
}

impl Record for Summary<'_> {
    fn lines(&self) -> Vec<String> {
        let counts = &self.created.counts;
        let bytes = HumanBytes(counts.bytes);
        vec![format!(
            "{}: {} ({bytes}), {}, {}, {}, {}, {}, {}",
            self.directory,
            counted(counts.files, "file"),
            counted(counts.folders, "folder"),
            counted(counts.version_stacks, "version stack"),
            counted(counts.comments, "comment"),
            counted_as(counts.replies, "reply", "replies"),
            counted(counts.shares, "share"),
            counted(counts.members, "member"),
        )]
    }

    fn json(&self) -> Value {
        let Created { counts, missing, is_complete, was_complete, .. } = self.created;
        json!({ "summary": {
            "directory": self.directory,
            "files": counts.files,
            "bytes": counts.bytes,
            "folders": counts.folders,
            "version_stacks": counts.version_stacks,
            "comments": counts.comments,
            "replies": counts.replies,
            "shares": counts.shares,
            "members": counts.members,
            "missing": missing.len(),
            "complete": is_complete,
            "was_complete": was_complete,
        }})
    }
}
