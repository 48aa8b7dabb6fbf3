//! The macros that declare ids, open enums, models and endpoints.

pub(crate) mod derive;
mod dynamic;
mod endpoints;
mod id;
mod model;
mod open_enum;
pub(crate) mod support;
