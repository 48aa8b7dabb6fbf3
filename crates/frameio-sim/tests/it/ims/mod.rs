//! Adobe IMS: a client, and all flows and errors.

mod access;
mod authorize;
mod refresh;
mod secrets;
mod server;
mod service_account;
mod socket;
mod token;
mod tokens;

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use form_urlencoded::Serializer;
use frameio_core::Body;
use frameio_sim::{Credential, Sim};
use http::header::{ALLOW, LOCATION};
use http::{HeaderMap, Method, Request, StatusCode};
use serde_json::Value;

use crate::api::send;

/// Scopes that the official clients request.
pub(super) const SCOPES: &str = "openid email profile offline_access additional_info.roles";

pub(super) const REDIRECT: &str = "https://app.example/callback";

/// Example of RFC 7636, appendix B.
pub(super) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(super) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

pub(crate) type Params<'a> = [(&'a str, &'a str)];

/// Client of a simulator with an app of each kind and another web app.
pub(crate) struct Ims {
    pub(crate) sim: Sim,
}

#[derive(Debug)]
pub(crate) struct ImsResponse {
    pub(crate) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
    pub(crate) json: Value,
}

impl Ims {
    pub(crate) fn new() -> Self {
        Self::of(Sim::builder())
    }

    pub(super) fn of(builder: frameio_sim::Builder) -> Self {
        let sim = builder
            .quotas(false)
            .credential(Credential::web("web", "web-secret").redirect(REDIRECT))
            .credential(Credential::web("other", "other-secret").redirect(REDIRECT))
            .credential(Credential::single_page("page").redirect(REDIRECT))
            .credential(Credential::native("native").redirect("adobe+0a1b://adobeid/native"))
            .credential(Credential::server_to_server("server", "server-secret"))
            .build();
        Self { sim }
    }

    pub(super) async fn send(&self, request: Request<Body>) -> ImsResponse {
        let (parts, body) = send(&self.sim, request).await.into_parts();
        let text = String::from_utf8(body.into()).unwrap();
        let json = serde_json::from_str(&text).unwrap_or_default();
        ImsResponse { status: parts.status, headers: parts.headers, text, json }
    }

    pub(super) async fn get(&self, path: &str, params: &Params<'_>, bearer: &str) -> ImsResponse {
        let mut request = Request::get(format!("http://sim.test{path}?{}", encode(params)));
        if !bearer.is_empty() {
            request = request.header("authorization", format!("Bearer {bearer}"));
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub(super) async fn post(&self, path: &str, form: &Params<'_>) -> ImsResponse {
        self.post_with(path, form, "").await
    }

    /// Posts a form with a header `authorization`.
    pub(super) async fn post_with(&self, path: &str, form: &Params<'_>, auth: &str) -> ImsResponse {
        let mut request = Request::post(format!("http://sim.test{path}"))
            .header("content-type", "application/x-www-form-urlencoded");
        if !auth.is_empty() {
            request = request.header("authorization", auth);
        }
        self.send(request.body(Body::from(encode(form))).unwrap()).await
    }

    pub(super) async fn token(&self, form: &Params<'_>) -> ImsResponse {
        self.post("/ims/token/v3", form).await
    }

    /// Requests authorization with valid parameters of the web app, except for `changes`; an empty value
    /// removes a parameter.
    pub(super) async fn authorize(&self, changes: &Params<'_>) -> ImsResponse {
        let right = [
            ("client_id", "web"),
            ("redirect_uri", REDIRECT),
            ("scope", SCOPES),
            ("response_type", "code"),
        ];
        self.get("/ims/authorize/v2", &changed(&right, changes), "").await
    }

    /// Returns a code of the web app.
    pub(crate) async fn code(&self, changes: &Params<'_>) -> String {
        self.authorize(changes).await.redirected()["code"].clone()
    }

    /// Exchanges a code with valid parameters of the web app, except for `changes`.
    pub(crate) async fn exchange(&self, code: &str, changes: &Params<'_>) -> ImsResponse {
        let right = [
            ("client_id", "web"),
            ("client_secret", "web-secret"),
            ("grant_type", "authorization_code"),
            ("code", code),
        ];
        self.token(&changed(&right, changes)).await
    }

    /// Signs in with the web app.
    pub(crate) async fn sign_in(&self) -> Value {
        self.exchange(&self.code(&[]).await, &[]).await.ok()
    }

    /// Requests a token of the server.
    pub(crate) async fn server(&self, scope: &str) -> ImsResponse {
        self.token(&[
            ("client_id", "server"),
            ("client_secret", "server-secret"),
            ("grant_type", "client_credentials"),
            ("scope", scope),
        ])
        .await
    }

    /// Refreshes a token with valid parameters of the web app, except for `changes`.
    pub(crate) async fn refresh(&self, token: &str, changes: &Params<'_>) -> ImsResponse {
        let right = [
            ("client_id", "web"),
            ("client_secret", "web-secret"),
            ("grant_type", "refresh_token"),
            ("refresh_token", token),
        ];
        self.token(&changed(&right, changes)).await
    }

    /// Calls the API with the token.
    pub(crate) async fn me(&self, token: &str) -> ImsResponse {
        self.get("/v4/me", &[], token).await
    }
}

impl ImsResponse {
    /// Returns the parameters of a redirect to the registered URI.
    #[track_caller]
    pub(super) fn redirected(&self) -> HashMap<String, String> {
        assert_eq!(self.status, StatusCode::FOUND, "{}", self.text);
        let location = self.headers[LOCATION].to_str().unwrap();
        let (uri, query) = location.split_once('?').unwrap();
        assert_eq!(uri, REDIRECT);
        form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    }

    /// Returns the tokens of a 200 response.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        assert_eq!(self.headers["cache-control"], "no-store");
        self.json
    }

    /// Returns the status and the OAuth error.
    #[track_caller]
    pub(crate) fn refused(&self) -> (u16, &str) {
        let description = self.json["error_description"].as_str();
        assert!(description.is_some_and(|description| !description.is_empty()), "{}", self.text);
        (self.status.as_u16(), self.json["error"].as_str().unwrap())
    }

    /// Returns the reason why the API refuses the token.
    #[track_caller]
    pub(super) fn unauthorized(&self) -> &str {
        assert_eq!(self.status, StatusCode::UNAUTHORIZED, "{}", self.text);
        self.json["errors"][0]["detail"].as_str().unwrap()
    }
}

pub(crate) fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap()
}

/// Returns the claims of a token.
pub(super) fn claims(token: &str) -> Value {
    let parts: Vec<&str> = token.split('.').collect();
    assert_eq!(parts.len(), 3, "a JWT");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap()
}

pub(super) fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

pub(super) fn encode(params: &Params<'_>) -> String {
    Serializer::new(String::new()).extend_pairs(params).finish()
}

pub(super) fn changed<'a>(right: &Params<'a>, changes: &Params<'a>) -> Vec<(&'a str, &'a str)> {
    let kept = right.iter().filter(|(name, _)| changes.iter().all(|(other, _)| other != name));
    let mut params: Vec<_> = kept.chain(changes).copied().collect();
    params.retain(|(_, value)| !value.is_empty());
    params
}

#[tokio::test]
async fn other_paths_methods_and_bodies_are_refused() {
    let ims = Ims::new();
    for path in ["/ims/", "/ims/token/v2", "/ims/token/v3/", "/ims/profile/v1"] {
        assert_eq!(ims.post(path, &[]).await.refused(), (404, "invalid_request"), "{path}");
    }
    for (method, path, allowed) in [
        (Method::GET, "/ims/token/v3", "POST"),
        (Method::GET, "/ims/revoke", "POST"),
        (Method::PUT, "/ims/authorize/v2", "GET, POST"),
        (Method::POST, "/ims/userinfo/v2", "GET"),
        (Method::DELETE, "/ims/keys", "GET"),
    ] {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        let response = ims.send(request).await;
        assert_eq!(response.refused(), (405, "invalid_request"), "{path}");
        assert_eq!(response.headers[ALLOW], allowed);
    }
    let json = Request::post("/ims/token/v3").header("content-type", "application/json");
    let response = ims.send(json.body(Body::from("{}")).unwrap()).await;
    assert_eq!(response.refused(), (415, "invalid_request"));
    let twice = ims.token(&[("client_id", "web"), ("scope", "a"), ("scope", "b")]).await;
    assert_eq!(twice.refused(), (400, "invalid_request"));
    assert!(text(&twice.json, "error_description").contains("'scope'"));
    let long = "x".repeat(5_000_000);
    assert_eq!(ims.token(&[("state", &long)]).await.refused(), (413, "invalid_request"));
}
