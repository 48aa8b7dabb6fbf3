//! Token stores, and sessions whose store fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use frameio::BoxError;
use frameio::auth::{ErrorKind, FileStore, MemoryStore, TokenStore, Tokens};
use frameio_sim::Fault;

use crate::{LIFE, World, me, oauth, server, web};

#[tokio::test]
async fn a_file_is_private_and_complete() {
    let world = World::new();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("deep").join("er").join("tokens.json");
    let store = FileStore::new(&path);
    assert!(store.load().await.unwrap().is_none());
    store.clear().await.unwrap();

    let session = world.session(web()).store(store.clone()).build();
    session.import(world.sign_in(session.ims()).await).await.unwrap();
    let refreshed = session.refresh().await.unwrap();
    let loaded = store.load().await.unwrap().unwrap();
    assert_eq!(loaded.access_token, refreshed.access_token);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&path) & 0o777, 0o600);
        assert_eq!(mode(path.parent().unwrap()) & 0o777, 0o700);
    }
    let mut left: Vec<_> = std::fs::read_dir(path.parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(left, ["tokens.json", "tokens.json.lock"]);

    // The next run of the program.
    let later = world.session(web()).store(FileStore::new(&path)).build();
    world.token_requests();
    me(&world.client(&later)).await.unwrap();
    assert_eq!(world.token_requests(), 0);
    later.sign_out().await.unwrap();
    assert!(!path.exists());
    assert!(session.refresh().await.unwrap_err().requires_sign_in());
}

#[tokio::test]
async fn does_not_quote_a_file_without_tokens() {
    let world = World::new();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tokens");
    for content in ["", "c4n4ry", r#"{"access_token":"c4n4ry","expires_at":"c4n4ry"}"#] {
        std::fs::write(&path, content).unwrap();
        let session = world.session(web()).store(FileStore::new(&path)).build();
        let error = session.token().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Store);
        assert!(error.to_string().contains("tokens"), "names the file: {error}");
        assert!(!format!("{error} {error:?}").contains("c4n4ry"), "{error:?}");
        // The next sign-in replaces the file.
        session.import(world.sign_in(session.ims()).await).await.unwrap();
        session.token().await.unwrap();
    }
    let nowhere = FileStore::new(path.join("below"));
    let session = world.session(web()).store(nowhere).build();
    assert_eq!(session.token().await.unwrap_err().kind(), ErrorKind::Store);
}

#[tokio::test]
async fn a_lock_is_exclusive_until_it_is_dropped() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tokens");
    let (one, other) = (FileStore::new(&path), FileStore::new(&path));
    let held = one.lock().await.unwrap();
    let waits = tokio::time::timeout(Duration::from_millis(200), other.lock()).await;
    assert!(waits.is_err());
    drop(held);
    other.lock().await.map(drop).unwrap();
}

/// A store in memory whose methods can fail.
#[derive(Clone, Default)]
struct Brittle {
    inner: MemoryStore,
    no_load: Arc<AtomicBool>,
    no_save: Arc<AtomicBool>,
}

fn broken(flag: &AtomicBool) -> Result<(), BoxError> {
    if flag.load(Ordering::SeqCst) { Err("the disk is full".into()) } else { Ok(()) }
}

impl TokenStore for Brittle {
    async fn load(&self) -> Result<Option<Tokens>, BoxError> {
        broken(&self.no_load)?;
        self.inner.load().await
    }

    async fn save(&self, tokens: &Tokens) -> Result<(), BoxError> {
        broken(&self.no_save)?;
        self.inner.save(tokens).await
    }

    async fn clear(&self) -> Result<(), BoxError> {
        broken(&self.no_save)?;
        self.inner.clear().await
    }
}

#[tokio::test(start_paused = true)]
async fn unsaved_tokens_are_used_and_must_be_saved_before_the_next_refresh() {
    let world = World::new();
    let store = Brittle::default();
    let session = world.session(web()).store(store.clone()).build();
    session.import(world.sign_in(session.ims()).await).await.unwrap();
    world.token_requests();

    store.no_save.store(true, Ordering::SeqCst);
    let second = session.refresh().await.unwrap();
    assert_eq!(session.token().await.unwrap(), second.access_token);
    assert_ne!(store.inner.load().await.unwrap().unwrap().access_token, second.access_token);
    assert_eq!(world.token_requests(), 1);
    let error = session.refresh().await.unwrap_err();
    assert_eq!((error.kind(), world.token_requests()), (ErrorKind::Store, 0));
    assert!(error.to_string().contains("the disk is full"), "{error}");

    store.no_save.store(false, Ordering::SeqCst);
    let third = session.refresh().await.unwrap();
    assert_eq!(world.token_requests(), 1);
    assert_eq!(store.inner.load().await.unwrap().unwrap().access_token, third.access_token);
}

#[tokio::test(start_paused = true)]
async fn unsaved_tokens_do_not_overwrite_newer_ones_of_another_session() {
    let world = World::new();
    let store = Brittle::default();
    let session = world.session(web()).store(store.clone()).build();
    session.import(world.sign_in(session.ims()).await).await.unwrap();
    store.no_save.store(true, Ordering::SeqCst);
    session.refresh().await.unwrap();
    store.no_save.store(false, Ordering::SeqCst);
    // The user signs in again in another program.
    let other = world.sign_in(session.ims()).await;
    store.inner.save(&other).await.unwrap();
    assert_eq!(session.refresh().await.unwrap().access_token, other.access_token);
}

#[tokio::test(start_paused = true)]
async fn a_failing_store_blocks_users_but_not_servers() {
    let world = World::new();
    let store = Brittle::default();
    store.no_load.store(true, Ordering::SeqCst);
    store.no_save.store(true, Ordering::SeqCst);
    let user = world.session(web()).store(store.clone()).build();
    assert_eq!(user.token().await.unwrap_err().kind(), ErrorKind::Store);
    let tokens = world.sign_in(user.ims()).await;
    assert_eq!(user.import(tokens).await.unwrap_err().kind(), ErrorKind::Store);
    assert!(user.token().await.is_err(), "unsaved tokens are not used");
    me(&world.client(&world.session(server()).store(store.clone()).build())).await.unwrap();
    let error = user.sign_out().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Store);
}

#[tokio::test(start_paused = true)]
async fn a_valid_token_does_not_access_the_store() {
    let world = World::new();
    let store = Brittle::default();
    let session = world.session(web()).store(store.clone()).build();
    session.import(world.sign_in(session.ims()).await).await.unwrap();
    store.no_load.store(true, Ordering::SeqCst);
    world.pass(LIFE - Duration::from_secs(30));
    me(&world.client(&session)).await.unwrap();
    world.pass(Duration::from_secs(30));
    assert_eq!(session.token().await.unwrap_err().kind(), ErrorKind::Store);
    store.no_load.store(false, Ordering::SeqCst);
    session.token().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn servers_share_tokens_through_a_store() {
    let world = World::new();
    let store = MemoryStore::new();
    let sessions = [(); 3].map(|()| world.session(server()).store(store.clone()).build());
    let mut tokens = Vec::new();
    for session in &sessions {
        tokens.push(session.token().await.unwrap());
    }
    assert_eq!(world.token_requests(), 1);
    assert!(tokens.iter().all(|token| *token == tokens[0]));
    world.fault(oauth(400, "invalid_grant").next(1));
    assert!(sessions[0].refresh().await.is_err());
    world.fault(Fault::delay(Duration::from_secs(1)).next(1));
    sessions[0].refresh().await.unwrap();
    assert_ne!(sessions[0].token().await.unwrap(), tokens[0]);
}
