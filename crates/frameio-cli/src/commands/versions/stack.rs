//! A version stack as the service reports it.

use frameio::assets::Asset;
use frameio::files::{File, MoveFile, ShowFile};
use frameio::transfer::RemotePath;
use frameio::version_stacks::{ListVersions, ShowVersionStack, VersionStack};
use frameio::{AccountId, AssetId, Client, FileId, FolderId, VersionStackId};

use super::order;
use crate::commands::changes::confirmed;
use crate::exit::Failure;

/// Moves a file into a folder or version stack. If the response is lost, reads the parent of the file.
pub(super) async fn move_file(
    client: &Client,
    account: &AccountId,
    file: &FileId,
    to: &AssetId,
) -> Result<(), Failure> {
    let sent = async { client.send(MoveFile::new(account, file, to)).await.map(drop) };
    let find = async || {
        let parent = client.send(ShowFile::new(account, file)).await?.parent_id;
        Ok((parent.as_ref() == Some(to)).then_some(()))
    };
    let show = format!("frameio versions list {}", file.as_str());
    confirmed(sent, &show, find).await
}

/// A version stack with its versions.
pub(super) struct Stack {
    pub(super) account: AccountId,
    pub(super) stack: VersionStack,
    /// Path of the folder.
    pub(super) folder: RemotePath,
    /// Versions, oldest first if the order is known.
    pub(super) versions: Vec<File>,
    pub(super) is_order_known: bool,
}

impl Stack {
    /// Reads a version stack; `None` if no version stack has the ID.
    pub(super) async fn read(
        client: &Client,
        account: &AccountId,
        id: &VersionStackId,
        folder: RemotePath,
    ) -> Result<Option<Self>, Failure> {
        let stack = match client.send(ShowVersionStack::new(account, id)).await {
            Ok(stack) => stack,
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let mut list = client.items(ListVersions::new(account, id).page_size(100));
        let mut versions = Vec::new();
        while let Some(asset) = list.next().await {
            if let Asset::File(file) = asset? {
                versions.push(*file);
            }
        }
        let head = stack.head_version.as_deref().map(|head| &head.id);
        let is_order_known = order::sort(&mut versions, head);
        let account = account.clone();
        Ok(Some(Self { account, stack, folder, versions, is_order_known }))
    }

    /// Reads the version stack again.
    pub(super) async fn read_again(&self, client: &Client) -> Result<Option<Self>, Failure> {
        Self::read(client, &self.account, &self.stack.id, self.folder.clone()).await
    }

    /// Returns the path, which ends with the name of the stack.
    pub(super) fn path(&self) -> String {
        self.folder.join(&self.stack.name).to_string()
    }

    /// Returns the folder that contains the stack.
    pub(super) fn folder_id(&self) -> Option<&FolderId> {
        self.stack.parent_id.as_ref()
    }

    pub(super) fn head(&self) -> Option<&File> {
        self.stack.head_version.as_deref()
    }

    pub(super) fn is_head(&self, file: &FileId) -> bool {
        self.head().is_some_and(|head| head.id == *file)
    }

    pub(super) fn contains(&self, file: &FileId) -> bool {
        self.versions.iter().any(|version| version.id == *file)
    }
}
