//! Resolves the paths and ids in arguments to what they name at the service.

use frameio::auth::profile::Profile;
use frameio::transfer::{Locator, Resolved, Transfers};
use frameio::{AccountId, FolderId};

use crate::args::{AccountArg, GlobalArgs};
use crate::exit::{Failure, Status};

/// Resolves paths and ids.
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

    /// Returns the chosen account; `None` if any will do.
    pub(crate) fn account(&self) -> Option<&str> {
        self.account.or(self.profile.account_id.as_deref())
    }

    /// Returns whether the profile names a project, which stands for a missing argument.
    pub(crate) fn has_project(&self) -> bool {
        self.profile.project_id.is_some()
    }

    /// Resolves a path or an id; without one, the project of the profile.
    pub(crate) async fn resolve(&self, text: Option<&str>) -> Result<Resolved, Failure> {
        let Some(text) = text.or(self.profile.project_id.as_deref()) else {
            let message = "no place given: name a path as /Workspace/Project/Folder or an id, or \
                           set a project with `frameio profile set --project`";
            return Err(Failure::new(Status::Usage, message));
        };
        let locator = match text.parse::<Locator>()? {
            Locator::Path { account: None, path } => {
                Locator::Path { account: self.account().map(str::to_owned), path }
            }
            other => other,
        };
        let is_id = matches!(locator, Locator::Id(_));
        let place = self.transfers.resolve(locator).await?;
        // An id belongs to one account, so that the profile's account is no contradiction.
        match self.account {
            Some(wanted) if is_id && wanted != place.account_id.as_str() => {
                let message = format!("{text} is in the account {}", place.account_id.as_str());
                Err(Failure::usage("--account", message))
            }
            _ => Ok(place),
        }
    }

    /// Resolves a path or an id, of which `/` and `//Account` stand for the workspaces.
    pub(crate) async fn place(&self, text: Option<&str>) -> Result<Place, Failure> {
        match text.map(str::parse).transpose()? {
            Some(Locator::Path { account, path }) if path.names().is_empty() => {
                Ok(Place::Root(account.or_else(|| self.account().map(str::to_owned))))
            }
            _ => self.resolve(text).await.map(|resolved| Place::Item(Box::new(resolved))),
        }
    }

    /// Resolves a folder, or a project to its root folder.
    pub(crate) async fn folder(
        &self,
        text: Option<&str>,
    ) -> Result<(AccountId, FolderId), Failure> {
        let place = self.resolve(text).await?;
        match place.folder_id() {
            Some(folder) => Ok((place.account_id.clone(), folder.clone())),
            None => Err(not_a_folder(&place)),
        }
    }
}

/// Something that can be listed.
pub(crate) enum Place {
    /// The workspaces of the account with this name or id, or of all accounts.
    Root(Option<String>),
    /// A workspace, or something in one.
    Item(Box<Resolved>),
}

/// Refuses a place that holds no files.
pub(crate) fn not_a_folder(place: &Resolved) -> Failure {
    Failure::usage(&place.path, "is neither a folder nor a project")
}
