//! Creation of a client from the environment and the profiles of the command.

use frameio_auth::profile::{Environment, Lookup, ProfileCredentials};
use frameio_auth::{Credential, Ims, Session};
use frameio_tower::{BuildError, BuildErrorKind};

use super::Client;
use super::builder::ClientBuilder;

impl Client {
    /// Creates a client from environment variables and the profiles of the command `frameio`.
    ///
    /// | setting | variable | default |
    /// |---|---|---|
    /// | token | `FRAMEIO_TOKEN` | server-to-server credentials, or the sign-in of the profile |
    /// | server-to-server credentials | `FRAMEIO_CLIENT_ID` and `FRAMEIO_CLIENT_SECRET` | sign-in of the profile |
    /// | base URL | `FRAMEIO_BASE_URL` | base URL of the profile, or `https://api.frame.io` |
    /// | sign-in URL | `FRAMEIO_IMS_URL` | sign-in URL of the profile, or Adobe IMS; the base URL if its host is the local machine |
    /// | profile | `FRAMEIO_PROFILE` | profile set by `frameio profile use`, or `default` |
    /// | profile directory | `FRAMEIO_CONFIG_DIR` | `frameio` in the user's configuration directory |
    ///
    /// A token that starts with `fio-u-` is a [legacy token](ClientBuilder::token). Surrounding
    /// whitespace is ignored, and an empty variable counts as unset.
    ///
    /// Create a profile with `frameio login`. The client refreshes and saves the tokens of a profile
    /// in the same way as the command, so both can run at the same time. Tokens are read from files,
    /// or from the system keyring with the feature `keyring`. A sign-in is only used for the services
    /// that it was created for. Profiles are not read if the variables contain credentials and a base
    /// URL and select no profile.
    ///
    /// This function blocks: it reads files, and may wait until the user has unlocked the keyring.
    /// Refreshing tokens requires a Tokio runtime.
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// use frameio_client::Client;
    ///
    /// let client = Client::from_env()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Fails with [`BuildErrorKind::Environment`] if credentials are missing, a value is invalid, a
    /// profile cannot be read, or the sign-in belongs to another service. The message names the
    /// variable or the file.
    pub fn from_env() -> Result<Self, BuildError> {
        from_variables(&|name| std::env::var_os(name))
    }
}

impl ClientBuilder {
    /// Returns a builder with the settings that [`Client::from_env`] reads.
    ///
    /// # Errors
    ///
    /// Fails like [`Client::from_env`]. An invalid base URL is reported by [`build`](Self::build).
    pub fn from_env() -> Result<Self, BuildError> {
        configure(&Environment::read()?)
    }
}

fn from_variables(variables: &Lookup<'_>) -> Result<Client, BuildError> {
    let environment = Environment::from_variables(variables)?;
    let client = configure(&environment)?.build();
    client.map_err(|error| match error.kind() {
        BuildErrorKind::BaseUrl => named(&environment.base_url_source, error),
        BuildErrorKind::Token => named(&environment.credentials_source, error),
        _ => error,
    })
}

fn configure(environment: &Environment) -> Result<ClientBuilder, BuildError> {
    let builder = ClientBuilder::new().base_url(&*environment.services.api_url);
    Ok(match &environment.credentials {
        ProfileCredentials::Token(token) => builder.token(token.expose()),
        ProfileCredentials::App(app) => {
            builder.token_provider(Session::new(ims(environment, app)?))
        }
        ProfileCredentials::SavedApp(app, vault) => {
            builder.token_provider(vault.session(ims(environment, app)?).build())
        }
    })
}

fn ims(environment: &Environment, app: &Credential) -> Result<Ims, BuildError> {
    let ims = Ims::builder(app.clone()).base_url(&*environment.services.ims_url).build();
    ims.map_err(|error| match error.kind() {
        BuildErrorKind::BaseUrl => named(&environment.ims_url_source, error),
        _ => named(&environment.credentials_source, error),
    })
}

/// Prefixes the error with the variable or the file that the value comes from.
fn named(source: &str, error: BuildError) -> BuildError {
    BuildError::new(BuildErrorKind::Environment, format!("{source}: {error}")).caused_by(error)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::ffi::OsString;
    use std::path::Path;

    use frameio_api::users::ShowCurrentUser;
    use frameio_sim::{Credential as App, Sim, SimServer};

    use super::*;

    fn client(directory: &Path, variables: &[(&str, &str)]) -> Result<Client, BuildError> {
        let mut variables: HashMap<_, _> =
            variables.iter().map(|&(name, value)| (name, OsString::from(value))).collect();
        variables.insert("FRAMEIO_CONFIG_DIR", directory.into());
        from_variables(&|name| variables.get(name).cloned())
    }

    /// Creates a directory with a profile that is signed in at `url` and has these tokens.
    fn signed_in(url: &str, tokens: &str) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        for (file, content) in [
            (
                "profiles.json",
                format!(
                    r#"{{"current": "work", "profiles": {{"work": {{"base_url": "{url}",
                    "sign_in": {{"kind": "server_to_server", "client_id": "{}"}}}}}}}}"#,
                    App::DEMO_SERVER_TO_SERVER
                ),
            ),
            (
                "secrets/work.json",
                format!(
                    r#"{{"services": {{"api_url": "{url}", "ims_url": "{url}"}},
                    "client_secret": "{}"}}"#,
                    App::DEMO_SECRET
                ),
            ),
            ("tokens/work.json", tokens.to_owned()),
        ] {
            let path = directory.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        directory
    }

    async fn serve() -> (Sim, SimServer) {
        let sim = Sim::builder().quotas(false).build();
        let server = sim.serve().await.unwrap();
        (sim, server)
    }

    #[tokio::test]
    async fn uses_the_token_and_the_url_of_the_environment() {
        let (_sim, server) = serve().await;
        let directory = tempfile::tempdir().unwrap();
        let token = format!(" {}\n", Sim::TOKEN);
        let variables = [("FRAMEIO_TOKEN", &*token), ("FRAMEIO_BASE_URL", server.url())];
        let client = client(directory.path(), &variables).unwrap();
        client.send(ShowCurrentUser::new()).await.unwrap();
        assert_eq!(client.base_url().unwrap().port_u16(), Some(server.address().port()));
    }

    #[tokio::test]
    async fn uses_server_to_server_credentials_of_the_environment() {
        let (_sim, server) = serve().await;
        let directory = tempfile::tempdir().unwrap();
        let variables = [
            ("FRAMEIO_CLIENT_ID", App::DEMO_SERVER_TO_SERVER),
            ("FRAMEIO_CLIENT_SECRET", App::DEMO_SECRET),
            ("FRAMEIO_BASE_URL", server.url()),
        ];
        let client = client(directory.path(), &variables).unwrap();
        client.send(ShowCurrentUser::new()).await.unwrap();
    }

    #[tokio::test]
    async fn refreshes_and_saves_the_sign_in_of_the_profile() {
        let (sim, server) = serve().await;
        let tokens = format!(
            r#"{{"access_token": "old", "expires_at": "2026-01-01T00:00:00Z", "issuer": "{}"}}"#,
            server.url()
        );
        let directory = signed_in(server.url(), &tokens);
        let client = client(directory.path(), &[]).unwrap();
        client.send(ShowCurrentUser::new()).await.unwrap();
        let saved = std::fs::read_to_string(directory.path().join("tokens/work.json")).unwrap();
        assert!(!saved.contains("\"old\""), "the new tokens are not saved");

        // Another service receives neither the secret nor a token.
        let (other, other_server) = serve().await;
        sim.clear_requests();
        let error = self::client(directory.path(), &[("FRAMEIO_BASE_URL", other_server.url())])
            .unwrap_err();
        assert_eq!(error.kind(), BuildErrorKind::Environment);
        assert!(error.to_string().contains(", not for "), "{error}");
        assert_eq!((sim.requests().len(), other.requests().len()), (0, 0));
    }

    #[tokio::test]
    async fn sends_the_legacy_header_with_a_legacy_token() {
        // Without its header, the service refuses a legacy token.
        let sim = Sim::builder().quotas(false).legacy_token("fio-u-canary").build();
        let server = sim.serve().await.unwrap();
        let directory = tempfile::tempdir().unwrap();
        let variables = [("FRAMEIO_TOKEN", "fio-u-canary"), ("FRAMEIO_BASE_URL", server.url())];
        let client = client(directory.path(), &variables).unwrap();
        client.send(ShowCurrentUser::new()).await.unwrap();
    }

    #[test]
    fn names_the_variable_or_the_file_in_errors() {
        let empty = tempfile::tempdir().unwrap();
        let damaged = tempfile::tempdir().unwrap();
        std::fs::write(damaged.path().join("profiles.json"), "[1").unwrap();
        let token = ("FRAMEIO_TOKEN", "canary");
        for (directory, variables, named) in [
            (&empty, &[][..], "set FRAMEIO_TOKEN"),
            (&empty, &[("FRAMEIO_TOKEN", " ")], "set FRAMEIO_TOKEN"),
            (&empty, &[("FRAMEIO_TOKEN", "canary\n1")], "FRAMEIO_TOKEN contains a line break"),
            (&empty, &[token, ("FRAMEIO_PROFILE", "work")], "no such profile 'work'"),
            (&empty, &[token, ("FRAMEIO_BASE_URL", "https://a.example/v4")], "FRAMEIO_BASE_URL: "),
            (&empty, &[token, ("FRAMEIO_BASE_URL", "http://a.example")], "FRAMEIO_BASE_URL: "),
            (&damaged, &[token], "profiles.json' is not a valid file of profiles"),
        ] {
            let error = client(directory.path(), variables).unwrap_err();
            assert_eq!(error.kind(), BuildErrorKind::Environment, "{error}");
            assert!(error.to_string().contains(named), "{error}");
            assert!(!format!("{error:?}").contains("canary"), "{error:?}");
        }
    }

    #[test]
    fn names_the_variable_of_an_invalid_sign_in_url() {
        let directory = tempfile::tempdir().unwrap();
        let error = client(
            directory.path(),
            &[
                ("FRAMEIO_CLIENT_ID", "app"),
                ("FRAMEIO_CLIENT_SECRET", "canary"),
                ("FRAMEIO_IMS_URL", "http://ims.example"),
            ],
        )
        .unwrap_err();
        assert_eq!(error.kind(), BuildErrorKind::Environment);
        assert!(error.to_string().starts_with("FRAMEIO_IMS_URL: "), "{error}");
    }
}
