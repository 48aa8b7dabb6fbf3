//! What webhooks tell of: the one list of it, for subscribing and for receiving.

use crate::limits::{Check, Limits};

crate::open_enum! {
    /// What has happened.
    pub enum EventType {
        /// A file was created; its bytes are not there yet.
        FileCreated = "file.created",
        /// A file was deleted.
        FileDeleted = "file.deleted",
        /// A file can be watched: all of its transcodes are done.
        FileReady = "file.ready",
        /// A file was changed.
        FileUpdated = "file.updated",
        /// The bytes of a file are there.
        FileUploadCompleted = "file.upload.completed",
        /// A file became a version of another.
        FileVersioned = "file.versioned",
        /// A file was copied.
        FileCopied = "file.copied",
        /// A folder was created.
        FolderCreated = "folder.created",
        /// A folder was deleted.
        FolderDeleted = "folder.deleted",
        /// A folder was changed.
        FolderUpdated = "folder.updated",
        /// A folder was copied.
        FolderCopied = "folder.copied",
        /// A comment was made, or a reply to one.
        CommentCreated = "comment.created",
        /// A comment was changed.
        CommentUpdated = "comment.updated",
        /// A comment was deleted.
        CommentDeleted = "comment.deleted",
        /// A comment was done with.
        CommentCompleted = "comment.completed",
        /// A comment was opened again.
        CommentUncompleted = "comment.uncompleted",
        /// A metadata field was created.
        CustomFieldCreated = "customfield.created",
        /// A metadata field was changed.
        CustomFieldUpdated = "customfield.updated",
        /// A metadata field was deleted.
        CustomFieldDeleted = "customfield.deleted",
        /// A value of a metadata field was changed.
        MetadataValueUpdated = "metadata.value.updated",
        /// A project was created.
        ProjectCreated = "project.created",
        /// A project was changed.
        ProjectUpdated = "project.updated",
        /// A project was deleted.
        ProjectDeleted = "project.deleted",
        /// A collection was created.
        CollectionCreated = "collection.created",
        /// A collection was changed.
        CollectionUpdated = "collection.updated",
        /// A collection was deleted.
        CollectionDeleted = "collection.deleted",
        /// A share was created.
        ShareCreated = "share.created",
        /// A share was changed.
        ShareUpdated = "share.updated",
        /// A share was deleted.
        ShareDeleted = "share.deleted",
        /// A share was looked at.
        ShareViewed = "share.viewed",
    }
}

/// Every event type is valid; a list has no duplicates.
impl Check for EventType {
    fn check(&self, _: &mut Limits) {}

    fn check_list(list: &[Self], limits: &mut Limits) {
        limits.distinct(list);
    }
}
