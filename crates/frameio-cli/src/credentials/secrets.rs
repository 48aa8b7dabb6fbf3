//! Secrets of a profile.

use frameio::Secret;
use frameio::endpoint::trim_byte_order_mark;
use serde::{Deserialize, Serialize};

use super::Services;

/// Secrets of a profile, apart from the tokens of a session, which the session keeps.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct ProfileSecrets {
    /// Services to which the secrets and the tokens of the profile may be sent.
    pub(crate) services: Services,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) client_secret: Option<Secret>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<Secret>,
}

impl ProfileSecrets {
    /// Reads the JSON of a vault. The error of serde_json is left out, as it can quote the content.
    pub(super) fn from_json(json: &[u8]) -> Option<Self> {
        serde_json::from_slice(trim_byte_order_mark(json)).ok()
    }

    pub(super) fn to_json(&self) -> Result<Secret, serde_json::Error> {
        serde_json::to_string(self).map(Secret::from)
    }
}
