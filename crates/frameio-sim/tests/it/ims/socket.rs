//! Complete sign-in over a socket.

use bytes::Bytes;
use frameio_core::Body;
use frameio_sim::{Credential, Sim};
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

use super::{encode, text};

async fn fetch(request: Request<Body>) -> Response<Bytes> {
    let client = Client::builder(TokioExecutor::new()).build_http::<Body>();
    let (parts, body) = client.request(request).await.unwrap().into_parts();
    Response::from_parts(parts, body.collect().await.unwrap().to_bytes())
}

#[tokio::test]
async fn a_native_app_signs_in_over_a_socket() {
    let sim = Sim::new();
    let server = sim.serve().await.unwrap();
    let get = |url: String| Request::get(url).body(Body::empty()).unwrap();
    let found = fetch(get(format!("{}/ims/.well-known/openid-configuration", server.url()))).await;
    let found: Value = serde_json::from_slice(found.body()).unwrap();

    let params = [
        ("client_id", Credential::DEMO_NATIVE),
        ("redirect_uri", "http://127.0.0.1:4711/callback"),
        ("scope", super::SCOPES),
        ("response_type", "code"),
        ("state", "s"),
        ("code_challenge", super::CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let url = format!("{}?{}", text(&found, "authorization_endpoint"), encode(&params));
    let response = fetch(get(url)).await;
    assert_eq!(response.status(), StatusCode::FOUND);
    let location = response.headers()["location"].to_str().unwrap();
    let query = location.strip_prefix("http://127.0.0.1:4711/callback?").unwrap();
    let code = query.strip_suffix("&state=s").unwrap().strip_prefix("code=").unwrap();

    let form = [
        ("client_id", Credential::DEMO_NATIVE),
        ("grant_type", "authorization_code"),
        ("code", code),
        ("code_verifier", super::VERIFIER),
    ];
    let request = Request::post(text(&found, "token_endpoint"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(encode(&form)));
    let tokens: Value = serde_json::from_slice(fetch(request.unwrap()).await.body()).unwrap();
    let me = Request::get(format!("{}/v4/me", server.url()))
        .header("authorization", format!("Bearer {}", text(&tokens, "access_token")));
    assert_eq!(fetch(me.body(Body::empty()).unwrap()).await.status(), StatusCode::OK);
}
