//! Remote folders and their children.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::SystemTime;

use frameio_api::assets::{Asset, AssetSort};
use frameio_api::files::FileStatus;
use frameio_api::folders::{CreateFolder, ListFolderChildren};
use frameio_client::Client;
use frameio_core::{AccountId, FileId, FolderId, VersionStackId};
use tokio::sync::Mutex;

use super::folder_log::FolderLog;
use super::state::StateDirectory;
use crate::existing::created;
use crate::safe_name::{is_local_name, name_with_hash};
use crate::sync_state::normalized;
use crate::tasks::blocking;
use crate::versions::pattern::{Number, Numbered};
use crate::{TransferError, TransferErrorKind, VersionPattern, safe_name};

/// Lists and creates folders of one account.
#[derive(Clone)]
pub(super) struct RemoteFolders {
    pub(super) client: Client,
    pub(super) account: AccountId,
    pub(super) state: Option<StateDirectory>,
    pub(super) dry_run: bool,
    pub(super) version_pattern: Option<VersionPattern>,
}

/// A remote folder with its children by name.
pub(super) struct RemoteFolder {
    /// `None` in a dry run, if the folder would be created.
    pub(super) id: Option<FolderId>,
    children: HashMap<String, Vec<Child>>,
    /// Names that are not ASCII, by their normal form.
    forms: HashMap<String, Vec<String>>,
    /// First children with a name that is changed in downloads, by the normal form of the changed name.
    changed: HashMap<String, Child>,
    /// Names of all children by their ids, when they are needed first.
    names: OnceLock<HashMap<String, String>>,
    /// Children by their local names with a hash, when they are needed first.
    hashed: OnceLock<HashMap<String, Child>>,
    /// Local directory whose names were needed last, and these names.
    local_names: Mutex<(PathBuf, HashSet<OsString>)>,
    /// Complete files with a version number, by base and extension.
    numbered: HashMap<(String, String), Vec<(Number, RemoteFile)>>,
    /// Version stacks.
    stacks: Vec<VersionStackId>,
    /// Whether this run has created it.
    pub(super) is_created: bool,
    /// Log of additions by other runs.
    pub(super) log: Option<FolderLog>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Child {
    Folder(FolderId),
    File(RemoteFile),
}

/// A file, or the head of a version stack.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RemoteFile {
    pub(super) id: FileId,
    pub(super) size: u64,
    pub(super) is_complete: bool,
    /// Version stack of which it is the head.
    pub(super) stack: Option<VersionStackId>,
    pub(super) created: Option<SystemTime>,
    pub(super) view_url: Option<Box<str>>,
}

impl RemoteFolders {
    /// Lists a folder.
    pub(super) async fn list(&self, id: FolderId) -> Result<RemoteFolder, TransferError> {
        // Open the log before listing, so that later additions are in the log or in the list.
        let mut folder = self.empty(Some(id.clone())).await;
        // The order in which a download assigns local names.
        let list = ListFolderChildren::new(&self.account, id).sort(AssetSort::CreatedAtAsc);
        let mut items = self.client.items(list.page_size(500)).strict(true);
        while let Some(asset) = items.next().await {
            let asset = asset.map_err(TransferError::call)?;
            let Some(child) = Child::of(&asset) else { continue };
            self.add_version(&mut folder, &asset, &child);
            let name = asset.name();
            let safe = safe_name(name);
            if safe != name {
                folder.changed.entry(normalized(&safe)).or_insert_with(|| child.clone());
            }
            folder.add(name, child);
        }
        Ok(folder)
    }

    /// Adds an item to the version stacks and the numbered files of a folder.
    fn add_version(&self, folder: &mut RemoteFolder, asset: &Asset, child: &Child) {
        let Child::File(file) = child else { return };
        folder.stacks.extend(file.stack.clone());
        // The name of a stack can differ from that of its head.
        let name = match asset {
            Asset::VersionStack(stack) => stack.head_version.as_deref().map(|head| &*head.name),
            other => Some(other.name()),
        };
        let numbered = self.version_pattern.as_ref().zip(name);
        let numbered = numbered.and_then(|(pattern, name)| pattern.parse(name));
        if let Some(Numbered { base, number }) = numbered.filter(|_| file.is_complete) {
            folder.numbered.entry(base).or_default().push((number, file.clone()));
        }
    }

    /// Returns the folder with a name in `parent`.
    pub(super) async fn find(
        &self,
        parent: &RemoteFolder,
        name: &str,
        (local, recorded): (&Path, Option<&FolderId>),
    ) -> Result<Option<FolderId>, TransferError> {
        let recorded = recorded.map(FolderId::as_str);
        only_folder(&parent.children(name, local, recorded).await, recorded)
    }

    /// Lists a folder that was found. Creates it in `parent` if it is missing, except in a dry run.
    pub(super) async fn folder(
        &self,
        found: Option<FolderId>,
        (parent, name): (&RemoteFolder, &str),
    ) -> Result<RemoteFolder, TransferError> {
        match (found, &parent.id) {
            (Some(id), _) => self.list(id).await,
            (None, Some(id)) if !self.dry_run => self.create(parent, id, name).await,
            (None, _) => Ok(self.empty(None).await),
        }
    }

    async fn create(
        &self,
        parent: &RemoteFolder,
        parent_id: &FolderId,
        name: &str,
    ) -> Result<RemoteFolder, TransferError> {
        let _lock = match &self.state {
            Some(state) => state.lock_creation(parent_id, name).await?,
            None => None,
        };
        // Another run may have created it since `parent` was listed.
        if let Some(id) = only_folder(&parent.added(name).await, None)? {
            return self.list(id).await;
        }
        let create = CreateFolder::new(&self.account, parent_id).name(name);
        let created = self.client.send(create).await.map_err(TransferError::call)?;
        let mut folder = self.empty(Some(created.id.clone())).await;
        folder.is_created = true;
        parent.report_added(name, Child::Folder(created.id)).await;
        Ok(folder)
    }

    /// Creates a folder without children.
    async fn empty(&self, id: Option<FolderId>) -> RemoteFolder {
        let log = match (&self.state, &id) {
            (Some(state), Some(id)) => state.log(id).await,
            _ => None,
        };
        RemoteFolder {
            id,
            children: HashMap::new(),
            forms: HashMap::new(),
            changed: HashMap::new(),
            names: OnceLock::new(),
            hashed: OnceLock::new(),
            local_names: Mutex::default(),
            numbered: HashMap::new(),
            stacks: Vec::new(),
            is_created: false,
            log,
        }
    }
}

impl Child {
    /// Returns the id of the folder, or that of the file or the head.
    fn id(&self) -> &str {
        match self {
            Self::Folder(id) => id.as_str(),
            Self::File(file) => file.id.as_str(),
        }
    }

    /// Returns the id of the folder, the file or the version stack.
    fn item_id(&self) -> &str {
        match self {
            Self::File(RemoteFile { stack: Some(stack), .. }) => stack.as_str(),
            other => other.id(),
        }
    }

    pub(super) fn of(asset: &Asset) -> Option<Self> {
        let file = match asset {
            Asset::Folder(folder) => return Some(Self::Folder(folder.id.clone())),
            Asset::File(file) => &**file,
            Asset::VersionStack(stack) => stack.head_version.as_deref()?,
            _ => return None,
        };
        Some(Self::File(RemoteFile {
            id: file.id.clone(),
            size: file.file_size,
            is_complete: file.status != FileStatus::Created,
            stack: match asset {
                Asset::VersionStack(stack) => Some(stack.id.clone()),
                _ => None,
            },
            created: created(file),
            view_url: Some(file.view_url.as_str().into()),
        }))
    }
}

impl RemoteFile {
    /// Creates a complete file that was just uploaded.
    pub(super) const fn uploaded(id: FileId, size: u64) -> Self {
        Self { id, size, is_complete: true, stack: None, created: None, view_url: None }
    }
}

impl RemoteFolder {
    fn add(&mut self, name: &str, child: Child) {
        let alike = self.children.entry(name.to_owned()).or_default();
        if alike.is_empty() && !name.is_ascii() {
            self.forms.entry(normalized(name)).or_default().push(name.to_owned());
        }
        alike.push(child);
    }

    /// Returns the children that a local file or directory may belong to: the one that is recorded for it,
    /// if it still has a name that a download changes to this one, and those with the same name. Without
    /// both, it is the child that a download saves under this name, so that a downloaded file is not
    /// uploaded as a new one.
    ///
    /// A name in another Unicode normalization counts only if the local directory does not have it too.
    async fn children(&self, name: &str, local: &Path, recorded: Option<&str>) -> Vec<Child> {
        let exact = self.children.get(name).map(Vec::as_slice).unwrap_or_default();
        let recorded = recorded.filter(|id| !exact.iter().any(|child| child.id() == *id));
        if let Some((id, its_name)) = recorded.and_then(|id| Some((id, self.names().get(id)?)))
            && is_local_name(name, its_name)
        {
            let (mut first, rest): (Vec<_>, Vec<_>) =
                self.children.get(its_name).into_iter().flatten().partition(|it| it.id() == id);
            first.extend(rest);
            return first.into_iter().chain(exact).cloned().collect();
        }
        let changed = || self.changed.get(&normalized(name)).or_else(|| self.hashed(name));
        match (exact, changed()) {
            ([], Some(changed)) => vec![changed.clone()],
            ([], None) => self.other_form(name, local).await.unwrap_or_default().to_vec(),
            (exact, _) => exact.to_vec(),
        }
    }

    fn names(&self) -> &HashMap<String, String> {
        self.names.get_or_init(|| {
            let named = |(name, children): (&String, &Vec<Child>)| {
                let name = name.clone();
                let ids: Vec<_> = children.iter().map(|child| child.id().to_owned()).collect();
                ids.into_iter().map(move |id| (id, name.clone()))
            };
            self.children.iter().flat_map(named).collect()
        })
    }

    /// Returns the child that a download saves under a name with a hash.
    fn hashed(&self, name: &str) -> Option<&Child> {
        if !name.contains('~') {
            return None;
        }
        let hashed = self.hashed.get_or_init(|| {
            let named = |(name, children): (&String, &Vec<Child>)| {
                let local = |child: &Child| normalized(&name_with_hash(name, child.item_id()));
                children.iter().map(|child| (local(child), child.clone())).collect::<Vec<_>>()
            };
            self.children.iter().flat_map(named).collect()
        });
        hashed.get(&normalized(name))
    }

    async fn other_form(&self, name: &str, local: &Path) -> Option<&[Child]> {
        let forms = self.forms.get(&normalized(name))?;
        let directory = frameio_private_file::parent(local);
        let mut last = self.local_names.lock().await;
        if last.0 != directory {
            *last = (directory.to_owned(), names_in(directory.to_owned()).await);
        }
        let (_, local_names) = &*last;
        let mut free =
            forms.iter().filter(|form| !local_names.contains(Path::new(form).as_os_str()));
        let only = free.next().filter(|_| free.next().is_none())?;
        self.children.get(only).map(Vec::as_slice)
    }

    /// Returns the files that a local file may belong to, first the recorded one.
    pub(super) async fn files(
        &self,
        name: &str,
        (local, recorded): (&Path, Option<&FileId>),
    ) -> Vec<RemoteFile> {
        files(&self.children(name, local, recorded.map(FileId::as_str)).await)
    }

    /// Returns the file with the highest version number of a base.
    pub(super) fn highest(&self, base: &(String, String)) -> Option<&(Number, RemoteFile)> {
        self.numbered.get(base)?.iter().max_by(|a, b| a.0.cmp(&b.0))
    }

    /// Returns the version stacks in the folder.
    pub(super) fn stacks(&self) -> &[VersionStackId] {
        &self.stacks
    }

    /// Returns the children with a name that other runs have added since the folder was listed.
    async fn added(&self, name: &str) -> Vec<Child> {
        added(self.log.as_ref(), name).await
    }

    async fn report_added(&self, name: &str, child: Child) {
        report_added(self.log.as_ref(), name, child).await;
    }
}

/// Returns the children with a name that other runs have added to a folder, or nothing if the log
/// cannot be read.
pub(super) async fn added(log: Option<&FolderLog>, name: &str) -> Vec<Child> {
    let Some(log) = log else { return Vec::new() };
    log.added(name).await.unwrap_or_else(|error| {
        tracing::warn!(target: "frameio::transfer", %error, "folder_log.not_read");
        Vec::new()
    })
}

/// Notifies other runs of a child added to a folder.
pub(super) async fn report_added(log: Option<&FolderLog>, name: &str, child: Child) {
    let Some(log) = log else { return };
    if let Err(error) = log.append(name, &child).await {
        tracing::warn!(target: "frameio::transfer", %error, "folder_log.not_written");
    }
}

pub(super) fn files(children: &[Child]) -> Vec<RemoteFile> {
    let files = children.iter().filter_map(|child| match child {
        Child::File(file) => Some(file.clone()),
        Child::Folder(_) => None,
    });
    files.collect()
}

/// Returns the recorded folder among children with the same name, or else the only one, if any.
fn only_folder(
    children: &[Child],
    recorded: Option<&str>,
) -> Result<Option<FolderId>, TransferError> {
    let folders = children.iter().filter_map(|child| match child {
        Child::Folder(id) => Some(id),
        Child::File(_) => None,
    });
    let folders: Vec<_> = folders.collect();
    if let Some(known) = folders.iter().find(|id| Some(id.as_str()) == recorded) {
        return Ok(Some((*known).clone()));
    }
    match &*folders {
        [] => Ok(None),
        [id] => Ok(Some((*id).clone())),
        all => {
            let ids: Vec<_> = all.iter().map(|id| id.as_str()).collect();
            let message = format!(
                "{} folders have this name; rename all but one of {}",
                all.len(),
                ids.join(", ")
            );
            Err(TransferError::new(TransferErrorKind::Ambiguous, message))
        }
    }
}

/// Returns the names in a local directory, or none if it cannot be read.
async fn names_in(directory: PathBuf) -> HashSet<OsString> {
    let listed = blocking(move || {
        let entries = std::fs::read_dir(directory)?;
        Ok::<_, io::Error>(entries.filter_map(|entry| Some(entry.ok()?.file_name())).collect())
    });
    listed.await.unwrap_or_default()
}
