//! Tower layers.

pub mod error;
pub mod record;
