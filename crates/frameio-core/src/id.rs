//! Identifiers: a type for each kind, so that an account's cannot be given for a file's.
//!
//! They are text, not UUIDs: what lives in Adobe storage has ids like `adobe:urn:aaid:…`, and a
//! file's may carry a version, `adobe:…|2`. They are percent-encoded where they become part of a
//! URL. [`AssetId`] stands for what may be a file, a folder or a version stack.

crate::id! {
    /// Identifies an account.
    pub struct AccountId;
}
crate::id! {
    /// Identifies a custom action.
    pub struct ActionId;
}
crate::id! {
    /// Identifies a file, a folder or a version stack, where any of them may stand.
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
    /// Identifies the definition of a metadata field.
    pub struct FieldDefinitionId;
}
crate::id! {
    /// Identifies a file; an Adobe id may carry a version after `|`.
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
    /// Identifies a template of session watermarks.
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

        /// Trusts the caller that the asset is one of these.
        impl From<AssetId> for $id {
            fn from(id: AssetId) -> Self {
                Self(id.0)
            }
        }
    )*};
}

assets!(FileId FolderId VersionStackId);
