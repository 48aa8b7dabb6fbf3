//! Which app signs in, and how.

use std::fmt;

use frameio_core::{Secret, trim_text};

/// The app that signs in, as the Adobe Developer Console makes them.
///
/// | kind | signs in | redirect |
/// |---|---|---|
/// | [`server_to_server`](Self::server_to_server) | itself, with its secret | none |
/// | [`web`](Self::web) | a user, with its secret | `https` |
/// | [`single_page`](Self::single_page) | a user, with PKCE | `https` |
/// | [`native`](Self::native) | a user, with PKCE | a scheme of its own, or `https` |
///
/// `http` on the loopback is accepted for each of the redirects. Surrounding whitespace of an ID, a
/// secret or a redirect is removed. `Debug` shows no secret.
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

/// What a user is asked for. Without the last one the API takes no token, and without
/// `offline_access` there is no refresh token.
const OF_USERS: &[&str] = &["openid", "email", "profile", "offline_access", ROLES];
const OF_SERVERS: &[&str] = &["openid", ADOBE_ID, SERVER];

/// The service adds it to what a user is asked for.
pub(super) const ADOBE_ID: &str = "AdobeID";
pub(super) const ROLES: &str = "additional_info.roles";
pub(super) const SERVER: &str = "frame.s2s.all";

impl Credential {
    /// OAuth Server-to-Server: an account of its own, without a user and without refresh tokens.
    ///
    /// It works only for accounts that are administered in the Adobe Admin Console.
    pub fn server_to_server(
        client_id: impl Into<String>,
        client_secret: impl Into<Secret>,
    ) -> Self {
        let secret = Some(client_secret.into());
        Self::new(Kind::ServerToServer, client_id.into(), secret, None)
    }

    /// OAuth Web App: a user, by an authorization code and the secret of the app.
    pub fn web(
        client_id: impl Into<String>,
        client_secret: impl Into<Secret>,
        redirect_uri: impl Into<String>,
    ) -> Self {
        let secret = Some(client_secret.into());
        Self::new(Kind::Web, client_id.into(), secret, Some(redirect_uri.into()))
    }

    /// OAuth Single-Page App: a user, by an authorization code and PKCE.
    pub fn single_page(client_id: impl Into<String>, redirect_uri: impl Into<String>) -> Self {
        Self::new(Kind::SinglePage, client_id.into(), None, Some(redirect_uri.into()))
    }

    /// OAuth Native App: a user, by an authorization code and PKCE. The redirect may have a scheme
    /// of its own, `adobe+…://…`.
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

    /// Asks for these scopes. Default: `openid AdobeID frame.s2s.all` for a server, else
    /// `openid email profile offline_access additional_info.roles`.
    pub fn scopes<T: Into<String>>(mut self, scopes: impl IntoIterator<Item = T>) -> Self {
        self.scopes = Some(scopes.into_iter().map(Into::into).collect());
        self
    }

    /// The id that the app names itself by.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// The scopes that are asked for, separated by blanks.
    pub(super) fn scope(&self) -> String {
        match (&self.scopes, self.kind) {
            (Some(scopes), _) => scopes.join(" "),
            (None, Kind::ServerToServer) => OF_SERVERS.join(" "),
            (None, _) => OF_USERS.join(" "),
        }
    }

    pub(super) fn secret(&self) -> Option<&str> {
        self.secret.as_ref().map(Secret::expose)
    }

    pub(super) const fn is_server(&self) -> bool {
        matches!(self.kind, Kind::ServerToServer)
    }

    /// Whether a code is bound to the app by PKCE, since there is no secret.
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
