//! Profiles and the files in which the command keeps them.

mod directory;
mod ids;
mod profiles;

pub(crate) use self::directory::{checksums, directory, uploads};
pub(crate) use self::ids::ProfileIds;
pub(crate) use self::profiles::{load, update, update_after};
