//! The profiles and sign-ins of the command `frameio`, for programs that use the same ones.
//!
//! [`Environment`] has what a client needs; `frameio::Client::from_env` builds one from it. The
//! command saves sign-ins with [`Vault`].

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
