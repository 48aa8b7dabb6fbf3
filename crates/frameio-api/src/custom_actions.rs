//! Custom actions: what a member of a workspace can start from a menu.

use frameio_core::Operation;

/// The operations of this module.
pub const OPERATIONS: &[&Operation] = &[];
