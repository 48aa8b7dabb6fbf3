//! Why a profile or the environment cannot be used.

use std::fmt;

use frameio_tower::{BuildError, BuildErrorKind};

/// A profile, a variable or a saved sign-in that cannot be used.
///
/// The message is one line that names the variable or the file. It has no secret in it.
#[derive(Clone, Debug)]
pub struct ProfileError {
    kind: ProfileErrorKind,
    message: String,
}

/// The reason of a [`ProfileError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProfileErrorKind {
    /// There is no sign-in that may be used: the user has to sign in, or to set a token.
    SignedOut,
    /// A variable or a file has an invalid value.
    Invalid,
    /// The place of the secrets cannot be used: the keyring, or the directory.
    Storage,
}

impl ProfileError {
    pub(super) fn new(kind: ProfileErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    pub(super) fn signed_out(message: impl Into<String>) -> Self {
        Self::new(ProfileErrorKind::SignedOut, message)
    }

    /// Refuses a value; `about` names the variable or the file.
    pub(super) fn invalid(about: impl fmt::Display, error: impl fmt::Display) -> Self {
        Self::new(ProfileErrorKind::Invalid, format!("{about}: {error}"))
    }

    pub(super) fn missing_secrets() -> Self {
        Self::signed_out("the secrets of this profile are missing: run `frameio login`")
    }

    /// Returns the reason.
    pub const fn kind(&self) -> ProfileErrorKind {
        self.kind
    }
}

impl fmt::Display for ProfileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ProfileError {}

impl From<ProfileError> for BuildError {
    fn from(error: ProfileError) -> Self {
        Self::new(BuildErrorKind::Environment, error.message.clone()).caused_by(error)
    }
}
