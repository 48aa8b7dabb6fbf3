//! Credentials of an app.

use std::fmt;

use frameio_core::{Secret, trim_text};

/// OAuth credential of an app, of one of the types in the Adobe Developer Console.
///
/// | type | signs in | redirect URI |
/// |---|---|---|
/// | [`server_to_server`](Self::server_to_server) | the app itself, with its secret | none |
/// | [`web`](Self::web) | a user, with the secret of the app | `https` |
/// | [`single_page`](Self::single_page) | a user, with PKCE | `https` |
/// | [`native`](Self::native) | a user, with PKCE | `https` or a custom scheme |
///
/// A redirect URI may also be `http` on the loopback. Whitespace around an ID, a secret or a redirect
/// URI is removed. `Debug` does not show the secret.
///
/// ```
/// use frameio::auth::Credential;
///
/// let credential = Credential::web("my-app", "s3cret", "https://app.example/callback");
/// assert!(!format!("{credential:?}").contains("s3cret"));
/// ```
#[derive(Clone)]
#[must_use]
pub struct Credential {
    pub(super) kind: Kind,
    pub(super) client_id: String,
    pub(super) secret: Option<Secret>,
    pub(super) redirect_uri: Option<String>,
    scopes: Option<Vec<String>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    ServerToServer,
    Web,
    SinglePage,
    Native,
}

/// Default scopes of users. The API requires the last one, and `offline_access` requests a refresh
/// token.
const USER_SCOPES: &[&str] = &["openid", "email", "profile", "offline_access", ROLES];
const SERVER_SCOPES: &[&str] = &["openid", ADOBE_ID, SERVER];

/// Scope that the service adds for users.
pub(super) const ADOBE_ID: &str = "AdobeID";
pub(super) const ROLES: &str = "additional_info.roles";
pub(super) const SERVER: &str = "frame.s2s.all";

impl Credential {
    /// Creates an OAuth Server-to-Server credential, which signs in without a user.
    ///
    /// Only accounts that are managed in the Adobe Admin Console support it.
    pub fn server_to_server(
        client_id: impl Into<String>,
        client_secret: impl Into<Secret>,
    ) -> Self {
        let secret = Some(client_secret.into());
        Self::new(Kind::ServerToServer, client_id.into(), secret, None)
    }

    /// Creates an OAuth Web App credential, which signs in users with an authorization code and the
    /// secret of the app.
    pub fn web(
        client_id: impl Into<String>,
        client_secret: impl Into<Secret>,
        redirect_uri: impl Into<String>,
    ) -> Self {
        let secret = Some(client_secret.into());
        Self::new(Kind::Web, client_id.into(), secret, Some(redirect_uri.into()))
    }

    /// Creates an OAuth Single-Page App credential, which signs in users with an authorization code and
    /// PKCE.
    pub fn single_page(client_id: impl Into<String>, redirect_uri: impl Into<String>) -> Self {
        Self::new(Kind::SinglePage, client_id.into(), None, Some(redirect_uri.into()))
    }

    /// Creates an OAuth Native App credential, which signs in users with an authorization code and
    /// PKCE. The redirect URI may have a custom scheme, such as `adobe+…://…`.
    pub fn native(client_id: impl Into<String>, redirect_uri: impl Into<String>) -> Self {
        Self::new(Kind::Native, client_id.into(), None, Some(redirect_uri.into()))
    }

    fn new(
        kind: Kind,
        client_id: String,
        secret: Option<Secret>,
        redirect_uri: Option<String>,
    ) -> Self {
        Self {
            kind,
            client_id: trim_text(&client_id).to_owned(),
            secret: secret.map(Secret::trimmed),
            redirect_uri: redirect_uri.map(|uri| trim_text(&uri).to_owned()),
            scopes: None,
        }
    }

    /// Requests these scopes instead of the defaults.
    ///
    /// The defaults are `openid AdobeID frame.s2s.all` for a server, and
    /// `openid email profile offline_access additional_info.roles` for users.
    pub fn scopes<T: Into<String>>(mut self, scopes: impl IntoIterator<Item = T>) -> Self {
        self.scopes = Some(scopes.into_iter().map(Into::into).collect());
        self
    }

    /// Returns the client ID of the app.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Returns the requested scopes, separated by spaces.
    pub(super) fn scope(&self) -> String {
        match (&self.scopes, self.kind) {
            (Some(scopes), _) => scopes.join(" "),
            (None, Kind::ServerToServer) => SERVER_SCOPES.join(" "),
            (None, _) => USER_SCOPES.join(" "),
        }
    }

    pub(super) fn secret(&self) -> Option<&str> {
        self.secret.as_ref().map(Secret::expose)
    }

    pub(super) const fn is_server(&self) -> bool {
        matches!(self.kind, Kind::ServerToServer)
    }

    /// Returns whether the app has no secret and uses PKCE instead.
    pub(super) const fn is_public(&self) -> bool {
        self.secret.is_none()
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential")
            .field("kind", &self.kind)
            .field("client_id", &self.client_id)
            .field("redirect_uri", &self.redirect_uri)
            .field("scope", &self.scope())
            .finish_non_exhaustive()
    }
}
