//! Credentials from the environment or from the sign-in of a profile.

use frameio_tower::Token;

use super::directory::ProfileDirectory;
use super::error::ProfileError;
use super::profiles::{Profile, SignIn};
use super::services::Services;
use super::variables::{Lookup, variable};
use super::vault::Vault;
use crate::credential::Credential;

/// Credentials that authenticate calls.
#[derive(Debug)]
#[allow(clippy::exhaustive_enums, reason = "every kind has to be handled")]
pub enum ProfileCredentials {
    /// Fixed token.
    Token(Token),
    /// App whose tokens are kept in memory.
    App(Credential),
    /// App whose tokens are saved with the profile; see [`Vault::session`].
    SavedApp(Credential, Vault),
}

impl ProfileCredentials {
    /// Returns the credentials in the variables: `FRAMEIO_TOKEN`, or else `FRAMEIO_CLIENT_ID` with
    /// `FRAMEIO_CLIENT_SECRET`.
    ///
    /// # Errors
    /// Fails if a variable contains a control character or is not UTF-8.
    pub fn from_environment(variables: &Lookup<'_>) -> Result<Option<Self>, ProfileError> {
        if let Some(token) = variable(variables, "FRAMEIO_TOKEN")? {
            return Ok(Some(Self::Token(Token::from(token))));
        }
        let id = variable(variables, "FRAMEIO_CLIENT_ID")?;
        let app = id.zip(variable(variables, "FRAMEIO_CLIENT_SECRET")?);
        Ok(app.map(|(id, secret)| Self::App(Credential::server_to_server(id, secret))))
    }

    /// Returns what is missing if only one of `FRAMEIO_CLIENT_ID` and `FRAMEIO_CLIENT_SECRET` is set.
    pub(super) fn missing_half(variables: &Lookup<'_>) -> Option<&'static str> {
        let is_set = |name| variable(variables, name).ok().flatten().is_some();
        match (is_set("FRAMEIO_CLIENT_ID"), is_set("FRAMEIO_CLIENT_SECRET")) {
            (true, false) => Some("FRAMEIO_CLIENT_ID is set, but FRAMEIO_CLIENT_SECRET is not"),
            (false, true) => Some("FRAMEIO_CLIENT_SECRET is set, but FRAMEIO_CLIENT_ID is not"),
            _ => None,
        }
    }

    /// Returns the credentials of the sign-in of a profile.
    ///
    /// # Errors
    /// Fails if the profile is not signed in, if the sign-in was made for other services, or if the
    /// secrets cannot be read.
    pub fn from_profile(
        directory: &ProfileDirectory,
        name: &str,
        profile: &Profile,
        services: &Services,
    ) -> Result<Self, ProfileError> {
        let Some(sign_in) = &profile.sign_in else {
            let message = "not signed in: run `frameio login`, or set FRAMEIO_TOKEN";
            return Err(ProfileError::signed_out(message));
        };
        let vault = Vault::new(directory, profile.storage, name);
        let secrets = vault.secrets()?.ok_or_else(ProfileError::missing_secrets)?;
        if let SignIn::Token = sign_in {
            secrets.services.check_api(services, name)?;
            let token = secrets.token.ok_or_else(ProfileError::missing_secrets)?;
            return Ok(Self::Token(Token::new(token)));
        }
        secrets.services.check(services, name)?;
        Ok(Self::SavedApp(sign_in.credential(secrets.client_secret)?, vault))
    }
}
