//! The examples, in process.
#![allow(clippy::unwrap_used, reason = "the helpers are tests too")]

#[allow(dead_code, reason = "it has a `main`")]
#[path = "../../../examples/custom_action.rs"]
mod custom_action;
#[allow(dead_code, reason = "it has a `main`")]
#[path = "../../../examples/webhook_receiver.rs"]
mod webhook_receiver;

use axum::Router;
use frameio_webhook::{Event, EventType, Resource, Signer, Verifier};
use http_body_util::BodyExt;
use tokio::sync::mpsc;
use tower::ServiceExt;

const SECRET: &str = "secret";

async fn post(router: &Router, path: &str, secret: &str, body: String) -> (u16, String) {
    let request = Signer::new(secret).unwrap().request(path, body).unwrap();
    let answer = router.clone().oneshot(request.map(axum::body::Body::new)).await.unwrap();
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

fn event(id: &str) -> Event {
    Event::new(EventType::FileReady, Resource::new("file", id), "a1")
}

#[tokio::test]
async fn the_receiver_acknowledges_once_queues_once_and_ends_when_the_queue_is_empty() {
    let (queue, waiting) = mpsc::channel(2);
    let router = webhook_receiver::router(Verifier::new(SECRET).unwrap(), queue);
    let send = async |secret: &str, event: &Event| {
        let body = serde_json::to_string(event).unwrap();
        post(&router, "/webhooks", secret, body).await.0
    };
    assert_eq!(send("guess", &event("1")).await, 401);

    // Signed once, delivered twice.
    let body = serde_json::to_string(&event("1")).unwrap();
    let request = Signer::new(SECRET).unwrap().request("/webhooks", body).unwrap();
    let (parts, body) = request.into_parts();
    for _ in 0..2 {
        let body = axum::body::Body::new(body.try_clone().unwrap());
        let request = http::Request::from_parts(parts.clone(), body);
        assert_eq!(router.clone().oneshot(request).await.unwrap().status(), 200);
    }
    assert_eq!(waiting.len(), 1);

    // What finds no place is not noted as seen.
    assert_eq!(send(SECRET, &event("2")).await, 200);
    assert_eq!(send(SECRET, &event("3")).await, 503);
    assert_eq!(waiting.len(), 2);
    let worker = tokio::spawn(webhook_receiver::work(waiting));
    let mut status = 503;
    for _ in 0..100 {
        if status == 200 {
            break;
        }
        tokio::task::yield_now().await;
        status = send(SECRET, &event("3")).await;
    }
    assert_eq!(status, 200);

    drop(router);
    assert_eq!(worker.await.unwrap(), 3);
}

#[test]
fn the_sample_of_the_receiver_is_a_command() {
    let sample = webhook_receiver::sample(SECRET).unwrap();
    assert!(
        sample.starts_with("curl -i http://127.0.0.1:3000/webhooks -d '{\"type\":\"file.ready\"")
    );
    assert!(sample.contains("-H 'x-frameio-signature: v0="), "{sample}");
}

#[tokio::test]
async fn the_action_asks_twice_and_orders_once() {
    let router = custom_action::router(Verifier::new(SECRET).unwrap());
    let send = async |request: &frameio_webhook::action::ActionRequest| {
        let body = serde_json::to_string(request).unwrap();
        let (status, answer) = post(&router, "/actions", SECRET, body).await;
        assert_eq!(status, 200, "{answer}");
        let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
        answer
    };
    let [start, format, address] = custom_action::interaction();

    let answer = send(&start).await;
    assert_eq!(
        (&answer["title"], &answer["description"]),
        (&"Deliver".into(), &"2 selected".into())
    );
    assert_eq!(answer["fields"][0]["options"][1]["value"], "h264");

    let answer = send(&address).await;
    assert_eq!(answer["title"], "That did not work", "the first form was not sent");

    assert_eq!(send(&format).await["title"], "Who gets it?");
    let wrong = start.clone().submit([("to", "nobody")]);
    assert_eq!(send(&wrong).await["description"], "the address needs an `@`");
    for _ in 0..2 {
        let answer = send(&address).await;
        let ordered = "2 as prores with timecode to client@example.com, without a note";
        assert_eq!(answer["description"], ordered);
    }

    let other = start.submit([("format", "avi"), ("burn_in", "true")]);
    assert_eq!(send(&other).await["description"], "`format` is none of the values offered");
}
