//! Items that an earlier run found.

use frameio::transfer::{Locator, RemotePath, Resolved, TransferErrorKind, Transfers};

use crate::exit::Failure;
use crate::name_cache::{CachedItem, NameCache, Owner};

/// Items of a user by their places.
pub(super) struct CachedItems {
    cache: NameCache,
    owner: Owner,
}

impl CachedItems {
    pub(super) const fn new(cache: NameCache, owner: Owner) -> Self {
        Self { cache, owner }
    }

    /// Finds an item, or the innermost folder above it that is known, and reads it again by its ID.
    /// Returns it if it has the same name and parent, and the remaining names.
    pub(super) async fn path(
        &self,
        transfers: &Transfers,
        account: Option<&str>,
        path: &RemotePath,
    ) -> Result<Option<(Resolved, RemotePath)>, Failure> {
        let names = path.names();
        for known in (1..=names.len()).rev() {
            let (above, below) = names.split_at(known);
            let Some(item) = self.known(account, above) else { continue };
            if let Some(found) = read(transfers, &item).await? {
                return Ok(Some((found, RemotePath::new(below))));
            }
            self.cache.forget(&self.key(account, above));
            if let Some((_, parent)) = above.split_last() {
                self.cache.forget(&self.key(account, parent));
            }
        }
        Ok(None)
    }

    /// Returns the item at a path: from its own file, or from the names of its folder.
    fn known(&self, account: Option<&str>, names: &[String]) -> Option<CachedItem> {
        if let Some(item) = self.cache.item(&self.key(account, names)) {
            return Some(item);
        }
        let (name, above) = names.split_last()?;
        let key = self.key(account, above);
        let folder = self.cache.item(&key)?;
        let listed = self.cache.names(&key).filter(|it| it.is_fresh)?.names;
        let (kind, id) = listed.only(name)?;
        Some(folder.child(name, kind, id))
    }

    /// Finds an item by its ID.
    pub(super) async fn id(
        &self,
        transfers: &Transfers,
        id: &str,
    ) -> Result<Option<Resolved>, Failure> {
        let key = self.owner.key(&format!("id:{id}"));
        let Some(item) = self.cache.item(&key) else { return Ok(None) };
        let found = read(transfers, &item).await?;
        if found.is_none() {
            self.cache.forget(&key);
        }
        Ok(found)
    }

    /// Remembers an item that was found by its path. It is only a cache, so failures are ignored.
    pub(super) fn remember_path(&self, account: Option<&str>, path: &RemotePath, item: &Resolved) {
        if let Some(saved) = CachedItem::of(item) {
            let _ = self.cache.save_item(&self.key(account, path.names()), saved);
        }
    }

    /// Remembers an item that was found by its ID.
    pub(super) fn remember_id(&self, id: &str, item: &Resolved) {
        if let Some(saved) = CachedItem::of(item) {
            let _ = self.cache.save_item(&self.owner.key(&format!("id:{id}")), saved);
        }
    }

    fn key(&self, account: Option<&str>, names: &[String]) -> String {
        let account = account.map(str::to_owned);
        let mut place = Locator::Path { account, path: RemotePath::new(names) }.to_string();
        place.push('/');
        self.owner.key(if names.is_empty() { "/" } else { &place })
    }
}

/// Reads an item again. Returns `None` if it is missing, or has another name or parent.
async fn read(transfers: &Transfers, item: &CachedItem) -> Result<Option<Resolved>, Failure> {
    let Some(location) = item.location() else { return Ok(None) };
    match transfers.read_again(&location).await {
        Ok(current) => Ok(Some(current).filter(|current| item.is_unchanged(current))),
        Err(error) if error.kind() == TransferErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}
