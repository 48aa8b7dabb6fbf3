//! Webhooks and their deliveries.

use std::time::Duration;

use frameio_core::FileId;
use frameio_sim::{Collection, Sim};
use frameio_webhook::{Event, EventType, Resource, SIGNATURE_HEADER, VerifyError};
use futures_util::FutureExt;
use http::StatusCode;
use serde_json::{Value, json};

use crate::api::Api;
use crate::receiver::{Receiver, Reply, idle, until, verify};

const SECOND: Duration = Duration::from_secs(1);

/// Succeeds with each operation.
pub(crate) async fn scenario(api: &Api) {
    let list = format!("{}/webhooks", api.workspace());
    let data = json!({"name": "a", "url": "https://example.com/", "events": ["file.ready"]});
    let (webhook, _) = made(api, api.post(&list, data).await.created());
    let query = "include=creator&sort=name_desc&include_total_count=true";
    api.get(&format!("{list}?{query}")).await.data();
    api.get(&format!("{webhook}?include=creator")).await.data();
    api.patch(&webhook, json!({"active": false, "events": ["file.created"]})).await.data();
    assert_eq!(api.delete(&webhook).await.status, StatusCode::NO_CONTENT);
}

/// Returns the path and the secret of a webhook.
fn made(api: &Api, webhook: Value) -> (String, String) {
    let path = format!("{}/webhooks/{}", api.account(), webhook["id"].as_str().unwrap());
    (path, webhook["secret"].as_str().unwrap().to_owned())
}

/// Creates a webhook; returns its path and secret.
async fn hook(api: &Api, url: &str, events: &[&str]) -> (String, String) {
    let data = json!({"name": "hook", "url": url, "events": events});
    made(api, api.post(&format!("{}/webhooks", api.workspace()), data).await.created())
}

/// Creates a receiver with a webhook; returns the path and secret of the webhook.
async fn hooked(
    sim: Sim,
    replies: impl IntoIterator<Item = Reply>,
) -> (Api, Receiver, String, String) {
    let (api, receiver) = (Api::of(sim), Receiver::new(replies).await);
    let (path, secret) = hook(&api, &receiver.url, &["folder.created", "comment.created"]).await;
    (api, receiver, path, secret)
}

/// Causes events, including `comment.created`; returns the id of the comment.
async fn cause_events(api: &Api) -> String {
    let file = api.upload("clip.mp4", "abc").await;
    let made = api.post(&format!("{file}/comments"), json!({"text": "t"})).await.created();
    made["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn events_are_delivered_in_signed_requests() {
    let (api, receiver) = (Api::new(), Receiver::new([]).await);
    let events = ["file.upload.completed", "file.ready", "comment.created"];
    let (_, secret) = hook(&api, &receiver.url, &events).await;
    let comment = cause_events(&api).await;
    let received = receiver.receives(3).await;
    let demo = api.sim.demo();
    let mut kinds = Vec::new();
    for received in &received {
        let event = received.verify(&api.sim, &secret).unwrap().event().unwrap();
        assert_eq!(event.account_id(), &demo.account_id);
        assert_eq!(event.workspace_id(), Some(&demo.workspace_id));
        assert_eq!(event.project_id(), Some(&demo.project_id));
        assert_eq!(event.user_id(), Some(&demo.user_id));
        let wrong = received.verify(&api.sim, "another").unwrap_err();
        assert_eq!(wrong, VerifyError::Mismatch);
        assert_eq!(received.headers["user-agent"], "Frame.io V4 API");
        assert_eq!(received.headers["content-type"], "application/json");
        assert_eq!(received.path, "/hook?x=1");
        kinds.push(event.kind.to_string());
    }
    kinds.sort();
    assert_eq!(kinds, ["comment.created", "file.ready", "file.upload.completed"]);
    let comment_event =
        received.iter().find(|it| it.body.starts_with(b"{\"type\":\"comment")).unwrap();
    let body: Value = serde_json::from_slice(&comment_event.body).unwrap();
    assert_eq!(
        body,
        json!({
            "type": "comment.created",
            "resource": {"id": comment, "type": "comment"},
            "account": {"id": demo.account_id},
            "workspace": {"id": demo.workspace_id},
            "project": {"id": demo.project_id},
            "user": {"id": demo.user_id},
        })
    );
    until(|| api.sim.deliveries().len() == 3).await;
    for delivery in api.sim.deliveries() {
        assert_eq!((delivery.attempt, delivery.error), (1, None));
        assert_eq!(delivery.status, Some(StatusCode::OK));
        assert!(received.iter().any(|it| it.body == delivery.body));
    }
}

#[tokio::test]
async fn failed_deliveries_are_sent_five_times_with_growing_pauses() {
    for (replies, expected) in
        [(vec![(500, "no"); 9], vec![500; 5]), (vec![(302, ""), (503, "")], vec![302, 503, 200])]
    {
        let sim = Sim::builder().quotas(false).build();
        let (api, receiver, _, secret) = hooked(sim, replies).await;
        cause_events(&api).await;
        for (attempt, pause) in (1..).zip([15, 30, 60, 120, 240]) {
            until(|| api.sim.deliveries().len() >= attempt.min(expected.len())).await;
            api.sim.clock().advance((pause - 1) * SECOND);
            idle().await;
            assert_eq!(receiver.received().len(), attempt.min(expected.len()), "too early");
            // Maximum of the random jitter.
            api.sim.clock().advance(pause * SECOND / 5 + SECOND);
            idle().await;
        }
        let sent = api.sim.deliveries();
        let statuses: Vec<_> = sent.iter().map(|it| it.status.unwrap().as_u16()).collect();
        assert_eq!(statuses, expected);
        assert!((1..).zip(&sent).all(|(attempt, it)| it.attempt == attempt));
        for (received, sent) in receiver.received().iter().zip(&sent) {
            assert_eq!((&received.body, &sent.url), (&sent.body, &receiver.url));
            assert_eq!(received.headers[SIGNATURE_HEADER], sent.headers[SIGNATURE_HEADER]);
        }
        let late = receiver.received()[0].verify(&api.sim, &secret).unwrap_err();
        assert!(matches!(late, VerifyError::Expired { .. }), "the timestamp is old: {late}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_pauses_double_from_15_seconds_and_follow_the_seed() {
    // The port of a dropped receiver is closed.
    let pauses = async |seed| {
        let sim = Sim::builder().quotas(false).seed(seed).build();
        let (api, receiver, _, _) = hooked(sim, []).await;
        drop(receiver);
        cause_events(&api).await;
        tokio::time::sleep(600 * SECOND).await;
        let sent = api.sim.deliveries();
        assert_eq!(sent.len(), 5);
        assert!(sent.iter().all(|it| it.status.is_none() && it.error.is_some()), "{sent:?}");
        let times: Vec<_> = sent.iter().map(|it| it.time).collect();
        let pauses = times.windows(2).map(|pair| pair[1].duration_since(pair[0]).as_secs_f64());
        pauses.collect::<Vec<_>>()
    };
    let first = pauses(7).await;
    for (pause, least) in first.iter().zip([15.0, 30.0, 60.0, 120.0]) {
        assert!((least..least * 1.21).contains(pause), "{first:?}");
    }
    let differ = |other: &[f64]| first.iter().zip(other).any(|(a, b)| (a - b).abs() > 0.02);
    assert!(!differ(&pauses(7).await), "the same seed");
    assert!(differ(&pauses(8).await), "another");
}

#[tokio::test]
async fn a_response_has_5_seconds() {
    let (api, receiver, _, secret) = hooked(Sim::new(), [(0, "")]).await;
    cause_events(&api).await;
    receiver.receives(1).await;
    api.sim.clock().advance(3 * SECOND);
    idle().await;
    assert!(api.sim.deliveries().is_empty());
    api.sim.clock().advance(2 * SECOND);
    until(|| api.sim.deliveries().len() == 1).await;
    let first = api.sim.deliveries().remove(0);
    assert_eq!(first.error.as_deref(), Some("no response within 5 s"));
    api.sim.clock().advance(18 * SECOND);
    let received = receiver.receives(2).await;
    let [first, second] = [&received[0], &received[1]].map(|it| it.verify(&api.sim, &secret));
    assert_ne!(first.unwrap().timestamp(), second.unwrap().timestamp(), "signed again");
}

#[tokio::test]
async fn only_subscribed_events_are_delivered_while_the_webhook_is_active() {
    let (api, receiver, path, _) = hooked(Sim::builder().quotas(false).build(), [(500, "")]).await;
    let data = json!({"name": "another"});
    let other = api.post(&format!("{}/workspaces", api.account()), data).await.created();
    let other = format!("{}/workspaces/{}", api.account(), other["id"].as_str().unwrap());
    let data = json!({"name": "b", "url": receiver.url, "events": ["comment.created"]});
    let (elsewhere, _) = made(&api, api.post(&format!("{other}/webhooks"), data).await.created());
    api.patch(&path, json!({"active": false})).await.data();
    cause_events(&api).await;
    idle().await;
    assert!(receiver.received().is_empty() && api.sim.deliveries().is_empty());

    api.patch(&path, json!({"active": true})).await.data();
    cause_events(&api).await;
    until(|| api.sim.deliveries().len() == 1).await;
    api.patch(&path, json!({"active": false})).await.data();
    api.sim.clock().advance(20 * SECOND);
    idle().await;
    assert_eq!(receiver.received().len(), 1, "no retry");

    api.patch(&path, json!({"active": true, "events": ["file.ready"]})).await.data();
    cause_events(&api).await;
    let event = receiver.receives(2).await.remove(1);
    let event: Event = serde_json::from_slice(&event.body).unwrap();
    assert_eq!(event.kind, EventType::FileReady);
    assert_eq!(api.delete(&path).await.status, StatusCode::NO_CONTENT);
    cause_events(&api).await;
    idle().await;
    assert_eq!(receiver.received().len(), 2);

    assert_eq!(api.get(&elsewhere).await.status, StatusCode::OK);
    assert_eq!(api.delete(&other).await.status, StatusCode::NO_CONTENT);
    assert_eq!(
        api.get(&elsewhere).await.status,
        StatusCode::NOT_FOUND,
        "deleted with its workspace"
    );
}

#[tokio::test]
async fn events_of_the_account_are_delivered_in_each_workspace() {
    let api = Api::new();
    let data = json!({"name": "another"});
    let other = api.post(&format!("{}/workspaces", api.account()), data).await.created();
    let other = other["id"].as_str().unwrap();
    for workspace in [api.workspace(), format!("{}/workspaces/{other}", api.account())] {
        let data = json!({
            "name": "h", "url": "https://example.com", "events": ["customfield.created"],
        });
        api.post(&format!("{workspace}/webhooks"), data).await.created();
    }
    let fields = format!("{}/metadata/field_definitions", api.account());
    let data = json!({"field_type": "text", "name": "Reel"});
    api.post(&fields, data).await.created();
    let events = api.sim.deliveries().into_iter();
    let events = events.map(|it| serde_json::from_slice::<Event>(&it.body).unwrap());
    let workspaces: Vec<_> = events.map(|it| it.workspace_id().unwrap().clone()).collect();
    assert_eq!(workspaces, [api.sim.demo().workspace_id.clone(), other.into()]);
}

#[tokio::test]
async fn deliveries_to_other_hosts_are_recorded_and_verifiable() {
    let api = Api::new();
    let (_, secret) = hook(&api, "https://hooks.example.com/x", &["comment.created"]).await;
    let comment = cause_events(&api).await;
    let deliveries = api.sim.deliveries();
    let [delivery] = &deliveries[..] else { panic!("{deliveries:?}") };
    assert_eq!((delivery.attempt, delivery.status), (1, None));
    assert!(delivery.error.as_ref().unwrap().contains("loopback"));
    assert_eq!(delivery.url, "https://hooks.example.com/x");
    let verified = verify(&api.sim, &secret, &delivery.headers, &delivery.body).unwrap();
    assert_eq!(verified.event().unwrap().resource(), Resource::Comment(comment.into()));
}

#[tokio::test(start_paused = true)]
async fn a_file_is_ready_when_its_transcoding_is_due() {
    let sim = Sim::builder().quotas(false).transcode_after(60 * SECOND).build();
    let api = Api::of(sim);
    hook(&api, "https://hooks.example.com", &["file.ready"]).await;
    let file = api.upload("clip.mp4", "abc").await;
    let deleted = api.upload("gone.mp4", "abc").await;
    assert_eq!(api.delete(&deleted).await.status, StatusCode::NO_CONTENT);
    tokio::time::sleep(59 * SECOND).await;
    assert!(api.sim.deliveries().is_empty());
    assert_eq!(api.get(&file).await.data()["status"], "uploaded");
    tokio::time::sleep(2 * SECOND).await;
    let deliveries = api.sim.deliveries();
    let event: Event = serde_json::from_slice(&deliveries[0].body).unwrap();
    let id = file.rsplit('/').next().unwrap();
    assert_eq!((event.resource(), deliveries.len()), (Resource::File(id.into()), 1));
    assert_eq!(api.get(&file).await.data()["status"], "transcoded");

    let data = json!({"name": "far.txt", "source_url": "https://example.com/far.txt"});
    let mut far = api.post(&format!("{}/files/remote_upload", api.root()), data).await;
    let far = FileId::from(far.body["data"]["id"].take().as_str().unwrap());
    assert!(api.sim.finish_remote_upload(&far, "far"));
    api.sim.clock().advance(60 * SECOND);
    let events = api.sim.events();
    let kinds = events.iter().map(|it| it.event.kind.to_string()).collect::<Vec<_>>();
    let (uploaded, ready) = ("file.upload.completed", "file.ready");
    let expected = ["webhook.created", uploaded, uploaded, ready, uploaded, ready];
    let hooks: Vec<_> = kinds.iter().filter(|kind| **kind != "file.deleted").collect();
    let hooks: Vec<_> = hooks.into_iter().filter(|kind| **kind != "file.created").collect();
    assert_eq!(hooks, expected);
    let between = events.last().unwrap().time.duration_since(events[events.len() - 2].time);
    assert_eq!(between.as_secs(), 60);
}

#[tokio::test]
async fn records_added_by_a_test_cause_events() {
    let api = Api::new();
    assert!(api.sim.events().is_empty(), "the initial state causes no events");
    hook(&api, "https://hooks.example.com", &["collection.created"]).await;
    let project = &api.sim.demo().project_id;
    let id = api.sim.add_collection(project, Collection::new("Dailies")).unwrap();
    let deliveries = api.sim.deliveries();
    let event: Event = serde_json::from_slice(&deliveries[0].body).unwrap();
    assert_eq!((event.resource(), event.project_id()), (Resource::Collection(id), Some(project)));
}

#[test]
fn deliveries_outside_of_a_runtime_are_queued_up_to_a_limit() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let receiver = runtime.block_on(Receiver::new([]));
    let api = Api::new();
    let (path, _) =
        hook(&api, &receiver.url, &["comment.created"]).now_or_never().expect("needs no runtime");
    cause_events(&api).now_or_never().unwrap();
    assert!(api.sim.deliveries().is_empty());
    runtime.block_on(async {
        api.get(&path).await.data();
        receiver.receives(1).await;
        until(|| api.sim.deliveries().len() == 1).await;
    });

    let api = Api::new();
    for _ in 0..20 {
        hook(&api, &receiver.url, &["comment.completed"]).now_or_never().unwrap();
    }
    let comment =
        format!("{}/comments/{}", api.account(), cause_events(&api).now_or_never().unwrap());
    for attempt in 0..1002 {
        let data = json!({"completed": attempt % 2 == 0});
        api.patch(&comment, data).now_or_never().unwrap().data();
    }
    let deliveries = api.sim.deliveries();
    assert_eq!(deliveries.len(), 20 * 501 - 10_000);
    for delivery in deliveries {
        assert_eq!(delivery.error.unwrap(), "not sent: too many deliveries are in progress");
    }
}

#[tokio::test]
async fn a_webhook_is_shown_without_its_secret() {
    let api = Api::new();
    let (path, secret) = hook(&api, "http://127.0.0.1:9/", &["file.ready", "file.created"]).await;
    assert!(secret.len() > 30);
    let shown = api.get(&path).await.data();
    assert_eq!((&shown["active"], &shown["name"]), (&json!(true), &json!("hook")));
    assert_eq!(shown["events"], json!(["file.ready", "file.created"]));
    assert_eq!(shown.get("creator"), None);
    let with = api.get(&format!("{path}?include=creator")).await.data();
    assert_eq!(with["creator"]["name"], "Demo User");
    let list = format!("{}/webhooks", api.workspace());
    let data = json!({"name": "a", "url": "https://example.com", "events": ["file.ready"]});
    api.post(&list, data).await.created();
    assert_eq!(api.get(&list).await.names(), ["hook", "a"]);
    assert_eq!(api.get(&format!("{list}?sort=name_asc")).await.names(), ["a", "hook"]);
    let updated = api.patch(&path, json!({"name": "new"})).await.data();
    for response in [shown, updated, api.get(&list).await.data()] {
        assert!(!response.to_string().contains(&secret));
    }
    assert!(!format!("{:?}", api.sim).contains(&secret));
}

#[tokio::test]
async fn refuses_webhooks_that_would_never_be_called() {
    let api = Api::new();
    let list = format!("{}/webhooks", api.workspace());
    let data = json!({"name": "a", "url": "ftp://x", "events": ["file.ready", "file.burnt"]});
    let refused = api.post(&list, data).await;
    assert_eq!(refused.pointers(), ["/data/events/1", "/data/url"]);
    let (path, _) = hook(&api, "http://127.0.0.1:9/", &["file.ready"]).await;
    for (data, pointer) in [
        (json!({"url": "not a URL"}), "/data/url"),
        (json!({"url": "/relative"}), "/data/url"),
        (json!({"events": ["x"]}), "/data/events/0"),
    ] {
        assert_eq!(api.patch(&path, data).await.pointers(), [pointer]);
    }
}
