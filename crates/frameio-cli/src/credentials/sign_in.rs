//! Settings for sign-in requests.

use std::time::Duration;

use frameio::auth::profile::Services;
use frameio::auth::{Credential, Ims};

use crate::exit::Failure;

/// Settings for sign-in requests.
#[derive(Clone, Debug)]
pub(crate) struct SignInSettings {
    pub(crate) services: Services,
    pub(crate) timeout: Option<Duration>,
    pub(crate) max_retries: Option<u32>,
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
        builder.build().map_err(|error| Failure::usage(error.to_string()))
    }
}
