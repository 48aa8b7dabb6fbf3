//! Resolution of paths and ids to items at the service.

mod known;
mod lookup;

use std::future::Future;

use frameio_api::workspaces::Workspace;
use frameio_core::{AccountId, AssetId};

use self::known::Known;
use self::lookup::Lookup;
use crate::resolved::{ItemLocation, Resolved};
use crate::{Locator, RemotePath, TransferError, Transfers};

impl Transfers {
    /// Resolves a path or an id.
    ///
    /// A path costs one list request for each of its names, and an id a few requests to determine its
    /// type and location. Nothing is cached between calls.
    ///
    /// A name is matched exactly, or else by the only name that is equal after Unicode normalization
    /// (macOS decomposes `é`).
    ///
    /// ```no_run
    /// # async fn run(transfers: frameio::transfer::Transfers) -> Result<(), Box<dyn std::error::Error>> {
    /// let dailies = transfers.resolve("/Studio/Film/Dailies".parse()?).await?;
    /// println!("{:?}", dailies.folder_id());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Fails with [`NotFound`](crate::TransferErrorKind::NotFound) if nothing matches, and with
    /// [`Ambiguous`](crate::TransferErrorKind::Ambiguous) if several items match. The message then lists
    /// their ids, which can be used instead of the path.
    pub fn resolve(
        &self,
        locator: Locator,
    ) -> impl Future<Output = Result<Resolved, TransferError>> + Send + use<> {
        let lookup = self.lookup();
        async move { Box::pin(lookup.resolve(locator)).await }
    }

    /// Locates a file, a folder or a version stack; [`Resolved::path`] is its path.
    ///
    /// # Errors
    ///
    /// Fails with [`NotFound`](crate::TransferErrorKind::NotFound) if no item has this id.
    pub fn locate(
        &self,
        account: &AccountId,
        asset: &AssetId,
    ) -> impl Future<Output = Result<Resolved, TransferError>> + Send + use<> {
        let lookup = self.lookup();
        let (account, id) = (account.clone(), asset.clone());
        async move { Box::pin(lookup.locate_id(account, &id)).await }
    }

    /// Resolves the path of an item below a workspace, project or folder. A path without names is the
    /// item itself.
    ///
    /// Costs one list request for each name.
    ///
    /// # Errors
    ///
    /// Fails as [`resolve`](Self::resolve) does.
    pub fn resolve_in(
        &self,
        item: &Resolved,
        below: &RemotePath,
    ) -> impl Future<Output = Result<Resolved, TransferError>> + Send + use<> {
        let lookup = self.lookup();
        let (item, below) = (item.clone(), below.clone());
        async move { Box::pin(lookup.descend(item, below.names())).await }
    }

    /// Reads an item by its id, with one request: before it is changed, or because only its location was
    /// saved.
    ///
    /// The result has the current name and parent of the item. In [`Resolved::path`], only the last
    /// name is current.
    ///
    /// # Errors
    ///
    /// Fails with [`NotFound`](crate::TransferErrorKind::NotFound) if the item is deleted.
    pub fn read_again(
        &self,
        location: &ItemLocation,
    ) -> impl Future<Output = Result<Resolved, TransferError>> + Send + use<> {
        let lookup = self.lookup();
        let location = location.clone();
        async move { Box::pin(lookup.read_again(location)).await }
    }

    /// Lists the workspaces of all accounts of the user, or of the account with this name or id.
    ///
    /// # Errors
    ///
    /// Fails with [`NotFound`](crate::TransferErrorKind::NotFound) if no account matches, and with
    /// [`Ambiguous`](crate::TransferErrorKind::Ambiguous) if several accounts have the name.
    pub fn workspaces(
        &self,
        account: Option<&str>,
    ) -> impl Future<Output = Result<Vec<(AccountId, Workspace)>, TransferError>> + Send + use<>
    {
        let lookup = self.lookup();
        let account = account.map(str::to_owned);
        async move { Box::pin(lookup.workspaces(account.as_deref())).await }
    }

    /// Returns a lookup for several places, which reads each list and each item above them once.
    ///
    /// Use it for the places of one command, before anything is changed: it does not notice later changes.
    pub fn place_lookup(&self) -> PlaceLookup {
        PlaceLookup(Lookup::new(&self.inner.client, Known::enabled()))
    }

    fn lookup(&self) -> Lookup {
        Lookup::new(&self.inner.client, Known::default())
    }
}

/// Lookup of several places, see [`Transfers::place_lookup`].
#[derive(Clone, Debug)]
pub struct PlaceLookup(Lookup);

impl PlaceLookup {
    /// Resolves a path or an id, as [`Transfers::resolve`] does.
    ///
    /// # Errors
    ///
    /// Fails as [`Transfers::resolve`] does.
    pub fn resolve(
        &self,
        locator: Locator,
    ) -> impl Future<Output = Result<Resolved, TransferError>> + Send + use<> {
        let lookup = self.0.clone();
        async move { Box::pin(lookup.resolve(locator)).await }
    }

    /// Resolves the path of an item below another one, as [`Transfers::resolve_in`] does.
    ///
    /// # Errors
    ///
    /// Fails as [`Transfers::resolve`] does.
    pub fn resolve_in(
        &self,
        item: &Resolved,
        below: &RemotePath,
    ) -> impl Future<Output = Result<Resolved, TransferError>> + Send + use<> {
        let lookup = self.0.clone();
        let (item, below) = (item.clone(), below.clone());
        async move { Box::pin(lookup.descend(item, below.names())).await }
    }
}
