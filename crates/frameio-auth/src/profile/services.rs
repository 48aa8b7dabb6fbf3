//! The services that credentials are made for.

use frameio_core::{Origin, is_loopback};
use http::Uri;
use serde::{Deserialize, Serialize};

use super::error::ProfileError;

/// URL of the public service.
const API: &str = "https://api.frame.io";
/// URL of Adobe's sign-in service.
const IMS: &str = "https://ims-na1.adobelogin.com";

/// The URLs at which a program calls and signs in.
///
/// They are saved with the secrets of a profile, which are sent nowhere else.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Services {
    /// URL of the API.
    pub api_url: String,
    /// URL of the sign-in service.
    pub ims_url: String,
}

impl Services {
    /// Returns these URLs, or the public ones. A local Frame.io signs in itself.
    pub fn new(api_url: Option<&str>, ims_url: Option<&str>) -> Self {
        let api_url = api_url.unwrap_or(API);
        let local = is_local(api_url).then_some(api_url);
        let ims_url = ims_url.or(local).unwrap_or(IMS);
        Self { api_url: api_url.to_owned(), ims_url: ims_url.to_owned() }
    }

    /// Refuses to use the sign-in of a profile at other services than it was made for.
    pub(super) fn check(&self, used: &Self, profile: &str) -> Result<(), ProfileError> {
        self.check_api(used, profile)?;
        check("is from", &self.ims_url, &used.ims_url, profile)
    }

    /// Refuses to send a saved token to another API than it was saved for.
    pub(super) fn check_api(&self, used: &Self, profile: &str) -> Result<(), ProfileError> {
        check("is for", &self.api_url, &used.api_url, profile)
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
        "the sign-in of profile '{profile}' {relation} {own} and is not sent to {used}: set \
         FRAMEIO_TOKEN, or sign in there with `frameio login --profile NAME`"
    )))
}

/// Returns whether a URL is plain HTTP to this machine, as that of a local simulator.
pub fn is_local(url: &str) -> bool {
    let uri: Result<Uri, _> = url.parse();
    uri.is_ok_and(|uri| uri.scheme_str() == Some("http") && uri.host().is_some_and(is_loopback))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_http_to_the_loopback_is_local() {
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
