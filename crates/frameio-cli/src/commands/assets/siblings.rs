//! Names in a folder.

use std::collections::HashMap;

use frameio::folders::ListFolderChildren;
use frameio::{AccountId, Client, FolderId};

use crate::commands::by_name::normalized;
use crate::exit::Failure;

/// Names of the items in a folder. The service allows several items of the same name.
#[derive(Debug, Default)]
pub(in crate::commands) struct Siblings(HashMap<String, Vec<Sibling>>);

/// An item in a folder.
#[derive(Clone, Debug)]
pub(in crate::commands) struct Sibling {
    pub(in crate::commands) id: String,
    pub(in crate::commands) kind: String,
}

impl Siblings {
    /// Lists the items of a folder.
    pub(in crate::commands) async fn list(
        client: &Client,
        account: &AccountId,
        folder: &FolderId,
    ) -> Result<Self, Failure> {
        // An item that cannot be decoded must not prevent changes of the others.
        let list = ListFolderChildren::new(account, folder).page_size(500);
        let mut items = client.items(list).skip_undecodable(true);
        let mut this = Self::default();
        while let Some(item) = items.next().await {
            let item = item?;
            this.add(item.name(), item.id().as_str(), item.kind());
        }
        Ok(this)
    }

    pub(in crate::commands) fn add(&mut self, name: &str, id: &str, kind: &str) {
        let sibling = Sibling { id: id.to_owned(), kind: kind.to_owned() };
        self.0.entry(normalized(name)).or_default().push(sibling);
    }

    /// Returns the items with this name, after Unicode normalization.
    pub(in crate::commands) fn named(&self, name: &str) -> &[Sibling] {
        self.0.get(&normalized(name)).map_or(&[], Vec::as_slice)
    }

    /// Returns the ids of all items.
    pub(in crate::commands) fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.values().flatten().map(|sibling| sibling.id.as_str())
    }
}
