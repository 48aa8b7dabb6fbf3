//! Deliveries of V4 in the shape of V2.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use frameio_core::Body;
use frameio_legacy::Hosts;
use frameio_legacy::relay::{Relay, Relays};
use frameio_sim::Sim;
use frameio_webhook::action::ActionRequest;
use frameio_webhook::{Event, EventType, Resource, Signer, Verifier};
use http::{HeaderMap, Request, Response};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::{ServiceExt, service_fn};

use crate::world::World;

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

/// HMAC-SHA256 as receivers of V2 computed it, independent of the code that signs.
fn hmac(secret: &[u8], message: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    let mut key = [0_u8; 64];
    key[..secret.len()].copy_from_slice(secret);
    let inner = Sha256::new().chain_update(key.map(|byte| byte ^ 0x36)).chain_update(message);
    let outer = Sha256::new().chain_update(key.map(|byte| byte ^ 0x5c));
    let digest = outer.chain_update(inner.finalize()).finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

type Received = Arc<Mutex<Vec<(String, HeaderMap, Bytes)>>>;

/// Relays that send to receivers of V2, with what they got.
fn receivers() -> (Relays, Received) {
    let received = Received::default();
    let seen = received.clone();
    let receiver = service_fn(move |request: Request<Body>| {
        let seen = seen.clone();
        async move {
            let (parts, body) = request.into_parts();
            let body = body.collect().await.unwrap().to_bytes();
            seen.lock().unwrap().push((parts.uri.to_string(), parts.headers, body));
            Ok::<_, Infallible>(Response::new(Body::empty()))
        }
    });
    (Relays::transport(receiver), received)
}

/// Passes the last delivery of the simulator on to the façade, and returns the status.
async fn deliver(world: &World) -> u16 {
    let deliveries = world.sim.deliveries();
    let delivery = deliveries.last().unwrap();
    let mut request = Request::post(delivery.url.as_str());
    for (name, value) in &delivery.headers {
        request = request.header(name, value);
    }
    let request = request.body(Body::from(delivery.body.clone())).unwrap();
    world.legacy.clone().oneshot(request).await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_webhook_of_an_old_program_gets_a_relay() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("relays.json");
    let (relays, received) = receivers();
    let relays = relays.save_to(&path).unwrap();
    let world = World::with(Sim::builder(), |legacy| {
        // Programs reach it on the loopback, and V4 at its public name.
        legacy.relays(relays).public_url("https://facade.example").hosts(Hosts::local())
    });
    let hooks = format!("/v2/teams/{}/hooks", world.team);
    let url = "https://old.example/hook";
    let body = json!({"name": "h", "url": url, "events": ["comment.created", "asset.created"]});
    let made = world.post(&hooks, body).await;
    assert_eq!((made.status.as_u16(), &made.body["url"]), (200, &json!(url)));
    assert_eq!(made.header("x-frameio-legacy"), "", "nothing is lost");
    let secret = made.body["secret"].as_str().unwrap().to_owned();

    let file = world.file(&world.root, "a.mp4", 10).await;
    world.comment(&file, "hello").await;
    assert!(
        world.sim.deliveries().last().unwrap().url.starts_with("https://facade.example/relay/")
    );
    assert_eq!(deliver(&world).await, 200);
    let (target, headers, body) = received.lock().unwrap().pop().unwrap();
    assert_eq!(target, url);
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    let timestamp = header("x-frameio-request-timestamp");
    let message = [format!("v0:{timestamp}:").as_bytes(), &body].concat();
    assert_eq!(header("x-frameio-signature"), format!("v0={}", hmac(secret.as_bytes(), &message)));
    let event: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(
        (&event["type"], &event["team"]["id"]),
        (&json!("comment.created"), &json!(world.team))
    );

    let one = format!("/v2/hooks/{}", made.body["id"].as_str().unwrap());
    assert_eq!(world.get(&one).await.body["url"], url);
    let moved = world.put(&one, json!({"url": "https://new.example/hook"})).await;
    assert_eq!(moved.body["url"], "https://new.example/hook");
    let all = world.get(&format!("/v2/accounts/{}/hooks", world.account)).await;
    assert_eq!(all.body[0]["url"], "https://new.example/hook");
    world.comment(&file, "again").await;
    assert_eq!(deliver(&world).await, 200);
    assert_eq!(received.lock().unwrap().pop().unwrap().0, "https://new.example/hook");

    // The file has what a façade needs after a restart, and nobody else can read it.
    let kept = std::fs::read_to_string(&path).unwrap();
    assert!(kept.contains(&secret) && Relays::parse(&kept).is_ok());
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::MetadataExt::mode(&path.metadata().unwrap()) & 0o777, 0o600);
    assert_eq!(world.delete(&one).await.status, 200);
    assert_eq!(deliver(&world).await, 401, "the path is no relay any more");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "[]");
}

#[tokio::test]
async fn a_webhook_whose_relay_cannot_be_kept_is_not_created() {
    let directory = tempfile::tempdir().unwrap();
    let folder = directory.path().join("folder");
    std::fs::create_dir(&folder).unwrap();
    let (relays, _) = receivers();
    let relays = relays.save_to(folder.join("relays.json")).unwrap();
    let world = World::with(Sim::builder(), |legacy| {
        legacy.relays(relays).public_url("https://facade.example")
    });
    let hooks = format!("/v2/teams/{}/hooks", world.team);
    let hook = |url: &str| json!({"name": "h", "url": url, "events": ["comment.created"]});
    for wrong in ["ftp://old.example", "/hook", ""] {
        assert_eq!(world.post(&hooks, hook(wrong)).await.status, 422, "{wrong}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::write(&folder, "").unwrap();
    let refused = world.post(&hooks, hook("https://old.example")).await;
    assert_eq!(refused.status, 507, "{}", refused.body);
    let all = world.get(&format!("/v2/accounts/{}/hooks", world.account)).await;
    assert_eq!(all.header("total"), "0");
}
