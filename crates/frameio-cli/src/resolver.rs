//! Resolves paths, IDs and links in arguments to items of the service.

use frameio::auth::profile::Profile;
use frameio::transfer::{Locator, Resolved, ResolvedItem, Transfers};
use frameio::{AccountId, FolderId};

use crate::args::{AccountArg, GlobalArgs};
use crate::exit::{Failure, Status};

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

    /// Resolves the place of an item that is about to be changed, or of the folder that receives one.
    ///
    /// An item that was found by its path is read again by its ID: between the lists of the folders
    /// and the change, somebody may have renamed, moved or replaced it. Siblings of the same name are
    /// refused with their IDs.
    pub(crate) async fn resolve_for_write(&self, text: Option<&str>) -> Result<Resolved, Failure> {
        let found = self.resolve(text).await?;
        let is_path = text.is_some_and(|text| text.starts_with('/'));
        if !is_path {
            // An item that was found by its ID has just been read.
            return Ok(found);
        }
        let current = self.transfers.read_again(&found.location()).await?;
        check_unchanged(&found, &current)?;
        Ok(current)
    }

    /// Resolves the place of an item that is about to be moved or deleted: an absolute path, an ID or a
    /// link. A relative path is refused, because what it names depends on settings.
    pub(crate) async fn resolve_absolute(&self, text: &str) -> Result<Resolved, Failure> {
        check_absolute(text)?;
        self.resolve_for_write(Some(text)).await
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
        folder_of(&self.resolve(text).await?)
    }

    /// Resolves a folder that receives files as [`resolve_for_write`](Self::resolve_for_write) does.
    pub(crate) async fn folder_for_write(
        &self,
        text: Option<&str>,
    ) -> Result<(AccountId, FolderId), Failure> {
        folder_of(&self.resolve_for_write(text).await?)
    }
}

fn folder_of(resolved: &Resolved) -> Result<(AccountId, FolderId), Failure> {
    match resolved.folder_id() {
        Some(folder) => Ok((resolved.account_id.clone(), folder.clone())),
        None => Err(not_a_folder(resolved)),
    }
}

/// Refuses an item that has another name or parent than when its path was followed.
fn check_unchanged(found: &Resolved, current: &Resolved) -> Result<(), Failure> {
    let change = if current.path != found.path {
        let name = current.path.names().last().map_or("", String::as_str);
        format!("is named '{name}' now")
    } else if let (Some(was), Some(is)) = (found.parent_id(), current.parent_id())
        && was != is
    {
        "is in another folder now".to_owned()
    } else {
        return Ok(());
    };
    let message = format!("'{}' {change}: nothing was changed; check the path again", found.path);
    Err(Failure::new(Status::Conflict, message))
}

fn check_absolute(text: &str) -> Result<(), Failure> {
    let is_relative = text.contains('/') && !text.starts_with('/') && !text.contains("://");
    match is_relative {
        true => Err(Failure::usage(format!(
            "'{text}' is a relative path: pass an absolute one, such as /Workspace/Project/Folder, \
             or an ID"
        ))),
        false => Ok(()),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_relative_paths() {
        for text in ["/W/P/a.mov", "//A/W/P", "0000001f-f1a0", "https://next.frame.io/project/1"] {
            assert!(check_absolute(text).is_ok(), "{text}");
        }
        for text in ["Dailies/a.mov", "./a.mov", "../x", "Dailies/"] {
            let failure = check_absolute(text).unwrap_err();
            assert!(failure.message.contains("is a relative path"), "{failure:?}");
        }
    }
}
