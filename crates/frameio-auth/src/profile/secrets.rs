//! Secrets of a profile.

use frameio_core::{Secret, trim_byte_order_mark};
use serde::{Deserialize, Serialize};

use super::services::Services;

/// Secrets of a profile, except for the tokens of a session, which its store saves.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct ProfileSecrets {
    /// Services to which the secrets and the tokens of the profile may be sent.
    pub services: Services,
    /// Client secret of the app that signed in, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<Secret>,
    /// Fixed token, for [`SignIn::Token`](super::SignIn::Token).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Secret>,
}

impl ProfileSecrets {
    /// Creates an empty set of secrets for these services.
    pub const fn new(services: Services) -> Self {
        Self { services, client_secret: None, token: None }
    }

    /// Reads the JSON of a vault. Omits the error of serde_json, which could quote a secret.
    pub(super) fn from_json(json: &[u8]) -> Option<Self> {
        serde_json::from_slice(trim_byte_order_mark(json)).ok()
    }

    pub(super) fn to_json(&self) -> Result<Secret, serde_json::Error> {
        serde_json::to_string(self).map(Secret::from)
    }
}
