//! The settings of the way to IMS, and its stack.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use frameio_core::{clean_text, is_secure};
use frameio_tower::{BuildError, BuildErrorKind, DefaultStack, HttpService, RetryLayer, Transport};
use http::Uri;
use http::header::{ACCEPT, HeaderMap, HeaderValue, USER_AGENT};
use jiff::Timestamp;
use tower::Layer;

use super::{Clock, Ims, Shared};
use crate::credential::Credential;
use crate::redirect;
use crate::retry::Retries;

/// Tokens are a few thousand bytes.
const LARGEST_RESPONSE: usize = 256 << 10;

/// The settings of an [`Ims`].
///
/// | setting | default |
/// |---|---|
/// | base URL | `https://ims-na1.adobelogin.com` |
/// | timeout of an attempt, body included | 30 s |
/// | retries | 2 of 429, and 2 of 500, 502, 503, 504 and of requests without a response |
/// | wait before a retry | `Retry-After` up to 60 s, else 1 s, 2 s, 5 s, 10 s |
/// | transport | `HyperTransport` with the feature `transport`, otherwise required |
#[derive(Clone)]
#[must_use]
pub struct ImsBuilder {
    credential: Credential,
    base_url: Cow<'static, str>,
    timeout: Duration,
    max_retries: u32,
    transport: Option<HttpService>,
    clock: Clock,
}

impl ImsBuilder {
    pub(super) fn new(credential: Credential) -> Self {
        Self {
            credential,
            base_url: Cow::Borrowed("https://ims-na1.adobelogin.com"),
            timeout: Duration::from_secs(30),
            max_retries: 2,
            transport: None,
            clock: Arc::new(Timestamp::now),
        }
    }

    /// Signs in at another base URL: `https`, or `http` on the loopback.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Cow::Owned(url.into());
        self
    }

    /// Limits each attempt, from sending to the last byte of the response. Default: 30 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets how many attempts may follow after a 429, and how many after failures. Default: 2.
    pub fn max_retries(mut self, max_retries: u32) -> Self {
        self.max_retries = max_retries;
        self
    }

    /// Sends through a custom service: a `HyperTransport` with other settings, another HTTP client,
    /// or a local IMS.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(HttpService::new(transport));
        self
    }

    /// Takes the time from another clock than the system's, as tests do that move it by hand.
    pub fn clock(mut self, now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(now);
        self
    }

    /// Makes the way to IMS. Needs no runtime, opens no connection and starts no task.
    ///
    /// # Errors
    /// When the base URL, the client ID or the redirect URI cannot be used.
    pub fn build(&self) -> Result<Ims, BuildError> {
        let base =
            checked(BuildErrorKind::BaseUrl, "IMS URL", &self.base_url)?.trim_end_matches('/');
        let stack = self.stack(base)?;
        let credential = |name, text| checked(BuildErrorKind::Credential, name, text);
        credential("client ID", &self.credential.client_id)?;
        if let Some(secret) = self.credential.secret() {
            credential("client secret", secret)?;
        }
        if let Some(redirect_uri) = &self.credential.redirect_uri {
            redirect::check(redirect_uri, self.credential.kind).map_err(|why| {
                let message = format!("the redirect URI cannot be used: {why}");
                BuildError::new(BuildErrorKind::Credential, message)
            })?;
        }
        let http = match &self.transport {
            Some(transport) => stack.layer(transport.clone()),
            #[cfg(feature = "transport")]
            None => stack.layer(frameio_transport::HyperTransport::builder().build()),
            #[cfg(not(feature = "transport"))]
            None => {
                let message = "IMS needs a transport: call `transport()`";
                return Err(BuildError::new(BuildErrorKind::Other, message));
            }
        };
        Ok(Ims(Arc::new(Shared {
            base: base.to_owned(),
            credential: self.credential.clone(),
            http,
            clock: self.clock.clone(),
        })))
    }

    /// Configures the layers: no token, no quota, and the retries of IMS.
    fn stack(&self, base: &str) -> Result<DefaultStack, BuildError> {
        let refused = |message: String| BuildError::new(BuildErrorKind::BaseUrl, message);
        let uri: Uri = base.parse().map_err(|error| {
            refused(format!("the IMS URL is not a URL: {error}")).caused_by(error)
        })?;
        let secure = is_secure(&uri);
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(
            USER_AGENT,
            HeaderValue::from_static(concat!("frameio-rust/", env!("CARGO_PKG_VERSION"))),
        );
        let stack = DefaultStack::new(uri)
            .map_err(|error| refused(format!("the IMS URL cannot be used: {error}")))?
            .headers(headers)
            .rate_limit(None)
            .retry_layer(RetryLayer::from_tower(Retries::new(self.max_retries)))
            .timeout(self.timeout)
            .response_limit(LARGEST_RESPONSE);
        if secure {
            return Ok(stack);
        }
        Err(refused("the IMS URL must be https://, or http:// on this machine".to_owned()))
    }
}

/// Returns a setting without surrounding whitespace.
fn checked<'a>(kind: BuildErrorKind, name: &str, text: &'a str) -> Result<&'a str, BuildError> {
    clean_text(text).map_err(|error| BuildError::new(kind, format!("the {name} {error}")))
}

impl fmt::Debug for ImsBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImsBuilder")
            .field("credential", &self.credential)
            .field("base_url", &self.base_url)
            .field("timeout", &self.timeout)
            .field("max_retries", &self.max_retries)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_control_characters_by_the_name_of_the_setting() {
        let error = |builder: ImsBuilder| builder.build().unwrap_err().to_string();
        let server =
            |id: &str, secret: &str| ImsBuilder::new(Credential::server_to_server(id, secret));
        assert_eq!(error(server("a\nb", "s")), "the client ID contains a line break");
        assert_eq!(
            error(server("app", "canary\0b")),
            "the client secret contains the control character U+0000"
        );
        assert_eq!(error(server("app", " \n")), "the client secret is empty");
        let url = server("app", "s").base_url("https://ims.example\n/x");
        assert_eq!(error(url), "the IMS URL contains a line break");
    }

    #[test]
    fn removes_the_whitespace_around_settings() {
        let credential = Credential::web(" app\n", "\u{feff}s3cret\r\n", "https://a.example/\n");
        let ims = ImsBuilder::new(credential).base_url(" https://ims.example/\n").build().unwrap();
        let url = ims.authorization().unwrap().url().to_owned();
        assert!(url.starts_with("https://ims.example/ims/authorize/v2?client_id=app&"), "{url}");
        assert!(url.contains("redirect_uri=https%3A%2F%2Fa.example%2F&"), "{url}");
        assert_eq!(ims.credential().secret(), Some("s3cret"));
    }

    #[test]
    fn what_cannot_be_used_is_refused() {
        let server = || Credential::server_to_server("app", "s3cret");
        for url in [
            "http://ims.example",
            "ims.example",
            "/ims",
            "https://me:pass@ims.example",
            "https://ims.example/?x",
            "",
        ] {
            let builder = ImsBuilder::new(server()).base_url(url);
            assert!(builder.build().is_err(), "{url}");
        }
        for url in ["http://127.0.0.1:1/", "https://ims.example/prefix/"] {
            assert!(ImsBuilder::new(server()).base_url(url).build().is_ok(), "{url}");
        }
        for credential in [
            Credential::server_to_server("", "s3cret"),
            Credential::server_to_server("app", ""),
            Credential::web("app", "s3cret", "http://app.example/"),
            Credential::single_page("app", "adobe+0a1b://adobeid/app"),
        ] {
            let error = ImsBuilder::new(credential).build().unwrap_err();
            assert!(!format!("{error} {error:?}").contains("s3cret"));
        }
    }
}
