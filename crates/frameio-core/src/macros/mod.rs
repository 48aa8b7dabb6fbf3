//! Macros that declare ids, open enums and models.

mod id;
mod model;
mod open_enum;
pub(crate) mod support;
