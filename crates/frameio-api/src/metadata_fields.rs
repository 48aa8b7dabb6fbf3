//! Metadata fields: their definitions, of ten kinds.

use frameio_core::Operation;

/// The operations of this module.
pub const OPERATIONS: &[&Operation] = &[];
