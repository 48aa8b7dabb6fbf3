//! The services that credentials are made for, and how they are reached.

use std::time::Duration;

use frameio::auth::{Credential, Ims};
use frameio::endpoint::Origin;
use http::Uri;
use serde::{Deserialize, Serialize};

use crate::exit::{Failure, Status};

/// The URLs at which a run calls and signs in.
///
/// They are saved with the secrets of a profile, which are sent nowhere else.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Services {
    pub(crate) api_url: String,
    pub(crate) ims_url: String,
}

/// How a run signs in.
#[derive(Clone, Debug)]
pub(crate) struct SignInSettings {
    pub(crate) services: Services,
    pub(crate) timeout: Option<Duration>,
    pub(crate) max_retries: Option<u32>,
}

impl Services {
    /// Refuses to use the sign-in of a profile at other services than it was made for.
    pub(crate) fn check(&self, used: &Self, profile: &str) -> Result<(), Failure> {
        check("is for", &self.api_url, &used.api_url, profile)?;
        check("is from", &self.ims_url, &used.ims_url, profile)
    }

    /// Refuses to send a saved token to another API than it was saved for.
    pub(crate) fn check_api(&self, used: &Self, profile: &str) -> Result<(), Failure> {
        check("is for", &self.api_url, &used.api_url, profile)
    }
}

fn check(relation: &str, own: &str, used: &str, profile: &str) -> Result<(), Failure> {
    let is_same = match (own.parse::<Uri>(), used.parse::<Uri>()) {
        (Ok(own), Ok(used)) => Origin::of(&own).covers(&used),
        _ => false,
    };
    if is_same {
        return Ok(());
    }
    let message = format!(
        "the sign-in of profile '{profile}' {relation} {own} and is not sent to {used}: set \
         FRAMEIO_TOKEN, or sign in there with `frameio login --profile NAME`"
    );
    Err(Failure::new(Status::SignedOut, message))
}

impl SignInSettings {
    /// Creates a client of the sign-in service.
    pub(crate) fn ims(&self, credential: Credential) -> Result<Ims, Failure> {
        let mut builder = Ims::builder(credential).base_url(&self.services.ims_url);
        if let Some(timeout) = self.timeout {
            builder = builder.timeout(timeout);
        }
        if let Some(max_retries) = self.max_retries {
            builder = builder.max_retries(max_retries);
        }
        builder.build().map_err(|error| Failure::new(Status::Usage, error.to_string()))
    }
}
