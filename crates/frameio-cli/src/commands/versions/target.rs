//! The file or version stack that a command about versions acts on.

use frameio::files::File;
use frameio::transfer::{Locator, RemotePath, Resolved, ResolvedItem, Transfers};
use frameio::{AccountId, Client, VersionStackId};

use super::stack::Stack;
use crate::args::{AccountArg, GlobalArgs};
use crate::commands::by_name::{self, Label};
use crate::exit::{Failure, Status};
use crate::resolver::Resolver;

/// A version stack, or a file that is in none.
pub(super) enum Target {
    Stack(Box<Stack>),
    /// A version in a stack.
    Version(Box<File>, Box<Stack>),
    File(Box<LooseFile>),
}

/// A file in a folder.
pub(super) struct LooseFile {
    pub(super) account: AccountId,
    pub(super) file: File,
    /// Path of the folder.
    pub(super) folder: RemotePath,
}

impl LooseFile {
    pub(super) fn path(&self) -> String {
        self.folder.join(&self.file.name).to_string()
    }
}

/// Finds files and version stacks.
pub(super) struct Finder<'a> {
    pub(super) client: &'a Client,
    pub(super) resolver: Resolver<'a>,
}

impl<'a> Finder<'a> {
    pub(super) fn new(
        global: &GlobalArgs,
        client: &'a Client,
        transfers: &'a Transfers,
        account: &'a AccountArg,
    ) -> Result<Self, Failure> {
        Ok(Self { client, resolver: Resolver::new(global, transfers, account)? })
    }

    /// Finds a file or version stack by its place. A version is named by its ID, or by the path of its
    /// stack and its name.
    pub(super) async fn find(&self, place: &str) -> Result<Target, Failure> {
        let item = match self.resolver.resolve_for_write(Some(place)).await {
            Ok(item) => item,
            Err(failure) if failure.status == Status::NotFound => {
                let version = self.version(place).await?;
                return version.ok_or(failure);
            }
            Err(failure) => return Err(failure),
        };
        let (above, folder) = (parent(&item.path, 1), parent(&item.path, 2));
        let account = item.account_id.clone();
        match item.item {
            ResolvedItem::VersionStack(stack) => {
                let stack = self.stack(&account, &stack.id, above).await?;
                stack.map(Target::Stack).ok_or_else(|| missing(place))
            }
            ResolvedItem::File(file) => {
                let id = file.parent_id.clone().map(VersionStackId::from);
                let stack = match &id {
                    Some(id) => self.stack(&account, id, folder).await?,
                    None => None,
                };
                Ok(match stack {
                    Some(stack) => Target::Version(file, stack),
                    None => {
                        Target::File(Box::new(LooseFile { account, file: *file, folder: above }))
                    }
                })
            }
            _ => Err(Failure::usage(format!("'{}' is not a file or version stack", item.path))),
        }
    }

    /// Finds a version that is in a stack.
    pub(super) async fn version_in_stack(&self, place: &str) -> Result<(File, Stack), Failure> {
        match self.find(place).await? {
            Target::Version(file, stack) => Ok((*file, *stack)),
            Target::Stack(stack) => {
                let message = "is a version stack: pass the ID of one of its versions";
                Err(Failure::usage(format!("'{}' {message}", stack.path())))
            }
            Target::File(file) => {
                Err(Failure::usage(format!("'{}' is not in a version stack", file.path())))
            }
        }
    }

    async fn stack(
        &self,
        account: &AccountId,
        id: &VersionStackId,
        folder: RemotePath,
    ) -> Result<Option<Box<Stack>>, Failure> {
        Ok(Stack::read(self.client, account, id, folder).await?.map(Box::new))
    }

    /// Finds a version by the path of its stack and its name; `None` if the path above is no stack.
    async fn version(&self, place: &str) -> Result<Option<Target>, Failure> {
        let Ok(Locator::Path { account, path }) = place.parse() else { return Ok(None) };
        let Some((name, above)) = path.names().split_last() else { return Ok(None) };
        let above = Locator::Path { account, path: RemotePath::new(above) };
        let Ok(item) = self.resolver.resolve_for_write(Some(&above.to_string())).await else {
            return Ok(None);
        };
        let Resolved { item: ResolvedItem::VersionStack(stack), account_id, path, .. } = item
        else {
            return Ok(None);
        };
        let Some(stack) = self.stack(&account_id, &stack.id, parent(&path, 1)).await? else {
            return Ok(None);
        };
        let label = |file: &File| Label::new(&file.name, file.id.as_str());
        let version = by_name::only(stack.versions.iter(), name, "version", label);
        let version = version.map_err(|error| {
            error.failure(format!("'{name}' in '{}': {}", stack.path(), error.reason()))
        })?;
        Ok(Some(Target::Version(Box::new(version.clone()), stack)))
    }
}

/// Returns the path without its last names.
fn parent(path: &RemotePath, names: usize) -> RemotePath {
    let end = path.names().len().saturating_sub(names);
    RemotePath::new(path.names().get(..end).unwrap_or_default())
}

fn missing(place: &str) -> Failure {
    Failure::new(Status::NotFound, format!("'{place}': no such version stack"))
}
