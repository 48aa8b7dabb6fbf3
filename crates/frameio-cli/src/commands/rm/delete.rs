//! Calls that delete.

use frameio::files::{DeleteFile, ShowFile};
use frameio::folders::DeleteFolder;
use frameio::projects::DeleteProject;
use frameio::transfer::{ResolvedItem, Transfers};
use frameio::workspaces::DeleteWorkspace;
use frameio::{Client, Error, FileId};

use super::super::assets::id;
use super::super::changes::Results;
use super::contents::Contents;
use super::target::Target;
use crate::exit::{Failure, Status};
use crate::resolver::read_unchanged;

/// Deletes an item and prints the result. An item that was moved, renamed or filled since it was shown is kept:
/// the confirmation, and the items before it, can have taken hours.
pub(super) async fn delete(
    client: &Client,
    transfers: &Transfers,
    results: &mut Results,
    target: &Target,
) -> Result<(), Failure> {
    match check(client, transfers, target).await {
        Ok(()) => {}
        Err(failure) if failure.status == Status::NotFound => {
            results.done(&target.change("already_deleted"));
            return Ok(());
        }
        Err(failure) => return results.failed(&target.item.path.to_string(), failure),
    }
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

/// Refuses an item that differs from the one that was found and shown.
async fn check(client: &Client, transfers: &Transfers, target: &Target) -> Result<(), Failure> {
    read_unchanged(transfers, &target.item).await?;
    let Some(shown) = &target.contents else { return Ok(()) };
    let current = Contents::count(client, transfers, &target.item).await;
    match current.exceed(shown) {
        false => Ok(()),
        true => {
            let message = format!(
                "it contains more than was shown: {current}, and {shown} before; nothing was deleted"
            );
            Err(Failure::new(Status::Conflict, message))
        }
    }
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

/// Deletes a version, unless it has left its stack.
async fn delete_version(client: &Client, target: &Target, version: &FileId) -> Result<(), Failure> {
    let account = &target.item.account_id;
    let file = client.send(ShowFile::new(account, version)).await?;
    if file.parent_id.is_some_and(|parent| parent.as_str() != id(&target.item)) {
        let message = format!("'{}' is no longer in the version stack", file.name);
        return Err(Failure::new(Status::Conflict, message));
    }
    Ok(client.send(DeleteFile::new(account, version)).await?)
}

/// Deletes the versions of a stack, the newest last, so that an interruption keeps the newest ones.
async fn delete_versions(
    client: &Client,
    results: &mut Results,
    target: &Target,
) -> Result<(), Failure> {
    for (deleted, version) in target.versions.iter().enumerate() {
        match delete_version(client, target, version).await {
            Err(failure) if failure.status != Status::NotFound => {
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
