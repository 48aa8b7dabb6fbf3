//! The file of all profiles. It has no secrets: those are in files of their own.

use std::collections::BTreeMap;
use std::io::ErrorKind;

use frameio_core::{Secret, trim_byte_order_mark};
use serde::{Deserialize, Serialize};

use super::directory::ProfileDirectory;
use super::error::{ProfileError, ProfileErrorKind};
use crate::credential::Credential;

/// Name of the profile that is used if none is chosen.
const DEFAULT: &str = "default";

/// All profiles of a user.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Profiles {
    /// Profile to use if none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<String>,
    /// The profiles by name.
    #[serde(default)]
    pub profiles: BTreeMap<String, Profile>,
}

/// Settings of a user at a service.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Profile {
    /// API URL, unless it is the public service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// Sign-in URL, unless it is the public service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ims_url: Option<String>,
    /// How the user signed in; `None` if signed out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign_in: Option<SignIn>,
    /// Where the secrets of the sign-in are.
    pub storage: Storage,
    /// Account to use where a call names none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_id: Option<String>,
    /// Workspace to use where a call names none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workspace_id: Option<String>,
    /// Project to use where a call names none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<String>,
    /// Whether ids were removed because they belong to another sign-in.
    #[serde(skip)]
    pub had_other_ids: bool,
}

/// Kind of sign-in, without its secrets.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum SignIn {
    /// A token that does not change.
    Token,
    /// The account of an app.
    ServerToServer {
        /// ID of the app.
        client_id: String,
    },
    /// A user of an app with a secret.
    Web {
        /// ID of the app.
        client_id: String,
        /// Where the browser returned to.
        redirect_uri: String,
    },
    /// A user of an app without a secret.
    Native {
        /// ID of the app.
        client_id: String,
        /// Where the browser returned to.
        redirect_uri: String,
    },
}

/// Place of the secrets of a sign-in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Storage {
    /// Files that only their owner can read.
    #[default]
    File,
    /// The keyring of the system, with the feature `keyring`.
    Keyring,
}

/// Overrides of the profiles: variables, or the arguments of a command.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct ProfileChoice<'a> {
    /// Profile to use, which then has to exist.
    pub name: Option<&'a str>,
    /// Whether an API URL overrides that of the profile.
    pub has_base_url: bool,
    /// Whether credentials override the sign-in of the profile.
    pub has_credentials: bool,
}

/// The profile of a run.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ChosenProfile {
    /// Its name.
    pub name: String,
    /// Its settings; empty if it is the default one and does not exist.
    pub profile: Profile,
    /// Why the profiles could not be read, which does not matter for a run with credentials and a
    /// URL.
    pub unreadable: Option<ProfileError>,
}

impl Profiles {
    /// Reads the file; without a file, there are no profiles.
    ///
    /// # Errors
    /// When the file cannot be read or is damaged.
    pub fn load(directory: &ProfileDirectory) -> Result<Self, ProfileError> {
        let file = directory.profiles();
        match std::fs::read(&file) {
            Ok(json) => serde_json::from_slice(trim_byte_order_mark(&json)).map_err(|error| {
                let message = format!("is not a list of profiles: {error}");
                ProfileError::invalid(file.display(), message)
            }),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(ProfileError::invalid(file.display(), error)),
        }
    }

    /// Returns the name of the profile to use, whether it exists or not.
    pub fn chosen<'a>(&'a self, named: Option<&'a str>) -> &'a str {
        named.or(self.current.as_deref()).unwrap_or(DEFAULT)
    }

    /// Refuses the name of a missing profile.
    pub fn unknown(&self, name: &str) -> ProfileError {
        let advice = if self.profiles.is_empty() {
            format!("`frameio login --profile {name}` creates it")
        } else {
            "`frameio profile list` lists them".to_owned()
        };
        ProfileError::new(ProfileErrorKind::Invalid, format!("no profile '{name}': {advice}"))
    }

    /// Validates the name of a profile, which becomes part of file names.
    ///
    /// # Errors
    /// The rule that the name breaks.
    pub fn check_name(name: &str) -> Result<String, String> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if name.is_empty() || name.len() > 64 || name.starts_with('.') || !name.chars().all(plain) {
            return Err("a name has 1 to 64 letters, digits, `-`, `_` or `.`".to_owned());
        }
        Ok(name.to_owned())
    }
}

impl ChosenProfile {
    /// Reads the profile of a run.
    ///
    /// Its ids are those of its sign-in, and left out if other credentials override that. With
    /// credentials and a URL, and no name, the profiles do not have to be readable.
    ///
    /// # Errors
    /// When the profiles are needed and cannot be read, or the named profile is missing.
    pub fn load(
        directory: Result<&ProfileDirectory, ProfileError>,
        choice: ProfileChoice<'_>,
    ) -> Result<Self, ProfileError> {
        let mut chosen = match directory.and_then(|it| Self::read(it, choice.name)) {
            Err(error) if choice.replaces_profile() => Self {
                name: DEFAULT.to_owned(),
                profile: Profile::default(),
                unreadable: Some(error),
            },
            read => read?,
        };
        if choice.has_credentials && chosen.profile.sign_in.is_some() {
            chosen.profile.clear_ids();
        }
        Ok(chosen)
    }

    fn read(directory: &ProfileDirectory, named: Option<&str>) -> Result<Self, ProfileError> {
        let mut profiles = Profiles::load(directory)?;
        let name = profiles.chosen(named).to_owned();
        match profiles.profiles.remove(&name) {
            None if named.is_some() => Err(profiles.unknown(&name)),
            found => Ok(Self { name, profile: found.unwrap_or_default(), unreadable: None }),
        }
    }
}

impl ProfileChoice<'_> {
    const fn replaces_profile(&self) -> bool {
        self.name.is_none() && self.has_base_url && self.has_credentials
    }
}

impl SignIn {
    /// Returns the name for people.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::ServerToServer { .. } => "server-to-server",
            Self::Web { .. } => "web app",
            Self::Native { .. } => "native app",
        }
    }

    /// Returns the app that signed in.
    ///
    /// # Errors
    /// When it has no secret and needs one, and when a token was saved instead.
    pub fn credential(&self, client_secret: Option<Secret>) -> Result<Credential, ProfileError> {
        let secret = || client_secret.ok_or_else(ProfileError::missing_secrets);
        Ok(match self {
            Self::Token => return Err(ProfileError::missing_secrets()),
            Self::ServerToServer { client_id } => {
                Credential::server_to_server(client_id, secret()?)
            }
            Self::Web { client_id, redirect_uri } => {
                Credential::web(client_id, secret()?, redirect_uri)
            }
            Self::Native { client_id, redirect_uri } => Credential::native(client_id, redirect_uri),
        })
    }
}

impl Profile {
    /// Removes the ids, which belong to another sign-in than the one in use.
    pub fn clear_ids(&mut self) {
        let ids = [self.account_id.take(), self.workspace_id.take(), self.project_id.take()];
        self.had_other_ids |= ids.iter().any(Option::is_some);
    }
}
