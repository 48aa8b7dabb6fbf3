//! `frameio metadata set`.

use frameio::metadata::{BulkUpdateMetadata, MetadataChange};
use frameio::transfer::Transfers;
use frameio::{AccountId, Client, ProjectId};
use serde_json::{Value, json};

use super::assignment::{self, Assignment};
use super::definitions::Definitions;
use super::people::People;
use super::target::{TargetArgs, TargetFile, TargetFiles};
use crate::args::GlobalArgs;
use crate::completion;
use crate::exit::{Failure, Status};
use crate::report::{Record, Reporter};
use crate::resolver::Purpose;

/// Maximum number of files in a call.
const FILES: usize = 100;

pub(super) const HELP: &str = "\
Examples:
  frameio metadata set '/Film/The Crossing/Cuts/The Crossing - cut 3.mp4' Status=Approved
  frameio metadata set -r '/Film/The Crossing/Dailies/Day 01' Scene=12 'Shot Type=Wide'
  frameio metadata set '/Film/The Crossing/Sound/Mix 02.wav' Rating=4 Keywords=B-Roll,Interview
  frameio metadata set '/Film/The Crossing/Sound/Mix 02.wav' Notes=@notes.txt
  frameio metadata set '/Film/The Crossing/Sound/Mix 02.wav' Notes=

`frameio metadata fields` lists the fields and their options. A value replaces the previous one.

Values by type of the field:
  select, select_multi     Name or ID of an option; several separated by commas, or by repeating FIELD=
  user_single, user_multi  Email address, name or ID of users and groups
  date                     2026-09-01, or 2026-09-01T12:00:00Z
  toggle                   yes or no
  text, long_text          Text, or @FILE for the content of a file
  any                      Nothing after the '=' clears the field

The service accepts 10 calls a minute, each with up to 100 files of a project. After an interruption,
run the same command again.";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Files or version stacks, as paths or IDs, and the fields to set; - reads places from standard
    /// input, one per line. Begin a relative path that contains '=' with ./
    #[arg(value_name = "PLACE|FIELD=VALUE", required = true, add = completion::place())]
    arguments: Vec<String>,
    /// Show the files and values without setting them
    #[arg(long, short = 'n')]
    dry_run: bool,
    /// Print JSON lines, one per file
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    target: TargetArgs,
}

/// Files of a project, which a call can change together.
struct Group<'a> {
    account: &'a AccountId,
    project: &'a ProjectId,
    files: Vec<&'a TargetFile>,
    changes: Vec<MetadataChange>,
    /// Values as they were typed.
    summary: String,
}

/// Result for a file.
struct Row<'a> {
    file: &'a TargetFile,
    action: &'static str,
    summary: &'a str,
    error: Option<&'a str>,
}

impl Record for Row<'_> {
    fn lines(&self) -> Vec<String> {
        let Self { file, action, summary, error } = self;
        vec![match error {
            Some(error) => format!("{action}: {}: {error}", file.path),
            None => format!("{action}: {}: {summary}", file.path),
        }]
    }

    fn json(&self) -> Value {
        json!({
            "action": self.action, "path": self.file.path, "file_id": self.file.id.as_str(),
            "error": self.error,
        })
    }
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let (texts, places): (Vec<_>, Vec<_>) =
        args.arguments.iter().cloned().partition(|argument| assignment::is_assignment(argument));
    if texts.is_empty() {
        return Err(Failure::usage("nothing to set: pass FIELD=VALUE, such as Status=Approved"));
    }
    if places.is_empty() {
        return Err(Failure::usage("no file given: pass a path or an ID"));
    }
    let client = global.client()?;
    let transfers = Transfers::new(client.clone());
    let found =
        TargetFiles::find(global, &transfers, &args.target, &places, Purpose::Write).await?;
    if let Some(status) = found.failed {
        let message = "nothing was set: some folders could not be listed completely";
        return Err(Failure::new(status, message));
    }
    let groups = groups(&client, &found.files, &texts).await?;
    let reporter = Reporter::new(args.json);
    let files = found.files.len();
    let mut run = Run { client: &client, reporter: &reporter, files, set: 0, status: None };
    for group in &groups {
        match args.dry_run {
            true => run.show(group)?,
            false => run.send(group).await?,
        }
    }
    run.finish(args.dry_run)
}

/// Groups the files by project, and converts the values of each account. Nothing is sent before all values
/// are valid.
async fn groups<'a>(
    client: &Client,
    files: &'a [TargetFile],
    texts: &[String],
) -> Result<Vec<Group<'a>>, Failure> {
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let mut groups: Vec<Group<'a>> = Vec::new();
    for file in files {
        let is_same = |group: &&mut Group<'_>| *group.project == file.project;
        if let Some(group) = groups.iter_mut().find(is_same) {
            group.files.push(file);
            continue;
        }
        let same_account = groups.iter().find(|group| *group.account == file.account);
        let (changes, summary) = match same_account {
            Some(group) => (group.changes.clone(), group.summary.clone()),
            None => {
                let definitions = Definitions::load(client, &file.account).await?;
                let assignments = assignment::find(&definitions, &texts)?;
                (changes(client, file, &assignments).await?, summary(&assignments))
            }
        };
        let (account, project) = (&file.account, &file.project);
        groups.push(Group { account, project, files: vec![file], changes, summary });
    }
    Ok(groups)
}

async fn changes(
    client: &Client,
    file: &TargetFile,
    assignments: &[Assignment<'_>],
) -> Result<Vec<MetadataChange>, Failure> {
    let people = match assignments.iter().any(Assignment::has_users) {
        true => People::load(client, &file.account, &file.project).await?,
        false => People::default(),
    };
    assignments.iter().map(|assignment| assignment.change(&people)).collect()
}

fn summary(assignments: &[Assignment<'_>]) -> String {
    assignments.iter().map(Assignment::describe).collect::<Vec<_>>().join("; ")
}

/// Sets the values of groups, and counts the results.
struct Run<'a> {
    client: &'a Client,
    reporter: &'a Reporter,
    /// Number of files to set.
    files: usize,
    set: usize,
    status: Option<Status>,
}

impl Run<'_> {
    fn show(&self, group: &Group<'_>) -> Result<(), Failure> {
        group.files.iter().try_for_each(|file| self.row(group, file, "would set", None))
    }

    /// Sets the values of 100 files at a time. A call that is refused does not stop the others.
    async fn send(&mut self, group: &Group<'_>) -> Result<(), Failure> {
        for files in group.files.chunks(FILES) {
            let ids: Vec<_> = files.iter().map(|file| file.id.clone()).collect();
            let changes = group.changes.clone();
            let update = BulkUpdateMetadata::new(group.account, group.project, ids, changes);
            match self.client.send(update).await {
                Ok(()) => {
                    self.set += files.len();
                    files.iter().try_for_each(|file| self.row(group, file, "set", None))?;
                }
                Err(error) => {
                    let failure = Failure::from(error);
                    self.status = Some(Status::common(self.status, failure.status));
                    let error = Some(&*failure.message);
                    files.iter().try_for_each(|file| self.row(group, file, "not set", error))?;
                    if matches!(failure.status, Status::SignedOut | Status::NoResponse) {
                        return self.finish(false);
                    }
                }
            }
        }
        Ok(())
    }

    fn row(
        &self,
        group: &Group<'_>,
        file: &TargetFile,
        action: &'static str,
        error: Option<&str>,
    ) -> Result<(), Failure> {
        self.reporter.record(&Row { file, action, summary: &group.summary, error })
    }

    fn finish(&self, is_dry_run: bool) -> Result<(), Failure> {
        let files = self.files;
        if is_dry_run {
            if !self.reporter.is_json() {
                self.reporter.status(&format!("would set {files} files; run without '--dry-run'"));
            }
            return Ok(());
        }
        match self.status {
            None => Ok(()),
            Some(status) => {
                let counts = format!("{} of {files} files were set", self.set);
                let message = format!("{counts}; the same command again sets the others");
                Err(Failure::new(status, message))
            }
        }
    }
}
