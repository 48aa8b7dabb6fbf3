//! Profiles and saved sign-ins of the command `frameio`, for programs that share them.
//!
//! `frameio::Client::from_env` builds a client from an [`Environment`]. The command saves sign-ins in a
//! [`Vault`].

mod credentials;
mod directory;
mod environment;
mod error;
#[cfg(feature = "keyring")]
mod keyring;
#[cfg(not(feature = "keyring"))]
#[path = "no_keyring.rs"]
mod keyring;
mod profiles;
mod secrets;
mod services;
mod variables;
mod vault;

pub use self::credentials::ProfileCredentials;
pub use self::directory::ProfileDirectory;
pub use self::environment::Environment;
pub use self::error::{ProfileError, ProfileErrorKind};
pub use self::profiles::{ChosenProfile, Profile, ProfileChoice, Profiles, SignIn, Storage};
pub use self::secrets::ProfileSecrets;
pub use self::services::{Services, is_local};
pub use self::variables::Lookup;
pub use self::vault::Vault;
