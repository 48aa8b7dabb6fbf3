//! Replacement of the keyring without the feature `keyring`, which is never available.

use frameio_core::{BoxError, Secret};

use super::directory::ProfileDirectory;
use crate::store::MemoryStore;

const MISSING: &str = "this build has no support for keyrings: enable the feature `keyring`";

#[derive(Debug)]
pub(super) struct Keyring;

pub(super) struct Entry;

impl Keyring {
    pub(super) const fn new(_: &ProfileDirectory, _: &str) -> Self {
        Self
    }

    #[expect(clippy::unused_self, reason = "as with the feature")]
    pub(super) const fn secrets(&self) -> Entry {
        Entry
    }

    /// Never used, because reading the secrets fails first.
    #[expect(clippy::unused_self, reason = "as with the feature")]
    pub(super) fn tokens(&self) -> MemoryStore {
        MemoryStore::new()
    }
}

#[expect(clippy::unused_self, reason = "as with the feature")]
impl Entry {
    pub(super) fn load(&self) -> Result<Option<Secret>, BoxError> {
        Err(MISSING.into())
    }

    pub(super) fn save(&self, _: &Secret) -> Result<(), BoxError> {
        Err(MISSING.into())
    }

    pub(super) fn clear(&self) -> Result<(), BoxError> {
        Err(MISSING.into())
    }
}
