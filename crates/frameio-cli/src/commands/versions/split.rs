//! `frameio versions split`.

use frameio::files::ShowFile;
use frameio::transfer::{RemotePath, Transfers};
use frameio::{AccountId, AssetId};
use serde_json::{Value, json};

use super::report::StackReport;
use super::stack::{Stack, move_file};
use super::target::Finder;
use crate::args::{AccountArg, GlobalArgs, JsonArgs};
use crate::completion;
use crate::exit::{Failure, Status};
use crate::report::Record;
use crate::resolver::not_a_folder;

pub(super) const HELP: &str = "\
Examples:
  frameio versions split 00000026-f1a0-4000-8000-000000000000
  frameio versions split 00000026-f1a0-4000-8000-000000000000 --to '/Film/The Crossing/Stills'

The file and its former stack are read again afterwards, and shown as the service reports them.";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Version: ID, or the path of its stack followed by its name
    #[arg(add = completion::place())]
    file: String,
    /// Folder that receives the file: path or ID [default: the folder of the stack]
    #[arg(long, value_name = "FOLDER", add = completion::place())]
    to: Option<String>,
    #[command(flatten)]
    json: JsonArgs,
    #[command(flatten)]
    account: AccountArg,
}

/// Place of the file, and its former stack, after the move.
struct Moved<'a> {
    file_id: &'a str,
    path: String,
    /// `None` if the stack no longer exists.
    stack: Option<&'a Stack>,
}

impl Record for Moved<'_> {
    fn lines(&self) -> Vec<String> {
        let stack = self.stack.map(|stack| StackReport(stack).lines());
        let gone = || vec!["the version stack no longer exists".to_owned()];
        let moved = format!("moved {} to {}", self.file_id, self.path);
        std::iter::once(moved).chain(stack.unwrap_or_else(gone)).collect()
    }

    fn json(&self) -> Value {
        let stack = self.stack.map(|stack| StackReport(stack).json());
        json!({"file_id": self.file_id, "path": self.path, "stack": stack})
    }
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let client = global.client()?;
    let transfers = Transfers::new(client.clone());
    let finder = Finder::new(global, &client, &transfers, &args.account)?;
    let (file, stack) = finder.version_in_stack(&args.file).await?;
    let (folder, path) = destination(&finder, &stack, args.to.as_deref()).await?;
    move_file(&client, &stack.account, &file.id, &folder).await?;
    let moved = client.send(ShowFile::new(&stack.account, &file.id)).await?;
    if moved.parent_id.as_ref() != Some(&folder) {
        let message =
            format!("the service accepted the move, but '{}' is not in {path}", moved.name);
        return Err(Failure::new(Status::Unexpected, message));
    }
    let after = stack.read_again(&client).await?;
    let path = path.join(&moved.name).to_string();
    let (file_id, stack) = (moved.id.as_str(), after.as_ref());
    args.json.reporter().record(&Moved { file_id, path, stack })
}

/// Returns the folder of `--to`, or that of the stack.
async fn destination(
    finder: &Finder<'_>,
    stack: &Stack,
    to: Option<&str>,
) -> Result<(AssetId, RemotePath), Failure> {
    if let Some(to) = to {
        let item = finder.resolver.resolve_for_write(Some(to)).await?;
        check_account(&stack.account, &item.account_id)?;
        let folder = item.folder_id().ok_or_else(|| not_a_folder(&item))?;
        return Ok((folder.clone().into(), item.path));
    }
    match stack.folder_id() {
        Some(folder) => Ok((folder.clone().into(), stack.folder.clone())),
        None => Err(Failure::usage("the service reports no folder for the stack: pass '--to'")),
    }
}

fn check_account(stack: &AccountId, folder: &AccountId) -> Result<(), Failure> {
    match stack == folder {
        true => Ok(()),
        false => Err(Failure::usage("the folder of '--to' is in another account")),
    }
}
