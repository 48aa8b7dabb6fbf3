//! Creation of a client from the environment and the profiles of the command.

use std::sync::Arc;
use std::time::Duration;

use frameio_auth::profile::{Environment, Lookup, ProfileCredentials};
use frameio_auth::{Credential, Ims, Session};
use frameio_tower::{BuildError, BuildErrorKind, Transport};

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
    /// Requests of the sign-in use the transport, the connection and proxy settings, the
    /// [`timeout`](Self::timeout) and the [`max_retries`](Self::max_retries) of the builder. Without a timeout of
    /// the builder, each of their attempts is limited to 30 s. Each client that is built signs in on its own.
    /// [`token`](Self::token), [`token_provider`](Self::token_provider) and [`no_auth`](Self::no_auth) replace
    /// the credentials of the environment.
    ///
    /// # Errors
    ///
    /// Fails like [`Client::from_env`]. An invalid base URL, and an invalid sign-in URL or credential, are
    /// reported by [`build`](Self::build).
    pub fn from_env() -> Result<Self, BuildError> {
        Ok(configure(Arc::new(Environment::read()?)))
    }
}

fn from_variables(variables: &Lookup<'_>) -> Result<Client, BuildError> {
    let environment = Arc::new(Environment::from_variables(variables)?);
    let client = configure(environment.clone()).build();
    client.map_err(|error| match error.kind() {
        BuildErrorKind::BaseUrl => named(&environment.base_url_source, error),
        BuildErrorKind::Token => named(&environment.credentials_source, error),
        _ => error,
    })
}

fn configure(environment: Arc<Environment>) -> ClientBuilder {
    let mut builder = ClientBuilder::new().base_url(&*environment.services.api_url);
    if let ProfileCredentials::Token(token) = &environment.credentials {
        return builder.token(token.expose());
    }
    builder.sign_in = Some(SignIn { environment, timeout: None, max_retries: None });
    builder
}

/// Sign-in of a client from the environment.
#[derive(Clone)]
pub(super) struct SignIn {
    environment: Arc<Environment>,
    timeout: Option<Duration>,
    max_retries: Option<u32>,
}

impl SignIn {
    pub(super) fn set_timeout(&mut self, timeout: Option<Duration>) {
        self.timeout = Some(timeout.unwrap_or(Duration::MAX));
    }

    pub(super) const fn set_max_retries(&mut self, max_retries: u32) {
        self.max_retries = Some(max_retries);
    }

    /// Creates the session, whose requests go through `transport`.
    pub(super) fn provider(&self, transport: impl Transport) -> Result<Session, BuildError> {
        match &self.environment.credentials {
            ProfileCredentials::App(app) => Ok(Session::new(self.ims(app, transport)?)),
            ProfileCredentials::SavedApp(app, vault) => {
                Ok(vault.session(self.ims(app, transport)?).build())
            }
            ProfileCredentials::Token(_) => unreachable!("the builder has the token"),
        }
    }

    fn ims(&self, app: &Credential, transport: impl Transport) -> Result<Ims, BuildError> {
        let environment = &*self.environment;
        let mut builder =
            Ims::builder(app.clone()).base_url(&*environment.services.ims_url).transport(transport);
        if let Some(timeout) = self.timeout {
            builder = builder.timeout(timeout);
        }
        if let Some(max_retries) = self.max_retries {
            builder = builder.max_retries(max_retries);
        }
        builder.build().map_err(|error| match error.kind() {
            BuildErrorKind::BaseUrl => named(&environment.ims_url_source, error),
            _ => named(&environment.credentials_source, error),
        })
    }
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
    use frameio_core::{Body, BoxError};
    use frameio_sim::{Credential as App, Sim, SimServer};
    use frameio_tower::StaticToken;
    use frameio_transport::Proxy;
    use tokio::io::{AsyncBufReadExt, BufReader};
    use tokio::net::TcpListener;
    use tokio::time::Instant;

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

    fn builder_of(ims_url: &str) -> ClientBuilder {
        let directory = tempfile::tempdir().unwrap();
        let variables = HashMap::from([
            ("FRAMEIO_CLIENT_ID", OsString::from(App::DEMO_SERVER_TO_SERVER)),
            ("FRAMEIO_CLIENT_SECRET", App::DEMO_SECRET.into()),
            ("FRAMEIO_IMS_URL", ims_url.into()),
            ("FRAMEIO_CONFIG_DIR", directory.path().into()),
        ]);
        let environment = Environment::from_variables(&|name| variables.get(name).cloned());
        configure(Arc::new(environment.unwrap()))
    }

    #[tokio::test]
    async fn the_sign_in_uses_the_transport_of_the_builder() {
        let sim = Sim::builder().quotas(false).build();
        let builder = builder_of("https://ims.invalid").transport(sim.clone());
        builder.build().unwrap().send(ShowCurrentUser::new()).await.unwrap();
        let operations: Vec<_> =
            sim.requests().iter().map(|request| request.operation.unwrap()).collect();
        assert_eq!(operations, [Sim::IMS_TOKEN, "users.show"]);

        sim.clear_requests();
        let client = builder.token_provider(StaticToken::new(Sim::TOKEN)).build().unwrap();
        client.send(ShowCurrentUser::new()).await.unwrap();
        assert_eq!(sim.requests().len(), 1, "the credentials are replaced");
    }

    #[tokio::test]
    async fn the_sign_in_uses_the_proxy_of_the_builder() {
        let proxy = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", proxy.local_addr().unwrap());
        let client = builder_of("https://ims.invalid").proxy(Proxy::url(url).unwrap());
        let client = client.no_retry().build().unwrap();
        let call = client.send(ShowCurrentUser::new());
        let serve = async {
            let (stream, _) = proxy.accept().await.unwrap();
            let mut line = String::new();
            BufReader::new(stream).read_line(&mut line).await.unwrap();
            line
        };
        let (result, line) = tokio::join!(call, serve);
        result.unwrap_err();
        assert_eq!(line, "CONNECT ims.invalid:443 HTTP/1.1\r\n");
    }

    #[tokio::test(start_paused = true)]
    async fn limits_of_the_builder_hold_for_the_sign_in() {
        for (timeout, retries, seconds) in
            [(None, None, 93), (Some(2), None, 9), (Some(2), Some(0), 2), (None, Some(1), 61)]
        {
            let stalled = tower::service_fn(|request: http::Request<Body>| async move {
                assert_eq!(request.uri().path(), "/ims/token/v3");
                std::future::pending::<Result<http::Response<Body>, BoxError>>().await
            });
            let mut builder = builder_of("https://ims.invalid").transport(stalled);
            if let Some(timeout) = timeout {
                builder = builder.timeout(Duration::from_secs(timeout));
            }
            if let Some(retries) = retries {
                builder = builder.max_retries(retries);
            }
            let start = Instant::now();
            let call = builder.build().unwrap().send(ShowCurrentUser::new());
            call.await.unwrap_err();
            assert_eq!(start.elapsed().as_secs(), seconds, "{timeout:?}, {retries:?}");
        }
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
