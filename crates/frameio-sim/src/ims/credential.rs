//! Credentials: the apps that IMS knows.
use frameio_core::Secret;

use serde::{Deserialize, Serialize};

use super::redirect::Redirect;
use super::scopes;

/// An app that may sign in, as the Adobe Developer Console makes them; see
/// [`Builder::credential`](crate::Builder::credential).
///
/// Its `Debug` shows no secret.
///
/// ```
/// use frameio_sim::{Credential, Sim};
///
/// let app = Credential::web("my-app", "s3cret").redirect("https://app.example/callback");
/// let sim = Sim::builder().credential(app).build();
/// ```
#[derive(Clone, Debug)]
pub struct Credential {
    pub(super) kind: Kind,
    client_id: String,
    secret: Option<Secret>,
    redirects: Vec<Redirect>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    ServerToServer,
    Web,
    SinglePage,
    Native,
}

/// A credential as it is saved.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SavedCredential {
    kind: Kind,
    client_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    redirects: Vec<String>,
}

impl Credential {
    /// The web app that is there where the builder names no credential.
    pub const DEMO_WEB: &'static str = "frameio-sim-web";

    /// The server that is there where the builder names no credential.
    pub const DEMO_SERVER_TO_SERVER: &'static str = "frameio-sim-server";

    /// The single-page app that is there where the builder names no credential.
    pub const DEMO_SINGLE_PAGE: &'static str = "frameio-sim-single-page";

    /// The native app that is there where the builder names no credential.
    pub const DEMO_NATIVE: &'static str = "frameio-sim-native";

    /// The secret of the demo credentials that have one: the web app and the server.
    pub const DEMO_SECRET: &'static str = "frameio-sim-secret";

    /// OAuth Web App: the authorization code, exchanged with a secret.
    pub fn web(client_id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self::new(Kind::Web, client_id.into(), Some(secret.into()))
    }

    /// OAuth Server-to-Server: client credentials, no user and no redirect.
    pub fn server_to_server(client_id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self::new(Kind::ServerToServer, client_id.into(), Some(secret.into()))
    }

    /// OAuth Single-Page App: the authorization code with PKCE, no secret.
    pub fn single_page(client_id: impl Into<String>) -> Self {
        Self::new(Kind::SinglePage, client_id.into(), None)
    }

    /// OAuth Native App: the authorization code with PKCE, no secret; its redirect may have a
    /// scheme of its own.
    pub fn native(client_id: impl Into<String>) -> Self {
        Self::new(Kind::Native, client_id.into(), None)
    }

    fn new(kind: Kind, client_id: String, secret: Option<String>) -> Self {
        let secret = secret.map(Secret::from);
        Self { kind, client_id, secret, redirects: Vec::new() }
    }

    /// Takes this redirect URI; called again, this one too. The first is the default, which a
    /// browser is sent to where the app asks for one that is not taken.
    ///
    /// On the loopback any port fits.
    ///
    /// # Panics
    /// If it is neither `https` nor `http` on the loopback nor, for a native app, of a scheme of
    /// its own; and for a server.
    #[must_use]
    #[track_caller]
    pub fn redirect(mut self, uri: impl Into<String>) -> Self {
        let uri = uri.into();
        assert!(self.kind != Kind::ServerToServer, "a server is not redirected to: {uri}");
        match Redirect::new(uri.clone(), self.kind == Kind::Native) {
            Ok(redirect) => self.redirects.push(redirect),
            Err(why) => panic!("the redirect URI {uri:?} {why}"),
        }
        self
    }

    /// The id that the app names itself by.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    pub(super) fn saved(&self) -> SavedCredential {
        SavedCredential {
            kind: self.kind,
            client_id: self.client_id.clone(),
            secret: self.secret.as_ref().map(|secret| secret.expose().to_owned()),
            redirects: self.redirects.iter().map(|uri| uri.as_str().to_owned()).collect(),
        }
    }

    /// The same back, or what is wrong with it.
    pub(super) fn restored(saved: SavedCredential) -> Result<Self, String> {
        let SavedCredential { kind, client_id, secret, redirects } = saved;
        if secret.is_some() != matches!(kind, Kind::ServerToServer | Kind::Web) {
            return Err(format!(
                "`{client_id}`: a server and a web app have a secret, others none"
            ));
        }
        let redirect = |uri: String| {
            let told = format!("`{client_id}`: the redirect URI {uri:?} ");
            Redirect::new(uri, kind == Kind::Native).map_err(|why| told + why)
        };
        let redirects = redirects.into_iter().map(redirect).collect::<Result<_, _>>()?;
        Ok(Self { redirects, ..Self::new(kind, client_id, secret) })
    }

    /// One of each kind, redirected to `/callback` on the loopback.
    pub(super) fn demo() -> Vec<Self> {
        let local = |credential: Self| {
            let hosts = ["127.0.0.1", "localhost", "[::1]"].into_iter();
            hosts.fold(credential, |c, host| c.redirect(format!("http://{host}/callback")))
        };
        vec![
            local(Self::web(Self::DEMO_WEB, Self::DEMO_SECRET)),
            Self::server_to_server(Self::DEMO_SERVER_TO_SERVER, Self::DEMO_SECRET),
            local(Self::single_page(Self::DEMO_SINGLE_PAGE)),
            local(Self::native(Self::DEMO_NATIVE)),
        ]
    }

    /// Whether it has a secret, and this one.
    pub(super) fn knows(&self, secret: &str) -> bool {
        self.secret.as_ref().is_some_and(|known| known.expose() == secret)
    }

    pub(super) const fn is_public(&self) -> bool {
        self.secret.is_none()
    }

    /// Returns the redirect URI: the requested one if it is registered, else the default.
    pub(super) fn redirect_for(&self, asked: Option<&str>) -> Option<String> {
        let known = |asked: &&str| self.redirects.iter().any(|redirect| redirect.matches(asked));
        let default = || self.redirects.first().map(Redirect::as_str);
        asked.filter(known).or_else(default).map(str::to_owned)
    }

    /// The scopes that it can ask for.
    pub(super) const fn scopes(&self) -> &'static [&'static str] {
        match self.kind {
            Kind::ServerToServer => scopes::OF_SERVERS,
            _ => scopes::OF_USERS,
        }
    }
}
