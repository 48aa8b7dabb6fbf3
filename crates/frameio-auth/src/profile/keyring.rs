//! Entries of a profile in the system keyring.

use super::directory::ProfileDirectory;
use crate::store::{KeyringEntry, KeyringStore};

const SERVICE: &str = "frameio";

/// Entries of one profile.
#[derive(Debug)]
pub(super) struct Keyring {
    /// Path of the profile: different configuration directories have profiles of the same name.
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
