//! All that is below a folder, as a stream.

use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};

use frameio_core::{AccountId, FolderId, ProjectId};
use futures_core::Stream;

use super::{RemotePath, TransferError, TransferErrorKind, Transfers};
use frameio_api::assets::{Asset, AssetSort};
use frameio_api::files::{File, FileInclude};
use frameio_api::folders::ListFolderChildren;
use frameio_api::projects::ShowProject;
use frameio_client::{Client, Error, Pages};

/// The most that the service puts on one page.
const PAGE_SIZE: u32 = 500;

/// Something below the folder that is walked.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Entry {
    /// Where it is, from the root of the walk.
    pub path: RemotePath,
    /// The folder that it is in.
    pub folder_id: FolderId,
    /// What it is.
    pub asset: Asset,
}

impl Entry {
    /// How many folders are between it and the root of the walk: 0 for what is in the root itself.
    pub fn depth(&self) -> usize {
        self.path.names().len().saturating_sub(1)
    }

    /// The file that it is, or the newest version of the version stack that it is.
    pub fn file(&self) -> Option<&File> {
        match &self.asset {
            Asset::File(file) => Some(file),
            Asset::VersionStack(stack) => stack.head_version.as_deref(),
            _ => None,
        }
    }
}

/// A folder that could not be listed, or not to its end.
#[derive(Debug)]
#[non_exhaustive]
pub struct WalkError {
    /// Where the folder is, from the root of the walk.
    pub path: RemotePath,
    /// Why it could not be listed.
    pub error: TransferError,
}

impl fmt::Display for WalkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.error)
    }
}

impl std::error::Error for WalkError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&self.error)
    }
}

/// All that is below a folder; made by [`Transfers::walk`] and [`Transfers::walk_project`].
///
/// A folder comes before what is in it. Beside that the order is none to rely on between folders:
/// up to four of them are listed at a time, what was found last first, so that little has to be
/// remembered; within a folder it is that of the service. Version stacks are entries like files,
/// what is in them is not. A folder that cannot be listed is an error among the entries, and the
/// walk goes on; after an error on a later page the rest of that folder is missing.
///
/// Each page is a call of `folders.index`, which waits for its quota of 100 a minute. The next page
/// of a folder is fetched while one is being used, and nothing more: who does not ask, stops the
/// walk.
#[must_use = "a walk does nothing until it is asked for entries"]
pub struct Walk {
    client: Client,
    account: AccountId,
    include: Vec<FileInclude>,
    sort: Option<AssetSort>,
    max_depth: usize,
    concurrency: usize,
    /// The root folder, where it has to be asked for.
    start: Option<Start>,
    waiting: Vec<(FolderId, RemotePath)>,
    active: Vec<Listing>,
    ready: VecDeque<Result<Entry, WalkError>>,
}

type Start = Pin<Box<dyn Future<Output = Result<FolderId, Error>> + Send>>;

struct Listing {
    pages: Pages<ListFolderChildren>,
    folder: FolderId,
    path: RemotePath,
}

impl Transfers {
    /// All that is below a folder, as a stream that owns what it needs.
    ///
    /// ```no_run
    /// # async fn run(transfers: frameio::transfer::Transfers) {
    /// let mut walk = transfers.walk("account", "folder");
    /// while let Some(entry) = walk.next().await {
    ///     match entry {
    ///         Ok(entry) => println!("{}", entry.path),
    ///         Err(error) => eprintln!("{error}"),
    ///     }
    /// }
    /// # }
    /// ```
    pub fn walk(&self, account: impl Into<AccountId>, folder: impl Into<FolderId>) -> Walk {
        let mut walk = Walk::new(self.inner.client.clone(), account.into());
        walk.waiting.push((folder.into(), RemotePath::default()));
        walk
    }

    /// All that is in a project, as a stream that owns what it needs.
    pub fn walk_project(
        &self,
        account: impl Into<AccountId>,
        project: impl Into<ProjectId>,
    ) -> Walk {
        let mut walk = Walk::new(self.inner.client.clone(), account.into());
        let show = walk.client.send(ShowProject::new(&walk.account, project.into()));
        walk.start = Some(Box::pin(async move { Ok(show.await?.root_folder_id) }));
        walk
    }
}

impl Walk {
    fn new(client: Client, account: AccountId) -> Self {
        Self {
            client,
            account,
            include: Vec::new(),
            sort: None,
            max_depth: 64,
            concurrency: 4,
            start: None,
            waiting: Vec::new(),
            active: Vec::new(),
            ready: VecDeque::new(),
        }
    }

    /// Asks for more of each file. A link of media may be absent all the same.
    pub fn include(mut self, include: impl IntoIterator<Item = FileInclude>) -> Self {
        self.include = include.into_iter().collect();
        self
    }

    /// Sets the order within a folder. Default: the service's.
    pub fn sort(mut self, sort: AssetSort) -> Self {
        self.sort = Some(sort);
        self
    }

    /// Goes down so many folders; what is deeper is an error among the entries. Default: 64.
    pub fn max_depth(mut self, folders: usize) -> Self {
        self.max_depth = folders;
        self
    }

    /// Lists so many folders at a time. At least one. Default: 4.
    pub fn concurrency(mut self, folders: usize) -> Self {
        self.concurrency = folders.max(1);
        self
    }

    /// The next entry, or `None` after the last one.
    pub async fn next(&mut self) -> Option<Result<Entry, WalkError>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    fn list(&mut self, folder: FolderId, path: RemotePath) {
        let mut list = ListFolderChildren::new(&self.account, &folder)
            .include(self.include.clone())
            .page_size(PAGE_SIZE);
        if let Some(sort) = &self.sort {
            list = list.sort(sort.clone());
        }
        self.active.push(Listing { pages: self.client.pages(list), folder, path });
    }

    fn found(&mut self, folder: &FolderId, path: &RemotePath, asset: Asset) {
        let path = path.join(asset.name());
        let below = asset.as_folder().map(|folder| folder.id.clone());
        let folder_id = folder.clone();
        self.ready.push_back(Ok(Entry { path: path.clone(), folder_id, asset }));
        match below {
            Some(_) if path.names().len() > self.max_depth => {
                let message = format!("it is more than {} folders deep", self.max_depth);
                let error = TransferError::new(TransferErrorKind::Invalid, message);
                self.ready.push_back(Err(WalkError { path, error }));
            }
            Some(below) => self.waiting.push((below, path)),
            None => {}
        }
    }

    /// Polls each folder that is being listed; whether anything came of it.
    fn poll_active(&mut self, cx: &mut Context<'_>) -> bool {
        let mut moved = false;
        let mut listings = std::mem::take(&mut self.active);
        listings.retain_mut(|listing| match Pin::new(&mut listing.pages).poll_next(cx) {
            Poll::Pending => true,
            Poll::Ready(None) => {
                moved = true;
                false
            }
            Poll::Ready(Some(Ok(page))) => {
                moved = true;
                for asset in page.data {
                    self.found(&listing.folder, &listing.path, asset);
                }
                true
            }
            Poll::Ready(Some(Err(error))) => {
                moved = true;
                let (path, error) = (listing.path.clone(), TransferError::call(error));
                self.ready.push_back(Err(WalkError { path, error }));
                false
            }
        });
        self.active = listings;
        moved
    }
}

impl Stream for Walk {
    type Item = Result<Entry, WalkError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if let Some(entry) = this.ready.pop_front() {
                return Poll::Ready(Some(entry));
            }
            if let Some(start) = &mut this.start {
                match std::task::ready!(start.as_mut().poll(cx)) {
                    Ok(folder) => this.waiting.push((folder, RemotePath::default())),
                    Err(error) => {
                        let (path, error) = (RemotePath::default(), TransferError::call(error));
                        this.ready.push_back(Err(WalkError { path, error }));
                    }
                }
                this.start = None;
                continue;
            }
            while this.active.len() < this.concurrency
                && let Some((folder, path)) = this.waiting.pop()
            {
                this.list(folder, path);
            }
            if this.active.is_empty() {
                return Poll::Ready(None);
            }
            if !this.poll_active(cx) {
                return Poll::Pending;
            }
        }
    }
}

// Nothing inside is pinned in place.
impl Unpin for Walk {}

impl fmt::Debug for Walk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Walk")
            .field("account", &self.account)
            .field("waiting", &self.waiting.len())
            .field("active", &self.active.len())
            .finish_non_exhaustive()
    }
}
