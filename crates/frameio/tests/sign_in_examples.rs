//! The sign-in examples, run against the simulator.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "it has a `main`")]
#[path = "../../../examples/sign_in_native.rs"]
mod sign_in_native;
#[allow(dead_code, reason = "it has a `main`")]
#[path = "../../../examples/sign_in_server.rs"]
mod sign_in_server;
#[allow(dead_code, reason = "it has a `main`")]
#[path = "../../../examples/sign_in_spa.rs"]
mod sign_in_spa;
#[allow(dead_code, reason = "it has a `main`")]
#[path = "../../../examples/sign_in_web.rs"]
mod sign_in_web;

use std::sync::Arc;

use frameio::auth::{Credential, Ims};
use frameio::transport::HyperTransport;
use frameio::{Body, Client};
use frameio_sim::{Credential as App, Sim};
use http::{Request, Response};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tower::ServiceExt;

async fn get(url: &str, cookie: &str) -> Response<Incoming> {
    let request = Request::get(url).header("cookie", cookie).body(Body::empty()).unwrap();
    HyperTransport::builder().build().oneshot(request).await.unwrap()
}

fn location(response: &Response<Incoming>) -> String {
    response.headers()["location"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn signs_in_as_a_server() {
    assert!(!sign_in_server::run().await.unwrap().is_empty());
}

#[tokio::test]
async fn signs_in_a_web_page_without_a_secret() {
    let browser = async |url: String| Ok(location(&get(&url, "").await));
    assert!(!sign_in_spa::run(browser).await.unwrap().is_empty());
}

#[tokio::test]
async fn signs_in_a_native_app() {
    let directory = tempfile::tempdir().unwrap();
    let open = |url: &str| {
        let url = url.to_owned();
        tokio::spawn(async move { get(&location(&get(&url, "").await), "").await });
    };
    let name = sign_in_native::run(directory.path().join("tokens"), open).await.unwrap();
    assert!(!name.is_empty());
    assert!(directory.path().join("tokens").exists());
}

#[tokio::test]
async fn signs_in_a_browser_to_a_web_app() {
    let sim = Sim::builder().login_page(true).build();
    let demo = sim.demo().clone();
    let sim = sim.serve().await.unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let app = format!("http://{}", listener.local_addr().unwrap());
    let credential = Credential::web(App::DEMO_WEB, App::DEMO_SECRET, format!("{app}/callback"));
    let state = sign_in_web::App {
        ims: Ims::builder(credential).base_url(sim.url()).build().unwrap(),
        client: Client::builder().base_url(sim.url()),
        browsers: Arc::default(),
    };
    tokio::spawn(async move { axum::serve(listener, sign_in_web::router(state)).await });

    let text = async |url: &str, cookie: &str| {
        let body = get(url, cookie).await.into_body().collect().await.unwrap().to_bytes();
        String::from_utf8(body.to_vec()).unwrap()
    };
    assert!(text(&app, "").await.contains("/sign-in"));
    let start = get(&format!("{app}/sign-in"), "").await;
    let cookie = start.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.contains("HttpOnly"));
    let cookie = cookie.split(';').next().unwrap();
    let login = location(&start);
    assert!(text(&login, "").await.contains("Sign in as"), "the login page is missing");
    let back = location(&get(&format!("{login}&sim_user={}", demo.user_id), "").await);
    assert!(back.starts_with(&format!("{app}/callback?code=")));
    // The callback has no effect in another browser.
    assert_eq!(location(&get(&back, "browser=other").await), "/");
    assert!(text(&app, "browser=other").await.contains("/sign-in"));
    assert_eq!(location(&get(&back, cookie).await), "/");
    assert!(text(&app, cookie).await.contains("Signed in as"));
}
