//! Shares: assets that are shown to reviewers.

use frameio_core::Operation;

/// The operations of this module.
pub const OPERATIONS: &[&Operation] = &[];
