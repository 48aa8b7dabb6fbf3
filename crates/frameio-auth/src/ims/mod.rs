//! Adobe IMS, as an app sees it.

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

/// Adobe IMS, asked by one app.
///
/// It is a handle: clones are cheap and share the connections. Whoever has signed in by it is a
/// [`Session`](crate::Session) of their own.
#[derive(Clone)]
pub struct Ims(pub(crate) Arc<Shared>);

pub(crate) struct Shared {
    /// Without a slash at its end.
    pub(crate) base: String,
    pub(crate) credential: Credential,
    pub(crate) http: HttpService,
    pub(crate) clock: Clock,
}

/// What time it is.
pub(crate) type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

impl Ims {
    /// The service itself, with the defaults of [`ImsBuilder`].
    ///
    /// # Errors
    /// When the client ID or the redirect URI of the credential cannot be used.
    pub fn new(credential: Credential) -> Result<Self, BuildError> {
        Self::builder(credential).build()
    }

    /// The settings, at their defaults.
    pub fn builder(credential: Credential) -> ImsBuilder {
        ImsBuilder::new(credential)
    }

    /// The app that asks.
    pub fn credential(&self) -> &Credential {
        &self.0.credential
    }

    /// Begins to sign a user in, with a state, and for an app without a secret a PKCE verifier,
    /// that nobody can guess.
    ///
    /// # Errors
    /// For a server-to-server credential, and where the system has no random numbers.
    pub fn authorization(&self) -> Result<Authorization, Error> {
        Authorization::new(&self.0.base, &self.0.credential)
    }

    /// Gets the tokens of the user who came back with `code`.
    ///
    /// A new [`Session`](crate::Session) takes them by [`import`](crate::Session::import). Scopes
    /// are not sent again: the service would take away those that it added by itself, and the API
    /// would then take no token.
    ///
    /// # Errors
    /// [`SignInAgain`](ErrorKind::SignInAgain) where the code is used up or expired, and whatever
    /// else can go wrong on the way.
    pub async fn exchange(&self, code: AuthorizationCode) -> Result<Tokens, Error> {
        let mut form = vec![("code", code.code.expose())];
        if let Some(verifier) = &code.verifier {
            form.push(("code_verifier", verifier.expose()));
        }
        self.token("authorization_code", form).await
    }

    /// Gets tokens for the app itself.
    pub(crate) async fn client_credentials(&self) -> Result<Tokens, Error> {
        let scope = self.0.credential.scope();
        self.token("client_credentials", vec![("scope", &scope)]).await
    }

    /// Gets the next tokens; the refresh token is the old one where the service gave no new one.
    pub(crate) async fn refresh(&self, refresh_token: &Secret) -> Result<Tokens, Error> {
        let form = vec![("refresh_token", refresh_token.expose())];
        let mut tokens = self.token("refresh_token", form).await?;
        tokens.refresh_token.get_or_insert_with(|| refresh_token.clone());
        Ok(tokens)
    }

    /// Ends a token. One that is not known is as good as ended.
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

    /// Checks that tokens may be sent to this service.
    ///
    /// # Errors
    /// When another one issued them.
    pub(crate) fn check_issuer(&self, tokens: &Tokens) -> Result<(), Error> {
        if tokens.is_from(&self.0.base) {
            return Ok(());
        }
        let issuer = redact(tokens.issuer.as_deref().unwrap_or_default(), &[]);
        let message = format!(
            "they are from {issuer}, and this session signs in at {}; sign in there with another \
             store",
            self.0.base
        );
        Err(Error::new(ErrorKind::Issuer, message))
    }

    /// The base URL, without a slash at its end.
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
            .map_err(|_| Error::new(ErrorKind::Config, "the IMS URL cannot be used"))?;
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

/// Each part is encoded like that of a form before they are joined.
fn basic(id: &str, secret: &str) -> Result<HeaderValue, Error> {
    let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let text = STANDARD.encode(format!("{}:{}", encode(id), encode(secret)));
    let mut value = HeaderValue::try_from(format!("Basic {text}"))
        .map_err(|_| Error::new(ErrorKind::Config, "the credential cannot be sent"))?;
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
