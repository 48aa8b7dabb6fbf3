//! Settings from the environment and a profile.

use super::credentials::ProfileCredentials;
use super::directory::ProfileDirectory;
use super::error::ProfileError;
use super::profiles::{ChosenProfile, ProfileChoice};
use super::services::Services;
use super::variables::{Lookup, variable};

/// Settings from environment variables and, if a variable is not set, from a profile.
///
/// | setting | variable | without the variable |
/// |---|---|---|
/// | directory of profiles | `FRAMEIO_CONFIG_DIR` | `frameio` in the user's configuration directory |
/// | profile | `FRAMEIO_PROFILE` | the one set by `frameio profile use`, or `default` |
/// | credentials | `FRAMEIO_TOKEN`, or `FRAMEIO_CLIENT_ID` and `FRAMEIO_CLIENT_SECRET` | the sign-in of the profile |
/// | API URL | `FRAMEIO_BASE_URL` | that of the profile, or `https://api.frame.io` |
/// | sign-in URL | `FRAMEIO_IMS_URL` | that of the profile, or Adobe's; the API URL if that is a simulator on this machine |
///
/// Whitespace around a value is removed. A blank variable counts as missing.
#[derive(Debug)]
#[non_exhaustive]
pub struct Environment {
    /// Selected profile. Its IDs are omitted if the credentials are not those of its sign-in.
    pub profile: ChosenProfile,
    /// URLs of the API and of the sign-in service.
    pub services: Services,
    /// Credentials for calls.
    pub credentials: ProfileCredentials,
    /// Variable or profile that sets the API URL, for messages.
    pub base_url_source: String,
    /// Variable or profile that sets the sign-in URL, for messages.
    pub ims_url_source: String,
    /// Variables or profile of the credentials, for messages.
    pub credentials_source: String,
}

impl Environment {
    /// Reads the variables of this process and the profile.
    ///
    /// # Errors
    /// See [`from_variables`](Self::from_variables).
    pub fn read() -> Result<Self, ProfileError> {
        Self::from_variables(&|name| std::env::var_os(name))
    }

    /// Reads these variables and the profile.
    ///
    /// The sign-in of a profile is used only at the services that it was made for. Unreadable profiles
    /// are ignored if the variables have credentials and an API URL and do not name a profile.
    ///
    /// # Errors
    /// Fails if a variable or a file is invalid, the named profile does not exist, or there are no
    /// credentials.
    pub fn from_variables(variables: &Lookup<'_>) -> Result<Self, ProfileError> {
        let given = ProfileCredentials::from_environment(variables)?;
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
        // Without a sign-in URL, a local API is also the sign-in service.
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
            None => ProfileCredentials::from_profile(&directory?, &chosen.name, own, &services)
                .map_err(|error| match ProfileCredentials::missing_half(variables) {
                    Some(missing) if own.sign_in.is_none() => {
                        ProfileError::signed_out(format!("{error}; {missing}"))
                    }
                    _ => error,
                })?,
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

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::ffi::OsString;
    use std::path::Path;

    use super::super::ProfileErrorKind;
    use super::*;

    const PROFILES: &str = r#"{"profiles": {"default": {
        "base_url": "https://api.example", "ims_url": "https://ims.example",
        "sign_in": {"kind": "token"}, "account_id": "a"
    }}}"#;
    const SECRETS: &str = r#"{
        "services": {"api_url": "https://api.example", "ims_url": "https://ims.example"},
        "token": "saved"
    }"#;

    /// Creates a directory with these files.
    fn directory(files: &[(&str, &str)]) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join("secrets")).unwrap();
        for (name, content) in files {
            std::fs::write(directory.path().join(name), content).unwrap();
        }
        directory
    }

    fn signed_in() -> tempfile::TempDir {
        directory(&[("profiles.json", PROFILES), ("secrets/default.json", SECRETS)])
    }

    fn read(directory: &Path, variables: &[(&str, &str)]) -> Result<Environment, ProfileError> {
        let mut variables: HashMap<_, _> =
            variables.iter().map(|&(name, value)| (name, OsString::from(value))).collect();
        variables.insert("FRAMEIO_CONFIG_DIR", directory.into());
        Environment::from_variables(&|name| variables.get(name).cloned())
    }

    fn token(environment: &Environment) -> &str {
        match &environment.credentials {
            ProfileCredentials::Token(token) => token.expose(),
            _ => "",
        }
    }

    #[test]
    fn uses_the_profile_where_no_variable_is_set() {
        let directory = signed_in();
        for variables in [&[][..], &[("FRAMEIO_TOKEN", ""), ("FRAMEIO_BASE_URL", " \n")]] {
            let environment = read(directory.path(), variables).unwrap();
            assert_eq!(token(&environment), "saved");
            assert_eq!(environment.services.api_url, "https://api.example");
            assert_eq!(environment.services.ims_url, "https://ims.example");
            assert_eq!(environment.profile.profile.account_id.as_deref(), Some("a"));
            assert!(environment.base_url_source.starts_with("profile 'default' in "));
        }
    }

    #[test]
    fn variables_override_the_profile() {
        let directory = signed_in();
        let variables =
            [("FRAMEIO_TOKEN", " mine\n"), ("FRAMEIO_BASE_URL", " https://other.example\n")];
        let environment = read(directory.path(), &variables).unwrap();
        assert_eq!(token(&environment), "mine");
        assert_eq!(environment.services.api_url, "https://other.example");
        assert_eq!(environment.base_url_source, "FRAMEIO_BASE_URL");
        assert_eq!(environment.credentials_source, "FRAMEIO_TOKEN");
        // The IDs belong to the sign-in of the profile.
        assert_eq!(environment.profile.profile.account_id, None);
        assert!(environment.profile.profile.ids_omitted);
    }

    #[test]
    fn a_token_overrides_a_server_to_server_sign_in() {
        let directory = signed_in();
        let mut variables = vec![("FRAMEIO_CLIENT_ID", "app"), ("FRAMEIO_CLIENT_SECRET", "s3cret")];
        let environment = read(directory.path(), &variables).unwrap();
        assert!(matches!(&environment.credentials, ProfileCredentials::App(_)));
        assert!(!format!("{environment:?}").contains("s3cret"));
        variables.push(("FRAMEIO_TOKEN", "mine"));
        assert_eq!(token(&read(directory.path(), &variables).unwrap()), "mine");
        // A client ID without a secret is ignored.
        let id = [("FRAMEIO_CLIENT_ID", "app")];
        assert_eq!(token(&read(directory.path(), &id).unwrap()), "saved");
    }

    #[test]
    fn a_sign_in_is_refused_at_other_services() {
        let directory = signed_in();
        let elsewhere = [("FRAMEIO_BASE_URL", "https://other.example")];
        let error = read(directory.path(), &elsewhere).unwrap_err();
        assert_eq!(error.kind(), ProfileErrorKind::SignedOut);
        assert_eq!(
            error.to_string(),
            "the sign-in of profile 'default' is for https://api.example, not for \
             https://other.example: set FRAMEIO_TOKEN, or sign in to it with `frameio login \
             --profile NAME`"
        );
    }

    #[test]
    fn suggests_how_to_get_missing_credentials() {
        let empty = directory(&[]);
        let error = read(empty.path(), &[("FRAMEIO_TOKEN", " ")]).unwrap_err();
        assert_eq!(error.kind(), ProfileErrorKind::SignedOut);
        assert_eq!(error.to_string(), "not signed in: run `frameio login`, or set FRAMEIO_TOKEN");
        let half = [("FRAMEIO_CLIENT_SECRET", "s3cret")];
        let error = read(empty.path(), &half).unwrap_err().to_string();
        assert!(error.ends_with("FRAMEIO_CLIENT_SECRET is set, but FRAMEIO_CLIENT_ID is not"));
        let no_secrets = directory(&[("profiles.json", PROFILES)]);
        let error = read(no_secrets.path(), &[]).unwrap_err();
        assert!(error.to_string().ends_with("are missing: run `frameio login`"), "{error}");
    }

    #[test]
    fn names_a_missing_profile() {
        let directory = signed_in();
        let named = [("FRAMEIO_PROFILE", "work"), ("FRAMEIO_TOKEN", "mine")];
        let error = read(directory.path(), &named).unwrap_err();
        assert_eq!(error.kind(), ProfileErrorKind::Invalid);
        assert_eq!(error.to_string(), "no such profile 'work': `frameio profile list` lists all");
        let invalid = [("FRAMEIO_PROFILE", "../work"), ("FRAMEIO_TOKEN", "mine")];
        let error = read(directory.path(), &invalid).unwrap_err().to_string();
        assert!(error.starts_with("invalid profile name '../work': use 1 to 64"), "{error}");
    }

    #[test]
    fn unreadable_profiles_fail_only_if_they_are_needed() {
        let damaged = directory(&[("profiles.json", "[1")]);
        let blocked = directory(&[]);
        std::fs::create_dir(blocked.path().join("profiles.json")).unwrap();
        for directory in [damaged, blocked] {
            let path = directory.path().join("profiles.json").display().to_string();
            let (token, url) =
                (("FRAMEIO_TOKEN", "mine"), ("FRAMEIO_BASE_URL", "https://a.example"));
            for needed in [&[][..], &[token], &[url], &[token, url, ("FRAMEIO_PROFILE", "work")]] {
                let error = read(directory.path(), needed).unwrap_err();
                assert_eq!(error.kind(), ProfileErrorKind::Invalid);
                assert!(error.to_string().contains(&format!("'{path}'")), "{error}");
            }
            let environment = read(directory.path(), &[token, url]).unwrap();
            assert!(environment.profile.unreadable.is_some());
        }
    }

    #[test]
    fn names_an_invalid_variable() {
        let directory = signed_in();
        for name in ["FRAMEIO_TOKEN", "FRAMEIO_BASE_URL", "FRAMEIO_IMS_URL", "FRAMEIO_PROFILE"] {
            let error = read(directory.path(), &[(name, "canary\nother")]).unwrap_err();
            assert_eq!(error.to_string(), format!("{name} contains a line break"));
        }
    }

    #[cfg(unix)]
    #[test]
    fn refuses_variables_that_are_not_text() {
        use std::os::unix::ffi::OsStringExt;

        let error = Environment::from_variables(&|name| {
            (name == "FRAMEIO_TOKEN").then(|| OsString::from_vec(vec![0xff]))
        });
        assert_eq!(error.unwrap_err().to_string(), "FRAMEIO_TOKEN is not valid UTF-8");
    }

    #[test]
    fn a_local_api_is_also_the_sign_in_service() {
        let directory = directory(&[]);
        let local = [("FRAMEIO_TOKEN", "mine"), ("FRAMEIO_BASE_URL", "http://127.0.0.1:1")];
        let environment = read(directory.path(), &local).unwrap();
        assert_eq!(environment.services.ims_url, "http://127.0.0.1:1");
        assert_eq!(environment.ims_url_source, "FRAMEIO_BASE_URL");
    }
}
