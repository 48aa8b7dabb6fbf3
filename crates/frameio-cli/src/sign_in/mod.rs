//! Signing in and out, and who calls.

mod login;
mod logout;
mod secrets;
mod who;
mod whoami;

use std::path::PathBuf;

use frameio::auth::{Error, ErrorKind};

pub(crate) use login::Login;
pub(crate) use who::Who;
pub(crate) use whoami::Whoami;

use crate::exit::{Failure, Status};
use crate::profile;

pub(crate) use login::run as login;
pub(crate) use logout::run as logout;
pub(crate) use whoami::run as whoami;

/// Where the tokens of a profile are kept, by a session that refreshes them.
fn tokens(profile: &str) -> Result<PathBuf, Failure> {
    Ok(profile::directory()?.join("tokens").join(format!("{profile}.json")))
}

/// The exit status of a sign-in that failed.
pub(crate) fn status(error: &Error) -> Status {
    match error.kind() {
        ErrorKind::SignInAgain | ErrorKind::Denied | ErrorKind::State => Status::SignedOut,
        ErrorKind::Credential | ErrorKind::Scope | ErrorKind::Refused => Status::Refused,
        ErrorKind::RateLimited => Status::RateLimited,
        ErrorKind::Server => Status::ServerError,
        ErrorKind::Network => Status::NoAnswer,
        ErrorKind::Response => Status::Unexpected,
        ErrorKind::Callback | ErrorKind::Config => Status::Usage,
        _ => Status::Other,
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::new(status(&error), error.to_string())
    }
}
