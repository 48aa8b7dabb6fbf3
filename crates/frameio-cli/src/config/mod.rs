//! Profiles and other files in the configuration directory.

mod directory;
mod ids;
mod profiles;

pub(crate) use self::directory::{cache, checksums, directory, state, sync_states, uploads};
pub(crate) use self::ids::{IDS_IGNORED, ProfileIds};
pub(crate) use self::profiles::{load, update, update_after};

/// Variable with the folder that relative paths start at.
pub(crate) const CURRENT_FOLDER: &str = "FRAMEIO_CWD";
