//! What a bucket is found by.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use frameio_core::{Call, Operation, QuotaScope};

/// Whose calls of what. Made without allocating, so that a look-up is cheap.
#[derive(Debug)]
pub(super) struct Key {
    operation: &'static Operation,
    account: Option<Arc<str>>,
    credential: Option<Arc<str>>,
}

impl Key {
    /// The key of a call.
    pub(super) fn new(call: &Call, credential: Option<&Arc<str>>) -> Self {
        Self {
            operation: call.operation,
            account: call.account.clone(),
            credential: match call.operation.scope {
                QuotaScope::Account => None,
                _ => credential.cloned(),
            },
        }
    }

    /// The documented name of the operation.
    pub(super) const fn operation(&self) -> &'static str {
        self.operation.id
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.operation.id == other.operation.id
            && self.account == other.account
            && self.credential == other.credential
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.operation.id.hash(state);
        self.account.hash(state);
        self.credential.hash(state);
    }
}
