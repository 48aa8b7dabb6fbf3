//! Serialized form of the credentials and their grants.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Ims;
use super::credential::{Credential, SavedCredential};
use super::grants::{Access, Code, Grant, Grants};
use super::vault::{Saved, Vault};
use crate::response::Problem;
use crate::state::Table;

/// Serialized state of IMS. It contains only digests of tokens and codes.
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
    /// Validates the state.
    pub(crate) fn check(&self, users: &Table) -> Result<(), Problem> {
        for (index, saved) in self.credentials.iter().flatten().enumerate() {
            Credential::restored(saved.clone())
                .map_err(|wrong| Problem::at(format!("/ims/credentials/{index}"), wrong))?;
        }
        let grants = |name, grants: Vec<&Grant>| {
            let users_of = grants.into_iter().map(|grant| &grant.user_id).enumerate();
            let mut lost = users_of.filter(|(_, user)| !users.contains_key(*user));
            lost.next().map_or(Ok(()), |(index, user)| {
                let pointer = format!("/ims/{name}/{index}/for");
                Err(Problem::missing_reference(pointer, user, &["state.users"]))
            })
        };
        grants("codes", self.codes.iter().map(|it| &it.value.grant).collect())?;
        grants("access_tokens", self.access_tokens.iter().map(|it| &it.value.grant).collect())?;
        grants("refresh_tokens", self.refresh_tokens.iter().map(|it| &it.value).collect())?;
        let detail = "invalid 'sha256': expected a SHA-256 digest in base64url";
        self.restored().map(drop).ok_or_else(|| Problem::at("/ims", detail))
    }

    /// Returns the grants, or none if the state is [invalid](Self::check).
    pub(super) fn grants(&self) -> Grants {
        self.restored().unwrap_or_default()
    }

    /// Returns the credentials, if any were saved.
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
        let grants = &self.grants;
        SavedIms {
            credentials: Some(self.credentials.iter().map(Credential::saved).collect()),
            codes: grants.codes.saved(Clone::clone),
            access_tokens: grants.access.saved(|access| Access::clone(access)),
            refresh_tokens: grants.refresh.saved(Clone::clone),
        }
    }
}
