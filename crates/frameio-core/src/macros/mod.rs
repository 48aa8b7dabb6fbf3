//! The macros that declare ids, open enums and models, and what generated code uses.

pub(crate) mod derive;
mod id;
mod model;
mod open_enum;
pub(crate) mod support;
