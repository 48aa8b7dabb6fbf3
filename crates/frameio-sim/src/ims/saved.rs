//! What is saved of IMS: the credentials, and what was granted to them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::credential::{Credential, SavedCredential};
use super::grants::{Access, Code, Grant, Grants};
use super::vault::{Saved, Vault};
use super::{Ims, lock};

/// Of the secrets that were given out only the digests are known.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SavedIms {
    #[serde(skip_serializing_if = "Option::is_none")]
    credentials: Option<Vec<SavedCredential>>,
    codes: Vec<Saved<Code>>,
    access_tokens: Vec<Saved<Access>>,
    refresh_tokens: Vec<Saved<Grant>>,
}

impl SavedIms {
    /// What is wrong with it, if something is.
    pub(crate) fn check(&self) -> Result<(), String> {
        for saved in self.credentials.iter().flatten() {
            Credential::restored(saved.clone()).map_err(|wrong| format!("credentials: {wrong}"))?;
        }
        let grants = self.restored();
        grants.map(drop).ok_or_else(|| "`sha256` is no SHA-256 in base64url".to_owned())
    }

    /// What was granted; nothing where it is [wrong](Self::check).
    pub(super) fn grants(&self) -> Grants {
        self.restored().unwrap_or_default()
    }

    /// The credentials, where they were saved.
    pub(super) fn credentials(&self) -> Option<Vec<Credential>> {
        let saved = self.credentials.as_ref()?.iter();
        Some(saved.filter_map(|saved| Credential::restored(saved.clone()).ok()).collect())
    }

    fn restored(&self) -> Option<Grants> {
        Some(Grants {
            codes: Vault::restored(self.codes.clone(), |code| code)?,
            access: Vault::restored(self.access_tokens.clone(), Arc::new)?,
            refresh: Vault::restored(self.refresh_tokens.clone(), |grant| grant)?,
        })
    }
}

impl Ims {
    pub(crate) fn saved(&self) -> SavedIms {
        let grants = lock(&self.grants);
        SavedIms {
            credentials: Some(self.credentials.iter().map(Credential::saved).collect()),
            codes: grants.codes.saved(Clone::clone),
            access_tokens: grants.access.saved(|access| Access::clone(access)),
            refresh_tokens: grants.refresh.saved(Clone::clone),
        }
    }
}
