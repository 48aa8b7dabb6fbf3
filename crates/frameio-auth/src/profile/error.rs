//! Errors of profiles and the environment.

use std::fmt;
use std::io;
use std::path::Path;

use frameio_tower::{BuildError, BuildErrorKind};

/// Error of a profile, a variable or a saved sign-in.
///
/// `Display` writes one line that names the variable, the file or the profile, without secrets.
#[derive(Clone, Debug)]
pub struct ProfileError {
    kind: ProfileErrorKind,
    message: String,
}

/// Category of a [`ProfileError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProfileErrorKind {
    /// There is no usable sign-in: the user has to sign in or set a token.
    SignedOut,
    /// A variable or a file is invalid, or a named profile does not exist.
    Invalid,
    /// The keyring or the directory of the secrets is unavailable.
    Storage,
}

impl ProfileError {
    pub(super) fn new(kind: ProfileErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    pub(super) fn signed_out(message: impl Into<String>) -> Self {
        Self::new(ProfileErrorKind::SignedOut, message)
    }

    /// Refuses a variable; `problem` is the predicate of the sentence.
    pub(super) fn variable(name: &str, problem: impl fmt::Display) -> Self {
        Self::new(ProfileErrorKind::Invalid, format!("{name} {problem}"))
    }

    /// Reports a file that cannot be read.
    pub(super) fn unreadable(path: &Path, error: &io::Error) -> Self {
        let reason = frameio_private_file::reason(error);
        let message = format!("cannot read '{}': {reason}", path.display());
        Self::new(ProfileErrorKind::Invalid, message)
    }

    pub(super) fn missing_secrets() -> Self {
        Self::signed_out("the secrets of this profile are missing: run `frameio login`")
    }

    /// Returns the category of the error.
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
