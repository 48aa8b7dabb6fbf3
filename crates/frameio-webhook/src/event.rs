//! Events of webhooks.

use frameio_core::{
    AccountId, CollectionId, CommentId, EventType, Extra, FieldDefinitionId, FileId, FolderId,
    ProjectId, ShareId, UserId, VersionStackId, WorkspaceId, model,
};

model! {
    /// Event of a webhook: a change of a resource in an account.
    ///
    /// An event contains IDs only; call the API for the current state of the resource. It has neither an
    /// ID nor a time. [`Verified`](crate::Verified) has the time of the signature and a
    /// [key](crate::DeliveryKey) that identifies the delivery.
    ///
    /// An event can be deserialized from any JSON, so that it can be stored. Only an event from a
    /// [`Verified`](crate::Verified) is known to come from the service.
    ///
    /// ```
    /// use frameio_webhook::{Event, EventType, Resource};
    ///
    /// let event: Event = serde_json::from_str(r#"{
    ///     "type": "file.ready",
    ///     "resource": {"id": "f1", "type": "file"},
    ///     "account": {"id": "a1"},
    ///     "workspace": {"id": "w1"},
    ///     "project": {"id": "p1"},
    ///     "user": {"id": "u1"}
    /// }"#)?;
    /// assert_eq!(event.kind, EventType::FileReady);
    /// assert_eq!(event.resource(), Resource::File("f1".into()));
    /// assert_eq!(event.user_id().map(|id| id.as_str()), Some("u1"));
    /// # Ok::<_, serde_json::Error>(())
    /// ```
    pub struct Event {
        /// Type of the event, such as `file.ready`.
        pub kind = "type": EventType,
        /// Resource that changed; [`resource`](Event::resource) returns it with a typed ID.
        pub resource: ResourceRef,
        /// Account of the resource.
        pub account: AccountRef,
        /// Workspace of the resource.
        pub workspace: Option<WorkspaceRef>,
        /// Project of the resource.
        pub project: Option<ProjectRef>,
        /// User who caused the event.
        pub user: Option<UserRef>,
    }
}

impl Event {
    /// Creates an event, for tests of a receiver.
    ///
    /// ```
    /// use frameio_webhook::{Event, EventType, Resource, Signer};
    ///
    /// let comment = Resource::Comment("c1".into());
    /// let event = Event::new(EventType::CommentCreated, comment, "a1").project("p1").user("u1");
    /// let body = serde_json::to_vec(&event)?;
    /// let request = Signer::new("secret")?.request("http://127.0.0.1:3000/webhooks", body)?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(kind: EventType, resource: Resource, account: impl Into<AccountId>) -> Self {
        Self {
            kind,
            resource: resource.into(),
            account: account.into().into(),
            workspace: None,
            project: None,
            user: None,
            extra: Extra::new(),
        }
    }

    /// Returns the resource that changed.
    pub fn resource(&self) -> Resource {
        Resource::from(&self.resource)
    }

    /// Returns the account of the resource.
    pub const fn account_id(&self) -> &AccountId {
        &self.account.id
    }
}

places!(Event);

model! {
    /// Reference to a resource, as in the JSON of an event.
    pub struct ResourceRef {
        /// ID of the resource.
        pub id: String,
        /// Type of the resource, such as `file`.
        pub kind = "type": String,
    }
}

/// Resource of an event or an action, with a typed ID.
///
/// ```
/// use frameio_webhook::Resource;
///
/// let resource = Resource::new("folder", "f1");
/// assert_eq!(resource, Resource::Folder("f1".into()));
/// assert_eq!((resource.kind(), resource.id()), ("folder", "f1"));
/// assert_eq!(Resource::new("moodboard", "m1").kind(), "moodboard");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Resource {
    /// A file.
    File(FileId),
    /// A folder.
    Folder(FolderId),
    /// A version stack; an action may refer to its newest file instead.
    VersionStack(VersionStackId),
    /// A comment.
    Comment(CommentId),
    /// A metadata field.
    CustomField(FieldDefinitionId),
    /// A project.
    Project(ProjectId),
    /// A collection.
    Collection(CollectionId),
    /// A share.
    Share(ShareId),
    /// A resource of a type that this version does not know.
    #[non_exhaustive]
    Other {
        /// Type of the resource in JSON.
        kind: Box<str>,
        /// ID of the resource.
        id: Box<str>,
    },
}

impl Resource {
    /// Creates a resource from its type in JSON and its ID.
    pub fn new(kind: &str, id: &str) -> Self {
        match kind {
            "file" => Self::File(id.into()),
            "folder" => Self::Folder(id.into()),
            "version_stack" => Self::VersionStack(id.into()),
            "comment" => Self::Comment(id.into()),
            "customfield" => Self::CustomField(id.into()),
            "project" => Self::Project(id.into()),
            "collection" => Self::Collection(id.into()),
            "share" => Self::Share(id.into()),
            other => Self::Other { kind: other.into(), id: id.into() },
        }
    }

    /// Returns the type of the resource in JSON, such as `file`.
    pub fn kind(&self) -> &str {
        match self {
            Self::File(_) => "file",
            Self::Folder(_) => "folder",
            Self::VersionStack(_) => "version_stack",
            Self::Comment(_) => "comment",
            Self::CustomField(_) => "customfield",
            Self::Project(_) => "project",
            Self::Collection(_) => "collection",
            Self::Share(_) => "share",
            Self::Other { kind, .. } => kind,
        }
    }

    /// Returns the ID of the resource as text.
    pub fn id(&self) -> &str {
        match self {
            Self::File(id) => id.as_str(),
            Self::Folder(id) => id.as_str(),
            Self::VersionStack(id) => id.as_str(),
            Self::Comment(id) => id.as_str(),
            Self::CustomField(id) => id.as_str(),
            Self::Project(id) => id.as_str(),
            Self::Collection(id) => id.as_str(),
            Self::Share(id) => id.as_str(),
            Self::Other { id, .. } => id,
        }
    }
}

impl From<&ResourceRef> for Resource {
    fn from(resource: &ResourceRef) -> Self {
        Self::new(&resource.kind, &resource.id)
    }
}

impl From<Resource> for ResourceRef {
    fn from(resource: Resource) -> Self {
        Self { id: resource.id().to_owned(), kind: resource.kind().to_owned(), extra: Extra::new() }
    }
}

macro_rules! references {
    ($( $(#[$meta:meta])* $name:ident($id:ident) )*) => {$(
        model! {
            $(#[$meta])*
            pub struct $name {
                /// ID.
                pub id: $id,
            }
        }

        impl From<$id> for $name {
            fn from(id: $id) -> Self {
                Self { id, extra: Extra::new() }
            }
        }
    )*};
}

references! {
    /// Reference to an account.
    AccountRef(AccountId)
    /// Reference to a workspace.
    WorkspaceRef(WorkspaceId)
    /// Reference to a project.
    ProjectRef(ProjectId)
    /// Reference to a user.
    UserRef(UserId)
}

/// Implements the methods that events and requests of actions have in common.
macro_rules! places {
    ($name:ident) => {
        impl $name {
            /// Sets the workspace.
            pub fn workspace(mut self, id: impl Into<WorkspaceId>) -> Self {
                self.workspace = Some(id.into().into());
                self
            }

            /// Sets the project.
            pub fn project(mut self, id: impl Into<ProjectId>) -> Self {
                self.project = Some(id.into().into());
                self
            }

            /// Sets the user.
            pub fn user(mut self, id: impl Into<UserId>) -> Self {
                self.user = Some(id.into().into());
                self
            }

            /// Returns the workspace of the resource.
            pub fn workspace_id(&self) -> Option<&WorkspaceId> {
                self.workspace.as_ref().map(|workspace| &workspace.id)
            }

            /// Returns the project of the resource.
            pub fn project_id(&self) -> Option<&ProjectId> {
                self.project.as_ref().map(|project| &project.id)
            }

            /// Returns the user who caused the request.
            pub fn user_id(&self) -> Option<&UserId> {
                self.user.as_ref().map(|user| &user.id)
            }
        }
    };
}
pub(crate) use places;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_thirty_events_and_keeps_unknown_ones() {
        assert_eq!(EventType::KNOWN.len(), 30);
        for text in EventType::KNOWN {
            assert!(!matches!(EventType::from(*text), EventType::Other(_)), "{text}");
        }
        assert_eq!(EventType::from("file.burnt"), EventType::Other("file.burnt".into()));
    }

    #[test]
    fn keeps_unknown_fields() {
        let json = r#"{"type":"moodboard.pinned","resource":{"id":"m","type":"moodboard","x":1},"account":{"id":"a","plan":"pro"},"from":{"the":"future"}}"#;
        let event: Event = serde_json::from_str(json).unwrap();
        assert_eq!(event.resource(), Resource::new("moodboard", "m"));
        assert_eq!((event.workspace_id(), event.project_id(), event.user_id()), (None, None, None));
        assert_eq!(serde_json::to_string(&event).unwrap(), json);
    }

    #[test]
    fn a_resource_keeps_its_type() {
        for kind in
            ["file", "folder", "version_stack", "comment", "customfield", "project", "collection"]
        {
            let resource = Resource::new(kind, "1");
            assert!(!matches!(resource, Resource::Other { .. }), "{kind}");
            assert_eq!(Resource::from(&ResourceRef::from(resource.clone())), resource);
        }
    }
}
