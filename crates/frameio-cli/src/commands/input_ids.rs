//! IDs in the input of an operation: those of places, and those that the input may omit.

use std::collections::HashMap;

use frameio::auth::profile::Profile;
use frameio::transfer::{PlaceLookup, Resolved, ResolvedItem, Transfers};
use frameio::{AccountId, CallOptions, Client, Operation};
use http::Method;
use serde_json::{Map, Value};

use super::assets::kind;
use super::call::FieldPath;
use crate::args::{AccountArg, GlobalArgs, only_account};
use crate::config::ProfileIds;
use crate::exit::Failure;
use crate::resolver::{Purpose, Resolver};

/// Returns a text in place of an ID that is not known before the service is asked. The items of a list
/// have to be unique.
fn unknown(number: usize) -> String {
    format!("00000000-0000-0000-0000-{number:012}")
}

const ACCOUNT: &str = "account_id";

/// IDs that are looked up at the service before a call.
#[derive(Debug)]
pub(super) struct InputIds {
    operation: &'static Operation,
    places: Vec<(FieldPath, String)>,
}

impl InputIds {
    /// Creates the IDs of these places; their parameters are relative to the input of the operation.
    pub(super) const fn new(
        operation: &'static Operation,
        places: Vec<(FieldPath, String)>,
    ) -> Self {
        Self { operation, places }
    }

    /// Validates an input in which these IDs are still missing.
    ///
    /// # Errors
    /// Returns what is wrong with it.
    pub(super) fn validate(
        &self,
        input: &Map<String, Value>,
        profile: &Profile,
        options: &CallOptions,
    ) -> Result<(), String> {
        let mut complete = input.clone();
        for (number, (path, _)) in self.places.iter().enumerate() {
            ItemKind::of(path)?;
            path.insert(&mut complete, unknown(number).into())
                .map_err(|failure| failure.message)?;
        }
        profile.fill(self.operation, &mut complete);
        if self.lacks_account(&complete) {
            complete.insert(ACCOUNT.to_owned(), unknown(0).into());
        }
        let request = self.operation.request(&complete, options);
        request.map(drop).map_err(|error| {
            profile.explain_input(Failure::input(self.operation.id, &error)).message
        })
    }

    fn lacks_account(&self, input: &Map<String, Value>) -> bool {
        self.operation.path.contains("{account_id}") && !input.contains_key(ACCOUNT)
    }

    /// Adds the account of an item, unless the route has no account.
    fn add_account(&self, item: &Resolved, input: &mut Map<String, Value>) -> Result<(), Failure> {
        if !self.operation.path.contains("{account_id}") {
            return Ok(());
        }
        let account = item.account_id.as_str();
        match input.get(ACCOUNT).and_then(Value::as_str) {
            Some(given) if given != account => {
                let message = format!("'{}' is in the account {account}, not {given}", item.path);
                Err(Failure::usage(message))
            }
            Some(_) => Ok(()),
            None => {
                input.insert(ACCOUNT.to_owned(), account.into());
                Ok(())
            }
        }
    }
}

/// Looks up IDs, each once.
pub(super) struct IdLookup<'a> {
    global: &'a GlobalArgs,
    account: &'a AccountArg,
    profile: Profile,
    client: Option<Client>,
    lookup: Option<PlaceLookup>,
    /// Items by their places and whether they are changed.
    found: HashMap<(String, Purpose), Resolved>,
    only_account: Option<AccountId>,
}

impl<'a> IdLookup<'a> {
    /// `profile` has the account, if one is given.
    pub(super) fn new(global: &'a GlobalArgs, account: &'a AccountArg, profile: Profile) -> Self {
        let (found, client, lookup) = (HashMap::new(), None, None);
        Self { global, account, profile, client, lookup, found, only_account: None }
    }

    /// Adds the IDs of places to an input, and those that it may omit: from the places, the profile, or
    /// the only account of the user. Creates a client only if it is needed.
    pub(super) async fn fill(
        &mut self,
        ids: &mut InputIds,
        input: &mut Map<String, Value>,
    ) -> Result<(), Failure> {
        let is_read = ids.operation.method == Method::GET;
        let purpose = if is_read { Purpose::Read } else { Purpose::Write };
        for (path, place) in std::mem::take(&mut ids.places) {
            let wanted = ItemKind::of(&path).map_err(Failure::usage)?;
            let item = self.item(place, purpose).await?;
            let id = wanted.id(item).map_err(|reason| {
                Failure::usage(format!("cannot use '{}' for '{path}': it {reason}", item.path))
            })?;
            path.insert(input, id.into())?;
            ids.add_account(item, input)?;
        }
        self.profile.fill(ids.operation, input);
        if ids.lacks_account(input) {
            let account = self.only_account().await?;
            input.insert(ACCOUNT.to_owned(), account.into());
        }
        Ok(())
    }

    async fn item(&mut self, place: String, purpose: Purpose) -> Result<&Resolved, Failure> {
        let key = (place, purpose);
        if !self.found.contains_key(&key) {
            let transfers = Transfers::new(self.client()?.clone());
            let lookup = self.lookup.get_or_insert_with(|| transfers.place_lookup()).clone();
            let resolver =
                Resolver::new(self.global, &transfers, self.account)?.with_lookup(lookup);
            let item = resolver.resolve_for(purpose, Some(&key.0)).await?;
            return Ok(self.found.entry(key).or_insert(item));
        }
        self.found.get(&key).ok_or_else(|| Failure::usage("no such place"))
    }

    async fn only_account(&mut self) -> Result<&str, Failure> {
        let account = match self.only_account.take() {
            Some(account) => account,
            None => {
                let found = only_account(self.client()?).await;
                found.map_err(|failure| self.profile.explain(failure))?
            }
        };
        Ok(self.only_account.insert(account).as_str())
    }

    fn client(&mut self) -> Result<&Client, Failure> {
        let client = match self.client.take() {
            Some(client) => client,
            None => self.global.client()?,
        };
        Ok(self.client.insert(client))
    }
}

/// Type of item whose ID a parameter expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ItemKind {
    Account,
    Workspace,
    Project,
    Folder,
    File,
    VersionStack,
    Asset,
    /// A folder or version stack, which contains items.
    Parent,
}

impl ItemKind {
    /// Names of parameters end with these names; the longer ones first.
    const NAMES: [(&str, Self); 8] = [
        ("version_stack_id", Self::VersionStack),
        ("account_id", Self::Account),
        ("workspace_id", Self::Workspace),
        ("project_id", Self::Project),
        ("folder_id", Self::Folder),
        ("parent_id", Self::Parent),
        ("asset_id", Self::Asset),
        ("file_id", Self::File),
    ];

    /// Returns the type that a parameter expects.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        let singular = name.strip_suffix('s').unwrap_or(name);
        let found = Self::NAMES.iter().find(|(end, _)| {
            let before = singular.strip_suffix(end);
            before.is_some_and(|before| before.is_empty() || before.ends_with('_'))
        });
        found.map(|(_, kind)| *kind)
    }

    fn of(path: &FieldPath) -> Result<Self, String> {
        Self::of_name(path.last_name()).ok_or_else(|| {
            format!("'{path}' is not the ID of a workspace, project, folder, file or version stack")
        })
    }

    /// Returns the ID of an item, or the reason why it has the wrong type.
    fn id(self, item: &Resolved) -> Result<&str, String> {
        let id = match (self, &item.item) {
            (Self::Account, _) => Some(item.account_id.as_str()),
            (Self::Workspace, ResolvedItem::Workspace) => Some(item.workspace_id.as_str()),
            (Self::Project, ResolvedItem::Project(project)) => Some(project.id.as_str()),
            (Self::File | Self::Asset, ResolvedItem::File(file)) => Some(file.id.as_str()),
            (
                Self::VersionStack | Self::Asset | Self::Parent,
                ResolvedItem::VersionStack(stack),
            ) => Some(stack.id.as_str()),
            (Self::Asset, ResolvedItem::Folder(folder)) => Some(folder.id.as_str()),
            (Self::Folder | Self::Parent, _) => item.folder_id().map(frameio::FolderId::as_str),
            _ => None,
        };
        id.ok_or_else(|| match (self, item.file()) {
            (Self::File, Some(head)) => {
                format!("is a version stack, whose head has the ID {}", head.id.as_str())
            }
            _ => format!("is a {}, not a {}", kind(item).replace('_', " "), self.name()),
        })
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Workspace => "workspace",
            Self::Project => "project",
            Self::Folder => "folder",
            Self::File => "file",
            Self::VersionStack => "version stack",
            Self::Asset => "file, folder or version stack",
            Self::Parent => "folder or version stack",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_parameter_determines_the_type_of_the_place() {
        for (name, expected) in [
            ("file_id", Some(ItemKind::File)),
            ("file_ids", Some(ItemKind::File)),
            ("move_above_file_id", Some(ItemKind::File)),
            ("version_stack_id", Some(ItemKind::VersionStack)),
            ("asset_ids", Some(ItemKind::Asset)),
            ("parent_id", Some(ItemKind::Parent)),
            ("profile_id", None),
            ("comment_id", None),
            ("name", None),
        ] {
            assert_eq!(ItemKind::of_name(name), expected, "{name}");
        }
    }
}
