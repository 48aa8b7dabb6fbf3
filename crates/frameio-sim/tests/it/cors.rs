//! Requests from pages of other origins.

use bytes::Bytes;
use frameio_core::Body;
use frameio_sim::Sim;
use http::{Request, Response, StatusCode};

use crate::api::send;

const PAGE: &str = "http://localhost:3000";

async fn send_from(sim: &Sim, method: &str, path: &str, origin: &str) -> Response<Bytes> {
    let mut request = Request::builder().method(method).uri(path).header("origin", origin);
    request = match method {
        "OPTIONS" => request
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization, content-type"),
        _ => request.header("authorization", format!("Bearer {}", Sim::TOKEN)),
    };
    send(sim, request.body(Body::empty()).unwrap()).await
}

fn allowed(response: &Response<Bytes>) -> Option<&str> {
    response.headers().get("access-control-allow-origin")?.to_str().ok()
}

#[tokio::test]
async fn local_pages_can_call_the_api_and_ims() {
    let sim = &Sim::new();
    for path in ["/v4/me", "/ims/token/v3"] {
        let response = send_from(sim, "OPTIONS", path, PAGE).await;
        assert_eq!((response.status(), allowed(&response)), (StatusCode::NO_CONTENT, Some(PAGE)));
        let headers = response.headers()["access-control-allow-headers"].to_str().unwrap();
        assert!(headers.contains("authorization") && headers.contains("api-version"), "{headers}");
    }
    // Preflights are not counted.
    assert_eq!(sim.stats().requests, 0);

    let response = send_from(sim, "GET", "/v4/me", PAGE).await;
    assert_eq!((response.status(), allowed(&response)), (StatusCode::OK, Some(PAGE)));
    let exposed = response.headers()["access-control-expose-headers"].to_str().unwrap();
    assert!(exposed.contains("x-ratelimit-remaining"), "{exposed}");
}

#[tokio::test]
async fn other_pages_cannot_call_the_api_and_no_page_can_control_it() {
    let sim = &Sim::new();
    for method in ["OPTIONS", "GET"] {
        let response = send_from(sim, method, "/v4/me", "https://evil.example").await;
        assert_eq!(allowed(&response), None, "{method}");
        for path in ["/_sim/stats", "/_sim/state", "/_sim/demo"] {
            let response = send_from(sim, method, path, PAGE).await;
            assert_eq!(allowed(&response), None, "{method} {path}");
        }
    }
}
