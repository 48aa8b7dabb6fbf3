//! The folder that receives moved or copied items.

use frameio::FolderId;
use frameio::transfer::{RemotePath, Resolved, ResolvedItem};

use super::super::assets::{NewPlace, has_trailing_slash, name};
use super::Action;
use crate::exit::{Failure, Status};
use crate::resolver::{Resolver, not_a_folder};

/// Folder that receives items, and a new name.
pub(super) struct Destination {
    pub(super) folder: Resolved,
    pub(super) folder_id: FolderId,
    /// New name of the only source.
    pub(super) new_name: Option<String>,
}

impl Destination {
    /// Finds an existing folder, or the folder in which the only source gets a new name.
    pub(super) async fn find(
        resolver: &Resolver<'_>,
        action: Action,
        text: &str,
        sources: usize,
    ) -> Result<Self, Failure> {
        let missing = match action.resolve(resolver, text).await {
            Ok(found) => return Self::existing(text, found),
            Err(failure) if failure.status == Status::NotFound => failure,
            Err(failure) => return Err(failure),
        };
        if sources > 1 || has_trailing_slash(text) {
            let hint = "several sources, and a place that ends with '/', need an existing folder";
            return Err(Failure::new(missing.status, format!("'{text}' does not exist: {hint}")));
        }
        let place = NewPlace::split(text, resolver.has_base()).ok().flatten();
        let Some(place) = place else { return Err(missing) };
        let folder = resolver.resolve_for_write(place.parent.as_deref()).await?;
        let Some(folder_id) = folder.folder_id().cloned() else {
            return Err(not_a_folder(&folder));
        };
        Ok(Self { folder, folder_id, new_name: Some(place.name) })
    }

    fn existing(text: &str, folder: Resolved) -> Result<Self, Failure> {
        match (folder.folder_id().cloned(), &folder.item) {
            (Some(folder_id), _) => Ok(Self { folder, folder_id, new_name: None }),
            (None, ResolvedItem::File(_)) => Err(Failure::new(
                Status::Conflict,
                format!(
                    "'{text}' exists and is not a folder; the API has no operation that replaces a file"
                ),
            )),
            (None, ResolvedItem::VersionStack(_)) => Err(Failure::new(
                Status::Conflict,
                format!(
                    "'{text}' exists and is not a folder, but a version stack; `frameio versions add` \
                     adds a file to it as a version"
                ),
            )),
            (None, _) => Err(not_a_folder(&folder)),
        }
    }

    /// Returns the name of an item after its arrival.
    pub(super) fn name_of<'a>(&'a self, item: &'a Resolved) -> &'a str {
        self.new_name.as_deref().unwrap_or_else(|| name(item))
    }

    /// Returns the path of an item after its arrival.
    pub(super) fn path_of(&self, name: &str) -> RemotePath {
        self.folder.path.join(name)
    }
}
