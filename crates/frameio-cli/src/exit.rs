//! Exit statuses for scripts, and the failures that lead to them.

use std::fmt::Display;
use std::process::ExitCode;

use frameio::auth::profile::{ProfileError, ProfileErrorKind};
use frameio::auth::{Error as AuthError, ErrorKind as AuthErrorKind};
use frameio::transfer::{TransferError, TransferErrorKind};
use frameio::{EncodeError, Error, ErrorKind};

/// Exit status by kind of failure. The numbers are part of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Other = 1,
    Usage = 2,
    SignedOut = 3,
    Forbidden = 4,
    NotFound = 5,
    Refused = 6,
    RateLimited = 7,
    ServerError = 8,
    NoAnswer = 9,
    Unexpected = 10,
    Interrupted = 130,
}

impl Status {
    /// Returns the status for a failed call.
    pub(crate) fn of_call(error: &Error) -> Self {
        if let Some(error) = error.find::<AuthError>() {
            return Self::of_sign_in(error);
        }
        match (error.kind(), error.status().map_or(0, |status| status.as_u16())) {
            (ErrorKind::Encode, _) => Self::Usage,
            (ErrorKind::Decode, _) => Self::Unexpected,
            (ErrorKind::RateLimited, _) => Self::RateLimited,
            (ErrorKind::Auth, _) | (_, 401) => Self::SignedOut,
            (_, 403) => Self::Forbidden,
            (_, 404) => Self::NotFound,
            (_, 400..=499) => Self::Refused,
            (_, 500..=599) => Self::ServerError,
            (
                ErrorKind::Timeout | ErrorKind::Connect | ErrorKind::Transport | ErrorKind::Body,
                _,
            ) => Self::NoAnswer,
            _ => Self::Other,
        }
    }

    /// Returns the status for a failed sign-in.
    pub(crate) fn of_sign_in(error: &AuthError) -> Self {
        match error.kind() {
            AuthErrorKind::SignInAgain
            | AuthErrorKind::Denied
            | AuthErrorKind::State
            | AuthErrorKind::Issuer => Self::SignedOut,
            AuthErrorKind::Credential | AuthErrorKind::Scope | AuthErrorKind::Refused => {
                Self::Refused
            }
            AuthErrorKind::RateLimited => Self::RateLimited,
            AuthErrorKind::Server => Self::ServerError,
            AuthErrorKind::Network => Self::NoAnswer,
            AuthErrorKind::Response => Self::Unexpected,
            AuthErrorKind::Callback | AuthErrorKind::Config => Self::Usage,
            _ => Self::Other,
        }
    }

    /// Returns the status for a failed transfer.
    pub(crate) fn of_transfer(error: &TransferError) -> Self {
        if let Some(error) = error.api() {
            return Self::of_call(error);
        }
        let is_server_error = error.status().is_some_and(|status| status.is_server_error());
        match error.kind() {
            TransferErrorKind::Invalid | TransferErrorKind::Ambiguous => Self::Usage,
            TransferErrorKind::NotFound => Self::NotFound,
            TransferErrorKind::Refused | TransferErrorKind::Expired => Self::Refused,
            TransferErrorKind::UploadFailed => Self::ServerError,
            TransferErrorKind::Storage if is_server_error => Self::ServerError,
            TransferErrorKind::Storage | TransferErrorKind::Timeout => Self::NoAnswer,
            TransferErrorKind::Mismatch | TransferErrorKind::InvalidUrl => Self::Unexpected,
            _ => Self::Other,
        }
    }

    /// Returns the status for a file that failed among others. `Usage` would claim that nothing was
    /// sent.
    pub(crate) fn of_file(error: &TransferError) -> Self {
        match Self::of_transfer(error) {
            Self::Usage => Self::Other,
            status => status,
        }
    }

    /// Returns the status for several failures: the one that they have in common, or else `Other`.
    pub(crate) fn common(failures: Option<Self>, another: Self) -> Self {
        match failures {
            Some(status) if status != another => Self::Other,
            _ => another,
        }
    }

    /// Returns the name of the kind, as written to results.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Other => "other",
            Self::Usage => "usage",
            Self::SignedOut => "signed_out",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::Refused => "refused",
            Self::RateLimited => "rate_limited",
            Self::ServerError => "server_error",
            Self::NoAnswer => "no_answer",
            Self::Unexpected => "unexpected_answer",
            Self::Interrupted => "interrupted",
        }
    }
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(status as u8)
    }
}

/// Reason for which a run ends without success.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) status: Status,
    /// One line; empty if everything has been printed already.
    pub(crate) message: String,
}

impl Failure {
    pub(crate) fn new(status: Status, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    /// Refuses input; `about` names the flag, file or argument.
    pub(crate) fn usage(about: impl Display, error: impl Display) -> Self {
        Self::new(Status::Usage, format!("{about}: {error}"))
    }

    /// Refuses the input of an operation.
    pub(crate) fn input(operation: &str, error: &EncodeError) -> Self {
        Self::usage(operation, error)
    }

    /// Ends a run whose failures have all been printed.
    pub(crate) fn reported(status: Status) -> Self {
        Self::new(status, "")
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let status = Status::of_call(&error);
        match error.find::<AuthError>() {
            Some(why) => Self::new(status, why.to_string()),
            None => Self::new(status, one_line(&error)),
        }
    }
}

impl From<AuthError> for Failure {
    fn from(error: AuthError) -> Self {
        Self::new(Status::of_sign_in(&error), error.to_string())
    }
}

impl From<ProfileError> for Failure {
    fn from(error: ProfileError) -> Self {
        let status = match error.kind() {
            ProfileErrorKind::SignedOut => Status::SignedOut,
            ProfileErrorKind::Invalid => Status::Usage,
            _ => Status::Other,
        };
        Self::new(status, error.to_string())
    }
}

impl From<TransferError> for Failure {
    fn from(error: TransferError) -> Self {
        Self::new(Status::of_transfer(&error), one_line(&error))
    }
}

/// Joins the lines of an error: texts of the service may have several.
fn one_line(error: &impl Display) -> String {
    error.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_failures_have_their_common_status() {
        let all = |statuses: &[Status]| {
            statuses.iter().fold(None, |before, &status| Some(Status::common(before, status)))
        };
        assert_eq!(all(&[]), None);
        assert_eq!(all(&[Status::NoAnswer; 3]), Some(Status::NoAnswer));
        assert_eq!(all(&[Status::NoAnswer, Status::Forbidden]), Some(Status::Other));
        let mixed = [Status::Forbidden, Status::NoAnswer, Status::Forbidden, Status::Forbidden];
        assert_eq!(all(&mixed), Some(Status::Other));
    }
}
