//! Credentials of a run: from the environment, or from the sign-in of a profile.

#[cfg(feature = "keyring")]
mod keyring;
#[cfg(not(feature = "keyring"))]
#[path = "no_keyring.rs"]
mod keyring;
mod secrets;
mod services;
mod vault;

use frameio::auth::{Claims, Credential, Session, Tokens, WhyUnauthorized, explain};
use frameio::layers::Token;
use frameio::{ClientBuilder, Secret};
use jiff::Timestamp;

pub(crate) use self::secrets::ProfileSecrets;
pub(crate) use self::services::{Services, SignInSettings};
pub(crate) use self::vault::Vault;
use crate::config::{Profile, SignIn};
use crate::exit::{Failure, Status};
use crate::input::variable;
use crate::report::Reporter;

/// Credentials with which the calls of a run are signed.
pub(crate) struct Credentials {
    method: AuthMethod,
    source: Source,
}

/// How calls are signed.
enum AuthMethod {
    /// A token that does not change.
    Token(Token),
    /// A session that refreshes its tokens.
    Session(Session),
}

/// Origin of credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// The variable `FRAMEIO_TOKEN`.
    TokenVariable,
    /// The variables `FRAMEIO_CLIENT_ID` and `FRAMEIO_CLIENT_SECRET`.
    ClientVariables,
    Profile,
}

impl Source {
    /// Returns the source of the credentials of this run.
    pub(crate) fn of_run() -> Result<Self, Failure> {
        Ok(if variable("FRAMEIO_TOKEN")?.is_some() {
            Self::TokenVariable
        } else if client_variables()?.is_some() {
            Self::ClientVariables
        } else {
            Self::Profile
        })
    }

    /// Returns the name for people and in JSON.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::TokenVariable => "FRAMEIO_TOKEN",
            Self::ClientVariables => "FRAMEIO_CLIENT_ID",
            Self::Profile => "the profile",
        }
    }
}

/// Returns the ID and the secret of a server-to-server credential in the environment.
///
/// Secrets come from the environment, because other users can read the arguments of a process.
fn client_variables() -> Result<Option<(String, String)>, Failure> {
    Ok(variable("FRAMEIO_CLIENT_ID")?.zip(variable("FRAMEIO_CLIENT_SECRET")?))
}

impl Credentials {
    /// Uses a token that does not change.
    pub(crate) const fn token(token: Token, source: Source) -> Self {
        Self { method: AuthMethod::Token(token), source }
    }

    /// Uses the tokens of a session.
    pub(crate) const fn session(session: Session, source: Source) -> Self {
        Self { method: AuthMethod::Session(session), source }
    }

    /// Returns the credentials of the environment, or else those of the profile.
    pub(crate) fn find(
        name: &str,
        profile: &Profile,
        settings: &SignInSettings,
    ) -> Result<Self, Failure> {
        if let Some(token) = variable("FRAMEIO_TOKEN")? {
            return Ok(Self::token(Token::from(token), Source::TokenVariable));
        }
        if let Some((id, secret)) = client_variables()? {
            let ims = settings.ims(Credential::server_to_server(id, secret))?;
            return Ok(Self::session(Session::new(ims), Source::ClientVariables));
        }
        Self::of_profile(name, profile, settings)
    }

    /// Returns the credentials with which a profile signed in.
    ///
    /// They are for the services at which it did, and refused at others.
    pub(crate) fn of_profile(
        name: &str,
        profile: &Profile,
        settings: &SignInSettings,
    ) -> Result<Self, Failure> {
        let Some(sign_in) = &profile.sign_in else {
            let message = "not signed in: run `frameio login`, or set FRAMEIO_TOKEN";
            return Err(Failure::new(Status::SignedOut, message));
        };
        let vault = Vault::new(profile.storage, name)?;
        let secrets = vault.secrets()?.ok_or_else(missing)?;
        if let SignIn::Token = sign_in {
            secrets.services.check_api(&settings.services, name)?;
            let token = secrets.token.ok_or_else(missing)?;
            return Ok(Self::token(Token::new(token), Source::Profile));
        }
        secrets.services.check(&settings.services, name)?;
        let session = session(name, &vault, secrets.client_secret, sign_in, settings)?;
        Ok(Self::session(session, Source::Profile))
    }

    /// Signs the calls of a client.
    pub(crate) fn sign(&self, builder: ClientBuilder) -> ClientBuilder {
        match &self.method {
            AuthMethod::Token(token) if is_legacy(token) => builder.legacy_token(token.expose()),
            AuthMethod::Token(token) => builder.token(token.expose()),
            AuthMethod::Session(session) => builder.token_provider(session.clone()),
        }
    }

    /// Returns the session, if the tokens are refreshed.
    pub(crate) const fn as_session(&self) -> Option<&Session> {
        match &self.method {
            AuthMethod::Token(_) => None,
            AuthMethod::Session(session) => Some(session),
        }
    }

    /// Returns the tokens of the session, if there is one.
    pub(crate) async fn tokens(&self) -> Result<Option<Tokens>, Failure> {
        match &self.method {
            AuthMethod::Token(_) => Ok(None),
            AuthMethod::Session(session) => Ok(session.export().await?),
        }
    }

    /// Returns where the credentials are from.
    pub(crate) const fn source(&self) -> Source {
        self.source
    }

    /// Returns the kind of credentials, for people and in JSON.
    pub(crate) fn kind(&self, profile: &Profile) -> &'static str {
        match (&self.method, self.source, &profile.sign_in) {
            (AuthMethod::Token(token), ..) if is_legacy(token) => "legacy developer token",
            (AuthMethod::Token(_), ..) => "token",
            (AuthMethod::Session(_), Source::Profile, Some(sign_in)) => sign_in.name(),
            (AuthMethod::Session(_), ..) => "server-to-server",
        }
    }

    /// Returns when the current token expires, if that is known.
    pub(crate) async fn expires_at(&self) -> Result<Option<Timestamp>, Failure> {
        match &self.method {
            AuthMethod::Token(token) => {
                Ok(Claims::unverified(token.expose()).and_then(|claims| claims.expires_at()))
            }
            AuthMethod::Session(session) => Ok(session.export().await?.map(|it| it.expires_at)),
        }
    }

    /// Turns a failed call into a failure that says why the token was refused, if that is known.
    pub(crate) fn failure(&self, error: frameio::Error) -> Failure {
        let why = self.explain(&error);
        let mut failure = Failure::from(error);
        if let Some(why) = why {
            failure.message = format!("{}: {why}", failure.message);
        }
        failure
    }

    fn explain(&self, error: &frameio::Error) -> Option<WhyUnauthorized> {
        match &self.method {
            AuthMethod::Token(token) => explain(error.status(), token, Timestamp::now()),
            AuthMethod::Session(session) => session.explain(error.status()),
        }
    }
}

/// Returns whether a token is a legacy developer token.
fn is_legacy(token: &Token) -> bool {
    token.expose().starts_with("fio-u-")
}

/// Opens the session of a profile, whose tokens all runs share.
pub(crate) fn session(
    name: &str,
    vault: &Vault,
    client_secret: Option<Secret>,
    sign_in: &SignIn,
    settings: &SignInSettings,
) -> Result<Session, Failure> {
    let secret = || client_secret.ok_or_else(missing);
    let credential = match sign_in {
        SignIn::Token => return Err(missing()),
        SignIn::ServerToServer { client_id } => Credential::server_to_server(client_id, secret()?),
        SignIn::Web { client_id, redirect_uri } => {
            Credential::web(client_id, secret()?, redirect_uri)
        }
        SignIn::Native { client_id, redirect_uri } => Credential::native(client_id, redirect_uri),
    };
    let profile = name.to_owned();
    let warn = move |error: &frameio::auth::Error| {
        let message = format!(
            "the renewed sign-in of profile '{profile}' is not saved: {error}; trying again when \
             this run ends"
        );
        Reporter::text().note(&message);
    };
    Ok(vault.session(settings.ims(credential)?).on_unsaved(warn).build())
}

fn missing() -> Failure {
    Failure::new(Status::SignedOut, "the secrets of this profile are missing: run `frameio login`")
}
