//! Adobe IMS under `/ims/`, which signs in users and servers.

mod authorize;
mod client;
mod credential;
mod discovery;
mod endpoint;
mod form;
mod grants;
mod jwt;
mod page;
mod redirect;
mod refusal;
mod saved;
mod scopes;
mod settings;
mod token;
mod tokens;
mod vault;

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use frameio_core::Body;
use frameio_core::Secret;
use http::header::{AUTHORIZATION, HeaderMap};
use http::request::Parts;
use http::{Response, StatusCode, Uri};
use jiff::Timestamp;
use uuid::Uuid;

pub use self::credential::Credential;
pub(crate) use self::endpoint::Endpoint;
pub(crate) use self::saved::SavedIms;
pub(crate) use self::settings::Settings;
pub(crate) use self::vault::Gone;

use self::credential::Kind;
use self::form::Form;
use self::grants::{Access, Grant, Grants};
use self::refusal::Refusal;
use self::scopes::Scopes;
use crate::request_body::Content;
use crate::state::{Row, State, Token};

/// Registered credentials and their grants.
pub(crate) struct Ims {
    settings: Settings,
    credentials: Vec<Credential>,
    grants: Grants,
}

impl Ims {
    pub(crate) fn new(settings: Settings, saved: &SavedIms) -> Self {
        let (credentials, grants) = (settings.credentials(saved), saved.grants());
        Self { settings, credentials, grants }
    }

    /// Replaces credentials and grants by those of a saved state.
    pub(crate) fn reset(&mut self, saved: &SavedIms) {
        self.credentials = self.settings.credentials(saved);
        self.grants = saved.grants();
    }

    /// Returns the legacy developer tokens that the API accepts.
    pub(crate) fn legacy_tokens(&self) -> &[Secret] {
        &self.settings.legacy_tokens
    }

    fn credential(&self, client_id: &str) -> Option<Credential> {
        let mut credentials = self.credentials.iter();
        credentials.find(|credential| credential.client_id() == client_id).cloned()
    }

    /// Issues an access token to a user of the demo web app; `None` for an unavailable scope.
    pub(crate) fn issue(&mut self, user_id: &str, scopes: &str, now: Timestamp) -> Option<String> {
        let grant = Grant {
            id: Uuid::new_v4(),
            client_id: Credential::DEMO_WEB.to_owned(),
            user_id: user_id.to_owned(),
            scopes: Scopes::parse(Some(scopes), scopes::OF_USERS).ok()?,
        };
        let life = self.settings.access_token_life;
        Some(self.grants.give_access(Access::new(grant, Kind::Web, now, life)))
    }

    /// Returns the grant of a valid access token.
    pub(crate) fn access(&self, token: &str, now: Timestamp) -> Result<Arc<Access>, Gone> {
        self.grants.access.get(token, now).cloned()
    }
}

/// Omits the grants.
impl fmt::Debug for Ims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ims").field("credentials", &self.credentials).finish_non_exhaustive()
    }
}

/// Domain in the email address of a server's service account, after the client id.
const SERVICE_DOMAIN: &str = "@techacct.adobe.com";

/// User of IMS.
#[derive(Debug)]
struct User {
    /// Id of the user at Frame.io.
    id: String,
    name: String,
    email: String,
}

/// Returns the Adobe id of a Frame.io user.
fn adobe_id(user_id: &str) -> String {
    let digits = user_id.chars().filter(char::is_ascii_hexdigit).take(24);
    format!("{}@AdobeID", digits.collect::<String>().to_ascii_uppercase())
}

/// State that the endpoints read and change.
pub(crate) struct Context<'a> {
    pub(crate) ims: &'a mut Ims,
    pub(crate) state: &'a mut State,
    pub(crate) tokens: &'a mut Vec<Token>,
    /// Account to which service accounts are added.
    pub(crate) account: &'a str,
}

/// Parsed request.
struct Request<'a> {
    headers: &'a HeaderMap,
    query: Form,
    form: Form,
    /// Scheme and authority of the request.
    base: String,
    now: Timestamp,
}

/// Returns the token of an `authorization` header with the scheme `Bearer`.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}

impl Context<'_> {
    /// Returns all users who can sign in, which excludes service accounts.
    fn people(&self) -> Vec<User> {
        let mut users = self.users();
        users.retain(|user| !user.email.ends_with(SERVICE_DOMAIN));
        users
    }

    fn users(&self) -> Vec<User> {
        let user = |row: &Row| {
            let text = |name| row.text(name).to_owned();
            User { id: text("id"), name: text("name"), email: text("email") }
        };
        self.state.users.values().map(user).collect()
    }

    fn user(&self, id: &str) -> Option<User> {
        self.users().into_iter().find(|user| user.id == id)
    }
}

/// Responds to a request; the router has checked its method.
pub(crate) fn respond(
    context: &mut Context<'_>,
    endpoint: Endpoint,
    parts: &Parts,
    base: String,
    now: Timestamp,
    body: &Content,
) -> Response<Body> {
    let response = run(context, endpoint, parts, base, now, body);
    response.unwrap_or_else(Refusal::into_response)
}

fn run(
    context: &mut Context<'_>,
    endpoint: Endpoint,
    parts: &Parts,
    base: String,
    now: Timestamp,
    body: &Content,
) -> Result<Response<Body>, Refusal> {
    if body.is_too_long {
        return Err(Refusal::of(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large"));
    }
    let (headers, body) = (&parts.headers, &body.data);
    let request = Request {
        headers,
        query: Form::parse(parts.uri.query().unwrap_or_default().as_bytes()),
        form: if body.is_empty() { Form::default() } else { Form::of(headers, body)? },
        base,
        now,
    };
    if let Some(name) = request.query.repeated().or_else(|| request.form.repeated()) {
        return Err(Refusal::invalid_request(format!("duplicate parameter '{name}'")));
    }
    match endpoint {
        Endpoint::Authorize => Ok(authorize::authorize(&request, context)),
        Endpoint::Token => token::token(&request, context),
        Endpoint::Revoke => tokens::revoke(&request, context),
        Endpoint::Userinfo => tokens::userinfo(&request, context),
        Endpoint::ValidateToken => tokens::validate(&request, context),
        Endpoint::Discovery => Ok(discovery::configuration(&request.base)),
        Endpoint::Keys => Ok(discovery::keys()),
    }
}

/// Responds to a path without an endpoint.
pub(crate) fn unknown_route() -> Response<Body> {
    Refusal::of(StatusCode::NOT_FOUND, "no such route").into_response()
}

/// Responds to an unsupported method.
pub(crate) fn method_not_allowed() -> Response<Body> {
    Refusal::of(StatusCode::METHOD_NOT_ALLOWED, "method not allowed").into_response()
}

/// Removes secrets from the query and returns the body without secrets, for the record.
pub(crate) fn without_secrets(uri: &mut Uri, body: &[u8]) -> Bytes {
    if let Some(query) = uri.query() {
        let shown = format!("{}?{}", uri.path(), form::without_secrets(query));
        // Removing parameters keeps a URI valid.
        *uri = shown.parse().unwrap_or_default();
    }
    form::without_secrets(&String::from_utf8_lossy(body)).into()
}
