//! What the arguments name at the service.

use frameio::transfer::{Locator, Resolved, TransferError, TransferErrorKind, Transfers};
use frameio::{AccountId, FolderId};

use crate::connect::Connection;
use crate::exit::{Failure, Status, one_line};
use crate::profile::Profile;

/// Where to look for paths and ids.
#[derive(Debug, clap::Args)]
pub(super) struct Account {
    /// The id or the name of the account [default: the profile's, or the one that has the path]
    #[arg(id = "account", long, value_name = "ACCOUNT")]
    given: Option<String>,
}

/// Finds what arguments name.
pub(super) struct Finder<'a> {
    pub(super) transfers: &'a Transfers,
    account: Option<&'a str>,
    profile: Profile,
}

impl<'a> Finder<'a> {
    pub(super) fn new(
        connection: &Connection,
        transfers: &'a Transfers,
        account: &'a Account,
    ) -> Result<Self, Failure> {
        let profile = connection.choice.profile()?.unwrap_or_default();
        Ok(Self { transfers, account: account.given.as_deref(), profile })
    }

    /// The account that was chosen; none where any will do.
    pub(super) fn account(&self) -> Option<&str> {
        self.account.or(self.profile.account_id.as_deref())
    }

    /// Whether nothing is meant where nothing is named.
    pub(super) fn is_without_project(&self) -> bool {
        self.profile.project_id.is_none()
    }

    /// What is at a path or has an id, or else the profile's project.
    pub(super) async fn find(&self, text: Option<&str>) -> Result<Resolved, Failure> {
        let Some(text) = text.or(self.profile.project_id.as_deref()) else {
            let message = "name a path as /Workspace/Project/Folder or an id, or set a project of \
                           the profile by `frameio profile set --project`";
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
        // An id says itself which account it is of; only who asks for another is wrong.
        match self.account {
            Some(wanted) if is_id && wanted != place.account_id.as_str() => {
                let message = format!("{text} is in the account {}", place.account_id.as_str());
                Err(Failure::usage("--account", message))
            }
            _ => Ok(place),
        }
    }

    /// The folder, or the root folder of the project, of a name.
    pub(super) async fn folder(
        &self,
        text: Option<&str>,
    ) -> Result<(AccountId, FolderId), Failure> {
        let place = self.find(text).await?;
        match place.folder_id() {
            Some(folder) => Ok((place.account_id.clone(), folder.clone())),
            None => Err(Failure::usage(place.path, "is neither a folder nor a project")),
        }
    }
}

/// The exit status by what went wrong with a transfer.
pub(super) fn status(error: &TransferError) -> Status {
    if let Some(error) = error.api() {
        return Status::of(error);
    }
    let is_server_error = error.status().is_some_and(|status| status.is_server_error());
    match error.kind() {
        TransferErrorKind::Invalid | TransferErrorKind::Ambiguous => Status::Usage,
        TransferErrorKind::NotFound => Status::NotFound,
        TransferErrorKind::Refused | TransferErrorKind::Expired => Status::Refused,
        TransferErrorKind::UploadFailed => Status::ServerError,
        TransferErrorKind::Storage if is_server_error => Status::ServerError,
        TransferErrorKind::Storage | TransferErrorKind::Timeout => Status::NoAnswer,
        TransferErrorKind::Mismatch => Status::Unexpected,
        _ => Status::Other,
    }
}

impl From<TransferError> for Failure {
    fn from(error: TransferError) -> Self {
        Self::new(status(&error), one_line(&error))
    }
}
