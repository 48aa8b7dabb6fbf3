//! Profiles in `profiles.json`, which contains no secrets.

use std::collections::BTreeMap;
use std::io::ErrorKind;

use frameio_core::{Secret, trim_byte_order_mark};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::directory::ProfileDirectory;
use super::error::{ProfileError, ProfileErrorKind};
use crate::credential::Credential;

/// Name of the default profile.
const DEFAULT: &str = "default";

/// Profiles of a user.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(expecting = "an object with the profiles")]
#[non_exhaustive]
pub struct Profiles {
    /// Profile to use if none is named; `None` for `default`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<String>,
    /// Profiles by name.
    #[serde(default)]
    pub profiles: BTreeMap<String, Profile>,
    /// Settings that this version does not know, which a change keeps.
    #[serde(flatten)]
    unknown: Map<String, Value>,
}

/// Settings and sign-in of a user.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Profile {
    /// API URL; `None` for the public service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// Sign-in URL; `None` for the public service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ims_url: Option<String>,
    /// Kind of sign-in; `None` if signed out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign_in: Option<SignIn>,
    /// Storage of the secrets of the sign-in.
    pub storage: Storage,
    /// Default account of calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_id: Option<String>,
    /// Default workspace of calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workspace_id: Option<String>,
    /// Default project of calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<String>,
    /// Name that the account had when it became the default, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_name: Option<String>,
    /// Same for the workspace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workspace_name: Option<String>,
    /// Same for the project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_name: Option<String>,
    /// Policy of the command for existing remote files that differ, such as `version`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub if_exists: Option<String>,
    /// Limit of the bandwidth of transfers of the command, such as `20M`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bwlimit: Option<String>,
    /// Store of shared quotas, without a password; `None` for the default of the program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quota_store: Option<String>,
    /// Whether IDs were omitted because the credentials are not those of the sign-in.
    #[serde(skip)]
    pub ids_omitted: bool,
    /// Settings that this version does not know, which a change keeps.
    #[serde(flatten)]
    unknown: Map<String, Value>,
}

/// Kind of sign-in, without secrets.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum SignIn {
    /// Fixed token.
    Token,
    /// App without a user, see [`Credential::server_to_server`].
    ServerToServer {
        /// Client ID of the app.
        client_id: String,
    },
    /// User of an app with a secret, see [`Credential::web`].
    Web {
        /// Client ID of the app.
        client_id: String,
        /// Redirect URI of the sign-in.
        redirect_uri: String,
    },
    /// User of an app without a secret, see [`Credential::native`].
    Native {
        /// Client ID of the app.
        client_id: String,
        /// Redirect URI of the sign-in.
        redirect_uri: String,
    },
}

/// Storage of the secrets of a sign-in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Storage {
    /// Files that only their owner can read.
    #[default]
    File,
    /// System keyring, with the feature `keyring`.
    Keyring,
}

/// Overrides of profiles by variables or arguments.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct ProfileChoice<'a> {
    /// Profile to use, which must exist. `None` for the current or default one.
    pub name: Option<&'a str>,
    /// Whether an API URL overrides that of the profile.
    pub has_base_url: bool,
    /// Whether credentials override the sign-in of the profile.
    pub has_credentials: bool,
}

/// Selected profile.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ChosenProfile {
    /// Name of the profile.
    pub name: String,
    /// Settings; empty if the profile is the default one and does not exist.
    pub profile: Profile,
    /// Reason why the profiles could not be read, if they are not needed.
    pub unreadable: Option<ProfileError>,
}

impl Profiles {
    /// Reads the profiles; none if the file does not exist.
    ///
    /// # Errors
    /// Fails if the file cannot be read or is damaged.
    pub fn load(directory: &ProfileDirectory) -> Result<Self, ProfileError> {
        let file = directory.profiles();
        match std::fs::read(&file) {
            Ok(json) => serde_json::from_slice(trim_byte_order_mark(&json)).map_err(|error| {
                let file = file.display();
                let message = format!("'{file}' is not a valid file of profiles: {error}");
                ProfileError::new(ProfileErrorKind::Invalid, message)
            }),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(ProfileError::unreadable(&file, &error)),
        }
    }

    /// Returns the name of the profile to use, which may not exist.
    pub fn chosen<'a>(&'a self, named: Option<&'a str>) -> &'a str {
        named.or(self.current.as_deref()).unwrap_or(DEFAULT)
    }

    /// Creates the error of a profile that does not exist.
    pub fn unknown(&self, name: &str) -> ProfileError {
        if let Err(invalid) = Self::check_name(name) {
            return invalid;
        }
        let hint = if self.profiles.is_empty() {
            format!("create it with `frameio login --profile {name}`")
        } else {
            "`frameio profile list` lists all".to_owned()
        };
        ProfileError::new(ProfileErrorKind::Invalid, format!("no such profile '{name}': {hint}"))
    }

    /// Validates the name of a profile, which becomes part of file names.
    ///
    /// # Errors
    /// [`Invalid`](ProfileErrorKind::Invalid) unless the name has 1 to 64 ASCII letters, digits, `-`,
    /// `_` and `.`, and does not start with `.`.
    pub fn check_name(name: &str) -> Result<String, ProfileError> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if name.is_empty() || name.len() > 64 || name.starts_with('.') || !name.chars().all(plain) {
            let message = format!(
                "invalid profile name '{name}': use 1 to 64 letters, digits, '-', '_' and '.', \
                 and no '.' at the start"
            );
            return Err(ProfileError::new(ProfileErrorKind::Invalid, message));
        }
        Ok(name.to_owned())
    }
}

impl ChosenProfile {
    /// Reads the selected profile.
    ///
    /// Its IDs are omitted if other credentials override its sign-in, because they may not have access
    /// to them. Unreadable profiles are ignored if credentials and a URL override them and no profile is
    /// named.
    ///
    /// # Errors
    /// Fails if the profiles are needed and cannot be read, or if the named profile does not exist.
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
    /// Returns the name for messages: `token`, `server-to-server`, `web app` or `native app`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::ServerToServer { .. } => "server-to-server",
            Self::Web { .. } => "web app",
            Self::Native { .. } => "native app",
        }
    }

    /// Returns the credential of the app that signed in.
    ///
    /// # Errors
    /// Fails if the app requires a secret and `client_secret` is `None`, and for a fixed token.
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
    /// Removes the IDs with their names, and sets [`ids_omitted`](Self::ids_omitted) if there were any.
    pub fn clear_ids(&mut self) {
        (self.account_name, self.workspace_name, self.project_name) = (None, None, None);
        let ids = [self.account_id.take(), self.workspace_id.take(), self.project_id.take()];
        self.ids_omitted |= ids.iter().any(Option::is_some);
    }
}
