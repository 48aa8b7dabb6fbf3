//! Refreshes: their time, and the calls that wait for them.

use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use frameio::auth::{ErrorKind, Ims, Session, TokenStore, Tokens};
use frameio::layers::TokenProvider;
use frameio::users::ShowCurrentUser;
use frameio::{Body, blocking};
use frameio_sim::{Fault, Sim};
use http::{Request, StatusCode};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tower::ServiceExt;

use crate::{LIFE, World, me, oauth, server, settle, web};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test(start_paused = true)]
async fn refreshes_in_the_background_a_minute_before_the_expiry() {
    let world = World::new();
    let session = world.signed_in().await;
    let first = session.token().await.unwrap();
    world.token_requests();
    world.pass(LIFE - MINUTE - SECOND);
    assert_eq!(session.token().await.unwrap(), first);
    settle().await;
    assert_eq!(world.token_requests(), 0);

    world.pass(SECOND);
    world.fault(Fault::delay(SECOND));
    for _ in 0..10 {
        assert_eq!(session.cached().as_ref(), Some(&first), "the old token is still valid");
    }
    settle().await;
    world.pass(SECOND);
    settle().await;
    let second = session.cached().unwrap();
    assert_ne!(second, first);
    assert_eq!(world.token_requests(), 1);
    me(&world.client(&session)).await.unwrap();
}

/// Returns a session of the web app with a signed-in user, and the permits of its later token requests.
/// `on_change` reports its refreshes.
async fn gated(world: &World) -> (Session, Arc<Semaphore>, mpsc::Receiver<()>) {
    let (sim, clock) = (world.sim.clone(), world.sim.clock());
    let gate = Arc::new(Semaphore::new(0));
    let permits = gate.clone();
    let transport = tower::service_fn(move |request: Request<Body>| {
        let (permits, sim) = (permits.clone(), sim.clone());
        async move {
            permits.acquire().await.unwrap().forget();
            sim.oneshot(request).await
        }
    });
    let ims = Ims::builder(web()).transport(transport).clock(move || clock.now()).build().unwrap();
    let (changed, changes) = mpsc::channel();
    let changed = move |_: Option<&Tokens>| changed.send(()).unwrap();
    let session = Session::builder(ims).on_change(changed).build();
    session.import(world.sign_in(&world.ims(web())).await).await.unwrap();
    changes.recv().unwrap();
    (session, gate, changes)
}

#[test]
fn a_refresh_continues_between_the_calls_of_a_blocking_client() {
    let world = World::new();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let (session, gate, changes) = runtime.block_on(gated(&world));
    let client = blocking::Client::new(world.client(&session)).unwrap();
    world.pass(LIFE - MINUTE);
    let first = session.cached();
    client.send(ShowCurrentUser::new()).unwrap();
    assert_eq!(session.cached(), first);
    // No call drives the runtime now.
    gate.add_permits(1);
    changes.recv_timeout(MINUTE).unwrap();
    assert_ne!(session.cached(), first);
}

#[tokio::test]
async fn saving_waits_for_a_running_refresh() {
    let world = World::new();
    let (session, gate, changes) = gated(&world).await;
    world.pass(LIFE - MINUTE);
    let first = session.cached();
    settle().await;
    gate.add_permits(1);
    session.save().await.unwrap();
    changes.try_recv().unwrap();
    assert_ne!(session.cached(), first);
}

#[tokio::test(start_paused = true)]
async fn refresh_before_is_at_most_half_of_the_lifetime() {
    let world = World::new();
    let long = world.session(server()).refresh_before(2 * LIFE).build();
    let first = long.token().await.unwrap();
    world.pass(LIFE / 2 - SECOND);
    long.token().await.unwrap();
    settle().await;
    assert_eq!(world.token_requests(), 1);
    world.pass(SECOND);
    long.token().await.unwrap();
    settle().await;
    assert_eq!(world.token_requests(), 1);
    assert_ne!(long.token().await.unwrap(), first);

    let none = world.session(server()).refresh_before(Duration::ZERO).build();
    none.token().await.unwrap();
    world.pass(LIFE - SECOND);
    none.token().await.unwrap();
    settle().await;
    assert_eq!(world.token_requests(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_thousand_calls_at_expiry_cause_one_refresh() {
    for credential in [web(), server()] {
        let world = World::new();
        let session = world.session(credential.clone()).build();
        if format!("{credential:?}").contains("Web") {
            session.import(world.sign_in(session.ims()).await).await.unwrap();
        }
        let client = world.client(&session);
        me(&client).await.unwrap();
        world.token_requests();
        world.pass(LIFE);
        world.fault(Fault::delay(SECOND));
        let mut calls = JoinSet::new();
        for _ in 0..1000 {
            let client = client.clone();
            calls.spawn(async move { me(&client).await });
        }
        for result in calls.join_all().await {
            result.unwrap();
        }
        assert_eq!(world.token_requests(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn all_waiting_calls_get_the_same_error() {
    let world = World::new();
    let session = world.signed_in().await;
    world.token_requests();
    world.pass(LIFE);
    world.fault(oauth(400, "invalid_request").after(SECOND));
    let mut calls = JoinSet::new();
    for _ in 0..1000 {
        let session = session.clone();
        calls.spawn(async move { session.token().await.unwrap_err() });
    }
    for error in calls.join_all().await {
        assert_eq!((error.kind(), error.code()), (ErrorKind::Refused, Some("invalid_request")));
    }
    assert_eq!(world.token_requests(), 1);
    // The next call tries again.
    session.token().await.unwrap();
    assert_eq!(world.token_requests(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_call_neither_fails_nor_blocks_others() {
    let world = World::new();
    let session = world.signed_in().await;
    world.token_requests();
    world.pass(LIFE);
    world.fault(Fault::delay(SECOND));
    let first = tokio::spawn({
        let session = session.clone();
        async move { session.token().await }
    });
    settle().await;
    let second = tokio::spawn({
        let session = session.clone();
        async move { session.token().await }
    });
    settle().await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    second.await.unwrap().unwrap();
    assert_eq!(world.token_requests(), 1);

    // A refresh continues after all its calls are dropped, because its refresh token is used up.
    world.pass(LIFE);
    world.fault(Fault::delay(SECOND));
    for _ in 0..3 {
        let gone = tokio::time::timeout(SECOND / 2, session.token()).await;
        assert!(gone.is_err() || gone.unwrap().is_ok());
    }
    tokio::time::sleep(2 * SECOND).await;
    session.token().await.unwrap();
    assert_eq!(world.token_requests(), 1);
}

#[test]
fn restarts_a_refresh_whose_runtime_was_shut_down() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let first = runtime();
    let (world, session) = first.block_on(async {
        let world = World::new();
        let session = world.session(server()).build();
        world.fault(Fault::delay(Duration::from_secs(10)));
        let cut = tokio::time::timeout(Duration::from_millis(20), session.token()).await;
        assert!(cut.is_err());
        (world, session)
    });
    drop(first);
    runtime().block_on(session.token()).unwrap();
    assert!(world.token_requests() >= 1);
}

#[tokio::test(start_paused = true)]
async fn a_failed_background_refresh_is_retried_after_a_pause() {
    let world = World::new();
    let session = world.signed_in().await;
    let first = session.token().await.unwrap();
    world.token_requests();
    world.pass(LIFE - 30 * SECOND);
    world.fault(oauth(400, "invalid_request").next(1));
    for _ in 0..20 {
        assert_eq!(session.cached().as_ref(), Some(&first));
        settle().await;
    }
    assert_eq!(world.token_requests(), 1, "not retried by every call");
    world.pass(5 * SECOND);
    assert_eq!(session.cached().as_ref(), Some(&first));
    settle().await;
    assert_ne!(session.cached().unwrap(), first);
    assert_eq!(world.token_requests(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_401_of_the_api_refreshes_once() {
    let world = World::new();
    let session = world.signed_in().await;
    let client = world.client(&session);
    me(&client).await.unwrap();
    world.token_requests();
    world.sim.inject(Fault::expired_token().on("users.show").next(100));
    let mut calls = JoinSet::new();
    for _ in 0..50 {
        let client = client.clone();
        calls.spawn(async move { me(&client).await });
    }
    for result in calls.join_all().await {
        assert!(result.unwrap_err().is_unauthorized(), "the second 401 is returned");
    }
    assert_eq!(world.token_requests(), 1, "one refresh for all calls");
    world.sim.clear_faults();
    me(&client).await.unwrap();

    session.refresh().await.unwrap();
    world.token_requests();
    world.pass(MINUTE);
    world.sim.inject(Fault::expired_token().on("users.show"));
    me(&client).await.unwrap();
    assert_eq!(world.token_requests(), 1, "replaces a token that is past its trial");
}

#[tokio::test(start_paused = true)]
async fn a_refused_refresh_is_final_until_the_next_sign_in() {
    let world = World::new();
    let session = world.signed_in().await;
    let client = world.client(&session);
    world.pass(15 * 24 * crate::HOUR);
    for _ in 0..3 {
        assert!(session.token().await.unwrap_err().requires_sign_in());
        assert_eq!(me(&client).await.unwrap_err().kind(), frameio::ErrorKind::Auth);
    }
    let refused = world.sim.requests().into_iter().filter(|request| {
        request.operation == Some(Sim::IMS_TOKEN) && request.status == Some(StatusCode::BAD_REQUEST)
    });
    assert_eq!(refused.count(), 1, "one request");
    session.import(world.sign_in(session.ims()).await).await.unwrap();
    me(&client).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn keeps_a_refresh_token_that_is_not_rotated() {
    let world = World::new();
    let session = world.signed_in().await;
    let refresh_token = |tokens: &Tokens| {
        let token = tokens.refresh_token.as_ref().unwrap();
        token.expose().to_owned()
    };
    let before = refresh_token(&session.export().await.unwrap().unwrap());
    let response = r#"{"access_token":"other","expires_in":60}"#;
    world.fault(Fault::body(StatusCode::OK, "application/json", response));
    let after = session.refresh().await.unwrap();
    assert_eq!(after.access_token.expose(), "other");
    assert_eq!(refresh_token(&after), before);
}

#[tokio::test(start_paused = true)]
async fn on_change_is_called_after_saving() {
    let world = World::new();
    let store = frameio::auth::MemoryStore::new();
    let changes: Arc<Mutex<Vec<Option<String>>>> = Arc::default();
    let session = {
        let changes = changes.clone();
        let on_change = move |tokens: Option<&Tokens>| {
            let text = tokens.map(|tokens| tokens.access_token.expose().to_owned());
            changes.lock().unwrap().push(text);
        };
        world.session(web()).store(store.clone()).on_change(on_change).build()
    };
    let first = world.sign_in(session.ims()).await;
    session.import(first.clone()).await.unwrap();
    let second = session.refresh().await.unwrap();
    assert_eq!(store.load().await.unwrap().unwrap().access_token, second.access_token);
    session.sign_out().await.unwrap();
    let text = |tokens: &Tokens| Some(tokens.access_token.expose().to_owned());
    assert_eq!(*changes.lock().unwrap(), [text(&first), text(&second), None]);
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_a_callback_does_not_lose_the_tokens() {
    let world = World::new();
    let session = world.session(server()).on_change(|_| panic!("of the test")).build();
    session.token().await.unwrap();
    assert_eq!(world.token_requests(), 1);
}

#[tokio::test(start_paused = true)]
async fn exported_tokens_can_be_imported_by_another_session() {
    let world = World::new();
    let exported = world.signed_in().await.export().await.unwrap().unwrap();
    let json = serde_json::to_string(&exported).unwrap();
    let session = Session::new(world.ims(web()));
    session.import(serde_json::from_str(&json).unwrap()).await.unwrap();
    me(&world.client(&session)).await.unwrap();
    session.refresh().await.unwrap();
}
