//! Items to move or copy.

use frameio::folders::ShowFolder;
use frameio::transfer::{Resolved, ResolvedItem};
use frameio::{Client, FolderId};

use super::super::assets::{has_trailing_slash, id, is_folder, kind};
use super::destination::Destination;
use super::{Action, is_asset};
use crate::exit::Failure;

/// Maximum number of folders above a destination.
const MAX_DEPTH: usize = 256;

/// Item to move or copy.
pub(super) struct Source {
    pub(super) item: Resolved,
    pub(super) is_moved: bool,
}

/// Items by their type, because each type has its own operations.
#[derive(Default)]
pub(super) struct Sources {
    pub(super) files: Vec<Source>,
    pub(super) folders: Vec<Source>,
    pub(super) stacks: Vec<Source>,
}

impl Sources {
    pub(super) fn add(&mut self, source: Source) {
        match &source.item.item {
            ResolvedItem::File(_) => self.files.push(source),
            ResolvedItem::Folder(_) => self.folders.push(source),
            _ => self.stacks.push(source),
        }
    }
}

impl Source {
    /// Refuses what the service has no operation for.
    pub(super) fn checked(
        text: &str,
        item: Resolved,
        action: Action,
        destination: &Destination,
    ) -> Result<Self, Failure> {
        let (verb, what) = (action.verb(), kind(&item).replace('_', " "));
        if !is_asset(&item) {
            let hint = match action {
                Action::Move => "`frameio call projects.update` and workspaces.update rename them",
                Action::Copy => "pass the folders in it",
            };
            return Err(Failure::usage(format!(
                "'{text}' is a {what}; the API cannot {verb} projects and workspaces: {hint}"
            )));
        }
        if has_trailing_slash(text) && !is_folder(&item) {
            return Err(Failure::usage(format!("'{text}' ends with '/', but is a {what}")));
        }
        if item.account_id != destination.folder.account_id {
            return Err(Failure::usage(format!(
                "'{text}' is in another account than the destination; download and upload it instead"
            )));
        }
        let is_stack = matches!(item.item, ResolvedItem::VersionStack(_));
        if let (true, Some(name)) = (is_stack, &destination.new_name) {
            return Err(Failure::usage(format!(
                "no such folder '{name}' in {}, and the API cannot rename the version stack '{text}', \
                 only the files in it",
                destination.folder.path
            )));
        }
        Ok(Self { item, is_moved: action == Action::Move })
    }

    /// Returns whether the item is in the destination already.
    pub(super) fn is_in(&self, destination: &Destination) -> bool {
        self.item.parent_id().is_some_and(|it| it.as_str() == destination.folder_id.as_str())
    }
}

/// Returns whether an item is the destination, or a folder above it.
pub(super) async fn is_above(
    client: &Client,
    item: &Resolved,
    destination: &Destination,
) -> Result<bool, Failure> {
    let below = destination.folder.path.names();
    if !is_folder(item) || !below.starts_with(item.path.names()) {
        return Ok(false);
    }
    // Names are not unique, so equal paths can belong to different folders.
    let mut next = Some(destination.folder_id.clone());
    for _ in 0..MAX_DEPTH {
        let Some(folder) = next else { return Ok(false) };
        if folder.as_str() == id(item) {
            return Ok(true);
        }
        next = parent_of(client, item, &folder).await?;
    }
    Ok(true)
}

async fn parent_of(
    client: &Client,
    item: &Resolved,
    folder: &FolderId,
) -> Result<Option<FolderId>, Failure> {
    Ok(client.send(ShowFolder::new(&item.account_id, folder)).await?.parent_id)
}
