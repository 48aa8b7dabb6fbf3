//! Services that credentials are made for.

use frameio_core::{Origin, is_loopback};
use http::Uri;
use serde::{Deserialize, Serialize};

use super::error::ProfileError;

/// URL of the public service.
const API: &str = "https://api.frame.io";
/// URL of Adobe's sign-in service.
const IMS: &str = "https://ims-na1.adobelogin.com";

/// URLs of the API and of the sign-in service.
///
/// They are saved with the secrets of a profile, which are sent only to these URLs.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Services {
    /// URL of the API.
    pub api_url: String,
    /// URL of the sign-in service.
    pub ims_url: String,
}

impl Services {
    /// Returns these URLs, or those of the public service. The sign-in URL of a local simulator defaults
    /// to its API URL.
    pub fn new(api_url: Option<&str>, ims_url: Option<&str>) -> Self {
        let api_url = api_url.unwrap_or(API);
        let local = is_local(api_url).then_some(api_url);
        let ims_url = ims_url.or(local).unwrap_or(IMS);
        Self { api_url: api_url.to_owned(), ims_url: ims_url.to_owned() }
    }

    /// Fails if the sign-in of a profile was made for other services than `used`.
    pub(super) fn check(&self, used: &Self, profile: &str) -> Result<(), ProfileError> {
        self.check_api(used, profile)?;
        check("from", &self.ims_url, &used.ims_url, profile)
    }

    /// Fails if a saved token was made for another API than that of `used`.
    pub(super) fn check_api(&self, used: &Self, profile: &str) -> Result<(), ProfileError> {
        check("for", &self.api_url, &used.api_url, profile)
    }
}

fn check(relation: &str, own: &str, used: &str, profile: &str) -> Result<(), ProfileError> {
    let is_same = match (own.parse::<Uri>(), used.parse::<Uri>()) {
        (Ok(own), Ok(used)) => Origin::of(&own).covers(&used),
        _ => false,
    };
    if is_same {
        return Ok(());
    }
    Err(ProfileError::signed_out(format!(
        "the sign-in of profile '{profile}' is {relation} {own}, not {relation} {used}: set \
         FRAMEIO_TOKEN, or sign in to it with `frameio login --profile NAME`"
    )))
}

/// Returns whether a URL is plain HTTP on the loopback, such as that of a local simulator.
pub fn is_local(url: &str) -> bool {
    let uri: Result<Uri, _> = url.parse();
    uri.is_ok_and(|uri| uri.scheme_str() == Some("http") && uri.host().is_some_and(is_loopback))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_http_on_the_loopback_is_local() {
        for url in ["http://127.0.0.1", "http://localhost:1", "http://[::1]:1/v4"] {
            assert!(is_local(url), "{url}");
        }
        for url in
            ["https://127.0.0.1", "http://localhost.example", "http://127.0.0.1:1@example.com/", ""]
        {
            assert!(!is_local(url), "{url}");
        }
    }
}
