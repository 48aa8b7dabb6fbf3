//! Content of a state file.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::VERSION;
use crate::ims::SavedIms;
use crate::shared::{Env, World};
use crate::state::{Demo, Remote, RemoteSource, State, Token, Upload, Uploads};
use crate::storage::{SavedObject, Storage, UploadedObject};

#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Document {
    pub(super) version: u32,
    /// Sum of the clock's advances.
    #[serde(default)]
    ahead_ms: u64,
    #[serde(default)]
    pub(super) demo: SavedDemo,
    #[serde(default)]
    pub(super) tokens: Vec<SavedToken>,
    /// Key of signed URLs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) signing_key: Option<String>,
    #[serde(default)]
    pub(crate) ims: SavedIms,
    #[serde(default)]
    pub(super) state: State,
    #[serde(default)]
    pub(super) uploads: BTreeMap<String, SavedUpload>,
    /// Uploaded contents; copies of an upload share one.
    #[serde(default)]
    pub(super) contents: BTreeMap<String, SavedObject>,
    /// Number of built-in metadata fields that were inserted before those of the file.
    #[serde(skip)]
    pub(super) added_fields: usize,
}

impl Default for Document {
    fn default() -> Self {
        Self {
            version: VERSION,
            ahead_ms: 0,
            demo: SavedDemo::default(),
            tokens: Vec::new(),
            signing_key: None,
            ims: SavedIms::default(),
            state: State::default(),
            uploads: BTreeMap::new(),
            contents: BTreeMap::new(),
            added_fields: 0,
        }
    }
}

/// Ids of [`Demo`]; omitted ones are looked up by name and role.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct SavedDemo {
    pub(super) user_id: String,
    pub(super) editor_id: String,
    pub(super) commenter_id: String,
    pub(super) viewer_id: String,
    pub(super) account_id: String,
    pub(super) workspace_id: String,
    pub(super) project_id: String,
    pub(super) root_folder_id: String,
}

#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SavedToken {
    pub(super) user_id: String,
    pub(super) token: String,
}

#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SavedUpload {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    name: String,
    #[serde(default = "any_type")]
    media_type: String,
    pub(super) content: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    completed_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    remote: Option<Remote>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_deleted: bool,
}

fn any_type() -> String {
    "application/octet-stream".to_owned()
}

impl SavedUpload {
    /// Creates a complete upload.
    pub(super) fn complete(content: &str, media_type: &str, at: Timestamp) -> Self {
        Self {
            name: String::new(),
            media_type: media_type.to_owned(),
            content: content.to_owned(),
            completed_at: Some(at),
            remote: None,
            source: None,
            is_deleted: false,
        }
    }

    pub(super) const fn is_complete(&self) -> bool {
        self.completed_at.is_some()
    }
}

impl Document {
    /// Takes a snapshot.
    pub(crate) fn of(env: &Env, world: &World) -> Self {
        let mut document = Self {
            ahead_ms: u64::try_from(env.clock.ahead().as_millis()).unwrap_or(u64::MAX),
            demo: SavedDemo::of(&world.demo),
            tokens: world.tokens.iter().map(SavedToken::of).collect(),
            signing_key: Some(world.signer.key().expose().to_owned()),
            ims: world.ims.saved(),
            ..Self::default()
        };
        for (id, upload) in world.state.uploads.iter() {
            let content = upload.object.id();
            if !document.contents.contains_key(content) {
                document.contents.insert(content.to_owned(), upload.object.saved());
            }
            let saved = SavedUpload {
                name: upload.name.clone(),
                media_type: upload.media_type.clone(),
                content: content.to_owned(),
                completed_at: upload.completed_at,
                remote: upload.remote,
                source: upload.source.clone(),
                is_deleted: upload.is_deleted,
            };
            document.uploads.insert(id.clone(), saved);
        }
        document.state = world.state.clone().without_leftovers();
        document
    }

    pub(crate) const fn ahead(&self) -> Duration {
        Duration::from_millis(self.ahead_ms)
    }

    /// Returns the initial state of a simulator.
    pub(crate) fn restored(self, storage: &Storage) -> (State, Demo, Vec<Token>) {
        let (demo, tokens, uploads) = (self.demo(), self.tokens(), self.uploads(storage));
        (State { uploads, ..self.state }, demo, tokens)
    }

    fn tokens(&self) -> Vec<Token> {
        let token =
            |it: &SavedToken| Token { user: it.user_id.clone(), secret: it.token.clone().into() };
        self.tokens.iter().map(token).collect()
    }

    fn demo(&self) -> Demo {
        let demo = &self.demo;
        Demo {
            user_id: demo.user_id.as_str().into(),
            editor_id: demo.editor_id.as_str().into(),
            commenter_id: demo.commenter_id.as_str().into(),
            viewer_id: demo.viewer_id.as_str().into(),
            account_id: demo.account_id.as_str().into(),
            workspace_id: demo.workspace_id.as_str().into(),
            project_id: demo.project_id.as_str().into(),
            root_folder_id: demo.root_folder_id.as_str().into(),
        }
    }

    /// Returns the uploads, and the pending sources of remote ones. Copies keep sharing their content.
    fn uploads(&self, storage: &Storage) -> Uploads {
        let restored = |(id, saved): (&String, &SavedObject)| {
            (id.clone(), Arc::new(UploadedObject::restored(saved.clone(), storage, id)))
        };
        let objects: HashMap<String, Arc<UploadedObject>> =
            self.contents.iter().map(restored).collect();
        let mut uploads = Uploads::default();
        for (id, saved) in &self.uploads {
            let Some(object) = objects.get(&saved.content) else { continue };
            let source = saved.source.as_ref().filter(|_| saved.remote == Some(Remote::Waiting));
            // Copies are fetched together with their source.
            if let Some(source) = source.filter(|_| *id == saved.content) {
                uploads.to_fetch.extend(RemoteSource::new(id, source));
            }
            let upload = Upload {
                name: saved.name.clone(),
                media_type: saved.media_type.clone(),
                object: object.clone(),
                completed_at: saved.completed_at,
                remote: saved.remote,
                source: saved.source.clone(),
                is_deleted: saved.is_deleted,
            };
            uploads.insert(id, upload);
        }
        uploads
    }
}

impl SavedDemo {
    fn of(demo: &Demo) -> Self {
        Self {
            user_id: demo.user_id.to_string(),
            editor_id: demo.editor_id.to_string(),
            commenter_id: demo.commenter_id.to_string(),
            viewer_id: demo.viewer_id.to_string(),
            account_id: demo.account_id.to_string(),
            workspace_id: demo.workspace_id.to_string(),
            project_id: demo.project_id.to_string(),
            root_folder_id: demo.root_folder_id.to_string(),
        }
    }
}

impl SavedToken {
    fn of(token: &Token) -> Self {
        Self { user_id: token.user.clone(), token: token.secret.expose().to_owned() }
    }
}

/// Omits the content.
impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document").finish_non_exhaustive()
    }
}
