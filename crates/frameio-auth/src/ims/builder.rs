//! Builder of the IMS client.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use frameio_core::{clean_text, is_secure};
use frameio_tower::{
    BuildError, BuildErrorKind, DefaultStack, HttpService, InvalidBaseUri, RetryLayer, Transport,
    base_uri,
};
use http::header::{ACCEPT, HeaderMap, HeaderValue, USER_AGENT};
use jiff::Timestamp;
use tower::Layer;

use super::{Clock, Ims, Shared};
use crate::credential::Credential;
use crate::redirect;
use crate::retry::Retries;

/// Maximum size of a response. Tokens have a few thousand bytes.
const MAX_RESPONSE: usize = 256 << 10;

/// Builder of an [`Ims`].
///
/// | setting | default |
/// |---|---|
/// | base URL | `https://ims-na1.adobelogin.com` |
/// | timeout of an attempt, including the body | 30 s |
/// | retries | 2 after 429, and 2 after 500, 502, 503, 504 or no response |
/// | delay before a retry | 1 s, 2 s, 5 s, 10 s, or `Retry-After` if that is longer; no retry if it is more than 60 s |
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

    /// Sets the base URL: `https`, or `http` on the loopback.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Cow::Owned(url.into());
        self
    }

    /// Sets the time limit of each attempt, including the body of the response. Default: 30 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the maximum number of retries after a 429, and separately after failures. Default: 2.
    pub fn max_retries(mut self, max_retries: u32) -> Self {
        self.max_retries = max_retries;
        self
    }

    /// Sends requests through a custom service: a `HyperTransport` with other settings, another HTTP
    /// client, or the simulator.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(HttpService::new(transport));
        self
    }

    /// Sets the clock that determines whether tokens have expired, for tests. Default: the system clock.
    pub fn clock(mut self, now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(now);
        self
    }

    /// Builds the client. Requires no runtime, opens no connection and starts no task.
    ///
    /// # Errors
    /// Fails if the base URL, the client ID, the secret or the redirect URI is invalid, or if there is
    /// no transport.
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
            redirect::check(redirect_uri, self.credential.kind).map_err(|reason| {
                let message = format!("invalid redirect URI: {reason}");
                BuildError::new(BuildErrorKind::Credential, message)
            })?;
        }
        let http = match &self.transport {
            Some(transport) => stack.layer(transport.clone()),
            #[cfg(feature = "transport")]
            None => stack.layer(frameio_transport::HyperTransport::builder().build()),
            #[cfg(not(feature = "transport"))]
            None => {
                let message = "no transport: call `transport()` or enable the feature `transport`";
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
        // The URL is not quoted: it may contain a password.
        let refused = |reason: &str| {
            BuildError::new(BuildErrorKind::BaseUrl, format!("invalid IMS URL: {reason}"))
        };
        let invalid = |error: InvalidBaseUri| refused(error.reason()).caused_by(error);
        let uri = base_uri::parse(base).map_err(invalid)?;
        let secure = is_secure(&uri);
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(
            USER_AGENT,
            HeaderValue::from_static(concat!("frameio-rust/", env!("CARGO_PKG_VERSION"))),
        );
        let stack = DefaultStack::new(uri)
            .map_err(invalid)?
            .headers(headers)
            .rate_limit(None)
            .retry_layer(RetryLayer::from_tower(Retries::new(self.max_retries)).policy_emits())
            .timeout(self.timeout)
            .response_limit(MAX_RESPONSE);
        if secure {
            return Ok(stack);
        }
        Err(refused("use https://; http:// is accepted for this machine only"))
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
    fn names_the_setting_with_a_control_character() {
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
    fn refuses_invalid_urls_and_credentials() {
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
