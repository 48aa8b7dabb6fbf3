//! The share of an upload: `frameio upload --share`.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use frameio::assets::Asset;
use frameio::files::ShowFile;
use frameio::folders::ListFolderChildren;
use frameio::shares::{CreateShare, ShareAccess};
use frameio::transfer::Resolved;
use frameio::{AccountId, AssetId, Client, FileId, FolderId, Secret};
use jiff::Timestamp;
use unicode_normalization::UnicodeNormalization;

use super::passphrase::PassphraseArgs;
use super::target::FoundShare;
use super::{add, create, expiration};
use crate::exit::Failure;
use crate::report::{Reporter, TransferReport};

#[derive(Debug, clap::Args)]
pub(in crate::commands) struct UploadShareArgs {
    /// Share the uploaded files and directories under this name, and print the link
    #[arg(long, value_name = "NAME")]
    share: Option<String>,
    /// Time of expiration of the share: 12h, 7d or 2w from now, a day (until its end in UTC), or a time
    /// (RFC 3339) [default: never]
    #[arg(long, value_name = "TIME", requires = "share")]
    expires: Option<String>,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

/// Settings of a share that is created after an upload.
pub(in crate::commands) struct UploadShare {
    name: String,
    expiration: Option<Timestamp>,
    passphrase: Option<Secret>,
    /// Names of the uploaded directories.
    directories: Vec<String>,
    files: Arc<Mutex<Vec<FileId>>>,
}

impl UploadShareArgs {
    /// Reads the settings, before anything is uploaded. Returns `None` if no share is wanted.
    pub(in crate::commands) async fn prepare(
        &self,
        paths: &[PathBuf],
        report: &TransferReport,
    ) -> Result<Option<UploadShare>, Failure> {
        let Some(name) = &self.share else {
            return match self.passphrase.is_given() {
                true => Err(Failure::usage("a passphrase needs '--share'")),
                false => Ok(None),
            };
        };
        if self.passphrase.reads_standard_input()
            && paths.iter().any(|path| is_standard_input(path))
        {
            let message = "standard input cannot contain both the passphrase and a file";
            return Err(Failure::usage(message));
        }
        create::check_name(name)?;
        let expiration = self.expires.as_deref().map(expiration::of_argument).transpose()?;
        let passphrase = self.passphrase.read().await?;
        let directories =
            paths.iter().filter(|path| path.is_dir()).filter_map(|path| name_of(path));
        let files = Arc::<Mutex<Vec<_>>>::default();
        let seen = files.clone();
        report.observe(move |item| {
            if let (1, Some(id)) = (item.remote.names().len(), &item.file_id) {
                seen.lock().unwrap_or_else(PoisonError::into_inner).push(id.clone());
            }
        });
        let directories = directories.collect();
        Ok(Some(UploadShare { name: name.clone(), expiration, passphrase, directories, files }))
    }
}

impl UploadShare {
    /// Shares what was uploaded to a folder, and prints the link.
    pub(in crate::commands) async fn create(
        self,
        client: &Client,
        folder: &Resolved,
        reporter: &Reporter,
    ) -> Result<(), Failure> {
        let account = &folder.account_id;
        let assets = self.assets(client, folder).await?;
        let project = folder.project_id.as_ref().filter(|_| !assets.is_empty());
        let project = project.ok_or_else(|| Failure::usage("nothing to share"))?;
        let (first, others) = assets.split_at(assets.len().min(create::ITEMS));
        let mut request = CreateShare::new(account, project, &*self.name, ShareAccess::Public)
            .asset_ids(first.to_vec());
        if let Some(expiration) = self.expiration {
            request = request.expiration(expiration);
        }
        let is_generated = self.passphrase.is_none();
        if let Some(passphrase) = self.passphrase {
            request = request.passphrase(passphrase);
        }
        let share = create::send(client, request).await?;
        let found = FoundShare { account: account.clone(), share };
        create::announce(reporter, &found.share, is_generated, true)?;
        add::add_ids(client, &found, others, reporter).await
    }

    /// Returns the assets to share: directories as folders, and versions as their version stacks.
    async fn assets(&self, client: &Client, folder: &Resolved) -> Result<Vec<AssetId>, Failure> {
        let account = &folder.account_id;
        let Some(folder) = folder.folder_id() else { return Ok(Vec::new()) };
        let files = self.files.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut files: HashSet<_> = files.into_iter().collect();
        let mut assets = Vec::new();
        let list = ListFolderChildren::new(account, folder).page_size(500);
        let mut children = client.items(list).strict(true);
        while let Some(child) = children.next().await {
            let child = child?;
            let is_uploaded = match &child {
                Asset::Folder(child) => {
                    let name: String = child.name.nfc().collect();
                    self.directories.contains(&name)
                }
                Asset::File(file) => files.remove(&file.id),
                Asset::VersionStack(stack) => {
                    stack.head_version.as_ref().is_some_and(|head| files.remove(&head.id))
                }
                _ => false,
            };
            if is_uploaded {
                assets.push(child.id());
            }
        }
        for file in files {
            // It is in a version stack, but not its head.
            if let Some(stack) = parent(client, account, folder, &file).await?
                && !assets.contains(&stack)
            {
                assets.push(stack);
            }
        }
        Ok(assets)
    }
}

/// Returns the version stack that contains a file.
async fn parent(
    client: &Client,
    account: &AccountId,
    folder: &FolderId,
    file: &FileId,
) -> Result<Option<AssetId>, Failure> {
    let parent = client.send(ShowFile::new(account, file)).await?.parent_id;
    Ok(parent.filter(|parent| parent.as_str() != folder.as_str()))
}

fn is_standard_input(path: &Path) -> bool {
    path.starts_with("/dev/stdin")
        || path.starts_with("/dev/fd/0")
        || path.starts_with("/proc/self/fd/0")
}

/// Returns the name of a directory at the service.
fn name_of(path: &Path) -> Option<String> {
    let canonical = path.file_name().is_none().then(|| path.canonicalize().ok()).flatten();
    let name = canonical.as_deref().unwrap_or(path).file_name()?.to_str()?;
    Some(name.nfc().collect())
}
