//! Credentials: apps registered at IMS.

use frameio_core::Secret;

use serde::{Deserialize, Serialize};

use super::redirect::Redirect;
use super::scopes;

/// App that can sign in, like a credential of the Adobe Developer Console; registered with
/// [`Builder::credential`](crate::Builder::credential).
///
/// `Debug` shows no secret.
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
    /// Whether the project of the app has the product that gives access to the API.
    has_product: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    ServerToServer,
    Web,
    SinglePage,
    Native,
}

/// Serialized form of a credential.
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
    /// Client id of the default web app.
    pub const DEMO_WEB: &'static str = "frameio-sim-web";

    /// Client id of the default server.
    pub const DEMO_SERVER_TO_SERVER: &'static str = "frameio-sim-server";

    /// Client id of the default single-page app.
    pub const DEMO_SINGLE_PAGE: &'static str = "frameio-sim-single-page";

    /// Client id of the default native app.
    pub const DEMO_NATIVE: &'static str = "frameio-sim-native";

    /// Secret of the default web app and the default server.
    pub const DEMO_SECRET: &'static str = "frameio-sim-secret";

    /// Creates an OAuth Web App: authorization code flow with a secret.
    pub fn web(client_id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self::new(Kind::Web, client_id.into(), Some(secret.into()))
    }

    /// Creates an OAuth Server-to-Server credential: client credentials flow without user and redirect.
    pub fn server_to_server(client_id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self::new(Kind::ServerToServer, client_id.into(), Some(secret.into()))
    }

    /// Creates an OAuth Single-Page App: authorization code flow with PKCE and without a secret.
    pub fn single_page(client_id: impl Into<String>) -> Self {
        Self::new(Kind::SinglePage, client_id.into(), None)
    }

    /// Creates an OAuth Native App: authorization code flow with PKCE and without a secret; a redirect
    /// URI can have a custom scheme.
    pub fn native(client_id: impl Into<String>) -> Self {
        Self::new(Kind::Native, client_id.into(), None)
    }

    fn new(kind: Kind, client_id: String, secret: Option<String>) -> Self {
        let secret = secret.map(Secret::from);
        Self { kind, client_id, secret, redirects: Vec::new(), has_product: true }
    }

    /// Adds an accepted redirect URI.
    ///
    /// The first one is the default, used when the app requests a URI that is not registered. On the
    /// loopback interface every port is accepted.
    ///
    /// # Panics
    /// Panics for a server, and if the scheme is neither `https`, nor `http` on the loopback interface,
    /// nor, for a native app, a custom scheme.
    #[must_use]
    #[track_caller]
    pub fn redirect(mut self, uri: impl Into<String>) -> Self {
        let uri = uri.into();
        assert!(self.kind != Kind::ServerToServer, "a server has no redirect URI: {uri}");
        match Redirect::new(uri.clone(), self.kind == Kind::Native) {
            Ok(redirect) => self.redirects.push(redirect),
            Err(why) => panic!("the redirect URI {uri:?} {why}"),
        }
        self
    }

    /// Removes the product "Frame.io S2S API" from the project of a server, which then cannot request
    /// the scope `frame.s2s.all`. A saved state does not keep this setting.
    #[must_use]
    pub fn without_product(mut self) -> Self {
        self.has_product = false;
        self
    }

    /// Returns the client id.
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

    /// Restores a credential, or describes why it is invalid.
    pub(super) fn restored(saved: SavedCredential) -> Result<Self, String> {
        let SavedCredential { kind, client_id, secret, redirects } = saved;
        if secret.is_some() != matches!(kind, Kind::ServerToServer | Kind::Web) {
            return Err(format!(
                "'{client_id}': servers and web apps have a secret, other apps have none"
            ));
        }
        let redirect = |uri: String| {
            let subject = format!("'{client_id}': the redirect URI '{uri}' ");
            Redirect::new(uri, kind == Kind::Native).map_err(|why| subject + why)
        };
        let redirects = redirects.into_iter().map(redirect).collect::<Result<_, _>>()?;
        Ok(Self { redirects, ..Self::new(kind, client_id, secret) })
    }

    /// Returns a credential of each kind, with redirects to `/callback` on the loopback interface.
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

    /// Returns whether the credential has this secret.
    pub(super) fn knows(&self, secret: &str) -> bool {
        self.secret.as_ref().is_some_and(|known| known.expose() == secret)
    }

    pub(super) const fn is_public(&self) -> bool {
        self.secret.is_none()
    }

    /// Returns the requested redirect URI if it is registered, or the default.
    pub(super) fn redirect_for(&self, requested: Option<&str>) -> Option<String> {
        let known =
            |requested: &&str| self.redirects.iter().any(|redirect| redirect.matches(requested));
        let default = || self.redirects.first().map(Redirect::as_str);
        requested.filter(known).or_else(default).map(str::to_owned)
    }

    /// Returns the scopes that the credential can request.
    pub(super) const fn scopes(&self) -> &'static [&'static str] {
        match self.kind {
            Kind::ServerToServer if self.has_product => scopes::OF_SERVERS,
            Kind::ServerToServer => scopes::WITHOUT_PRODUCT,
            _ => scopes::OF_USERS,
        }
    }
}
