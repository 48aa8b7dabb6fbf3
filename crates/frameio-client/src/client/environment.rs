//! A client from the environment and the profiles of the command.

use frameio_auth::profile::{Environment, Lookup, ProfileCredentials};
use frameio_auth::{Credential, Ims, Session};
use frameio_tower::{BuildError, BuildErrorKind, Token};

use super::Client;
use super::builder::ClientBuilder;

impl Client {
    /// Creates a client with the settings of the environment and of the profile that the command
    /// `frameio` uses.
    ///
    /// | setting | variable | else |
    /// |---|---|---|
    /// | token | `FRAMEIO_TOKEN` | a server-to-server sign-in, or the sign-in of the profile |
    /// | server-to-server sign-in | `FRAMEIO_CLIENT_ID` and `FRAMEIO_CLIENT_SECRET` | the sign-in of the profile |
    /// | base URL | `FRAMEIO_BASE_URL` | that of the profile, or `https://api.frame.io` |
    /// | sign-in URL | `FRAMEIO_IMS_URL` | that of the profile, or Adobe's; the base URL if that is on this machine |
    /// | profile | `FRAMEIO_PROFILE` | the one set by `frameio profile use`, or `default` |
    /// | directory of profiles | `FRAMEIO_CONFIG_DIR` | `frameio` in the user's configuration directory |
    ///
    /// A token that starts with `fio-u-` is a [legacy token](ClientBuilder::legacy_token). Whitespace
    /// around a value is ignored, and an empty variable counts as missing.
    ///
    /// Create a profile with `frameio login`. Its tokens are refreshed and saved as the command does,
    /// so that both can run at the same time. They are read from files, or from the keyring of the
    /// system with the feature `keyring`. A sign-in is used only at the services that it was made for.
    /// The profiles do not have to be readable if a variable has a token or both have a
    /// server-to-server sign-in, `FRAMEIO_BASE_URL` is set, and `FRAMEIO_PROFILE` is not.
    ///
    /// Reads files and blocks for as long as the user takes to unlock the keyring. Refreshing tokens
    /// needs a Tokio runtime.
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
    /// [`BuildErrorKind::Environment`], with the name of the variable or the file, when there are no
    /// credentials, a value cannot be used, the profiles cannot be read, or the sign-in belongs to
    /// another service.
    pub fn from_env() -> Result<Self, BuildError> {
        from_variables(&|name| std::env::var_os(name))
    }
}

impl ClientBuilder {
    /// Returns the settings of the environment and of the profile, as [`Client::from_env`] uses them,
    /// to be changed or added to.
    ///
    /// # Errors
    /// As [`Client::from_env`]. A base URL that cannot be used is reported by
    /// [`build`](Self::build).
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
        ProfileCredentials::Token(token) if is_legacy(token) => {
            builder.legacy_token(token.expose())
        }
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

fn is_legacy(token: &Token) -> bool {
    token.expose().starts_with("fio-u-")
}

/// Names the variable or the file that the error is about.
fn named(source: &str, error: BuildError) -> BuildError {
    BuildError::new(BuildErrorKind::Environment, format!("{source}: {error}")).caused_by(error)
}
