//! Two sessions that share one store, as two processes do.

use std::time::Duration;

use frameio::BoxError;
use frameio::auth::{FileStore, MemoryStore, Session, TokenStore, Tokens};
use frameio_sim::Fault;

use crate::{LIFE, World, web};

/// A store whose lock does not keep anybody out.
#[derive(Clone, Default)]
struct NoLock(MemoryStore);

impl TokenStore for NoLock {
    async fn load(&self) -> Result<Option<Tokens>, BoxError> {
        self.0.load().await
    }

    async fn save(&self, tokens: &Tokens) -> Result<(), BoxError> {
        self.0.save(tokens).await
    }

    async fn clear(&self) -> Result<(), BoxError> {
        self.0.clear().await
    }
}

async fn two(world: &World, stores: (impl TokenStore, impl TokenStore)) -> (Session, Session) {
    let one = world.session(web()).store(stores.0).build();
    let other = world.session(web()).store(stores.1).build();
    one.import(world.sign_in(one.ims()).await).await.unwrap();
    other.token().await.unwrap();
    world.asked();
    (one, other)
}

#[tokio::test]
async fn two_refresh_one_after_the_other_and_the_second_takes_what_the_first_got() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tokens");
    let world = World::new();
    let (one, other) = two(&world, (FileStore::new(&path), FileStore::new(&path))).await;
    for _ in 0..3 {
        world.pass(LIFE);
        let (first, second) = tokio::join!(one.token(), other.token());
        assert_eq!(first.unwrap(), second.unwrap());
        assert_eq!(world.asked(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_race_that_is_lost_without_a_lock_signs_nobody_out() {
    let world = World::new();
    let store = NoLock::default();
    let (one, other) = two(&world, (store.clone(), store)).await;
    world.pass(LIFE);
    // Both have loaded the same refresh token; the second is answered last, and refused.
    world.fault(Fault::delay(Duration::from_secs(1)));
    world.fault(Fault::delay(Duration::from_secs(3)));
    let (first, second) = tokio::join!(one.token(), other.token());
    assert_eq!(first.unwrap(), second.unwrap());
    assert_eq!(world.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_the_api_rejected_is_replaced_by_what_the_other_got() {
    let world = World::new();
    let store = MemoryStore::new();
    let (one, other) = two(&world, (store.clone(), store)).await;
    let new = one.refresh().await.unwrap();
    assert_eq!(world.asked(), 1);
    assert_eq!(other.refresh().await.unwrap().access_token, new.access_token);
    assert_eq!(world.asked(), 0);
}

#[tokio::test(start_paused = true)]
async fn signing_out_in_one_place_signs_out_in_all() {
    let world = World::new();
    let store = MemoryStore::new();
    let (one, other) = two(&world, (store.clone(), store)).await;
    one.sign_out().await.unwrap();
    world.pass(LIFE);
    assert!(other.token().await.unwrap_err().is_sign_in_again());
    assert_eq!(world.asked(), 0);
    one.import(world.sign_in(one.ims()).await).await.unwrap();
    assert_eq!(other.token().await.unwrap(), one.token().await.unwrap());
}
