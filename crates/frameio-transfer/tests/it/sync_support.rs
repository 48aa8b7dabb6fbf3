//! Helpers for tests of runs with a state: a directory, a folder, kills, and edits on both sides.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use frameio::assets::Asset;
use frameio::files::{DeleteFile, File, FileStatus, MoveFile, UpdateFile};
use frameio::folders::ListFolderChildren;
use frameio::layers::Backoff;
use frameio::transfer::{DownloadTree, IfExists, Summary, Transfers, Upload, UploadTree, Versions};
use frameio::version_stacks::CreateVersionStack;
use frameio::{Body, Client, FileId, FolderId};
use frameio_sim::Sim;
use http::{Request, Response};
use tempfile::TempDir;
use tokio::sync::Notify;
use tower::Service;

use crate::support::{arrived, place};

/// A directory and a folder that are kept in sync.
pub(crate) struct Pair {
    pub(crate) sim: Sim,
    pub(crate) directory: TempDir,
    pub(crate) states: TempDir,
    /// Time of the last local edit.
    edits: AtomicU64,
}

impl Pair {
    pub(crate) fn new() -> Self {
        Self::of(Sim::builder().part_size(10).quotas(false).build())
    }

    pub(crate) fn of(sim: Sim) -> Self {
        let (directory, states) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        Self { sim, directory, states, edits: AtomicU64::new(0) }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Writes a local file. Each edit has a later modification time, which is in the past.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        let edits = self.edits.fetch_add(1, Ordering::Relaxed);
        let time =
            SystemTime::now() - Duration::from_secs(3600) + Duration::from_millis(edits * 50);
        std::fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    pub(crate) fn upload(&self) -> UploadTree {
        let (account, root) = place(&self.sim);
        UploadTree::new(account, root, self.directory.path())
            .state(self.states.path())
            .if_exists(IfExists::Version)
    }

    pub(crate) fn download(&self) -> DownloadTree {
        let (account, root) = place(&self.sim);
        DownloadTree::new(account, root, self.directory.path()).state(self.states.path())
    }

    pub(crate) async fn up(&self) -> Summary {
        self.transfers().upload_tree(self.upload()).await.unwrap()
    }

    pub(crate) async fn down(&self) -> Summary {
        self.transfers().download_tree(self.download()).await.unwrap()
    }

    pub(crate) fn client(&self) -> Client {
        Client::builder().token(Sim::TOKEN).transport(self.sim.clone()).build().unwrap()
    }

    pub(crate) fn transfers(&self) -> Transfers {
        crate::support::transfers(&self.sim)
    }

    /// Uploads a file as somebody else would.
    pub(crate) async fn put(&self, folder: &FolderId, name: &str, content: &[u8]) -> FileId {
        let (account, _) = place(&self.sim);
        let upload = Upload::from_bytes(account, folder, name, Bytes::copy_from_slice(content));
        self.transfers().upload(upload).await.unwrap().file.id
    }

    /// Adds a version to the item with this path as somebody else would.
    pub(crate) async fn put_version(&self, path: &str, content: &[u8]) -> FileId {
        let item = self.remote().await.remove(path).unwrap();
        self.stack_on(&item, path.rsplit('/').next().unwrap(), content).await
    }

    /// Adds a version to an item as somebody else would.
    pub(crate) async fn stack_on(&self, item: &RemoteItem, name: &str, content: &[u8]) -> FileId {
        let (account, _) = place(&self.sim);
        let new = self.put(&item.folder, name, content).await;
        match &item.asset {
            Asset::VersionStack(stack) => {
                let into = MoveFile::new(&account, &new, stack.id.clone());
                self.client().send(into).await.unwrap();
            }
            _ => {
                let files = [item.head.id.clone(), new.clone()];
                let create = CreateVersionStack::new(&account, &item.folder, files);
                self.client().send(create).await.unwrap();
            }
        }
        new
    }

    pub(crate) async fn delete(&self, id: &FileId) {
        let (account, _) = place(&self.sim);
        self.client().send(DeleteFile::new(account, id)).await.unwrap();
    }

    pub(crate) async fn rename(&self, id: &FileId, name: &str) {
        let (account, _) = place(&self.sim);
        self.client().send(UpdateFile::new(account, id).name(name)).await.unwrap();
    }

    /// Returns the complete items below the root by their paths, which must be unique.
    pub(crate) async fn remote(&self) -> BTreeMap<String, RemoteItem> {
        let all = self.remote_items().await;
        let count = all.len();
        let unique: BTreeMap<_, _> = all.into_iter().collect();
        assert_eq!(unique.len(), count, "an item exists twice: {:?}", unique.keys());
        unique
    }

    pub(crate) async fn remote_items(&self) -> Vec<(String, RemoteItem)> {
        let (account, root) = place(&self.sim);
        let (mut all, mut folders) = (Vec::new(), vec![(root, String::new())]);
        while let Some((folder, path)) = folders.pop() {
            let client = self.client();
            let list = ListFolderChildren::new(&account, &folder).page_size(500);
            let mut items = client.items(list);
            while let Some(asset) = items.next().await {
                let asset = asset.unwrap();
                let path = format!("{path}{}", asset.name());
                let head = match &asset {
                    Asset::Folder(below) => {
                        folders.push((below.id.clone(), format!("{path}/")));
                        continue;
                    }
                    Asset::File(file) => (**file).clone(),
                    Asset::VersionStack(stack) => (**stack.head_version.as_ref().unwrap()).clone(),
                    other => panic!("{other:?}"),
                };
                if head.status != FileStatus::Created {
                    all.push((path, RemoteItem { folder: folder.clone(), asset, head }));
                }
            }
        }
        all
    }

    /// Returns the versions of the stack with this path, and their contents.
    pub(crate) async fn versions(&self, path: &str) -> (Versions, Vec<Vec<u8>>) {
        let item = self.remote().await.remove(path).unwrap();
        let Asset::VersionStack(stack) = item.asset else { panic!("{path} is no stack") };
        let (account, _) = place(&self.sim);
        let versions = self.transfers().versions(&account, &stack.id).await.unwrap();
        let mut contents = Vec::new();
        for version in &versions.files {
            contents.push(self.content(&version.id).await);
        }
        (versions, contents)
    }

    pub(crate) async fn content(&self, id: &FileId) -> Vec<u8> {
        arrived(&self.sim, id.as_str()).await.unwrap().to_vec()
    }

    /// Returns the local files by their paths, without the trash.
    pub(crate) fn local(&self) -> BTreeMap<String, Vec<u8>> {
        let mut all = BTreeMap::new();
        below(self.directory.path(), "", &mut all);
        all
    }

    /// Returns the files in the trash by their paths, which begin with the time of the run.
    pub(crate) fn trash(&self) -> BTreeMap<String, Vec<u8>> {
        let mut all = BTreeMap::new();
        if let Ok(runs) = std::fs::read_dir(self.path(".frameio-trash")) {
            for run in runs {
                let run = run.unwrap();
                let name = run.file_name().into_string().unwrap();
                below(&run.path(), &format!("{name}/"), &mut all);
            }
        }
        all
    }

    /// Runs transfers that are killed at the request with this number, before it reaches the service or
    /// before its response returns. Returns `None` if they were killed.
    pub(crate) async fn killed<T>(
        &self,
        at: i64,
        before: bool,
        run: impl AsyncFnOnce(Transfers) -> T,
    ) -> Option<T> {
        let killed = Arc::new(Notify::new());
        let left = Arc::new(AtomicI64::new(at));
        let killer = Killer { sim: self.sim.clone(), left, before, killed: killed.clone() };
        let client = Client::builder().token(Sim::TOKEN).transport(killer.clone()).build().unwrap();
        let backoff = Backoff::new(Duration::from_millis(1), Duration::from_millis(1));
        let transfers = Transfers::builder(client).storage(killer).backoff(backoff).build();
        tokio::select! {
            biased;
            result = run(transfers) => Some(result),
            () = killed.notified() => None,
        }
    }
}

fn below(directory: &Path, prefix: &str, all: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let path = format!("{prefix}{name}");
        if entry.file_type().unwrap().is_dir() {
            if name != ".frameio-trash" {
                below(&entry.path(), &format!("{path}/"), all);
            }
        } else if !name.contains(".part") {
            all.insert(path, std::fs::read(entry.path()).unwrap());
        }
    }
}

/// A complete file or version stack.
#[derive(Clone, Debug)]
pub(crate) struct RemoteItem {
    pub(crate) folder: FolderId,
    pub(crate) asset: Asset,
    pub(crate) head: File,
}

/// A transport that stops at a request.
#[derive(Clone)]
struct Killer {
    sim: Sim,
    left: Arc<AtomicI64>,
    before: bool,
    killed: Arc<Notify>,
}

impl Service<Request<Body>> for Killer {
    type Response = Response<Body>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let mut this = self.clone();
        Box::pin(async move {
            let left = this.left.fetch_sub(1, Ordering::SeqCst) - 1;
            if left > 0 || (left == 0 && !this.before) {
                let response = this.sim.call(request).await;
                if left > 0 {
                    return response;
                }
            }
            this.killed.notify_one();
            std::future::pending().await
        })
    }
}
