//! Calls that delete.

use frameio::files::DeleteFile;
use frameio::folders::DeleteFolder;
use frameio::projects::DeleteProject;
use frameio::transfer::ResolvedItem;
use frameio::workspaces::DeleteWorkspace;
use frameio::{Client, Error};

use super::super::assets::id;
use super::super::changes::Results;
use super::target::Target;
use crate::exit::Failure;

/// Deletes an item and prints the result.
pub(super) async fn delete(
    client: &Client,
    results: &mut Results,
    target: &Target,
) -> Result<(), Failure> {
    let deleted = match &target.item.item {
        ResolvedItem::VersionStack(_) => return delete_versions(client, results, target).await,
        _ => delete_item(client, target).await,
    };
    match deleted {
        Ok(()) => results.done(&target.change("deleted")),
        // Deleted by another user, with a folder above it, or by an attempt without a response.
        Err(error) if error.is_not_found() => results.done(&target.change("already_deleted")),
        Err(error) => return results.failed(&target.item.path.to_string(), error.into()),
    }
    Ok(())
}

async fn delete_item(client: &Client, target: &Target) -> Result<(), Error> {
    let (account, id) = (&target.item.account_id, id(&target.item));
    match &target.item.item {
        ResolvedItem::Workspace => client.send(DeleteWorkspace::new(account, id)).await,
        ResolvedItem::Project(_) => client.send(DeleteProject::new(account, id)).await,
        ResolvedItem::Folder(_) => client.send(DeleteFolder::new(account, id)).await,
        _ => client.send(DeleteFile::new(account, id)).await,
    }
}

/// Deletes the versions of a stack, the newest last, so that an interruption keeps the newest ones.
async fn delete_versions(
    client: &Client,
    results: &mut Results,
    target: &Target,
) -> Result<(), Failure> {
    let account = &target.item.account_id;
    for (deleted, version) in target.versions.iter().enumerate() {
        match client.send(DeleteFile::new(account, version)).await {
            Err(error) if !error.is_not_found() => {
                let failure = Failure::from(error);
                let (path, count) = (target.item.path.to_string(), target.versions.len());
                let message =
                    format!("{deleted} of {count} versions are deleted: {}", failure.message);
                return results.failed(&path, Failure::new(failure.status, message));
            }
            Ok(()) | Err(_) => {}
        }
    }
    results.done(&target.change("deleted"));
    Ok(())
}
