//! State of a simulator as a JSON file.

mod check;
mod default_tree;
mod defaults;
mod document;
mod references;
mod resolve_names;

use std::fmt;
use std::io;
use std::path::Path;
use std::str::FromStr;

use http::StatusCode;
use serde_path_to_error::Segment;

pub(crate) use self::document::Document;
use crate::response::{Failure, Problem, step};
use crate::shared::{Env, World};
use crate::storage::Signer;

/// Demo state.
pub(crate) const DEMO: &str = include_str!("demo.json");

/// Supported version of the format.
const VERSION: u32 = 1;

/// State of a [`Sim`](crate::Sim), returned by [`Sim::state`](crate::Sim::state), read from a file or
/// written by hand.
///
/// It contains everything that the API can return: records, roles, deleted assets, uploads, secrets, IMS
/// tokens, events, and the offset of the clock. It does not contain quotas, faults, settings, recorded
/// requests or deliveries; interrupted deliveries are not resumed.
///
/// Bytes that were uploaded to a directory stay there, for a simulator with the same
/// [`Storage::Directory`](crate::Storage::Directory). Contents in memory are part of the state up to
/// 1 MiB; downloads of larger ones fail with an error that states this.
///
/// # Files written by hand
///
/// Only `version` is required, and names in records. A first user owns a first account by default, and a
/// record without an account, workspace, project or folder belongs to the first one. A file counts as
/// uploaded, with the content of [`Storage::Count`](crate::Storage::Count). A webhook receives all events.
/// Ids are UUIDs; omitted ones are deterministic. `metadata` can refer to fields and options by name, and
/// options that are missing are added to fields that allow it. Records have the field names of the
/// contract's responses.
///
/// ```
/// use frameio_sim::{SavedState, Sim};
///
/// let state: SavedState = r#"{
///     "version": 1,
///     "state": {
///         "projects": [{"name": "The Crossing"}],
///         "files": [{"name": "Teaser.mp4", "file_size": 1048576}]
///     }
/// }"#
/// .parse()?;
/// let sim = Sim::builder().state(state).build();
/// # Ok::<(), frameio_sim::StateError>(())
/// ```
#[derive(Clone)]
pub struct SavedState(pub(crate) Document);

impl SavedState {
    /// Returns a demo account with realistic content: two workspaces with projects, nested folders,
    /// files of many kinds, a version stack, comments with replies, a share, a collection, metadata, a
    /// group, a webhook, and users with roles. Its ids are deterministic.
    pub fn demo() -> Self {
        // Validated by a test.
        let parsed = DEMO.parse();
        parsed.unwrap_or_else(|_| Self(Document::default().completed()))
    }

    /// Reads a state from a file.
    ///
    /// # Errors
    /// Fails when the file cannot be read or is not a valid state.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, StateError> {
        Self::parse(&std::fs::read(path).map_err(Cause::Io)?)
    }

    pub(crate) fn parse(json: &[u8]) -> Result<Self, StateError> {
        let mut json = serde_json::Deserializer::from_slice(json);
        let read = serde_path_to_error::deserialize(&mut json);
        let document: Document =
            read.map_err(|error| Cause::Json(pointer(error.path()), error.into_inner()))?;
        json.end().map_err(|error| Cause::Json(String::new(), error))?;
        if document.version != VERSION {
            let detail = format!("unsupported version {}, expected {VERSION}", document.version);
            return Err(Cause::Invalid(Problem::at("/version", detail)).into());
        }
        let document = document.completed();
        document.check().map_err(Cause::Invalid)?;
        Ok(Self(document))
    }

    /// Writes the state to a file that only its owner can read, because it contains secrets.
    ///
    /// An existing file is replaced atomically. The directory is not created.
    ///
    /// # Errors
    /// Fails when the file cannot be written or its directory is missing.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<(), StateError> {
        let path = path.as_ref();
        std::fs::metadata(frameio_private_file::parent(path))
            .and_then(|_| frameio_private_file::write(path, self.to_string().as_bytes()))
            .map_err(|error| Cause::Io(error).into())
    }
}

/// Parses the JSON, fills in omitted values, and validates references.
impl FromStr for SavedState {
    type Err = StateError;

    fn from_str(text: &str) -> Result<Self, StateError> {
        Self::parse(text.as_bytes())
    }
}

/// Writes deterministic JSON.
impl fmt::Display for SavedState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = serde_json::to_string_pretty(&self.0).map_err(|_| fmt::Error)?;
        writeln!(f, "{json}")
    }
}

/// Omits the content, which includes secrets.
impl fmt::Debug for SavedState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SavedState").finish_non_exhaustive()
    }
}

/// Replaces the state; see [`Sim::restore`](crate::Sim::restore).
pub(crate) fn restore(env: &Env, world: &mut World, state: SavedState) {
    let SavedState(document) = state;
    env.clock.advance(document.ahead().saturating_sub(env.clock.ahead()));
    if let Some(key) = &document.signing_key {
        world.signer = Signer::new(key.as_str());
    }
    let initial = &mut world.initial;
    initial.ims = document.ims.clone();
    (initial.state, initial.demo, initial.tokens) = document.restored(&env.storage);
    initial.add_builder_tokens();
    initial.add_missing_tokens();
    world.reset();
}

/// Converts the path of a deserialization error to a JSON pointer.
fn pointer(path: &serde_path_to_error::Path) -> String {
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => step(key),
            Segment::Enum { .. } | Segment::Unknown => String::new(),
        })
        .collect()
}

/// Error of reading or writing a state. The message of an invalid state starts with a JSON pointer.
#[derive(Debug)]
pub struct StateError(Cause);

#[derive(Debug)]
enum Cause {
    Io(io::Error),
    /// Invalid JSON, or a wrong type at the pointer.
    Json(String, serde_json::Error),
    Invalid(Problem),
}

impl From<Cause> for StateError {
    fn from(cause: Cause) -> Self {
        Self(cause)
    }
}

/// Converts the error to the response to a request with a state.
impl From<StateError> for Failure {
    fn from(error: StateError) -> Self {
        match error.0 {
            Cause::Json(pointer, error) if error.is_data() => {
                Self::invalid(&pointer, error.to_string())
            }
            Cause::Json(_, error) => {
                Self::new(StatusCode::BAD_REQUEST, format!("the body is not JSON: {error}"))
            }
            Cause::Invalid(problem) => Self::unprocessable(vec![problem]),
            Cause::Io(error) => Self::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
        }
    }
}

impl fmt::Display for StateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Cause::Io(error) => error.fmt(f),
            Cause::Json(pointer, error) if pointer.is_empty() => error.fmt(f),
            Cause::Json(pointer, error) => write!(f, "{pointer}: {error}"),
            Cause::Invalid(Problem { pointer, detail }) => {
                write!(f, "{}: {detail}", pointer.as_deref().unwrap_or_default())
            }
        }
    }
}

impl std::error::Error for StateError {}
