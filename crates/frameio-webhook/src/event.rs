//! What webhooks tell of.

use frameio_core::{
    AccountId, CollectionId, CommentId, EventType, Extra, FieldDefinitionId, FileId, FolderId,
    ProjectId, ShareId, UserId, VersionStackId, WorkspaceId, model,
};

model! {
    /// That something has happened to a resource of an account.
    ///
    /// There are only ids in it: what the resource looks like now is to be asked for. It has
    /// neither an id nor a time of its own; [`Verified`](crate::Verified) knows when it was signed,
    /// and tells it from others by its [key](crate::DeliveryKey).
    ///
    /// It can be read from any JSON, so that it can be stored; that it comes from the service is
    /// known only of one that a [`Verified`](crate::Verified) gave.
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
        /// What has happened.
        pub kind = "type": EventType,
        /// What it has happened to; [`resource`](Event::resource) has it typed.
        pub resource: ResourceRef,
        /// The account that it has happened in.
        pub account: AccountRef,
        /// The workspace that it has happened in.
        pub workspace: Option<WorkspaceRef>,
        /// The project that it has happened in.
        pub project: Option<ProjectRef>,
        /// Who has done it.
        pub user: Option<UserRef>,
    }
}

impl Event {
    /// An event to test a receiver with.
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

    /// What it has happened to.
    pub fn resource(&self) -> Resource {
        Resource::from(&self.resource)
    }

    /// The account that it has happened in.
    pub const fn account_id(&self) -> &AccountId {
        &self.account.id
    }
}

places!(Event);

model! {
    /// Names a resource, as JSON has it.
    pub struct ResourceRef {
        /// Its id.
        pub id: String,
        /// What it is.
        pub kind = "type": String,
    }
}

/// Names a resource, with an id of its own kind.
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
    /// A version stack; an action may name the file at its head in its place.
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
    /// Something that this version does not know.
    #[non_exhaustive]
    Other {
        /// What the service calls it.
        kind: Box<str>,
        /// Its id.
        id: Box<str>,
    },
}

impl Resource {
    /// The resource of this kind, as the service names it, with this id.
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

    /// What it is, as the service names it.
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

    /// Its id, of whatever kind.
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
                /// Its id.
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
    /// Names an account.
    AccountRef(AccountId)
    /// Names a workspace.
    WorkspaceRef(WorkspaceId)
    /// Names a project.
    ProjectRef(ProjectId)
    /// Names a user.
    UserRef(UserId)
}

/// What an event and the request of an action have in common.
macro_rules! places {
    ($name:ident) => {
        impl $name {
            /// The same in this workspace.
            pub fn workspace(mut self, id: impl Into<WorkspaceId>) -> Self {
                self.workspace = Some(id.into().into());
                self
            }

            /// The same in this project.
            pub fn project(mut self, id: impl Into<ProjectId>) -> Self {
                self.project = Some(id.into().into());
                self
            }

            /// The same done by this user.
            pub fn user(mut self, id: impl Into<UserId>) -> Self {
                self.user = Some(id.into().into());
                self
            }

            /// The workspace that it is about.
            pub fn workspace_id(&self) -> Option<&WorkspaceId> {
                self.workspace.as_ref().map(|workspace| &workspace.id)
            }

            /// The project that it is about.
            pub fn project_id(&self) -> Option<&ProjectId> {
                self.project.as_ref().map(|project| &project.id)
            }

            /// Who has done it.
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
    fn there_are_thirty_events_and_more_to_come() {
        assert_eq!(EventType::KNOWN.len(), 30);
        for text in EventType::KNOWN {
            assert!(!matches!(EventType::from(*text), EventType::Other(_)), "{text}");
        }
        assert_eq!(EventType::from("file.burnt"), EventType::Other("file.burnt".into()));
    }

    #[test]
    fn what_is_not_known_is_kept_and_written_back() {
        let json = r#"{"type":"moodboard.pinned","resource":{"id":"m","type":"moodboard","x":1},"account":{"id":"a","plan":"pro"},"from":{"the":"future"}}"#;
        let event: Event = serde_json::from_str(json).unwrap();
        assert_eq!(event.resource(), Resource::new("moodboard", "m"));
        assert_eq!((event.workspace_id(), event.project_id(), event.user_id()), (None, None, None));
        assert_eq!(serde_json::to_string(&event).unwrap(), json);
    }

    #[test]
    fn a_resource_is_read_as_it_was_named() {
        for kind in
            ["file", "folder", "version_stack", "comment", "customfield", "project", "collection"]
        {
            let resource = Resource::new(kind, "1");
            assert!(!matches!(resource, Resource::Other { .. }), "{kind}");
            assert_eq!(Resource::from(&ResourceRef::from(resource.clone())), resource);
        }
    }
}
