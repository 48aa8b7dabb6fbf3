//! Webhooks and custom actions: all of [`frameio-webhook`](frameio_webhook), and fetching what they
//! name.
//!
//! An event and the request of an action hold ids only. With a client at hand,
//! [`Client::fetch`] gives what an event names, typed, and [`Client::fetch_resource`] what an action
//! was started on.

use std::future::Future;

use frameio_api::collections::{Collection, ShowCollection};
use frameio_api::comments::{Comment, ShowComment};
use frameio_api::files::{File, ShowFile};
use frameio_api::folders::{Folder, ShowFolder};
use frameio_api::metadata_fields::{FieldDefinition, ListFieldDefinitions};
use frameio_api::projects::{Project, ShowProject};
use frameio_api::shares::{Share, ShowShare};
use frameio_api::version_stacks::{ShowVersionStack, VersionStack};
use frameio_core::{AccountId, EventType, FieldDefinitionId, VersionStackId};
use frameio_webhook::{Event, Resource};

use crate::client::Client;
use crate::error::Error;

/// What an event or an action names, as it is now.
///
/// That there is nothing to be had is an outcome and not an error, since it is to be expected: what
/// an event tells of may be gone before it is asked for. The last three variants are of that kind,
/// and hold what was named.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Fetched {
    /// A file.
    File(Box<File>),
    /// A folder.
    Folder(Box<Folder>),
    /// A version stack.
    VersionStack(Box<VersionStack>),
    /// A comment.
    Comment(Box<Comment>),
    /// The definition of a metadata field.
    CustomField(Box<FieldDefinition>),
    /// A project.
    Project(Box<Project>),
    /// A collection.
    Collection(Box<Collection>),
    /// A share.
    Share(Box<Share>),
    /// The event tells that it was deleted; the service was not asked.
    Deleted(Resource),
    /// The service answered 404: it was deleted since, or the user of the token may not see it.
    NotFound(Resource),
    /// It is of a kind that this version does not know; the service was not asked.
    Unknown(Resource),
}

macro_rules! from {
    ($($name:ident($model:ident))*) => {$(
        impl From<$model> for Fetched {
            fn from(model: $model) -> Self {
                Self::$name(Box::new(model))
            }
        }
    )*};
}

from! {
    File(File)
    Folder(Folder)
    VersionStack(VersionStack)
    Comment(Comment)
    CustomField(FieldDefinition)
    Project(Project)
    Collection(Collection)
    Share(Share)
}

impl Client {
    /// Fetches what an event names, as it is now: one call, but for those that
    /// [`fetch_resource`](Self::fetch_resource) tells of. For an event of a deletion it makes none.
    ///
    /// The state is that of the moment of the call, and may be later than the event.
    ///
    /// ```
    /// use frameio::webhook::{Event, Fetched};
    /// use frameio::{Client, Error};
    ///
    /// async fn handle(client: &Client, event: &Event) -> Result<(), Error> {
    ///     match client.fetch(event).await? {
    ///         Fetched::File(file) => println!("{} is {}", file.name, file.status),
    ///         Fetched::Comment(comment) => println!("{}", comment.text),
    ///         Fetched::Deleted(gone) | Fetched::NotFound(gone) => println!("no {}", gone.id()),
    ///         other => println!("{}: {other:?}", event.kind),
    ///     }
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// As [`send`](Client::send), except for an answer of 404, which is [`Fetched::NotFound`].
    pub fn fetch(
        &self,
        event: &Event,
    ) -> impl Future<Output = Result<Fetched, Error>> + Send + use<> {
        let (client, resource) = (self.clone(), event.resource());
        let account = event.account_id().clone();
        let deleted = is_deletion(&event.kind);
        async move {
            if deleted {
                return Ok(Fetched::Deleted(resource));
            }
            client.fetch_resource(&account, resource).await
        }
    }

    /// Fetches a resource of an account, as the selection of an action names them.
    ///
    /// Two kinds may take more than one call. A definition of a metadata field is looked for in the
    /// list of them, a hundred a page. A version stack that is not found is asked for as a file,
    /// since an action may name it by the file at its head; then it is [`Fetched::File`].
    ///
    /// ```
    /// use frameio::webhook::action::ActionRequest;
    /// use frameio::{Client, Error};
    ///
    /// async fn handle(client: &Client, request: &ActionRequest) -> Result<(), Error> {
    ///     for resource in request.selection() {
    ///         let asset = client.fetch_resource(&request.account_id, resource).await?;
    ///         println!("{asset:?}");
    ///     }
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// As [`send`](Client::send), except for an answer of 404, which is [`Fetched::NotFound`].
    pub fn fetch_resource(
        &self,
        account_id: &AccountId,
        resource: Resource,
    ) -> impl Future<Output = Result<Fetched, Error>> + Send + use<> {
        let (client, account) = (self.clone(), account_id.clone());
        async move {
            let found = match &resource {
                Resource::File(id) => found(client.send(ShowFile::new(account, id))).await,
                Resource::Folder(id) => found(client.send(ShowFolder::new(account, id))).await,
                Resource::VersionStack(id) => found_stack(client, account, id).await,
                Resource::Comment(id) => found(client.send(ShowComment::new(account, id))).await,
                Resource::CustomField(id) => found_field(client, account, id).await,
                Resource::Project(id) => found(client.send(ShowProject::new(account, id))).await,
                Resource::Collection(id) => {
                    found(client.send(ShowCollection::new(account, id))).await
                }
                Resource::Share(id) => found(client.send(ShowShare::new(account, id))).await,
                _ => return Ok(Fetched::Unknown(resource)),
            };
            Ok(found?.unwrap_or(Fetched::NotFound(resource)))
        }
    }
}

/// What was answered; nothing for 404.
async fn found<T>(answer: impl Future<Output = Result<T, Error>>) -> Result<Option<Fetched>, Error>
where
    Fetched: From<T>,
{
    match answer.await {
        Ok(found) => Ok(Some(found.into())),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

async fn found_stack(
    client: Client,
    account: AccountId,
    id: &VersionStackId,
) -> Result<Option<Fetched>, Error> {
    match found(client.send(ShowVersionStack::new(&account, id))).await? {
        Some(stack) => Ok(Some(stack)),
        None => found(client.send(ShowFile::new(account, id.as_str()))).await,
    }
}

/// No stable operation shows a single one.
async fn found_field(
    client: Client,
    account: AccountId,
    id: &FieldDefinitionId,
) -> Result<Option<Fetched>, Error> {
    let mut fields = client.items(ListFieldDefinitions::new(account).page_size(100));
    while let Some(field) = fields.next().await {
        match field {
            Ok(field) if field.id == *id => return Ok(Some(field.into())),
            Ok(_) => {}
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// Whether an event tells of an end. Those to come end in the same way.
fn is_deletion(kind: &EventType) -> bool {
    kind.as_str().ends_with(".deleted")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seven_kinds_tell_of_a_deletion() {
        let deletions = EventType::KNOWN.iter().filter(|kind| is_deletion(&(**kind).into()));
        let kinds: Vec<_> = deletions.map(|kind| kind.trim_end_matches(".deleted")).collect();
        let expected =
            ["file", "folder", "comment", "customfield", "project", "collection", "share"];
        assert_eq!(kinds, expected);
    }
}
