//! Tokens are used at the service that issued them only.

use frameio::auth::{ErrorKind, MemoryStore, Session, TokenStore, Tokens};

use crate::{LIFE, World, server, web};

fn elsewhere(world: &World, store: &MemoryStore) -> Session {
    let ims = world.builder(web()).base_url("http://127.0.0.1:9").build().unwrap();
    Session::builder(ims).store(store.clone()).build()
}

#[tokio::test(start_paused = true)]
async fn does_not_use_send_or_delete_tokens_of_another_service() {
    let world = World::new();
    let store = MemoryStore::new();
    let session = world.session(web()).store(store.clone()).build();
    let tokens = world.sign_in(session.ims()).await;
    assert_eq!(tokens.issuer.as_deref(), Some("https://ims-na1.adobelogin.com"));
    session.import(tokens).await.unwrap();

    for is_expired in [false, true] {
        if is_expired {
            world.pass(LIFE);
        }
        world.sim.clear_requests();
        let other = elsewhere(&world, &store);
        for error in [
            other.token().await.unwrap_err(),
            other.refresh().await.unwrap_err(),
            other.export().await.unwrap_err(),
            other.sign_out().await.unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Issuer);
            let message = error.to_string();
            assert!(message.contains("they are from https://ims-na1.adobelogin.com"), "{message}");
            assert!(message.contains("http://127.0.0.1:9"), "{message}");
        }
        assert_eq!(world.sim.requests().len(), 0);
    }
    assert!(store.load().await.unwrap().is_some());
    session.refresh().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn refuses_to_import_tokens_of_another_service() {
    let world = World::new();
    let session = world.session(web()).build();
    let tokens = world.sign_in(session.ims()).await;
    let other = elsewhere(&world, &MemoryStore::new());
    let error = other.import(tokens.clone()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Issuer);

    // Another spelling of the URL names the same service.
    let ims = world.builder(web()).base_url("https://IMS-na1.adobelogin.com:443/").build();
    Session::new(ims.unwrap()).import(tokens).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn imported_tokens_without_an_issuer_belong_to_the_session() {
    let world = World::new();
    let store = MemoryStore::new();
    let session = world.session(web()).store(store.clone()).build();
    let tokens = world.sign_in(session.ims()).await;
    let unknown =
        Tokens::new(tokens.access_token.expose(), tokens.refresh_token, tokens.expires_at);
    session.import(unknown).await.unwrap();
    let error = elsewhere(&world, &store).token().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Issuer);
}

#[tokio::test(start_paused = true)]
async fn a_server_does_not_replace_the_tokens_of_another_service() {
    let world = World::new();
    let store = MemoryStore::new();
    let session = world.session(server()).store(store.clone()).build();
    let token = session.token().await.unwrap();
    world.sim.clear_requests();
    let ims = world.builder(server()).base_url("http://127.0.0.1:9").build().unwrap();
    let other = Session::builder(ims).store(store.clone()).build();
    assert_eq!(other.token().await.unwrap_err().kind(), ErrorKind::Issuer);
    assert_eq!(world.sim.requests().len(), 0);
    assert_eq!(store.load().await.unwrap().unwrap().access_token, token);
}
