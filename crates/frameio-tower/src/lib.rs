//! Tower layers.

pub mod deadline;
pub mod error;
pub mod record;
