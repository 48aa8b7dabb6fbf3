//! The entries of a profile in the keyring of the system.

use super::directory::ProfileDirectory;
use crate::store::{KeyringEntry, KeyringStore};

const SERVICE: &str = "frameio";

/// The entries of one profile.
#[derive(Debug)]
pub(super) struct Keyring {
    /// Tells the profiles of one configuration directory from those of another.
    user: String,
}

impl Keyring {
    pub(super) fn new(directory: &ProfileDirectory, profile: &str) -> Self {
        Self { user: directory.path().join(profile).display().to_string() }
    }

    pub(super) fn secrets(&self) -> KeyringEntry {
        KeyringEntry::new(SERVICE, format!("{}/secrets", self.user))
    }

    pub(super) fn tokens(&self) -> KeyringStore {
        KeyringStore::new(SERVICE, &*self.user)
    }
}
