//! How a run ends: a status for scripts, and one line for people.

use std::fmt::Display;
use std::process::ExitCode;

use frameio::{EncodeError, Error, ErrorKind};

use crate::sign_in;

/// The exit status, by the kind of failure. The numbers are part of the interface.
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
    pub(crate) fn of(error: &Error) -> Self {
        if let Some(error) = error.find::<frameio::auth::Error>() {
            return sign_in::status(error);
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

    /// The name of the kind in results.
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

/// The text of an error; those of the service may have lines in them.
pub(crate) fn one_line(error: &impl Display) -> String {
    error.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Why a run did not do what it was asked for.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) status: Status,
    /// One line; empty where all has been said.
    pub(crate) message: String,
}

impl Failure {
    pub(crate) fn new(status: Status, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    /// Wrong input, of what is named first.
    pub(crate) fn usage(about: impl Display, error: impl Display) -> Self {
        Self::new(Status::Usage, format!("{about}: {error}"))
    }

    /// Input that an operation does not take.
    pub(crate) fn input(operation: &str, error: &EncodeError) -> Self {
        Self::usage(operation, error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let status = Status::of(&error);
        match error.find::<frameio::auth::Error>() {
            Some(why) => Self::new(status, why.to_string()),
            None => Self::new(status, one_line(&error)),
        }
    }
}
