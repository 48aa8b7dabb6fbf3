//! Deliveries of V4 in the shape of V2.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use frameio_core::Body;
use frameio_legacy::relay::Relay;
use frameio_webhook::action::ActionRequest;
use frameio_webhook::{Event, EventType, Resource, Signer, Verifier};
use http::{Request, Response};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::{ServiceExt, service_fn};

const NEW: &str = "secret of V4";
const OLD: &str = "secret of the old receiver";

#[derive(Clone, Default)]
struct Old(Arc<Mutex<Vec<Value>>>);

impl Old {
    /// A relay to a receiver that verifies as it did with V2.
    fn relay(&self, status: u16, answer: &'static str) -> Relay {
        let received = self.0.clone();
        let receiver = service_fn(move |request: Request<Body>| {
            let received = received.clone();
            async move {
                assert_eq!(request.uri(), "http://127.0.0.1:3000/hook");
                let (parts, body) = request.into_parts();
                let body = body.collect().await.unwrap().to_bytes();
                let verifier = Verifier::new(OLD).unwrap();
                assert!(verifier.verify(&parts.headers, body.clone()).is_ok());
                received.lock().unwrap().push(serde_json::from_slice(&body).unwrap());
                let response = Response::builder().status(status).body(Body::from(answer));
                Ok::<_, Infallible>(response.unwrap())
            }
        });
        let target = "http://127.0.0.1:3000/hook".parse().unwrap();
        Relay::new(NEW, target, OLD).unwrap().transport(receiver)
    }

    fn take(&self) -> Vec<Value> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

fn delivery(secret: &str, body: &impl serde::Serialize) -> Request<Body> {
    let body = serde_json::to_vec(body).unwrap();
    Signer::new(secret).unwrap().request("/relay/hook", body).unwrap()
}

async fn send(relay: &Relay, request: Request<Body>) -> (u16, String) {
    let response = relay.clone().oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn translates_events_and_signs_them_again() {
    let old = Old::default();
    let relay = old.relay(200, "");
    let event = Event::new(EventType::FileVersioned, Resource::File("f".into()), "a")
        .workspace("w")
        .project("p")
        .user("u");
    assert_eq!(send(&relay, delivery(NEW, &event)).await.0, 200);
    let expected = json!({
        "type": "asset.versioned", "resource": {"id": "f", "type": "asset"},
        "project": {"id": "p"}, "team": {"id": "w"}, "user": {"id": "u"},
    });
    assert_eq!(old.take(), [expected]);
    let share = Event::new(EventType::ShareCreated, Resource::Share("s".into()), "a");
    send(&relay, delivery(NEW, &share)).await;
    assert_eq!(old.take()[0]["type"], "reviewlink.created");
}

#[tokio::test]
async fn what_v2_did_not_have_is_not_sent_on() {
    let old = Old::default();
    let relay = old.relay(200, "");
    let event = Event::new(EventType::CollectionCreated, Resource::Collection("c".into()), "a");
    assert_eq!(send(&relay, delivery(NEW, &event)).await.0, 200);
    let forged = delivery(OLD, &event);
    assert_eq!(send(&relay, forged).await.0, 401);
    assert_eq!(send(&relay, delivery(NEW, &json!({"x": 1}))).await.0, 400);
    assert!(old.take().is_empty());
}

#[tokio::test]
async fn the_response_of_the_receiver_is_returned() {
    let old = Old::default();
    let event = Event::new(EventType::FileReady, Resource::File("f".into()), "a");
    assert_eq!(send(&old.relay(503, ""), delivery(NEW, &event)).await.0, 503, "V4 tries again");
    let form = r#"{"title":"t","fields":[]}"#;
    let action = ActionRequest::new("e", "x", "i", "a")
        .select([Resource::VersionStack("s".into())])
        .submit([("k", "v")]);
    old.take();
    let answered = send(&old.relay(200, form), delivery(NEW, &action)).await;
    assert_eq!(answered, (200, form.to_owned()));
    let sent = &old.take()[0];
    assert_eq!((&sent["resource"]["type"], &sent["data"]["k"]), (&json!("asset"), &json!("v")));
    assert_eq!((&sent["action_id"], &sent["interaction_id"]), (&json!("x"), &json!("i")));
}

#[tokio::test]
async fn an_action_on_several_assets_returns_a_message() {
    let old = Old::default();
    let files = ["f", "g"].map(|id| Resource::File(id.into()));
    let action = ActionRequest::new("e", "x", "i", "a").select(files);
    let (status, body) = send(&old.relay(200, ""), delivery(NEW, &action)).await;
    assert!(status == 200 && body.contains("Select one asset"));
    assert!(old.take().is_empty());
}
