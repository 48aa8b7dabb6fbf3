//! Pages of another origin on this machine.

use bytes::Bytes;
use frameio_core::Body;
use frameio_sim::Sim;
use http::{Request, Response, StatusCode};

use crate::api::send;

const PAGE: &str = "http://localhost:3000";

async fn ask(sim: &Sim, method: &str, path: &str, origin: &str) -> Response<Bytes> {
    let mut request = Request::builder().method(method).uri(path).header("origin", origin);
    request = match method {
        "OPTIONS" => request
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization, content-type"),
        _ => request.header("authorization", format!("Bearer {}", Sim::TOKEN)),
    };
    send(sim, request.body(Body::empty()).unwrap()).await
}

fn allowed(answer: &Response<Bytes>) -> Option<&str> {
    answer.headers().get("access-control-allow-origin")?.to_str().ok()
}

#[tokio::test]
async fn a_page_of_this_machine_may_call_the_api_and_ims() {
    let sim = &Sim::new();
    for path in ["/v4/me", "/ims/token/v3"] {
        let answer = ask(sim, "OPTIONS", path, PAGE).await;
        assert_eq!((answer.status(), allowed(&answer)), (StatusCode::NO_CONTENT, Some(PAGE)));
        let headers = answer.headers()["access-control-allow-headers"].to_str().unwrap();
        assert!(headers.contains("authorization") && headers.contains("api-version"), "{headers}");
    }
    // What a browser asks by itself is no request of the page.
    assert_eq!(sim.stats().requests, 0);

    let answer = ask(sim, "GET", "/v4/me", PAGE).await;
    assert_eq!((answer.status(), allowed(&answer)), (StatusCode::OK, Some(PAGE)));
    let exposed = answer.headers()["access-control-expose-headers"].to_str().unwrap();
    assert!(exposed.contains("x-ratelimit-remaining"), "{exposed}");
}

#[tokio::test]
async fn no_other_page_may_and_none_may_control_the_simulator() {
    let sim = &Sim::new();
    for method in ["OPTIONS", "GET"] {
        let answer = ask(sim, method, "/v4/me", "https://evil.example").await;
        assert_eq!(allowed(&answer), None, "{method}");
        for path in ["/_sim/stats", "/_sim/state", "/_sim/demo"] {
            let answer = ask(sim, method, path, PAGE).await;
            assert_eq!(allowed(&answer), None, "{method} {path}");
        }
    }
}
