//! Types of webhook events, for subscriptions and received events.

use crate::limits::{Check, Limits};

crate::open_enum! {
    /// Type of a webhook event.
    pub enum EventType {
        /// A file was created, but its content may not be uploaded yet.
        FileCreated = "file.created",
        /// A file was deleted.
        FileDeleted = "file.deleted",
        /// All transcodes of a file are complete, so that it can be played.
        FileReady = "file.ready",
        /// Properties of a file changed, such as its name.
        FileUpdated = "file.updated",
        /// The content of a file was uploaded completely.
        FileUploadCompleted = "file.upload.completed",
        /// A file was added to a version stack.
        FileVersioned = "file.versioned",
        /// A file was copied.
        FileCopied = "file.copied",
        /// A folder was created.
        FolderCreated = "folder.created",
        /// A folder was deleted.
        FolderDeleted = "folder.deleted",
        /// Properties of a folder changed, such as its name.
        FolderUpdated = "folder.updated",
        /// A folder was copied.
        FolderCopied = "folder.copied",
        /// A comment or a reply was created.
        CommentCreated = "comment.created",
        /// A comment was edited.
        CommentUpdated = "comment.updated",
        /// A comment was deleted.
        CommentDeleted = "comment.deleted",
        /// A comment was marked as completed.
        CommentCompleted = "comment.completed",
        /// The completed mark of a comment was removed.
        CommentUncompleted = "comment.uncompleted",
        /// A custom metadata field was created.
        CustomFieldCreated = "customfield.created",
        /// The definition of a custom metadata field changed.
        CustomFieldUpdated = "customfield.updated",
        /// A custom metadata field was deleted.
        CustomFieldDeleted = "customfield.deleted",
        /// The value of a metadata field changed for an asset.
        MetadataValueUpdated = "metadata.value.updated",
        /// A project was created.
        ProjectCreated = "project.created",
        /// Properties of a project changed, such as its name.
        ProjectUpdated = "project.updated",
        /// A project was deleted.
        ProjectDeleted = "project.deleted",
        /// A collection was created.
        CollectionCreated = "collection.created",
        /// A collection changed.
        CollectionUpdated = "collection.updated",
        /// A collection was deleted.
        CollectionDeleted = "collection.deleted",
        /// A share was created.
        ShareCreated = "share.created",
        /// A share changed.
        ShareUpdated = "share.updated",
        /// A share was deleted.
        ShareDeleted = "share.deleted",
        /// A visitor opened a share.
        ShareViewed = "share.viewed",
    }
}

/// Rejects duplicates in a list. A single event type is always valid.
impl Check for EventType {
    fn check(&self, _: &mut Limits) {}

    fn check_list(list: &[Self], limits: &mut Limits) {
        limits.distinct(list);
    }
}
