//! `frameio versions add`.

use frameio::files::{File, ShowFile};
use frameio::transfer::Transfers;
use frameio::version_stacks::CreateVersionStack;
use frameio::{AccountId, AssetId, Client, FileId, FolderId, VersionStackId};

use super::report::StackReport;
use super::stack::{Stack, move_file};
use super::target::{Finder, LooseFile, Target};
use crate::args::{AccountArg, GlobalArgs, JsonArgs};
use crate::commands::changes::confirmed;
use crate::completion;
use crate::exit::{Failure, Status};
use crate::report::Reporter;

/// Maximum number of files in a call that creates a stack.
const FILES: usize = 10;

pub(super) const HELP: &str = "\
Examples:
  frameio versions add '/Film/The Crossing/Cuts/The Crossing - cut 3.mp4' '/Film/The Crossing/Still uploading.mov'
  frameio versions add '/Campaigns/Spring Launch/Film/Teaser 16x9.mp4' '/Campaigns/Spring Launch/Film/Teaser 9x16.mp4'

The service does not document which file becomes the head, which the web app shows. The stack is read again
afterwards, and shown as the service reports it.";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Version stack, or the file that becomes the oldest version of a new one: path or ID
    #[arg(value_name = "STACK|FILE", add = completion::place())]
    stack: String,
    /// Files to add, oldest first
    #[arg(value_name = "FILE", required = true, add = completion::place())]
    files: Vec<String>,
    #[command(flatten)]
    json: JsonArgs,
    #[command(flatten)]
    account: AccountArg,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let client = global.client()?;
    let transfers = Transfers::new(client.clone());
    let finder = Finder::new(global, &client, &transfers, &args.account)?;
    let target = finder.find(&args.stack).await?;
    let files = new_versions(&finder, &target, &args.files).await?;
    let reporter = args.json.reporter();
    let mut adding = Adding { client: &client, reporter: &reporter, files: &files, added: 0 };
    let added = match &target {
        Target::Stack(stack) | Target::Version(_, stack) => {
            adding.rest(&stack.account, &stack.stack.id).await.map(|()| stack.stack.id.clone())
        }
        Target::File(base) => adding.create(base).await,
    };
    let id = added?;
    let (account, folder) = match &target {
        Target::Stack(stack) | Target::Version(_, stack) => (&stack.account, &stack.folder),
        Target::File(file) => (&file.account, &file.folder),
    };
    let missing = || Failure::new(Status::Unexpected, "the service reports no version stack");
    let after = Stack::read(&client, account, &id, folder.clone()).await?.ok_or_else(missing)?;
    show(&reporter, &after, &files)
}

/// Shows the stack, and which of the files is not what the caller expects.
fn show(reporter: &Reporter, stack: &Stack, files: &[LooseFile]) -> Result<(), Failure> {
    reporter.record(&StackReport(stack))?;
    if let Some(absent) = files.iter().find(|it| !stack.contains(&it.file.id)) {
        let message = format!("the service accepted '{}', but does not list it", absent.file.name);
        return Err(Failure::new(Status::Unexpected, message));
    }
    if let Some(last) = files.last().filter(|last| !stack.is_head(&last.file.id)) {
        let promote = format!("`frameio versions promote {}`", last.file.id.as_str());
        reporter.note(&format!("'{}' is not the head; see {promote}", last.file.name));
    }
    Ok(())
}

/// Finds the files to add, without those that are versions of the stack already.
async fn new_versions(
    finder: &Finder<'_>,
    target: &Target,
    places: &[String],
) -> Result<Vec<LooseFile>, Failure> {
    let mut files: Vec<LooseFile> = Vec::new();
    let refuse = |path: String, reason: &str| Failure::usage(format!("'{path}' {reason}"));
    for place in places {
        match (finder.find(place).await?, target) {
            (Target::File(file), Target::File(base)) if file.file.id == base.file.id => {
                return Err(refuse(file.path(), "is given twice"));
            }
            (Target::File(file), _) if files.iter().any(|it| it.file.id == file.file.id) => {}
            (Target::File(file), _) => files.push(*file),
            (Target::Version(file, stack), Target::Stack(own) | Target::Version(_, own))
                if stack.stack.id == own.stack.id =>
            {
                Reporter::text()
                    .note(&format!("'{}' is a version of the stack already", file.name));
            }
            (Target::Version(file, _), _) => {
                let reason = "is a version of another stack: `frameio versions split` moves it out";
                return Err(refuse(file.name.clone(), reason));
            }
            (Target::Stack(stack), _) => {
                return Err(refuse(
                    stack.path(),
                    "is a version stack: pass the IDs of its versions",
                ));
            }
        }
    }
    Ok(files)
}

/// Adds files in their order.
struct Adding<'a> {
    client: &'a Client,
    reporter: &'a Reporter,
    files: &'a [LooseFile],
    added: usize,
}

impl Adding<'_> {
    /// Creates a stack from files of one folder, and moves the others into it.
    async fn create(&mut self, base: &LooseFile) -> Result<VersionStackId, Failure> {
        let account = &base.account;
        let parent = base.file.parent_id.as_ref();
        let parent =
            parent.ok_or_else(|| Failure::usage(format!("'{}' has no folder", base.path())))?;
        let is_near = |file: &&LooseFile| file.file.parent_id.as_ref() == Some(parent);
        let near = self.files.iter().take(FILES - 1).take_while(is_near).count();
        let count = near.max(1);
        if near == 0
            && let Some(first) = self.files.first()
        {
            move_file(self.client, account, &first.file.id, parent).await?;
        }
        let files = std::iter::once(&base.file).chain(self.files.iter().map(|it| &it.file));
        let ids: Vec<FileId> = files.take(count + 1).map(|file: &File| file.id.clone()).collect();
        let folder = FolderId::from(parent.clone());
        let create = CreateVersionStack::new(account, folder, ids);
        let sent = async { self.client.send(create).await.map(|stack| stack.id) };
        let find = async || {
            // The file moves from its folder into the new stack.
            let now = self.client.send(ShowFile::new(account, &base.file.id)).await?.parent_id;
            Ok(now.filter(|now| now != parent).map(|now| VersionStackId::from(now.as_str())))
        };
        let show = format!("frameio versions list {}", base.file.id.as_str());
        let stack = confirmed(sent, &show, find).await?;
        self.added = count;
        self.rest(account, &stack).await?;
        Ok(stack)
    }

    /// Moves the remaining files into a stack.
    async fn rest(&mut self, account: &AccountId, stack: &VersionStackId) -> Result<(), Failure> {
        let to = AssetId::from(stack.clone());
        for file in self.files.iter().skip(self.added) {
            let moved = move_file(self.client, account, &file.file.id, &to).await;
            moved.inspect_err(|_| {
                let counts = format!("added {} of {} files", self.added, self.files.len());
                let hint = format!("`frameio versions add {}` adds the others", stack.as_str());
                self.reporter.note(&format!("{counts}; {hint}"));
            })?;
            self.added += 1;
        }
        Ok(())
    }
}
