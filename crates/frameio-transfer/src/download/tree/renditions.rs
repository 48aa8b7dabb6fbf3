//! The rendition that is downloaded of each file.

use std::path::PathBuf;

use frameio_api::files::{File, FileInclude, FileStatus, ShowFile};
use frameio_api::media_links::MediaLinks;
use frameio_core::{AccountId, FolderId, SignedUrl};

use super::driver::{Target, TreeDownload};
use super::local_folder::LocalFolder;
use super::siblings::Named;
use crate::download::link::absent;
use crate::{RemotePath, Rendition, TransferError, TransferErrorKind};

/// A rendition with its link, if it was listed.
type Chosen = (Rendition, Option<SignedUrl>);

impl TreeDownload {
    /// Returns the links to list with the files.
    pub(super) fn includes(&self) -> Vec<FileInclude> {
        let wanted = self.tree.renditions.iter().filter(|it| self.is_listed(**it));
        wanted.map(|rendition| rendition.include()).collect()
    }

    fn is_listed(&self, rendition: Rendition) -> bool {
        rendition != Rendition::Original || !self.has_no_originals
    }

    /// Returns whether a refused list is requested again without the originals.
    pub(super) fn omits_originals(&mut self, error: &TransferError) -> bool {
        let wanted = &self.tree.renditions;
        let is_refused = error.api().is_some_and(frameio_client::Error::is_forbidden);
        let has_others = wanted.len() > 1 && wanted.contains(&Rendition::Original);
        is_refused && has_others && !std::mem::replace(&mut self.has_no_originals, true)
    }

    /// Downloads a file of a folder to the directory of the folder. Returns its local path, for a rendition
    /// without the extension.
    pub(super) async fn named(
        &mut self,
        (account, file, remote): (&AccountId, &File, RemotePath),
        (parent, folder): (&mut LocalFolder, Option<&FolderId>),
        (name, id): (&str, &str),
    ) -> PathBuf {
        let chosen = self.choose(account, file).await;
        let first = self.tree.renditions.first().copied().unwrap_or_default();
        let local = match chosen.as_ref().map_or(first, |(rendition, _)| *rendition) {
            Rendition::Original => match folder {
                Some(folder) => {
                    let item = Named { name, id, file: Some(&file.id), is_folder: false };
                    self.local_path((account, folder), parent, item).await
                }
                None => parent.item(name, id),
            },
            rendition => parent.rendition(&format!("{name}.{rendition}"), id),
        };
        match chosen {
            Ok((rendition, url)) => {
                let local = local.clone();
                // The head of a listed stack has the name of the stack.
                let is_numbered = folder.is_none() && name != file.name;
                let is_copy = rendition != Rendition::Original || is_numbered;
                self.file(Target { account, file, remote, local, rendition, is_copy, url }).await;
            }
            Err(error) => self.failed(remote, local.clone(), error),
        }
        local
    }

    /// Returns the first wanted rendition that exists.
    async fn choose(&self, account: &AccountId, file: &File) -> Result<Chosen, TransferError> {
        let wanted = &*self.tree.renditions;
        if file.status == FileStatus::Created {
            return Err(self.none(file));
        }
        match (file.media_links.as_deref(), wanted) {
            // The download requests the link, and reports why it is missing.
            (None, [only]) | (Some(_), [only @ Rendition::Original])
                if self.has(file).is_none() =>
            {
                Ok((*only, None))
            }
            (Some(_), _) => self.has(file).ok_or_else(|| self.none(file)),
            (None, _) => {
                let shown = self.show(account, file).await?;
                self.has(&shown).ok_or_else(|| self.none(file))
            }
        }
    }

    /// Returns the first wanted rendition that has a link. Originals that are not listed are last.
    fn has(&self, file: &File) -> Option<Chosen> {
        let link = |links: &MediaLinks| {
            let mut wanted = self.tree.renditions.iter();
            wanted.find_map(|rendition| Some((*rendition, Some(rendition.url(links)?))))
        };
        let found = file.media_links.as_deref().and_then(link);
        let is_unlisted = self.tree.renditions.iter().any(|it| !self.is_listed(*it));
        found.or_else(|| is_unlisted.then_some((Rendition::Original, None)))
    }

    /// Requests a file with its links.
    async fn show(&self, account: &AccountId, file: &File) -> Result<File, TransferError> {
        let show = |includes| ShowFile::new(account, &file.id).include(includes);
        let client = &self.transfers.inner.client;
        let includes = self.includes();
        let others = |it: &FileInclude| *it != FileInclude::MediaLinksOriginal;
        let other: Vec<_> = includes.iter().filter(|it| others(it)).cloned().collect();
        let shown = match client.send(show(includes)).await {
            Err(error) if error.is_forbidden() && !other.is_empty() => {
                client.send(show(other)).await
            }
            shown => shown,
        };
        shown.map_err(TransferError::call)
    }

    fn none(&self, file: &File) -> TransferError {
        let message = match &*self.tree.renditions {
            [only] => absent(*only, &file.status),
            [first, ..] if file.status == FileStatus::Created => absent(*first, &file.status),
            all => {
                let names: Vec<_> = all.iter().map(|rendition| rendition.as_str()).collect();
                format!("none of its renditions {} is available", names.join(", "))
            }
        };
        TransferError::new(TransferErrorKind::Invalid, message).of_file(&file.id)
    }
}
