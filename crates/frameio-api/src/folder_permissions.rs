//! Permissions on folders: users and their roles.

use frameio_core::Operation;

/// The operations of this module.
pub const OPERATIONS: &[&Operation] = &[];
