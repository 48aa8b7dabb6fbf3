//! The entries of a profile in the keyring of the system.

use frameio::auth::{KeyringEntry, KeyringStore};

use crate::config;
use crate::exit::Failure;

const SERVICE: &str = "frameio";

/// The entries of one profile.
pub(super) struct Keyring {
    /// Tells the profiles of one configuration directory from those of another.
    user: String,
}

impl Keyring {
    pub(super) fn new(profile: &str) -> Result<Self, Failure> {
        Ok(Self { user: config::directory()?.join(profile).display().to_string() })
    }

    pub(super) fn secrets(&self) -> KeyringEntry {
        KeyringEntry::new(SERVICE, format!("{}/secrets", self.user))
    }

    pub(super) fn tokens(&self) -> KeyringStore {
        KeyringStore::new(SERVICE, &*self.user)
    }
}
