//! Client of Adobe IMS.

mod builder;

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use form_urlencoded::{Serializer, byte_serialize};
use frameio_core::{Body, Secret};
use frameio_tower::{CallRecord, HttpError, ResponseTooLarge};
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use http::{Request, Response};
use http_body_util::BodyExt;
use jiff::Timestamp;
use tower::ServiceExt;

pub use self::builder::ImsBuilder;
use crate::authorization::{Authorization, AuthorizationCode};
use crate::credential::Credential;
use crate::error::{Error, ErrorKind};
use crate::redact::redact;
use crate::token_response;
use crate::tokens::Tokens;
use frameio_tower::BuildError;
use frameio_tower::HttpService;

/// Client of Adobe IMS for one app.
///
/// Clones are cheap and share connections. Create one [`Session`](crate::Session) per signed-in user, or
/// one for a server.
#[derive(Clone)]
pub struct Ims(pub(crate) Arc<Shared>);

pub(crate) struct Shared {
    /// Base URL without a trailing slash.
    pub(crate) base: String,
    pub(crate) credential: Credential,
    pub(crate) http: HttpService,
    pub(crate) clock: Clock,
}

/// Function that returns the current time.
pub(crate) type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

impl Ims {
    /// Creates a client with the defaults of [`ImsBuilder`].
    ///
    /// # Errors
    /// Fails if the client ID, the secret or the redirect URI of the credential is invalid.
    pub fn new(credential: Credential) -> Result<Self, BuildError> {
        Self::builder(credential).build()
    }

    /// Returns a builder with default settings.
    pub fn builder(credential: Credential) -> ImsBuilder {
        ImsBuilder::new(credential)
    }

    /// Returns the credential of the app.
    pub fn credential(&self) -> &Credential {
        &self.0.credential
    }

    /// Starts the sign-in of a user, with a random state and, for an app without a secret, a random
    /// PKCE verifier.
    ///
    /// # Errors
    /// Fails for a server-to-server credential, and if the system provides no random numbers.
    pub fn authorization(&self) -> Result<Authorization, Error> {
        Authorization::new(&self.0.base, &self.0.credential)
    }

    /// Exchanges a code for the tokens of the user. Pass them to
    /// [`Session::import`](crate::Session::import).
    ///
    /// The request has no scopes: the service would remove the scope that it adds by default, and the
    /// API would refuse the token.
    ///
    /// # Errors
    /// [`SignInRequired`](ErrorKind::SignInRequired) if the code is used or expired, and any kind of a
    /// failed request.
    pub async fn exchange(&self, code: AuthorizationCode) -> Result<Tokens, Error> {
        let mut form = vec![("code", code.code.expose())];
        if let Some(verifier) = &code.verifier {
            form.push(("code_verifier", verifier.expose()));
        }
        self.token("authorization_code", form).await
    }

    /// Requests tokens for the app itself.
    pub(crate) async fn client_credentials(&self) -> Result<Tokens, Error> {
        let scope = self.0.credential.scope();
        self.token("client_credentials", vec![("scope", &scope)]).await
    }

    /// Requests new tokens. Keeps the refresh token if the response has no new one.
    pub(crate) async fn refresh(&self, refresh_token: &Secret) -> Result<Tokens, Error> {
        let form = vec![("refresh_token", refresh_token.expose())];
        let mut tokens = self.token("refresh_token", form).await?;
        tokens.refresh_token.get_or_insert_with(|| refresh_token.clone());
        Ok(tokens)
    }

    /// Revokes a token. Revoking an unknown token succeeds.
    pub(crate) async fn revoke(&self, token: &str) -> Result<(), Error> {
        let credential = &self.0.credential;
        let body = Serializer::new(String::new()).append_pair("token", token).finish();
        let mut url = format!("{}/ims/revoke", self.0.base);
        let authorization = match credential.secret() {
            Some(secret) => Some(basic(&credential.client_id, secret)?),
            None => {
                let start = url.len() + 1;
                url.push('?');
                url = Serializer::for_suffix(url, start)
                    .append_pair("client_id", &credential.client_id)
                    .finish();
                None
            }
        };
        let response = self.post(&url, body, authorization).await?;
        if response.status().is_success() {
            return Ok(());
        }
        let secrets = [token, credential.secret().unwrap_or_default()];
        Err(token_response::refusal(&response, &secrets))
    }

    async fn token(
        &self,
        grant_type: &str,
        params: Vec<(&'static str, &str)>,
    ) -> Result<Tokens, Error> {
        let credential = &self.0.credential;
        let secret = credential.secret();
        let mut secrets: Vec<&str> = secret.into_iter().collect();
        secrets.extend(params.iter().filter(|(name, _)| *name != "scope").map(|(_, value)| value));
        let form = Serializer::new(String::new())
            .append_pair("grant_type", grant_type)
            .append_pair("client_id", &credential.client_id)
            .extend_pairs(secret.map(|secret| ("client_secret", secret)))
            .extend_pairs(params)
            .finish();
        let url = format!("{}/ims/token/v3", self.0.base);
        let response = self.post(&url, form, None).await?;
        let mut tokens = token_response::tokens(&response, &secrets, self.now())?;
        tokens.issuer = Some(self.0.base.clone());
        Ok(tokens)
    }

    /// Fails if another service issued the tokens.
    pub(crate) fn check_issuer(&self, tokens: &Tokens) -> Result<(), Error> {
        if tokens.is_from(&self.0.base) {
            return Ok(());
        }
        let issuer = redact(tokens.issuer.as_deref().unwrap_or_default(), &[]);
        let message = format!(
            "they are from {issuer}, but the session uses {}; use another store for that service",
            self.0.base
        );
        Err(Error::new(ErrorKind::Issuer, message))
    }

    /// Returns the base URL without a trailing slash.
    pub(crate) fn base(&self) -> &str {
        &self.0.base
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.0.clock)()
    }

    async fn post(
        &self,
        url: &str,
        form: String,
        authorization: Option<HeaderValue>,
    ) -> Result<Response<Bytes>, Error> {
        let mut request = Request::post(url)
            .extension(CallRecord::new())
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form))
            .map_err(|_| Error::new(ErrorKind::Config, "invalid IMS URL"))?;
        if let Some(authorization) = authorization {
            request.headers_mut().insert(AUTHORIZATION, authorization);
        }
        let response = self.0.http.clone().oneshot(request).await.map_err(failed)?;
        let (parts, body) = response.into_parts();
        let body = match body.try_into_bytes() {
            Ok(body) => body,
            Err(body) => {
                body.collect().await.map_err(|error| failed(HttpError::new(error)))?.to_bytes()
            }
        };
        Ok(Response::from_parts(parts, body))
    }
}

/// Returns the header of Basic authentication. OAuth form-encodes both parts (RFC 6749, section 2.3.1).
fn basic(id: &str, secret: &str) -> Result<HeaderValue, Error> {
    let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let text = STANDARD.encode(format!("{}:{}", encode(id), encode(secret)));
    let mut value = HeaderValue::try_from(format!("Basic {text}"))
        .map_err(|_| Error::new(ErrorKind::Config, "the credential is too long for a header"))?;
    value.set_sensitive(true);
    Ok(value)
}

fn failed(error: HttpError) -> Error {
    let kind = match error.find::<ResponseTooLarge>() {
        Some(_) => ErrorKind::Response,
        None => ErrorKind::Network,
    };
    Error::because(kind, &redact(&error.to_string(), &[]), error.into_inner())
}

impl fmt::Debug for Ims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ims")
            .field("base", &self.0.base)
            .field("credential", &self.0.credential)
            .finish_non_exhaustive()
    }
}
