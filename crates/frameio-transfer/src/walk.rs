//! A stream of all items below a folder.

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};

use frameio_core::{AccountId, AssetId, FolderId, Page, ProjectId};
use futures_core::Stream;

use super::{RemotePath, TransferError, TransferErrorKind, Transfers};
use frameio_api::assets::{Asset, AssetSort};
use frameio_api::files::{File, FileInclude};
use frameio_api::folders::ListFolderChildren;
use frameio_api::projects::ShowProject;
use frameio_client::{Client, Error, Pages};

/// Maximum page size of the service.
const PAGE_SIZE: u32 = 500;

/// Default maximum number of folders between the root and an entry.
const MAX_DEPTH: usize = 64;

/// Default maximum number of pages of one folder: five million entries.
const MAX_PAGES: u64 = 10_000;

/// Default maximum number of entries.
const MAX_ENTRIES: u64 = 10_000_000;

/// Item below the root of a walk.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Entry {
    /// Path relative to the root of the walk.
    pub path: RemotePath,
    /// Folder that contains the item.
    pub folder_id: FolderId,
    /// File, folder or version stack.
    pub asset: Asset,
}

impl Entry {
    /// Returns the number of folders between the root of the walk and the entry.
    pub fn depth(&self) -> usize {
        self.path.names().len().saturating_sub(1)
    }

    /// Returns the file, or the head of the version stack; `None` for a folder.
    pub fn file(&self) -> Option<&File> {
        match &self.asset {
            Asset::File(file) => Some(file),
            Asset::VersionStack(stack) => stack.head_version.as_deref(),
            _ => None,
        }
    }
}

/// Error of a folder that could not be listed completely.
#[derive(Debug)]
#[non_exhaustive]
pub struct WalkError {
    /// Path of the folder relative to the root of the walk.
    pub path: RemotePath,
    /// Cause of the failure.
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

/// Returns whether the content of the folder at a path is listed.
type EntersFolder = Box<dyn Fn(&RemotePath) -> bool + Send>;

/// Stream of all items below a folder, created by [`Transfers::walk`] and
/// [`Transfers::walk_project`].
///
/// A folder precedes its content. Within a folder, items have the order of the service. The order of
/// folders is undefined: up to four folders are listed concurrently, the most recently found ones
/// first, which saves memory. A version stack is a single entry; its versions are not listed. A folder
/// that cannot be listed yields an error and the walk continues; after an error on a later page the
/// rest of the folder is missing.
///
/// | limit | default | when exceeded |
/// |---|---|---|
/// | folders between the root and an entry | 64 | error instead of the content of the folder |
/// | pages of one folder | 10,000 | error instead of the rest of the folder |
/// | entries | 10,000,000 | error, and the walk ends |
///
/// An entry that the service lists twice in a folder is yielded once. A folder that it lists in
/// several folders, or inside itself, is walked once and yields an error at the other places.
///
/// Each page is a call of `folders.index`, which waits for its quota of 100 per minute. The next page
/// of a folder is requested in advance. A walk makes no progress unless it is polled.
#[must_use = "a walk does nothing until it is polled"]
pub struct Walk {
    client: Client,
    account: AccountId,
    include: Vec<FileInclude>,
    sort: Option<AssetSort>,
    max_depth: usize,
    skip_undecodable: bool,
    /// Returns whether the content of a folder is listed.
    enters: Option<EntersFolder>,
    max_pages: u64,
    max_entries: u64,
    concurrency: usize,
    /// Request for the root folder of a project.
    start: Option<Start>,
    /// Number of entries found.
    entries: u64,
    /// Folders that were listed or are waiting.
    seen: HashSet<FolderId>,
    waiting: Vec<(FolderId, RemotePath)>,
    active: Vec<Listing>,
    ready: VecDeque<Result<Entry, WalkError>>,
}

type Start = Pin<Box<dyn Future<Output = Result<FolderId, Error>> + Send>>;

/// A folder that is being listed.
struct Listing {
    request: Pages<ListFolderChildren>,
    folder: FolderId,
    path: RemotePath,
    pages: u64,
    /// Items of previous pages.
    seen: HashSet<AssetId>,
}

impl Transfers {
    /// Returns a `'static` stream of all items below a folder.
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
        walk.wait(folder.into(), RemotePath::default());
        walk
    }

    /// Returns a `'static` stream of all items in a project.
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
            max_depth: MAX_DEPTH,
            skip_undecodable: false,
            enters: None,
            max_pages: MAX_PAGES,
            max_entries: MAX_ENTRIES,
            concurrency: 4,
            start: None,
            entries: 0,
            seen: HashSet::new(),
            waiting: Vec::new(),
            active: Vec::new(),
            ready: VecDeque::new(),
        }
    }

    /// Sets related resources to include with each file. The service may still omit media links.
    pub fn include(mut self, include: impl IntoIterator<Item = FileInclude>) -> Self {
        self.include = include.into_iter().collect();
        self
    }

    /// Sets the order within a folder. Default: the order of the service.
    pub fn sort(mut self, sort: AssetSort) -> Self {
        self.sort = Some(sort);
        self
    }

    /// Limits the number of folders between the root and an entry. Default: 64.
    pub fn max_depth(mut self, folders: usize) -> Self {
        self.max_depth = folders;
        self
    }

    /// Limits the number of pages of one folder. Default: 10,000.
    pub fn max_pages(mut self, pages: u64) -> Self {
        self.max_pages = pages;
        self
    }

    /// Limits the number of entries. Default: 10,000,000.
    pub fn max_entries(mut self, entries: u64) -> Self {
        self.max_entries = entries;
        self
    }

    /// Sets whether items that cannot be decoded are skipped, each with a [`WalkError`], instead of
    /// failing their folder. Default: no.
    ///
    /// Use it to display lists. A program that compares lists would mistake skipped items for deleted
    /// ones. Uploads and downloads of trees never skip items.
    pub fn skip_undecodable(mut self, skip: bool) -> Self {
        self.skip_undecodable = skip;
        self
    }

    /// Lists the content of a folder only if `enters` returns true for its path.
    pub(crate) fn enter_if(
        mut self,
        enters: impl Fn(&RemotePath) -> bool + Send + 'static,
    ) -> Self {
        self.enters = Some(Box::new(enters));
        self
    }

    /// Sets the number of folders that are listed concurrently, at least 1. Default: 4.
    pub fn concurrency(mut self, folders: usize) -> Self {
        self.concurrency = folders.max(1);
        self
    }

    /// Returns the next entry, or `None` after the last one.
    pub async fn next(&mut self) -> Option<Result<Entry, WalkError>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// Queues a folder.
    fn wait(&mut self, folder: FolderId, path: RemotePath) {
        self.seen.insert(folder.clone());
        self.waiting.push((folder, path));
    }

    fn list(&mut self, folder: FolderId, path: RemotePath) {
        let mut list = ListFolderChildren::new(&self.account, &folder)
            .include(self.include.clone())
            .page_size(PAGE_SIZE);
        if let Some(sort) = &self.sort {
            list = list.sort(sort.clone());
        }
        let request = self.client.pages(list).strict(true).skip_undecodable(self.skip_undecodable);
        self.active.push(Listing { request, folder, path, pages: 0, seen: HashSet::new() });
    }

    fn found(&mut self, listing: &mut Listing, asset: Asset) {
        // A list that changes during pagination may repeat an item on the next page.
        if !listing.seen.insert(asset.id().clone()) {
            return;
        }
        self.entries += 1;
        if self.entries > self.max_entries {
            return;
        }
        let path = listing.path.join(asset.name());
        let below = asset.as_folder().map(|folder| folder.id.clone());
        if below.as_ref().is_some_and(|below| self.seen.contains(below)) {
            let message = "the service lists this folder in several folders or inside itself";
            return self.failed(path, TransferErrorKind::Mismatch, message.to_owned());
        }
        let folder_id = listing.folder.clone();
        let below = below.filter(|_| self.enters.as_ref().is_none_or(|enters| enters(&path)));
        self.ready.push_back(Ok(Entry { path: path.clone(), folder_id, asset }));
        match below {
            Some(_) if path.names().len() > self.max_depth => {
                let message = format!("the folder exceeds the maximum depth of {}", self.max_depth);
                self.failed(path, TransferErrorKind::Invalid, message);
            }
            Some(below) => self.wait(below, path),
            None => {}
        }
    }

    fn failed(&mut self, path: RemotePath, kind: TransferErrorKind, message: String) {
        let error = TransferError::new(kind, message);
        self.ready.push_back(Err(WalkError { path, error }));
    }

    /// Polls the active listings. Returns whether any of them made progress.
    fn poll_active(&mut self, cx: &mut Context<'_>) -> bool {
        let mut moved = false;
        let mut listings = std::mem::take(&mut self.active);
        listings.retain_mut(|listing| {
            let Poll::Ready(page) = Pin::new(&mut listing.request).poll_next(cx) else {
                return true;
            };
            moved = true;
            self.page(listing, page)
        });
        self.active = listings;
        if self.entries > self.max_entries {
            self.active.clear();
            self.waiting.clear();
            let message = format!("the tree has more than {} entries", self.max_entries);
            self.failed(RemotePath::default(), TransferErrorKind::TooLarge, message);
        }
        moved
    }

    /// Processes a page of a folder. Returns whether the folder may have more pages.
    fn page(&mut self, listing: &mut Listing, page: Option<Result<Page<Asset>, Error>>) -> bool {
        match page {
            None => false,
            Some(Ok(_)) if listing.pages == self.max_pages => {
                let message = format!("the list has more than {} pages", self.max_pages);
                self.failed(listing.path.clone(), TransferErrorKind::TooLarge, message);
                false
            }
            Some(Ok(page)) => {
                listing.pages += 1;
                for skipped in listing.request.take_skipped() {
                    let message = skipped.to_string();
                    self.failed(listing.path.clone(), TransferErrorKind::Mismatch, message);
                }
                for asset in page.data {
                    self.found(listing, asset);
                }
                true
            }
            Some(Err(error)) => {
                let (path, error) = (listing.path.clone(), TransferError::call(error));
                self.ready.push_back(Err(WalkError { path, error }));
                false
            }
        }
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
                    Ok(folder) => this.wait(folder, RemotePath::default()),
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

// The fields are never pinned structurally.
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
