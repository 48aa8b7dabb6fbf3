//! Tokens that cannot be saved.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use frameio::BoxError;
use frameio::auth::{ErrorKind, FileStore, MemoryStore, TokenStore, Tokens};

use crate::{LIFE, World, oauth, web};

fn names(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).unwrap().map(|it| it.unwrap().file_name());
    let mut names: Vec<_> = entries.map(|it| it.into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn does_not_use_the_refresh_token_if_the_next_one_cannot_be_saved() {
    let world = World::new();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tokens");
    let session = world.session(web()).store(FileStore::new(&path)).build();
    session.import(world.sign_in(session.ims()).await).await.unwrap();
    let before = std::fs::read(&path).unwrap();
    // Blocks the new file, as a full disk does.
    std::fs::create_dir(directory.path().join("tokens.new")).unwrap();
    world.pass(LIFE);
    world.token_requests();
    let error = session.token().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Store);
    assert!(error.to_string().contains("cannot save the tokens: "), "{error}");
    assert_eq!(world.token_requests(), 0);
    assert_eq!(std::fs::read(&path).unwrap(), before);

    std::fs::remove_dir(directory.path().join("tokens.new")).unwrap();
    session.token().await.unwrap();
    assert_ne!(std::fs::read(&path).unwrap(), before);
    assert_eq!(names(directory.path()), ["tokens", "tokens.lock"]);
}

#[tokio::test]
async fn a_failed_refresh_releases_its_reserved_space() {
    let world = World::new();
    let directory = tempfile::tempdir().unwrap();
    let store = FileStore::new(directory.path().join("tokens"));
    let session = world.session(web()).store(store).build();
    session.import(world.sign_in(session.ims()).await).await.unwrap();
    world.fault(oauth(400, "invalid_request"));
    session.refresh().await.unwrap_err();
    assert_eq!(names(directory.path()), ["tokens", "tokens.lock"]);
}

/// A store that fails after space has been reserved.
#[derive(Clone, Default)]
struct Failing {
    inner: MemoryStore,
    is_broken: Arc<AtomicBool>,
}

impl TokenStore for Failing {
    async fn load(&self) -> Result<Option<Tokens>, BoxError> {
        self.inner.load().await
    }

    async fn save(&self, tokens: &Tokens) -> Result<(), BoxError> {
        if self.is_broken.load(Ordering::SeqCst) {
            return Err("no space".into());
        }
        self.inner.save(tokens).await
    }

    async fn clear(&self) -> Result<(), BoxError> {
        self.inner.clear().await
    }
}

#[tokio::test]
async fn reports_unsaved_tokens_and_saves_them_later() {
    let world = World::new();
    let store = Failing::default();
    let reported = Arc::new(Mutex::new(Vec::new()));
    let session = {
        let reported = reported.clone();
        world.session(web()).store(store.clone()).on_unsaved(move |error| {
            reported.lock().unwrap().push(error.to_string());
        })
    }
    .build();
    session.import(world.sign_in(session.ims()).await).await.unwrap();
    session.save().await.unwrap();

    store.is_broken.store(true, Ordering::SeqCst);
    let tokens = session.refresh().await.unwrap();
    assert_eq!(
        *reported.lock().unwrap(),
        ["the token store failed: cannot save the tokens: no space"]
    );
    let error = session.save().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Store);

    store.is_broken.store(false, Ordering::SeqCst);
    session.save().await.unwrap();
    let saved = store.load().await.unwrap().unwrap();
    assert_eq!(saved.access_token, tokens.access_token);
    world.token_requests();
    session.save().await.unwrap();
    assert_eq!((world.token_requests(), reported.lock().unwrap().len()), (0, 1));
}
