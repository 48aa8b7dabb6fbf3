//! Collections: selections of assets in a project.

use frameio_core::Operation;

/// The operations of this module.
pub const OPERATIONS: &[&Operation] = &[];
