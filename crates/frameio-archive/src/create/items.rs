//! The list of items: one walk through the project, which later runs do not repeat.

use std::collections::HashMap;

use frameio_api::assets::{Asset, AssetSort};
use frameio_api::files::FileInclude;
use frameio_core::FolderId;
use frameio_transfer::{Entry, RemotePath, SafeNames, TransferErrorKind, WalkError, numbered_name};

use super::{CreateEvent, Run, display};
use crate::error::ArchiveError;
use crate::layout::{DATA, ITEMS, Item, MEDIA, Missing, STATE, Version, is_uploaded};
use crate::lines::{Lines, NewFile};
use crate::scrub;
use crate::tasks::blocking;

/// Maximum number of folders between the root and an item.
const MAX_DEPTH: usize = 256;

/// What the walk could not list, for runs that do not repeat it.
const UNLISTED: &str = ".frameio-archive/unlisted.json";

/// Related resources of files that are saved.
const INCLUDE: [FileInclude; 2] = [FileInclude::Metadata, FileInclude::Creator];

impl Run {
    /// Lists the items, unless an earlier run did.
    pub(super) async fn list(&self) -> Result<(), ArchiveError> {
        let directory = self.directory.clone();
        let is_listed = blocking(move || Ok(directory.at(ITEMS).is_file())).await?;
        if !is_listed {
            self.walk().await?;
        }
        let directory = self.directory.clone();
        let unlisted: Vec<Missing> = blocking(move || directory.read_json(UNLISTED)).await?;
        unlisted.into_iter().for_each(|missing| self.missing(missing));
        let files = self.note_unsaved().await?;
        self.event(CreateEvent::Listed { files });
        Ok(())
    }

    async fn walk(&self) -> Result<(), ArchiveError> {
        let directory = self.directory.clone();
        let mut file = blocking(move || {
            directory.create(DATA)?;
            NewFile::create(directory.at(ITEMS), &directory.at(STATE))
        })
        .await?;
        let (account, project) = (&self.settings.account, &self.settings.project);
        // One folder at a time, so that the order of the list is the same in every run. The oldest item
        // of a folder keeps its name.
        let mut walk = self
            .transfers
            .walk_project(account, project)
            .include(INCLUDE)
            .sort(AssetSort::CreatedAtAsc)
            .max_depth(MAX_DEPTH)
            .concurrency(1);
        let (mut names, mut unlisted) = (Names::default(), Vec::new());
        while let Some(entry) = walk.next().await {
            match entry {
                Ok(entry) => {
                    let item = Box::pin(self.item(entry, &mut names)).await?;
                    file = blocking(move || file.line(&item).map(|()| file)).await?;
                }
                Err(error) => unlisted.push(missing(error)?),
            }
        }
        let directory = self.directory.clone();
        blocking(move || {
            directory.write_json(UNLISTED, &unlisted)?;
            file.finish()
        })
        .await
    }

    async fn item(&self, entry: Entry, names: &mut Names) -> Result<Item, ArchiveError> {
        let Entry { path, folder_id, mut asset, .. } = entry;
        names.enter(&folder_id);
        scrub::asset(&mut asset);
        let (mut versions, mut is_ordered, mut local) = (Vec::new(), false, None);
        match &asset {
            Asset::Folder(folder) => {
                let path = names.assign(&folder.name, folder.id.as_str());
                names.directories.insert(folder.id.clone(), path.clone());
                local = Some(path);
            }
            Asset::File(file) if is_uploaded(file) => {
                local = Some(names.assign(&file.name, file.id.as_str()));
            }
            Asset::VersionStack(stack) => {
                let found =
                    self.transfers.versions_with(&self.settings.account, &stack.id, INCLUDE);
                let found = Box::pin(found).await.map_err(ArchiveError::transfer)?;
                is_ordered = found.is_ordered;
                for (at, mut file) in found.files.into_iter().enumerate() {
                    scrub::file(&mut file);
                    let name = match is_ordered {
                        true => numbered_name(&file.name, at + 1),
                        false => file.name.clone(),
                    };
                    let local = is_uploaded(&file).then(|| names.assign(&name, file.id.as_str()));
                    versions.push(Version { local, file });
                }
            }
            _ => {}
        }
        let path = path.names().to_vec();
        Ok(Item { path, folder_id, local, asset, versions, is_ordered })
    }

    /// Notes items whose content the service does not have. Returns the number of files.
    async fn note_unsaved(&self) -> Result<u64, ArchiveError> {
        let path = self.directory.at(ITEMS);
        let (files, unsaved) = blocking(move || {
            let (mut files, mut unsaved) = (0, Vec::new());
            for item in Lines::<Item>::open(&path)? {
                let item = item?;
                files += item.files().count() as u64;
                unsaved.extend(self::unsaved(&item));
            }
            Ok((files, unsaved))
        })
        .await?;
        unsaved.into_iter().for_each(|missing| self.missing(missing));
        Ok(files)
    }
}

/// Returns what cannot be saved of an item.
fn unsaved(item: &Item) -> Vec<Missing> {
    let missing = |id: &str, reason: &str| Missing {
        what: display(&item.path),
        id: Some(id.to_owned()),
        reason: reason.to_owned(),
        is_failure: false,
    };
    let id = item.asset.id();
    match &item.asset {
        Asset::Folder(_) => return Vec::new(),
        Asset::VersionStack(_) if item.versions.is_empty() => {
            return vec![missing(id.as_str(), "the version stack has no versions")];
        }
        Asset::File(_) | Asset::VersionStack(_) => {}
        _ => return vec![missing(id.as_str(), "its type is not supported by this version")],
    }
    let incomplete = item.files().filter(|(_, local)| local.is_none());
    incomplete.map(|(file, _)| missing(file.id.as_str(), "its upload is incomplete")).collect()
}

/// Returns what a failed folder means for the archive. Fails if another run may list it.
fn missing(error: WalkError) -> Result<Missing, ArchiveError> {
    let WalkError { path, error, .. } = error;
    let status = error.api().and_then(|api| api.status()).map(|status| status.as_u16());
    let is_permanent = matches!(status, Some(403 | 404))
        || matches!(
            error.kind(),
            TransferErrorKind::Mismatch | TransferErrorKind::TooLarge | TransferErrorKind::Invalid
        );
    // Without the root folder, nothing was listed.
    if !is_permanent || path == RemotePath::default() {
        return Err(ArchiveError::transfer(error));
    }
    let (what, reason) = (path.to_string(), error.to_string());
    Ok(Missing { what, id: None, reason, is_failure: false })
}

/// Paths of items in the archive.
#[derive(Default)]
struct Names {
    directories: HashMap<FolderId, String>,
    /// The folder that is being listed, with its names. A walk of one folder at a time does not return
    /// to a folder.
    current: Option<(FolderId, String, SafeNames)>,
}

impl Names {
    fn enter(&mut self, folder: &FolderId) {
        if self.current.as_ref().is_none_or(|(current, ..)| current != folder) {
            let path = self.directories.get(folder).map_or(MEDIA, |path| path).to_owned();
            self.current = Some((folder.clone(), path, SafeNames::new()));
        }
    }

    /// Returns the path of an item in the current folder.
    fn assign(&mut self, name: &str, id: &str) -> String {
        match &mut self.current {
            Some((_, directory, names)) => format!("{directory}/{}", names.name(name, id)),
            None => format!("{MEDIA}/{}", frameio_transfer::safe_name(name)),
        }
    }
}
