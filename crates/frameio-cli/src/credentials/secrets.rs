//! Secrets of a profile, in a file that only its owner can read.

use std::io::ErrorKind;

use serde::{Deserialize, Serialize};

use crate::config;
use crate::exit::{Failure, Status};

/// Secrets of a profile. The tokens of a session are in a file of the session.
#[derive(Default, Deserialize, Serialize)]
pub(crate) struct ProfileSecrets {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) client_secret: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<String>,
}

impl ProfileSecrets {
    /// Reads the secrets; without a file, there are none.
    pub(crate) fn load(profile: &str) -> Result<Self, Failure> {
        let file = config::secrets(profile)?;
        match std::fs::read(&file) {
            // The error of serde_json can quote the content.
            Ok(json) => serde_json::from_slice(&json)
                .map_err(|_| Failure::usage(file.display(), "is damaged: sign in again")),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(Failure::usage(file.display(), error)),
        }
    }

    /// Replaces the file, or removes it if there are no secrets.
    pub(crate) fn save(&self, profile: &str) -> Result<(), Failure> {
        if self.client_secret.is_none() && self.token.is_none() {
            return Self::remove(profile);
        }
        let file = config::secrets(profile)?;
        let failed = |error: std::io::Error| {
            Failure::new(Status::Other, format!("{}: {error}", file.display()))
        };
        let mut json = serde_json::to_vec(self).map_err(|error| failed(error.into()))?;
        json.push(b'\n');
        frameio_private_file::write(&file, &json).map_err(failed)
    }

    /// Removes the file, if there is one.
    pub(crate) fn remove(profile: &str) -> Result<(), Failure> {
        let file = config::secrets(profile)?;
        match std::fs::remove_file(&file) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(Failure::usage(file.display(), error))
            }
            _ => Ok(()),
        }
    }
}
