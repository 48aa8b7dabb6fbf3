//! Quotas, failures of V4, and what is looked up how often.

use std::time::Duration;

use frameio_client::Client;
use frameio_legacy::LegacyService;
use frameio_sim::{Fault, Sim};
use serde_json::json;

use crate::world::World;

fn fault(text: &str) -> Fault {
    text.parse().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_429_is_waited_for_and_then_passed_on() {
    let world = World::new();
    world.sim.inject(fault("users.show=429:next3;retry-after=2"));
    let answer = world.get("/v2/me").await;
    assert_eq!(answer.status, 200, "{}", answer.body);

    world.sim.inject(fault("users.show=429:every1;retry-after=90"));
    let answer = world.get("/v2/me").await;
    assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (429, "90"));
    assert_eq!(answer.body["code"], 429);
}

#[tokio::test(start_paused = true)]
async fn a_short_maximum_wait_passes_a_429_on_sooner() {
    let world = World::with(Sim::builder(), |legacy| legacy.max_wait(Duration::from_secs(1)));
    world.sim.inject(fault("users.show=429:every1;retry-after=11"));
    let answer = world.get("/v2/me").await;
    assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (429, "11"));
}

#[tokio::test(start_paused = true)]
async fn failures_of_v4_are_never_400_500_or_503() {
    for (status, expected) in
        [("400", 422), ("500", 502), ("503", 502), ("403", 403), ("401", 401), ("409", 409)]
    {
        let world = World::new();
        world.sim.inject(fault(&format!("users.show={status}:every1")));
        let answer = world.get("/v2/me").await;
        assert_eq!(answer.status.as_u16(), expected, "{status}: {}", answer.body);
        assert_eq!(answer.body["errors"][0]["status"], expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_fails_is_502() {
    let world = World::new();
    world.sim.inject(fault("users.show=reset:every1"));
    assert_eq!(world.get("/v2/me").await.status, 502);
}

#[tokio::test]
async fn the_kind_of_an_id_is_looked_up_once() {
    let world = World::new();
    let folder = world.folder(&world.root, "a").await;
    world.operations();
    let path = format!("/v2/assets/{folder}");
    assert_eq!(world.get(&path).await.body["type"], "folder");
    let first = world.operations();
    assert!(first.contains(&"files.show") && first.contains(&"folders.show"), "{first:?}");
    assert_eq!(world.get(&path).await.body["type"], "folder");
    let second = world.operations();
    assert!(!second.contains(&"files.show"), "{second:?}");
    assert_eq!(second.iter().filter(|it| **it == "folders.show").count(), 1, "{second:?}");
}

#[tokio::test]
async fn a_missing_id_is_remembered_for_a_while() {
    let world = World::new();
    let path = "/v2/assets/00000000-0000-4000-8000-000000000000";
    assert_eq!(world.get(path).await.status, 404);
    assert!(!world.operations().is_empty());
    assert_eq!(world.get(path).await.status, 404);
    assert_eq!(world.operations(), Vec::<&str>::new());
}

#[tokio::test]
async fn ids_are_learned_from_lists() {
    let world = World::new();
    let file = world.file(&world.root, "a.mp4", 10).await;
    world.get(&format!("/v2/assets/{}/children", world.root)).await;
    world.operations();
    world.get(&format!("/v2/assets/{file}")).await;
    assert_eq!(world.operations(), ["files.show"]);
}

#[tokio::test]
async fn a_deleted_asset_is_looked_up_again() {
    let world = World::new();
    let file = world.file(&world.root, "a.mp4", 10).await;
    let path = format!("/v2/assets/{file}");
    assert_eq!(world.delete(&path).await.status, 200);
    assert_eq!(world.get(&path).await.status, 404);
}

#[tokio::test]
async fn the_smallest_remaining_quota_is_reported() {
    let world = World::new();
    let answer = world.get("/v2/me").await;
    assert_eq!(answer.header("x-ratelimit-limit"), "100");
    assert_eq!(answer.header("x-ratelimit-window"), "60000");
    let remaining: u32 = answer.header("x-ratelimit-remaining").parse().unwrap();
    assert!(remaining < 100);
}

#[tokio::test]
async fn a_forwarded_token_is_sent_with_the_header_that_v4_wants() {
    let sim = Sim::builder().legacy_token(crate::world::TOKEN).build();
    let client = Client::builder().transport(sim.clone());
    let legacy = LegacyService::forward_token(client).build();
    let world = World { legacy, sim: sim.clone(), ..World::new() };
    assert_eq!(world.get("/v2/me").await.status, 200);
    let request = http::Request::get("/v2/me")
        .header("authorization", "Bearer fio-u-another")
        .body(frameio_core::Body::empty());
    assert_eq!(world.send(request.unwrap()).await.status, 401);
}

#[tokio::test]
async fn the_account_of_me_can_be_set() {
    let sim = Sim::builder().account("Second");
    let world = World::with(sim, |legacy| legacy.account("another"));
    assert_eq!(world.get("/v2/me").await.body["account_id"], "another");
    let world = World::with(Sim::builder().account("Second"), |legacy| legacy);
    let accounts = world.get("/v2/accounts").await;
    assert_eq!(accounts.header("total"), "2");
    let me = world.get("/v2/me").await.body["account_id"].clone();
    assert!(accounts.ids().contains(&me.as_str().unwrap()));
}

#[tokio::test]
async fn ids_that_have_changed_are_mapped() {
    let sim = Sim::builder().build();
    let root = sim.demo().root_folder_id.as_str().to_owned();
    let client = crate::world::client(&sim);
    let ids = [("old-id".to_owned(), root.clone())];
    let legacy = LegacyService::builder(client).ids(ids).build();
    let world = World { legacy, sim, ..World::new() };
    assert_eq!(world.get("/v2/assets/old-id").await.body["id"], root.as_str());
    let body = json!({"name": "x", "type": "folder"});
    assert_eq!(world.post("/v2/assets/old-id/children", body).await.status, 200);
}
