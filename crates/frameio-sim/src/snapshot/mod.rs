//! The state of a simulator as a JSON file.

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

/// The only version of the format.
const VERSION: u32 = 1;

/// The state of a [`Sim`](crate::Sim): taken with [`Sim::state`](crate::Sim::state), read from a file, or
/// written by hand.
///
/// It has everything that the API can return: records, roles, deleted assets, uploads, secrets, tokens of
/// IMS, events, and how far the clock was advanced. It has no quotas, faults and settings, and neither
/// recorded requests nor deliveries; interrupted deliveries are not repeated.
///
/// What was uploaded into a directory stays there, and is found again by a simulator with the same
/// [`Storage::Directory`](crate::Storage::Directory). Of what is in memory, contents of up to
/// 1 MiB are in the state itself; downloads of larger ones fail later, with an error that says so.
///
/// A file written by hand need not say much. Left out may be all but `version`, and in records
/// all but names and what they belong to: a first user owns a first account, and what names no
/// account, workspace, project or folder is in the first one. A file counts as uploaded, with the
/// content of [`Storage::Count`](crate::Storage::Count), and a webhook asks for all events. Ids are
/// UUIDs; those left out are the same each time. In `metadata`, fields and options may be
/// called by their names, and a field that takes new options gets those that it lacks. Fields of a
/// record that the contract names in its answers are written as it names them.
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
    /// A demo account worth looking at: two workspaces with projects, nested folders, files of
    /// many kinds, a version stack, comments with replies, a share, a collection, metadata, a
    /// group, a webhook, and people with roles. Its ids are the same each time.
    pub fn demo() -> Self {
        // A test reads it.
        let parsed = include_str!("demo.json").parse();
        parsed.unwrap_or_else(|_| Self(Document::default().completed()))
    }

    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read, or is no state; see [`StateError`].
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
            let told = format!("it is {}, the only one known here is {VERSION}", document.version);
            return Err(Cause::Wrong(Problem::at("/version", told)).into());
        }
        let document = document.completed();
        document.check().map_err(Cause::Wrong)?;
        Ok(Self(document))
    }

    /// Writes a file, readable by its owner alone because it holds secrets. An existing file is
    /// replaced only when the new content is complete.
    ///
    /// # Errors
    /// When the file cannot be written, or its directory is missing.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<(), StateError> {
        let path = path.as_ref();
        // A missing directory is rather a mistake in the path than one to create.
        std::fs::metadata(frameio_private_file::parent(path))
            .and_then(|_| frameio_private_file::write(path, self.to_string().as_bytes()))
            .map_err(|error| Cause::Io(error).into())
    }
}

/// Reads the JSON, fills in what it leaves out, and checks what refers to what.
impl FromStr for SavedState {
    type Err = StateError;

    fn from_str(text: &str) -> Result<Self, StateError> {
        Self::parse(text.as_bytes())
    }
}

/// Writes the JSON, the same for the same state.
impl fmt::Display for SavedState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = serde_json::to_string_pretty(&self.0).map_err(|_| fmt::Error)?;
        writeln!(f, "{json}")
    }
}

/// What is in it, secrets included, is left out.
impl fmt::Debug for SavedState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SavedState").finish_non_exhaustive()
    }
}

/// Starts over with a state, as if the simulator had been built with it; see
/// [`Sim::restore`](crate::Sim::restore).
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

/// The path to what could not be read.
fn pointer(path: &serde_path_to_error::Path) -> String {
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => step(key),
            Segment::Enum { .. } | Segment::Unknown => String::new(),
        })
        .collect()
}

/// Why a state could not be read or written; it names the place, by a JSON pointer.
#[derive(Debug)]
pub struct StateError(Cause);

#[derive(Debug)]
enum Cause {
    Io(io::Error),
    /// It is no JSON, or at the place of the pointer not what is needed.
    Json(String, serde_json::Error),
    Wrong(Problem),
}

impl From<Cause> for StateError {
    fn from(cause: Cause) -> Self {
        Self(cause)
    }
}

/// As the simulator refuses a state that was sent to it.
impl From<StateError> for Failure {
    fn from(error: StateError) -> Self {
        match error.0 {
            Cause::Json(pointer, error) if error.is_data() => {
                Self::invalid(&pointer, error.to_string())
            }
            Cause::Json(_, error) => {
                Self::new(StatusCode::BAD_REQUEST, format!("the body is not JSON: {error}"))
            }
            Cause::Wrong(problem) => Self::unprocessable(vec![problem]),
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
            Cause::Wrong(Problem { pointer, detail }) => {
                write!(f, "{}: {detail}", pointer.as_deref().unwrap_or_default())
            }
        }
    }
}

impl std::error::Error for StateError {}
