//! What a profile has that nobody else may see: a file of its own, which only its owner can read.

use std::io::ErrorKind;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::exit::{Failure, Status};
use crate::profile;

/// The secrets of a profile; the tokens of a session are in a file of the session.
#[derive(Default, Deserialize, Serialize)]
pub(super) struct Secrets {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) client_secret: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) token: Option<String>,
}

fn file(profile: &str) -> Result<PathBuf, Failure> {
    Ok(profile::directory()?.join("secrets").join(format!("{profile}.json")))
}

impl Secrets {
    pub(super) fn load(profile: &str) -> Result<Self, Failure> {
        let file = file(profile)?;
        match std::fs::read(&file) {
            // The error of JSON may show what it found.
            Ok(json) => serde_json::from_slice(&json)
                .map_err(|_| Failure::usage(file.display(), "is damaged: sign in again")),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(Failure::usage(file.display(), error)),
        }
    }

    pub(super) fn save(&self, profile: &str) -> Result<(), Failure> {
        let file = file(profile)?;
        if self.client_secret.is_none() && self.token.is_none() {
            return Self::remove(profile);
        }
        let failed = |error: std::io::Error| {
            Failure::new(Status::Other, format!("{}: {error}", file.display()))
        };
        let json = serde_json::to_vec(self).map_err(|error| failed(error.into()))?;
        profile::replace(&file, &json).map_err(failed)
    }

    pub(super) fn remove(profile: &str) -> Result<(), Failure> {
        let file = file(profile)?;
        match std::fs::remove_file(&file) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(Failure::usage(file.display(), error))
            }
            _ => Ok(()),
        }
    }
}
