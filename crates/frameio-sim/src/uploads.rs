//! What was uploaded, or is to be.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::media::fetch::Source;
use crate::object::Object;

/// The uploads of files and of attachments, by their ids.
#[derive(Clone, Debug, Default)]
pub(crate) struct Uploads {
    all: BTreeMap<String, Upload>,
    /// The remote ones that nobody fetches yet.
    pub(crate) to_fetch: Vec<Source>,
}

/// One upload, with what a download of it has to tell.
#[derive(Clone, Debug)]
pub(crate) struct Upload {
    /// The name of an attachment; that of a file may change, and stands in its record.
    pub(crate) name: String,
    pub(crate) media_type: String,
    pub(crate) object: Arc<Object>,
    pub(crate) completed_at: Option<Timestamp>,
    pub(crate) remote: Option<Remote>,
    /// The URL that a remote one is fetched from.
    pub(crate) source: Option<String>,
    /// Whether its file is among the recently deleted ones, so that nobody may see it.
    pub(crate) is_deleted: bool,
}

/// How far a remote upload is that is not complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Remote {
    Waiting,
    Failed,
}

impl Uploads {
    /// An upload whose file has not been deleted.
    pub(crate) fn get(&self, id: &str) -> Option<&Upload> {
        self.get_any(id).filter(|upload| !upload.is_deleted)
    }

    /// An upload, be its file a recently deleted one.
    pub(crate) fn get_any(&self, id: &str) -> Option<&Upload> {
        self.all.get(id)
    }

    /// The same, to be changed.
    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Upload> {
        self.all.get_mut(id)
    }

    pub(crate) fn insert(&mut self, id: &str, upload: Upload) {
        self.all.insert(id.to_owned(), upload);
    }

    /// Gives `to` the content that `from` has, or is to have.
    pub(crate) fn copy(&mut self, from: &str, to: &str) {
        if let Some(upload) = self.get(from) {
            self.insert(to, upload.clone());
        }
    }

    /// The ids of all that share the content of an upload, itself among them.
    pub(crate) fn sharing(&self, id: &str) -> Vec<String> {
        let Some(upload) = self.get_any(id) else { return Vec::new() };
        let same = |other: &Upload| Arc::ptr_eq(&other.object, &upload.object);
        let sharing = self.all.iter().filter(|(_, other)| same(other));
        sharing.map(|(id, _)| id.clone()).collect()
    }

    /// All uploads by their ids.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&String, &Upload)> {
        self.all.iter()
    }

    /// Removes the files of all uploads whose content is not among `kept`.
    pub(crate) fn remove_files(&self, kept: &Self) {
        // By the id, which names the file: a state that was read has objects of its own.
        let ids: HashSet<&str> = kept.all.values().map(|upload| upload.object.id()).collect();
        let stays = |object: &Arc<Object>| ids.contains(object.id());
        let uploads = self.all.values().filter(|upload| upload.object.is_in_file());
        let uploads = uploads.filter(|upload| !stays(&upload.object));
        uploads.for_each(|upload| upload.object.remove());
    }

    /// Removes an upload, with its bytes unless another has the same content.
    pub(crate) fn remove(&mut self, id: &str) {
        let Some(upload) = self.all.remove(id) else { return };
        let same = |other: &Upload| Arc::ptr_eq(&other.object, &upload.object);
        if upload.object.is_in_file() && !self.all.values().any(same) {
            upload.object.remove();
        }
    }
}
