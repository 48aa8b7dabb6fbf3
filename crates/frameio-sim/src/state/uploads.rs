//! Uploads of files and attachments.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use http::Uri;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Map;

use super::State;
use crate::clock;
use crate::loopback_client::loopback;
use crate::storage::UploadedObject;

/// Uploads of files and attachments, by their ids.
#[derive(Clone, Debug, Default)]
pub(crate) struct Uploads {
    all: BTreeMap<String, Upload>,
    /// Sources of remote uploads without a fetching task.
    pub(crate) to_fetch: Vec<RemoteSource>,
}

/// Source of a remote upload.
#[derive(Clone, Debug)]
pub(crate) struct RemoteSource {
    pub(crate) id: String,
    pub(crate) uri: Uri,
}

impl RemoteSource {
    /// Returns `None` for a URL that is not a plain HTTP URL on the loopback interface, because the
    /// simulator calls no other servers.
    pub(crate) fn new(id: &str, url: &str) -> Option<Self> {
        loopback(url).map(|uri| Self { id: id.to_owned(), uri })
    }
}

/// Upload, with the data that a download needs.
#[derive(Clone, Debug)]
pub(crate) struct Upload {
    /// Name of an attachment. The name of a file can change and is in its record.
    pub(crate) name: String,
    pub(crate) media_type: String,
    pub(crate) object: Arc<UploadedObject>,
    pub(crate) completed_at: Option<Timestamp>,
    pub(crate) remote: Option<Remote>,
    /// Source URL of a remote upload.
    pub(crate) source: Option<String>,
    /// Whether the upload is hidden because its file was deleted and can be restored.
    pub(crate) is_deleted: bool,
}

/// State of a remote upload that is not complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Remote {
    Waiting,
    Failed,
}

impl Uploads {
    /// Returns an upload, unless its file is deleted.
    pub(crate) fn get(&self, id: &str) -> Option<&Upload> {
        self.get_any(id).filter(|upload| !upload.is_deleted)
    }

    /// Returns an upload, even of a deleted file.
    pub(crate) fn get_any(&self, id: &str) -> Option<&Upload> {
        self.all.get(id)
    }

    /// Mutable form of [`get_any`](Self::get_any).
    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Upload> {
        self.all.get_mut(id)
    }

    pub(crate) fn insert(&mut self, id: &str, upload: Upload) {
        self.all.insert(id.to_owned(), upload);
    }

    /// Shares the content of `from` with `to`, whether or not it is complete.
    pub(crate) fn copy(&mut self, from: &str, to: &str) {
        if let Some(upload) = self.get(from) {
            self.insert(to, upload.clone());
        }
    }

    /// Returns the ids of all uploads with the same content, including the given one.
    pub(crate) fn sharing(&self, id: &str) -> Vec<String> {
        let Some(upload) = self.get_any(id) else { return Vec::new() };
        let same = |other: &Upload| Arc::ptr_eq(&other.object, &upload.object);
        let sharing = self.all.iter().filter(|(_, other)| same(other));
        sharing.map(|(id, _)| id.clone()).collect()
    }

    /// Returns all uploads with their ids.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&String, &Upload)> {
        self.all.iter()
    }

    /// Removes the files of all uploads whose content is not among `kept`.
    pub(crate) fn remove_files(&self, kept: &Self) {
        // Compared by id, which names the file, because a restored state has different objects.
        let ids: HashSet<&str> = kept.all.values().map(|upload| upload.object.id()).collect();
        let stays = |object: &Arc<UploadedObject>| ids.contains(object.id());
        let uploads = self.all.values().filter(|upload| upload.object.is_in_file());
        let uploads = uploads.filter(|upload| !stays(&upload.object));
        uploads.for_each(|upload| upload.object.remove());
    }

    /// Removes an upload, and its bytes unless another upload has the same content.
    pub(crate) fn remove(&mut self, id: &str) {
        let Some(upload) = self.all.remove(id) else { return };
        let same = |other: &Upload| Arc::ptr_eq(&other.object, &upload.object);
        if upload.object.is_in_file() && !self.all.values().any(same) {
            upload.object.remove();
        }
    }
}

impl State {
    /// Marks an upload and its copies as complete, and their files as updated.
    pub(crate) fn complete_upload(&mut self, id: &str, now: Timestamp, transcode_after: Duration) {
        for id in self.uploads.sharing(id) {
            if let Some(upload) = self.uploads.get_mut(&id) {
                upload.completed_at = Some(now);
                (upload.remote, upload.source) = (None, None);
            }
            if let Some(file) = self.files.get_mut(&id) {
                file.update(Map::new(), now);
                self.record_upload(&id, now, clock::after(now, transcode_after));
            }
        }
    }

    /// Completes a remote upload; returns false for any other upload.
    pub(crate) fn complete_remote_upload(
        &mut self,
        id: &str,
        object: UploadedObject,
        now: Timestamp,
        transcode_after: Duration,
    ) -> bool {
        if self.uploads.get_any(id).is_none_or(|upload| upload.remote.is_none()) {
            return false;
        }
        let object = Arc::new(object);
        for id in self.uploads.sharing(id) {
            if let Some(file) = self.files.get_mut(&id) {
                file.fields.insert("file_size".to_owned(), object.layout.size.into());
            }
            if let Some(upload) = self.uploads.get_mut(&id) {
                upload.object = object.clone();
            }
        }
        self.complete_upload(id, now, transcode_after);
        true
    }
}

/// Returns the `status` of a file, derived from its upload.
pub(crate) fn file_status(
    upload: Option<&Upload>,
    now: Timestamp,
    transcode_after: Duration,
) -> &'static str {
    match upload.and_then(|upload| upload.completed_at) {
        None => "created",
        Some(at) if now < clock::after(at, transcode_after) => "uploaded",
        Some(_) => "transcoded",
    }
}
