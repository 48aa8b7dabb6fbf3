//! Exit statuses for scripts, and the failures that lead to them.

use std::fmt::Display;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use frameio::auth::profile::{ProfileError, ProfileErrorKind};
use frameio::auth::{Error as AuthError, ErrorKind as AuthErrorKind};
use frameio::transfer::{TransferError, TransferErrorKind};
use frameio::{Catalog, EncodeError, Error, ErrorKind, Operation};
use frameio_archive::{ArchiveError, ArchiveErrorKind};
pub(crate) use frameio_private_file::reason as io_reason;
use http::StatusCode;

/// Exit status by kind of failure. The numbers and the names are part of the interface.
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
    NoResponse = 9,
    Unexpected = 10,
    LegacyUse = 11,
    Conflict = 12,
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
            // The service does not redirect.
            (_, 300..=399) => Self::Unexpected,
            (_, 400..=499) => Self::Refused,
            (_, 500..=599) => Self::ServerError,
            (
                ErrorKind::Timeout
                | ErrorKind::Connect
                | ErrorKind::Transport
                | ErrorKind::Body
                | ErrorKind::QuotaStore,
                _,
            ) => Self::NoResponse,
            _ => Self::Other,
        }
    }

    /// Returns the status for a failed sign-in.
    pub(crate) fn of_sign_in(error: &AuthError) -> Self {
        match error.kind() {
            AuthErrorKind::SignInRequired
            | AuthErrorKind::Denied
            | AuthErrorKind::State
            | AuthErrorKind::Issuer => Self::SignedOut,
            AuthErrorKind::Credential | AuthErrorKind::Scope | AuthErrorKind::Refused => {
                Self::Refused
            }
            AuthErrorKind::RateLimited => Self::RateLimited,
            AuthErrorKind::Server => Self::ServerError,
            AuthErrorKind::Network => Self::NoResponse,
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
            TransferErrorKind::Conflict => Self::Conflict,
            TransferErrorKind::NotFound => Self::NotFound,
            TransferErrorKind::Stopped => Self::Interrupted,
            TransferErrorKind::Refused | TransferErrorKind::Expired => Self::Refused,
            TransferErrorKind::UploadFailed => Self::ServerError,
            TransferErrorKind::Storage if is_server_error => Self::ServerError,
            TransferErrorKind::Storage | TransferErrorKind::Timeout => Self::NoResponse,
            TransferErrorKind::Mismatch | TransferErrorKind::InvalidUrl => Self::Unexpected,
            _ => Self::Other,
        }
    }

    /// Returns the status for one of several files. It is never `Usage`, which promises that nothing
    /// was sent.
    pub(crate) fn of_file(error: &TransferError) -> Self {
        match Self::of_transfer(error) {
            Self::Usage => Self::Other,
            status => status,
        }
    }

    /// Returns the status that all failures share, or else `Other`.
    pub(crate) fn common(failures: Option<Self>, another: Self) -> Self {
        match failures {
            Some(status) if status != another => Self::Other,
            _ => another,
        }
    }

    /// Returns the name that JSON output uses.
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
            Self::NoResponse => "no_response",
            Self::Unexpected => "unexpected_response",
            Self::LegacyUse => "legacy_use",
            Self::Conflict => "conflict",
            Self::Interrupted => "interrupted",
        }
    }
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(status as u8)
    }
}

/// Reason why a run fails.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) status: Status,
    /// One line; empty if the reason has been printed already.
    pub(crate) message: String,
}

impl Failure {
    pub(crate) fn new(status: Status, message: impl Into<String>) -> Self {
        Self { status, message: without_code(message.into()) }
    }

    /// Refuses arguments or other input.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Status::Usage, message)
    }

    /// Names the setting that a failure is about.
    pub(crate) fn about(mut self, setting: &str) -> Self {
        self.message = format!("{setting}: {}", self.message);
        self
    }

    /// Refuses the value of a flag, in the words of clap.
    pub(crate) fn value(flag: &str, value: impl Display, reason: impl Display) -> Self {
        Self::usage(format!("invalid value '{value}' for '{flag}': {reason}"))
    }

    /// Reports a file that cannot be used; `verb` is what was tried, such as "read".
    pub(crate) fn file(verb: &str, path: &Path, error: &io::Error) -> Self {
        Self::usage(format!("cannot {verb} '{}': {}", path.display(), io_reason(error)))
    }

    /// Refuses the input of an operation.
    pub(crate) fn input(operation: &str, error: &EncodeError) -> Self {
        // The reasons of serde have no verb.
        let reason = error.to_string().replace("` invalid ", "` has an invalid ");
        Self::usage(format!("{operation}: {reason}"))
    }

    /// Returns whether a failed call may have been carried out: it was sent, and no response says that it was
    /// refused. A server error may be that of a proxy.
    pub(crate) fn may_be_done(error: &Error) -> bool {
        let is_refusal = |status: StatusCode| {
            !(status.is_success()
                || status.is_server_error()
                || status == StatusCode::REQUEST_TIMEOUT)
        };
        !error.status().is_some_and(is_refusal) && error.may_have_been_sent()
    }

    /// Creates the failure of a call without the advice to check whether it was carried out.
    pub(crate) fn without_hint(error: &Error) -> Self {
        Self::new(Status::of_call(error), one_line(error))
    }

    /// Ends a run whose failures have been printed.
    pub(crate) fn reported(status: Status) -> Self {
        Self::new(status, "")
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let status = Status::of_call(&error);
        match error.find::<AuthError>() {
            Some(why) => Self::new(status, why.to_string()),
            None => Self::new(status, one_line(&error) + &hint(&error)),
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
        let status = Status::of_transfer(&error);
        let why = error.api().and_then(|api| api.find::<AuthError>());
        match why {
            Some(why) => Self::new(status, why.to_string()),
            None => {
                Self::new(status, one_line(&error) + &error.api().map(hint).unwrap_or_default())
            }
        }
    }
}

impl From<ArchiveError> for Failure {
    fn from(error: ArchiveError) -> Self {
        let status = match (error.kind(), error.api(), error.as_transfer()) {
            (_, Some(api), _) => Status::of_call(api),
            (_, None, Some(transfer)) => Status::of_transfer(transfer),
            (ArchiveErrorKind::NotAnArchive | ArchiveErrorKind::Destination, ..) => Status::Usage,
            _ => Status::Other,
        };
        Self::new(status, one_line(&error))
    }
}

/// Returns what the error of a call does not say: who responded, and whether the call had an effect.
fn hint(error: &Error) -> String {
    // The API sends neither redirects nor pages.
    let is_redirect = error.status().is_some_and(|status| status.is_redirection());
    if is_redirect || is_page(error) {
        return "; a proxy or another server responded: `frameio doctor` checks the network"
            .to_owned();
    }
    let operation = Operation::all().find(|it| Some(it.id) == error.operation());
    match operation.filter(|it| !it.idempotent && Failure::may_be_done(error)) {
        None => String::new(),
        Some(operation) => {
            let check = match list_of(operation) {
                Some(list) => format!("`frameio call {}` shows what exists", list.id),
                None => "check before you repeat it".to_owned(),
            };
            format!("; the request may have been carried out: {check}")
        }
    }
}

/// Returns the operation that lists what another one creates.
fn list_of(operation: &Operation) -> Option<&'static Operation> {
    let (resource, _) = operation.id.rsplit_once('.')?;
    let lists = ["index", "list"].map(|verb| format!("{resource}.{verb}"));
    Operation::all().find(|it| lists.iter().any(|list| it.id == list))
}

fn is_page(error: &Error) -> bool {
    !error.body().is_empty() && frameio::endpoint::describe_body(None, error.body()) == "HTML page"
}

/// Words a reason of the operating system as [`io_reason`] does: without its number, and in lower case.
fn without_code(mut message: String) -> String {
    const CODE: &str = " (os error ";
    while let Some(at) = message.find(CODE) {
        let end = message
            .get(at..)
            .and_then(|rest| rest.find(')'))
            .map_or(message.len(), |end| at + end + 1);
        message.replace_range(at..end, "");
        let start =
            message.get(..at).and_then(|before| before.rfind(": ")).map_or(0, |colon| colon + 2);
        if let Some(first) = message.get(start..start + 1) {
            let first = first.to_ascii_lowercase();
            message.replace_range(start..start + 1, &first);
        }
    }
    message
}

/// Joins the lines of an error message, because texts of the service may have several.
fn one_line(error: &impl Display) -> String {
    let text = error.to_string();
    // Names keep their blanks, so that they can be used as they are shown.
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_of_the_system_have_no_number() {
        for (message, expected) in [
            (
                "cannot connect to a:9: Connection refused (os error 111) (3 attempts)",
                "cannot connect to a:9: connection refused (3 attempts)",
            ),
            ("No such file (os error 2)", "no such file"),
            ("Ä (os error 2", "Ä"),
            ("unchanged: Yes", "unchanged: Yes"),
        ] {
            assert_eq!(Failure::usage(message).message, expected);
        }
    }

    #[test]
    fn messages_have_one_line_and_names_keep_their_blanks() {
        for (text, expected) in [
            ("no such file; available: '  two  '", "no such file; available: '  two  '"),
            ("available: 'cr\rover'", "available: 'cr\rover'"),
            ("one\n\n  two\r\nthree\n", "one two three"),
        ] {
            assert_eq!(one_line(&text), expected);
        }
    }

    #[test]
    fn failures_of_one_kind_keep_their_status() {
        let all = |statuses: &[Status]| {
            statuses.iter().fold(None, |before, &status| Some(Status::common(before, status)))
        };
        assert_eq!(all(&[]), None);
        assert_eq!(all(&[Status::NoResponse; 3]), Some(Status::NoResponse));
        assert_eq!(all(&[Status::NoResponse, Status::Forbidden]), Some(Status::Other));
        let mixed = [Status::Forbidden, Status::NoResponse, Status::Forbidden, Status::Forbidden];
        assert_eq!(all(&mixed), Some(Status::Other));
    }
}
