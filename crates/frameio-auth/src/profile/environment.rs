//! What the environment and the profile say about calls.

use super::credentials::ProfileCredentials;
use super::directory::ProfileDirectory;
use super::error::ProfileError;
use super::profiles::{ChosenProfile, ProfileChoice};
use super::services::Services;
use super::variables::{Lookup, variable};

/// Settings of the environment, and of the profile where a variable is not set.
///
/// | setting | variable | else |
/// |---|---|---|
/// | directory of profiles | `FRAMEIO_CONFIG_DIR` | `frameio` in the user's configuration directory |
/// | profile | `FRAMEIO_PROFILE` | the one set by `frameio profile use`, or `default` |
/// | credentials | `FRAMEIO_TOKEN`, or `FRAMEIO_CLIENT_ID` and `FRAMEIO_CLIENT_SECRET` | the sign-in of the profile |
/// | API URL | `FRAMEIO_BASE_URL` | that of the profile, or `https://api.frame.io` |
/// | sign-in URL | `FRAMEIO_IMS_URL` | that of the profile, or Adobe's; the API URL if that is on this machine |
///
/// Whitespace around a value is ignored, and an empty variable counts as missing.
#[derive(Debug)]
#[non_exhaustive]
pub struct Environment {
    /// The profile. Its ids are left out if the credentials are not those of its sign-in.
    pub profile: ChosenProfile,
    /// The URLs to call and to sign in at.
    pub services: Services,
    /// The credentials to call with.
    pub credentials: ProfileCredentials,
    /// Names the variable or the file of the API URL.
    pub base_url_source: String,
    /// Names the variable or the file of the sign-in URL.
    pub ims_url_source: String,
    /// Names the variables or the profile of the credentials.
    pub credentials_source: String,
}

impl Environment {
    /// Reads the variables of this process and the profile.
    ///
    /// # Errors
    /// As [`from_variables`](Self::from_variables).
    pub fn read() -> Result<Self, ProfileError> {
        Self::from_variables(&|name| std::env::var_os(name))
    }

    /// Reads these variables and the profile.
    ///
    /// The sign-in of a profile is used only at the services that it was made for. The profiles do not
    /// have to be readable if the variables have credentials and an API URL and name no profile.
    ///
    /// # Errors
    /// When a variable or a file is invalid, the named profile is missing, or there are no
    /// credentials.
    pub fn from_variables(variables: &Lookup<'_>) -> Result<Self, ProfileError> {
        let given = ProfileCredentials::of_environment(variables)?;
        let named = variable(variables, "FRAMEIO_PROFILE")?;
        let base_url = variable(variables, "FRAMEIO_BASE_URL")?;
        let ims_url = variable(variables, "FRAMEIO_IMS_URL")?;
        let directory = ProfileDirectory::locate(variables);
        let choice = ProfileChoice {
            name: named.as_deref(),
            has_base_url: base_url.is_some(),
            has_credentials: given.is_some(),
        };
        let chosen = ChosenProfile::load(directory.as_ref().map_err(Clone::clone), choice)?;
        let in_profile = match &directory {
            Ok(it) => format!("profile '{}' in {}", chosen.name, it.profiles().display()),
            Err(_) => format!("profile '{}'", chosen.name),
        };
        let source = |name: &str, is_set| if is_set { name.to_owned() } else { in_profile.clone() };
        let own = &chosen.profile;
        let base_url_source = source("FRAMEIO_BASE_URL", base_url.is_some());
        // Without a URL for the sign-in, a local API is where it happens.
        let ims_url_source = match (&ims_url, &own.ims_url) {
            (None, None) => base_url_source.clone(),
            _ => source("FRAMEIO_IMS_URL", ims_url.is_some()),
        };
        let services = Services::new(
            base_url.as_deref().or(own.base_url.as_deref()),
            ims_url.as_deref().or(own.ims_url.as_deref()),
        );
        let credentials_source = match &given {
            Some(ProfileCredentials::Token(_)) => "FRAMEIO_TOKEN".to_owned(),
            Some(_) => "FRAMEIO_CLIENT_ID and FRAMEIO_CLIENT_SECRET".to_owned(),
            None => in_profile.clone(),
        };
        let credentials = match given {
            Some(given) => given,
            None => ProfileCredentials::of_profile(&directory?, &chosen.name, own, &services)?,
        };
        Ok(Self {
            profile: chosen,
            services,
            credentials,
            base_url_source,
            ims_url_source,
            credentials_source,
        })
    }
}
