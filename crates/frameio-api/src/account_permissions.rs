//! Permissions on accounts: the role of a user.

use frameio_core::Operation;

/// The operations of this module.
pub const OPERATIONS: &[&Operation] = &[];
