//! Where comments are read from.

use frameio_api::assets::Asset;
use frameio_api::files::{File, FileInclude, FileSort, ShowFile};
use frameio_api::shares::ListShareAssets;
use frameio_api::version_stacks::{ListVersions, ShowVersionStack, VersionStack};
use frameio_client::Client;
use frameio_core::{AccountId, FileId, FolderId, ProjectId, ShareId, VersionStackId};
use frameio_transfer::{RemotePath, Transfers, Walk};
use futures_util::stream::{self, BoxStream, StreamExt};

use crate::error::{CommentsError, CommentsErrorKind};

/// Files whose comments are read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// One file.
    File(FileId),
    /// A version stack.
    VersionStack(VersionStackId),
    /// All files in a folder and its subfolders.
    Folder(FolderId),
    /// All files of a project.
    Project(ProjectId),
    /// All files that a share contains. Their comments are read, no matter where they were made.
    Share(ShareId),
}

/// Versions of a stack whose comments are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Versions {
    /// The newest version.
    #[default]
    Head,
    /// Every version, each as a file of its own.
    All,
}

/// A file whose comments are to be read.
pub(crate) struct Target {
    pub(crate) path: RemotePath,
    pub(crate) file: File,
    /// Number of the version, from 1 for the oldest one.
    pub(crate) version: Option<u32>,
}

/// How files are listed.
pub(crate) struct Listing {
    pub(crate) client: Client,
    pub(crate) account: AccountId,
    pub(crate) versions: Versions,
    pub(crate) skip_undecodable: bool,
    /// Whether the links of thumbnails are included.
    pub(crate) thumbnails: bool,
}

impl Listing {
    /// The metadata of a file has its frame rate; lists include it, so that no file needs a call.
    const fn include(&self) -> &'static [FileInclude] {
        match self.thumbnails {
            true => &[FileInclude::Metadata, FileInclude::MediaLinksThumbnail],
            false => &[FileInclude::Metadata],
        }
    }
}

pub(crate) type Targets = BoxStream<'static, Result<Target, CommentsError>>;

impl Source {
    /// Returns the files as they are found.
    pub(crate) fn targets(self, listing: Listing) -> Targets {
        let include = listing.include();
        let Listing { client, account, versions, skip_undecodable, .. } = listing;
        let transfers = Transfers::new(client.clone());
        let walk =
            |walk: Walk| walk.include(include.iter().cloned()).skip_undecodable(skip_undecodable);
        let expand = Expand { client, account: account.clone(), versions, include };
        match self {
            Self::File(id) => stream::once(expand.file(id)).boxed(),
            Self::VersionStack(id) => {
                stream::once(async move { expand.stack(id).await }).flatten().boxed()
            }
            Self::Folder(id) => expand.walk(walk(transfers.walk(account, id))),
            Self::Project(id) => expand.walk(walk(transfers.walk_project(account, id))),
            Self::Share(id) => expand.share(id, skip_undecodable),
        }
    }
}

/// Turns assets into files.
#[derive(Clone)]
struct Expand {
    client: Client,
    account: AccountId,
    versions: Versions,
    include: &'static [FileInclude],
}

impl Expand {
    async fn file(self, id: FileId) -> Result<Target, CommentsError> {
        let show = ShowFile::new(&self.account, &id).include(self.include);
        let top = RemotePath::default();
        match self.client.send(show).await {
            Ok(file) => Ok(Target { path: RemotePath::new([&file.name]), file, version: None }),
            Err(error) => {
                Err(CommentsError::new(&top, CommentsErrorKind::Call(error)).of_file(&id))
            }
        }
    }

    async fn stack(self, id: VersionStackId) -> Targets {
        let show = ShowVersionStack::new(&self.account, &id).include(self.include);
        match self.client.send(show).await {
            Ok(stack) => {
                let path = RemotePath::new([&stack.name]);
                self.versions(path, stack)
            }
            Err(error) => failed(&RemotePath::default(), CommentsErrorKind::Call(error)),
        }
    }

    fn walk(self, walk: Walk) -> Targets {
        walk.flat_map(move |entry| match entry {
            Ok(entry) => self.asset(entry.path, entry.asset),
            Err(error) => failed(&error.path, CommentsErrorKind::Folder(error.error)),
        })
        .boxed()
    }

    /// The list of a share is flat and has no paths.
    fn share(self, id: ShareId, skip_undecodable: bool) -> Targets {
        let list = ListShareAssets::new(&self.account, id).include(self.include).page_size(100);
        let pages = self.client.pages(list).strict(true).skip_undecodable(skip_undecodable);
        stream::unfold(pages, |mut pages| async move {
            let page = pages.next().await?;
            Some(((page, pages.take_skipped()), pages))
        })
        .flat_map(move |(page, skipped)| {
            let top = RemotePath::default();
            let skipped = skipped.into_iter().map(|item| CommentsErrorKind::Item(item.to_string()));
            let skipped: Vec<_> = skipped.map(|kind| failed(&top, kind)).collect();
            let assets = match page {
                Ok(page) => {
                    let asset = |asset: Asset| self.asset(RemotePath::new([asset.name()]), asset);
                    page.data.into_iter().map(asset).collect()
                }
                Err(error) => vec![failed(&top, CommentsErrorKind::Call(error))],
            };
            stream::iter(skipped.into_iter().chain(assets)).flatten()
        })
        .boxed()
    }

    fn asset(&self, path: RemotePath, asset: Asset) -> Targets {
        match asset {
            Asset::File(file) => one(Target { path, file: *file, version: None }),
            Asset::VersionStack(stack) => self.versions(path, *stack),
            _ => stream::empty().boxed(),
        }
    }

    fn versions(&self, path: RemotePath, stack: VersionStack) -> Targets {
        if self.versions == Versions::All {
            return self.clone().all_versions(path, &stack);
        }
        let Some(mut file) = stack.head_version else {
            let message = "the version stack has no version".to_owned();
            return failed(&path, CommentsErrorKind::Item(message));
        };
        // A stack shows the metadata of its head.
        if file.metadata.is_none() {
            file.metadata = stack.metadata;
        }
        one(Target { path, file: *file, version: None })
    }

    /// Numbers versions by the time at which they were created.
    fn all_versions(self, path: RemotePath, stack: &VersionStack) -> Targets {
        let list = ListVersions::new(&self.account, &stack.id)
            .include(self.include)
            .sort(FileSort::CreatedAtAsc)
            .page_size(100);
        let items = self.client.items(list).strict(true);
        items
            .enumerate()
            .filter_map(move |(at, item)| {
                let target = match item {
                    Ok(Asset::File(file)) => {
                        let version = u32::try_from(at + 1).ok();
                        Some(Ok(Target { path: path.join(&file.name), file: *file, version }))
                    }
                    Ok(_) => None,
                    Err(error) => {
                        Some(Err(CommentsError::new(&path, CommentsErrorKind::Call(error))))
                    }
                };
                std::future::ready(target)
            })
            .boxed()
    }
}

fn one(target: Target) -> Targets {
    stream::iter([Ok(target)]).boxed()
}

fn failed(path: &RemotePath, kind: CommentsErrorKind) -> Targets {
    stream::iter([Err(CommentsError::new(path, kind))]).boxed()
}
