//! Two sessions that share a store, as two processes do.

use std::time::Duration;

use frameio::BoxError;
use frameio::auth::{FileStore, MemoryStore, Session, TokenStore, Tokens};
use frameio_sim::Fault;

use crate::{LIFE, World, web};

/// A store without a lock.
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
    world.token_requests();
    (one, other)
}

#[tokio::test]
async fn the_second_of_two_concurrent_refreshes_uses_the_tokens_of_the_first() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tokens");
    let world = World::new();
    let (one, other) = two(&world, (FileStore::new(&path), FileStore::new(&path))).await;
    for _ in 0..3 {
        world.pass(LIFE);
        let (first, second) = tokio::join!(one.token(), other.token());
        assert_eq!(first.unwrap(), second.unwrap());
        assert_eq!(world.token_requests(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_race_without_a_lock_does_not_sign_the_user_out() {
    let world = World::new();
    let store = NoLock::default();
    let (one, other) = two(&world, (store.clone(), store)).await;
    world.pass(LIFE);
    // Both send the same refresh token; the second request is refused.
    world.fault(Fault::delay(Duration::from_secs(1)));
    world.fault(Fault::delay(Duration::from_secs(3)));
    let (first, second) = tokio::join!(one.token(), other.token());
    assert_eq!(first.unwrap(), second.unwrap());
    assert_eq!(world.token_requests(), 2);
}

#[tokio::test(start_paused = true)]
async fn replaces_a_token_by_the_one_of_the_other_session() {
    let world = World::new();
    let store = MemoryStore::new();
    let (one, other) = two(&world, (store.clone(), store)).await;
    let new = one.refresh().await.unwrap();
    assert_eq!(world.token_requests(), 1);
    assert_eq!(other.refresh().await.unwrap().access_token, new.access_token);
    assert_eq!(world.token_requests(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_sign_out_signs_out_all_sessions_of_the_store() {
    let world = World::new();
    let store = MemoryStore::new();
    let (one, other) = two(&world, (store.clone(), store)).await;
    one.sign_out().await.unwrap();
    world.pass(LIFE);
    assert!(other.token().await.unwrap_err().requires_sign_in());
    assert_eq!(world.token_requests(), 0);
    one.import(world.sign_in(one.ims()).await).await.unwrap();
    assert_eq!(other.token().await.unwrap(), one.token().await.unwrap());
}
