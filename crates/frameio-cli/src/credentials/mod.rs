//! Credentials of a run: from the environment, or from the sign-in of a profile.

mod secrets;

use frameio::ClientBuilder;
use frameio::auth::{Claims, Credential, FileStore, Ims, Session, WhyUnauthorized, explain};
use frameio::layers::Token;
use jiff::Timestamp;

pub(crate) use self::secrets::ProfileSecrets;
use crate::config::{self, Profile, SignIn};
use crate::exit::{Failure, Status};

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
    /// Returns the name for people and in JSON.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::TokenVariable => "FRAMEIO_TOKEN",
            Self::ClientVariables => "FRAMEIO_CLIENT_ID",
            Self::Profile => "the profile",
        }
    }
}

/// Reads a variable; an empty one counts as missing.
///
/// Secrets come from the environment, because other users can read the arguments of a process.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

impl Credentials {
    /// Returns the credentials of the environment, or else those of the profile.
    pub(crate) fn find(name: &str, profile: &Profile, ims_url: &str) -> Result<Self, Failure> {
        if let Some(token) = variable("FRAMEIO_TOKEN") {
            let method = AuthMethod::Token(Token::from(token));
            return Ok(Self { method, source: Source::TokenVariable });
        }
        if let (Some(id), Some(secret)) =
            (variable("FRAMEIO_CLIENT_ID"), variable("FRAMEIO_CLIENT_SECRET"))
        {
            let ims = ims(Credential::server_to_server(id, secret), ims_url)?;
            let method = AuthMethod::Session(Session::new(ims));
            return Ok(Self { method, source: Source::ClientVariables });
        }
        Self::of_profile(name, profile, ims_url)
    }

    /// Returns the credentials with which a profile signed in.
    pub(crate) fn of_profile(
        name: &str,
        profile: &Profile,
        ims_url: &str,
    ) -> Result<Self, Failure> {
        let method = match &profile.sign_in {
            None => {
                let message = "not signed in: run `frameio login`, or set FRAMEIO_TOKEN";
                return Err(Failure::new(Status::SignedOut, message));
            }
            Some(SignIn::Token) => {
                let token = ProfileSecrets::load(name)?.token.ok_or_else(missing)?;
                AuthMethod::Token(Token::from(token))
            }
            Some(sign_in) => AuthMethod::Session(session(name, sign_in, ims_url)?),
        };
        Ok(Self { method, source: Source::Profile })
    }

    /// Signs the calls of a client.
    pub(crate) fn sign(&self, builder: ClientBuilder) -> ClientBuilder {
        match &self.method {
            AuthMethod::Token(token) if is_legacy(token) => builder.legacy_token(token.expose()),
            AuthMethod::Token(token) => builder.token(token.expose()),
            AuthMethod::Session(session) => builder.token_provider(session.clone()),
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

/// Opens the session of a profile, whose tokens are in a file that all runs share.
pub(crate) fn session(name: &str, sign_in: &SignIn, ims_url: &str) -> Result<Session, Failure> {
    let secret = || ProfileSecrets::load(name)?.client_secret.ok_or_else(missing);
    let credential = match sign_in {
        SignIn::Token => return Err(missing()),
        SignIn::ServerToServer { client_id } => Credential::server_to_server(client_id, secret()?),
        SignIn::Web { client_id, redirect_uri } => {
            Credential::web(client_id, secret()?, redirect_uri)
        }
        SignIn::Native { client_id, redirect_uri } => Credential::native(client_id, redirect_uri),
    };
    let store = FileStore::new(config::tokens(name)?);
    Ok(Session::builder(ims(credential, ims_url)?).store(store).build())
}

/// Creates a client of the sign-in service.
pub(crate) fn ims(credential: Credential, url: &str) -> Result<Ims, Failure> {
    let built = Ims::builder(credential).base_url(url).build();
    built.map_err(|error| Failure::new(Status::Usage, error.to_string()))
}

fn missing() -> Failure {
    Failure::new(Status::SignedOut, "the secrets of this profile are missing: run `frameio login`")
}
