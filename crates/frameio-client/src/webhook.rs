//! Fetching the resources of webhook events and custom actions.
//!
//! Events and action requests (see [`frameio-webhook`](frameio_webhook)) contain only ids.
//! [`Client::fetch`] returns the resource of an event, and [`Client::fetch_resource`] a resource that
//! an action was started on.

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

/// Current state of the resource of an event or an action.
///
/// A resource may be deleted between the event and the call, so a missing resource is not an error.
/// The last three variants stand for it and contain the reference to the resource.
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
    /// A metadata field definition.
    CustomField(Box<FieldDefinition>),
    /// A project.
    Project(Box<Project>),
    /// A collection.
    Collection(Box<Collection>),
    /// A share.
    Share(Box<Share>),
    /// The event reports a deletion; no request was sent.
    Deleted(Resource),
    /// The service returned 404: the resource has been deleted, or the user of the token may not see
    /// it.
    NotFound(Resource),
    /// The resource type is unknown to this version of the SDK; no request was sent.
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
    /// Fetches the current state of the resource that an event refers to.
    ///
    /// Sends one request, except for the resources listed at
    /// [`fetch_resource`](Self::fetch_resource), and none for a deletion. The state may be newer than
    /// the event.
    ///
    /// ```
    /// use frameio::webhook::{Event, Fetched};
    /// use frameio::{Client, Error};
    ///
    /// async fn handle(client: &Client, event: &Event) -> Result<(), Error> {
    ///     match client.fetch(event).await? {
    ///         Fetched::File(file) => println!("{} is {}", file.name, file.status),
    ///         Fetched::Comment(comment) => println!("{}", comment.text),
    ///         Fetched::Deleted(it) | Fetched::NotFound(it) => println!("{} not found", it.id()),
    ///         other => println!("{}: {other:?}", event.kind),
    ///     }
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// Fails like [`send`](Client::send), except that a 404 response is [`Fetched::NotFound`].
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

    /// Fetches a resource of an account, such as one that an action was started on.
    ///
    /// Two resource types may need several requests. A metadata field definition is searched in the
    /// list of definitions, 100 per page. A version stack that is not found is fetched as a file,
    /// because an action may refer to a stack by the id of its head; the result is then
    /// [`Fetched::File`].
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
    ///
    /// Fails like [`send`](Client::send), except that a 404 response is [`Fetched::NotFound`].
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

/// Awaits a call, and returns `None` for a 404 response.
async fn found<T>(call: impl Future<Output = Result<T, Error>>) -> Result<Option<Fetched>, Error>
where
    Fetched: From<T>,
{
    match call.await {
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

/// Searches the list of definitions, because no stable operation returns a single one.
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

/// Returns whether an event reports a deletion. Unknown event types follow the same pattern.
fn is_deletion(kind: &EventType) -> bool {
    kind.as_str().ends_with(".deleted")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recognizes_the_seven_deletion_events() {
        let deletions = EventType::KNOWN.iter().filter(|kind| is_deletion(&(**kind).into()));
        let kinds: Vec<_> = deletions.map(|kind| kind.trim_end_matches(".deleted")).collect();
        let expected =
            ["file", "folder", "comment", "customfield", "project", "collection", "share"];
        assert_eq!(kinds, expected);
    }
}
