//! Credentials of a run, from the environment or from the sign-in of a profile.

mod sign_in;

use frameio::ClientBuilder;
use frameio::auth::profile::{Profile, ProfileCredentials, Vault};
use frameio::auth::{Claims, Credential, Session, Tokens, UnauthorizedReason, explain};
use frameio::layers::Token;
use jiff::Timestamp;

pub(crate) use self::sign_in::SignInSettings;
use crate::config;
use crate::exit::{Failure, Status};
use crate::input::variable;
use crate::report::Reporter;

/// Credentials that authenticate the calls of a run.
pub(crate) struct Credentials {
    method: AuthMethod,
    source: Source,
}

/// Source of the tokens that are sent with calls.
enum AuthMethod {
    /// A fixed token.
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
        Ok(of_environment()?.as_ref().map_or(Self::Profile, Self::of))
    }

    const fn of(given: &ProfileCredentials) -> Self {
        match given {
            ProfileCredentials::Token(_) => Self::TokenVariable,
            _ => Self::ClientVariables,
        }
    }

    /// Returns the name that text and JSON output use.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::TokenVariable => "FRAMEIO_TOKEN",
            Self::ClientVariables => "FRAMEIO_CLIENT_ID",
            Self::Profile => "the profile",
        }
    }
}

/// Returns the credentials in the environment.
fn of_environment() -> Result<Option<ProfileCredentials>, Failure> {
    Ok(ProfileCredentials::from_environment(&|name| std::env::var_os(name))?)
}

/// Names the variable that is missing for a server-to-server credential, if only one of both is set.
fn with_half_credential(mut failure: Failure) -> Failure {
    let is_set = |name| matches!(variable(name), Ok(Some(_)));
    let variables = ["FRAMEIO_CLIENT_ID", "FRAMEIO_CLIENT_SECRET"];
    let (set, missing) = match variables.map(is_set) {
        [true, false] => (variables[0], variables[1]),
        [false, true] => (variables[1], variables[0]),
        _ => return failure,
    };
    if failure.status == Status::SignedOut {
        failure.message += &format!("; {set} is set, but {missing} is not");
    }
    failure
}

impl Credentials {
    /// Uses a fixed token.
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
        match of_environment()? {
            Some(given) => {
                let source = Source::of(&given);
                Self::new(name, given, source, settings)
            }
            None => Self::of_profile(name, profile, settings).map_err(with_half_credential),
        }
    }

    /// Returns the credentials of the sign-in of a profile.
    ///
    /// # Errors
    /// Fails if the run uses other services than those that the sign-in was made for.
    pub(crate) fn of_profile(
        name: &str,
        profile: &Profile,
        settings: &SignInSettings,
    ) -> Result<Self, Failure> {
        let directory = config::directory()?;
        let saved =
            ProfileCredentials::from_profile(&directory, name, profile, &settings.services)?;
        Self::new(name, saved, Source::Profile, settings)
    }

    fn new(
        name: &str,
        credentials: ProfileCredentials,
        source: Source,
        settings: &SignInSettings,
    ) -> Result<Self, Failure> {
        Ok(match credentials {
            ProfileCredentials::Token(token) => Self::token(token, source),
            ProfileCredentials::App(app) => Self::session(Session::new(settings.ims(app)?), source),
            ProfileCredentials::SavedApp(app, vault) => {
                Self::session(session(name, &vault, app, settings)?, source)
            }
        })
    }

    /// Adds the credentials to a client.
    pub(crate) fn sign(&self, builder: ClientBuilder) -> ClientBuilder {
        match &self.method {
            AuthMethod::Token(token) => builder.token(token.expose()),
            AuthMethod::Session(session) => builder.token_provider(session.clone()),
        }
    }

    /// Returns the session; `None` for a fixed token.
    pub(crate) const fn as_session(&self) -> Option<&Session> {
        match &self.method {
            AuthMethod::Token(_) => None,
            AuthMethod::Session(session) => Some(session),
        }
    }

    /// Returns the fixed token; `None` for a session.
    pub(crate) const fn fixed_token(&self) -> Option<&Token> {
        match &self.method {
            AuthMethod::Token(token) => Some(token),
            AuthMethod::Session(_) => None,
        }
    }

    /// Returns whether the token is a legacy developer token.
    pub(crate) fn is_legacy(&self) -> bool {
        self.fixed_token().is_some_and(Token::is_legacy)
    }

    /// Returns the client ID of a server-to-server credential, which is its user.
    pub(crate) fn server_id(&self, profile: &Profile) -> Option<&str> {
        let session = self.as_session().filter(|_| self.kind(profile) == "server-to-server")?;
        Some(session.ims().credential().client_id())
    }

    /// Returns the tokens of the session; `None` for a fixed token.
    pub(crate) async fn tokens(&self) -> Result<Option<Tokens>, Failure> {
        match &self.method {
            AuthMethod::Token(_) => Ok(None),
            AuthMethod::Session(session) => Ok(session.export().await?),
        }
    }

    /// Returns the origin of the credentials.
    pub(crate) const fn source(&self) -> Source {
        self.source
    }

    /// Returns the kind of credentials that text and JSON output use.
    pub(crate) fn kind(&self, profile: &Profile) -> &'static str {
        match (&self.method, self.source, &profile.sign_in) {
            (AuthMethod::Token(token), ..) if token.is_legacy() => "legacy developer token",
            (AuthMethod::Token(_), ..) => "token",
            (AuthMethod::Session(_), Source::Profile, Some(sign_in)) => sign_in.name(),
            (AuthMethod::Session(_), ..) => "server-to-server",
        }
    }

    /// Returns the expiry of the current token, if known.
    pub(crate) async fn expires_at(&self) -> Result<Option<Timestamp>, Failure> {
        match &self.method {
            AuthMethod::Token(token) => {
                Ok(Claims::unverified(token.expose()).and_then(|claims| claims.expires_at()))
            }
            AuthMethod::Session(session) => Ok(session.export().await?.map(|it| it.expires_at)),
        }
    }

    /// Converts the error of a call, and explains why the token was refused, if known.
    pub(crate) fn failure(&self, error: frameio::Error) -> Failure {
        let why = self.explain(&error).map(|reason| Self::advice(&reason));
        let mut failure = Failure::from(error);
        if let Some(why) = why {
            failure.message = format!("{}: {why}", failure.message);
        }
        failure
    }

    /// Returns why a token was refused, in the words of the command.
    fn advice(reason: &UnauthorizedReason) -> String {
        match reason {
            UnauthorizedReason::LegacyToken => format!("{reason}: sign in with `frameio login`"),
            _ => reason.to_string(),
        }
    }

    fn explain(&self, error: &frameio::Error) -> Option<UnauthorizedReason> {
        match &self.method {
            AuthMethod::Token(token) => explain(error.status(), token, Timestamp::now()),
            AuthMethod::Session(session) => session.explain(error.status()),
        }
    }
}

/// Opens the session of a profile, whose tokens are shared by all runs.
pub(crate) fn session(
    name: &str,
    vault: &Vault,
    credential: Credential,
    settings: &SignInSettings,
) -> Result<Session, Failure> {
    let profile = name.to_owned();
    let warn = move |error: &frameio::auth::Error| {
        let message = format!(
            "cannot save the refreshed tokens of profile '{profile}': {error}; retrying at the end \
             of this run"
        );
        Reporter::text().note(&message);
    };
    Ok(vault.session(settings.ims(credential)?).on_unsaved(warn).build())
}
