//! Who calls: by the environment, or as the profile has signed in.

use frameio::ClientBuilder;
use frameio::auth::{Credential, FileStore, Ims, Session, WhyUnauthorized, explain};
use frameio::layers::Token;
use jiff::Timestamp;

use super::secrets::Secrets;
use super::tokens;
use crate::exit::{Failure, Status};
use crate::profile::{Profile, SignIn};

/// What the calls of a run are signed with.
pub(crate) enum Who {
    /// A token that does not change, and where it is from.
    Token { token: Token, from: &'static str },
    /// A sign-in that looks after its tokens.
    Session { session: Session, from: &'static str },
}

/// Not a flag: the arguments of a program can be read by others on the machine.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

impl Who {
    /// Whoever the environment names, else who has signed in to the profile.
    pub(crate) fn find(name: &str, profile: &Profile, ims_url: &str) -> Result<Self, Failure> {
        if let Some(token) = variable("FRAMEIO_TOKEN") {
            return Ok(Self::Token { token: Token::from(token), from: "FRAMEIO_TOKEN" });
        }
        if let (Some(id), Some(secret)) =
            (variable("FRAMEIO_CLIENT_ID"), variable("FRAMEIO_CLIENT_SECRET"))
        {
            let ims = ims(Credential::server_to_server(id, secret), ims_url)?;
            return Ok(Self::Session { session: Session::new(ims), from: "FRAMEIO_CLIENT_ID" });
        }
        Self::of_profile(name, profile, ims_url)
    }

    /// Who has signed in to the profile.
    pub(super) fn of_profile(
        name: &str,
        profile: &Profile,
        ims_url: &str,
    ) -> Result<Self, Failure> {
        let Some(sign_in) = &profile.sign_in else {
            let message = "not signed in: run `frameio login`, or set FRAMEIO_TOKEN";
            return Err(Failure::new(Status::SignedOut, message));
        };
        if let SignIn::Token = sign_in {
            let token = Secrets::load(name)?.token.ok_or_else(lost)?;
            return Ok(Self::Token { token: Token::from(token), from: "the profile" });
        }
        Ok(Self::Session { session: session(name, sign_in, ims_url)?, from: "the profile" })
    }

    /// Signs the calls of a client.
    pub(crate) fn sign(&self, builder: ClientBuilder) -> ClientBuilder {
        match self {
            Self::Token { token, .. } if is_legacy(token) => builder.legacy_token(token.expose()),
            Self::Token { token, .. } => builder.token(token.expose()),
            Self::Session { session, .. } => builder.token_provider(session.clone()),
        }
    }

    /// Why a call was answered 401, as far as that can be told.
    pub(crate) fn explain(&self, error: &frameio::Error) -> Option<WhyUnauthorized> {
        match self {
            Self::Token { token, .. } => explain(error.status(), token, Timestamp::now()),
            Self::Session { session, .. } => session.explain(error.status()),
        }
    }
}

/// Whether it is a legacy developer token.
pub(super) fn is_legacy(token: &Token) -> bool {
    token.expose().starts_with("fio-u-")
}

/// The session of a profile, which keeps its tokens in a file that all runs share.
pub(super) fn session(name: &str, sign_in: &SignIn, ims_url: &str) -> Result<Session, Failure> {
    let secret = || Secrets::load(name)?.client_secret.ok_or_else(lost);
    let credential = match sign_in {
        SignIn::Token => return Err(lost()),
        SignIn::ServerToServer { client_id } => Credential::server_to_server(client_id, secret()?),
        SignIn::Web { client_id, redirect_uri } => {
            Credential::web(client_id, secret()?, redirect_uri)
        }
        SignIn::Native { client_id, redirect_uri } => Credential::native(client_id, redirect_uri),
    };
    let store = FileStore::new(tokens(name)?);
    Ok(Session::builder(ims(credential, ims_url)?).store(store).build())
}

pub(super) fn ims(credential: Credential, url: &str) -> Result<Ims, Failure> {
    let built = Ims::builder(credential).base_url(url).build();
    built.map_err(|error| Failure::new(Status::Usage, error.to_string()))
}

fn lost() -> Failure {
    Failure::new(Status::SignedOut, "what was signed in with is gone: run `frameio login`")
}
