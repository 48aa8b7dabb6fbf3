//! Profiles and the files in which the command keeps them.

mod directory;
mod profile;
mod profiles;

pub(crate) use self::directory::{checksums, directory, secrets, tokens, uploads};
pub(crate) use self::profile::{Profile, SignIn, Storage};
pub(crate) use self::profiles::Config;
