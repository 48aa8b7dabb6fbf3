//! Identifiers, with a separate type for each kind of resource.
//!
//! An id is opaque text, not necessarily a UUID: resources in Adobe storage have ids such as
//! `adobe:urn:aaid:…`, and the id of a file may end with a version, `adobe:…|2`. Ids are
//! percent-encoded in URLs. Use [`AssetId`] where a file, a folder or a version stack is accepted.

crate::id! {
    /// Identifies an account.
    pub struct AccountId;
}
crate::id! {
    /// Identifies a custom action.
    pub struct ActionId;
}
crate::id! {
    /// Identifies a file, a folder or a version stack.
    pub struct AssetId;
}
crate::id! {
    /// Identifies an attachment of a comment.
    pub struct AttachmentId;
}
crate::id! {
    /// Identifies a collection.
    pub struct CollectionId;
}
crate::id! {
    /// Identifies a comment.
    pub struct CommentId;
}
crate::id! {
    /// Identifies the definition of a custom metadata field.
    pub struct FieldDefinitionId;
}
crate::id! {
    /// Identifies a file. An id of Adobe storage may end with `|` and a version.
    pub struct FileId;
}
crate::id! {
    /// Identifies a folder.
    pub struct FolderId;
}
crate::id! {
    /// Identifies a group of users.
    pub struct GroupId;
}
crate::id! {
    /// Identifies a project.
    pub struct ProjectId;
}
crate::id! {
    /// Identifies a template for session-based watermarks.
    pub struct SessionWatermarkTemplateId;
}
crate::id! {
    /// Identifies a share.
    pub struct ShareId;
}
crate::id! {
    /// Identifies a user.
    pub struct UserId;
}
crate::id! {
    /// Identifies a version stack.
    pub struct VersionStackId;
}
crate::id! {
    /// Identifies a webhook.
    pub struct WebhookId;
}
crate::id! {
    /// Identifies a workspace.
    pub struct WorkspaceId;
}

macro_rules! assets {
    ($($id:ident)*) => {$(
        impl From<$id> for AssetId {
            fn from(id: $id) -> Self {
                Self(id.0)
            }
        }

        /// Converts without a check that the asset is of this kind.
        impl From<AssetId> for $id {
            fn from(id: AssetId) -> Self {
                Self(id.0)
            }
        }
    )*};
}

assets!(FileId FolderId VersionStackId);
