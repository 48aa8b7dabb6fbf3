//! Errors of the storage, in the XML format of S3.

use std::borrow::Cow;
use std::io;

use frameio_core::Body;
use http::header::HeaderValue;
use http::{Response, StatusCode};

use super::content;

/// Error response of the storage.
#[derive(Debug)]
pub(crate) struct StorageError {
    status: StatusCode,
    code: &'static str,
    /// Text without characters that XML requires to be escaped.
    message: Cow<'static, str>,
}

impl StorageError {
    pub(crate) const METHOD: Self =
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", "The method is not allowed.");
    pub(crate) const SIGNATURE: Self = Self::new(
        StatusCode::FORBIDDEN,
        "SignatureDoesNotMatch",
        "The request differs from the signed one.",
    );
    pub(crate) const UNSIGNED: Self =
        Self::new(StatusCode::FORBIDDEN, "AccessDenied", "The URL is not signed.");
    pub(crate) const EXPIRED: Self =
        Self::new(StatusCode::FORBIDDEN, "AccessDenied", "The URL has expired.");
    pub(crate) const TWO_CREDENTIALS: Self = Self::new(
        StatusCode::BAD_REQUEST,
        "InvalidArgument",
        "Only one auth mechanism allowed: the URL is signed, and a token was sent.",
    );

    pub(crate) const fn new(status: StatusCode, code: &'static str, message: &'static str) -> Self {
        Self { status, code, message: Cow::Borrowed(message) }
    }

    /// Reports an error of the simulator's own disk.
    pub(crate) fn of_disk(error: &io::Error) -> Self {
        let why = match error.get_ref() {
            Some(own) => own.to_string(),
            None => error.kind().to_string(),
        };
        let message = format!("The storage of the simulator failed: {why}.");
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            code: "InternalError",
            message: message.into(),
        }
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        let Self { status, code, message } = self;
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <Error><Code>{code}</Code><Message>{message}</Message></Error>"
        );
        content(status, HeaderValue::from_static("application/xml"), body)
    }
}
