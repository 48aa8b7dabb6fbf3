//! Resolves paths, IDs and links in arguments to items of the service.

use frameio::auth::profile::Profile;
use frameio::transfer::{Locator, Resolved, ResolvedItem, Transfers};
use frameio::{AccountId, FolderId};

use crate::args::{AccountArg, GlobalArgs};
use crate::exit::Failure;

/// Resolves paths and IDs.
pub(crate) struct Resolver<'a> {
    transfers: &'a Transfers,
    account: Option<&'a str>,
    profile: Profile,
}

impl<'a> Resolver<'a> {
    pub(crate) fn new(
        global: &GlobalArgs,
        transfers: &'a Transfers,
        account: &'a AccountArg,
    ) -> Result<Self, Failure> {
        Ok(Self { transfers, account: account.given(), profile: global.profile.load()? })
    }

    /// Returns the account of the arguments or the profile; `None` to search all accounts.
    pub(crate) fn account(&self) -> Option<&str> {
        self.account.or(self.profile.account_id.as_deref())
    }

    /// Returns whether the profile names a project, the default for a missing argument.
    pub(crate) fn has_project(&self) -> bool {
        self.profile.project_id.is_some()
    }

    /// Resolves a path, an ID or a link; without one, the project of the profile.
    pub(crate) async fn resolve(&self, text: Option<&str>) -> Result<Resolved, Failure> {
        let Some(text) = text.or(self.profile.project_id.as_deref()) else {
            return Err(Failure::usage(
                "no path or ID given: pass one, such as /Workspace/Project/Folder, or set a default \
                 with `frameio profile set --project`",
            ));
        };
        let link = crate::web_link::id(text)?;
        let locator = match link.unwrap_or(text).parse::<Locator>()? {
            Locator::Path { account: None, path } => {
                Locator::Path { account: self.account().map(str::to_owned), path }
            }
            other => other,
        };
        let is_id = matches!(locator, Locator::Id(_));
        let resolved = self.transfers.resolve(locator).await?;
        // The account of the profile is only a default: an ID may belong to another account.
        match self.account {
            Some(wanted) if is_id && wanted != resolved.account_id.as_str() => {
                let message =
                    format!("'{text}' is in the account {}", resolved.account_id.as_str());
                Err(Failure::value("--account", wanted, message))
            }
            _ => Ok(resolved),
        }
    }

    /// Resolves a path, an ID or a link; `/` and `//Account` name the workspaces.
    pub(crate) async fn listable(&self, text: Option<&str>) -> Result<Listable, Failure> {
        if text.map(crate::web_link::id).transpose()?.flatten().is_some() {
            return self.resolve(text).await.map(|resolved| Listable::Item(Box::new(resolved)));
        }
        match text.map(str::parse).transpose()? {
            Some(Locator::Path { account, path }) if path.names().is_empty() => {
                Ok(Listable::Root(account.or_else(|| self.account().map(str::to_owned))))
            }
            _ => self.resolve(text).await.map(|resolved| Listable::Item(Box::new(resolved))),
        }
    }

    /// Resolves a folder, or a project to its root folder.
    pub(crate) async fn folder(
        &self,
        text: Option<&str>,
    ) -> Result<(AccountId, FolderId), Failure> {
        let resolved = self.resolve(text).await?;
        match resolved.folder_id() {
            Some(folder) => Ok((resolved.account_id.clone(), folder.clone())),
            None => Err(not_a_folder(&resolved)),
        }
    }
}

/// Argument of `frameio ls` and `frameio tree`.
pub(crate) enum Listable {
    /// The workspaces of the account with this name or ID, or of all accounts.
    Root(Option<String>),
    /// A workspace, or an item in one.
    Item(Box<Resolved>),
}

/// Refuses an item that cannot contain files.
pub(crate) fn not_a_folder(item: &Resolved) -> Failure {
    let reason = match item.item {
        ResolvedItem::Workspace => "is a workspace: pass one of its projects or folders instead",
        _ => "is not a folder or project",
    };
    Failure::usage(format!("'{}' {reason}", item.path))
}
