//! `frameio metadata set`.

use frameio::metadata::{BulkUpdateMetadata, MetadataChange};
use frameio::transfer::Transfers;
use frameio::{AccountId, Client, ProjectId};

use super::assignment::{self, Assignment};
use super::definitions::Definitions;
use super::people::People;
use super::target::{TargetArgs, TargetFile, TargetFiles};
use crate::args::{GlobalArgs, JsonArgs};
use crate::commands::changes::{Change, Results};
use crate::completion;
use crate::exit::{Failure, Status};
use crate::report::counted;
use crate::resolver::Purpose;
use crate::shutdown;

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
  text, long_text          Text, or @FILE for the content of a file; @@ at the start stands for @
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
    #[command(flatten)]
    json: JsonArgs,
    #[command(flatten)]
    target: TargetArgs,
}

/// Files of a project, which a call can change together.
struct Group<'a> {
    account: &'a AccountId,
    project: &'a ProjectId,
    files: Vec<&'a TargetFile>,
    changes: Vec<MetadataChange>,
    /// Fields with their values, for people.
    summary: String,
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
    let mut results = Results::new("set", args.json.reporter());
    if args.dry_run {
        groups.iter().for_each(|group| group.report(&mut results, &group.files, "would_set"));
        if !results.reporter().is_json() {
            let files = counted(found.files.len(), "file");
            results.reporter().status(&format!("would set {files}; run without '--dry-run'"));
        }
        return results.finish(Ok(()));
    }
    let ended = shutdown::interruptible(send(&client, &groups, &mut results)).await;
    if let Some(status) = results.status() {
        let (set, files) = (results.succeeded(), found.files.len());
        let hint = match status {
            Status::Forbidden | Status::NotFound | Status::Refused => "",
            _ => "; the same command again sets the others",
        };
        results.reporter().note(&format!("{set} of {files} files were set{hint}"));
    }
    results.finish(ended)
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
                changes(client, file, &assignments).await?
            }
        };
        let (account, project) = (&file.account, &file.project);
        groups.push(Group { account, project, files: vec![file], changes, summary });
    }
    Ok(groups)
}

/// Converts the values, and describes them.
async fn changes(
    client: &Client,
    file: &TargetFile,
    assignments: &[Assignment<'_>],
) -> Result<(Vec<MetadataChange>, String), Failure> {
    let people = match assignments.iter().any(Assignment::has_users) {
        true => People::load(client, &file.account, &file.project).await?,
        false => People::default(),
    };
    let (mut changes, mut summary) = (Vec::new(), Vec::new());
    for assignment in assignments {
        let change = assignment.change(&people)?;
        summary.push(assignment.describe(&change.value, &people));
        changes.push(change);
    }
    Ok((changes, summary.join("; ")))
}

/// Sets the values of 100 files at a time. A call that is refused does not stop the others.
async fn send(client: &Client, groups: &[Group<'_>], results: &mut Results) -> Result<(), Failure> {
    for group in groups {
        for files in group.files.chunks(FILES) {
            let ids: Vec<_> = files.iter().map(|file| file.id.clone()).collect();
            let changes = group.changes.clone();
            let update = BulkUpdateMetadata::new(group.account, group.project, ids, changes);
            let Err(error) = client.send(update).await else {
                group.report(results, files, "set");
                continue;
            };
            let Failure { status, message } = error.into();
            for file in files {
                results.failed(&file.path, Failure::new(status, &*message))?;
            }
            if status == Status::NoResponse {
                return Ok(());
            }
        }
    }
    Ok(())
}

impl Group<'_> {
    /// Prints the result of files that succeeded.
    fn report(&self, results: &mut Results, files: &[&TargetFile], outcome: &'static str) {
        for file in files {
            let change = Change::of_thing(outcome, "file", &*file.path).detail(&*self.summary);
            results.done(&change.field("id", file.id.as_str()).field("path", &*file.path));
        }
    }
}
