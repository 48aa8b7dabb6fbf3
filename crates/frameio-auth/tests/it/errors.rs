//! Errors and retries of requests to IMS.

use std::time::Duration;

use frameio::auth::{self, Credential, ErrorKind, Ims, Session};
use frameio_sim::{Credential as App, Fault, Sim};
use frameio_testing::traced::Traced;
use http::StatusCode;
use tokio::time::Instant;

use crate::{REDIRECT, World, me, oauth, server, web};

async fn fails(world: &World, credential: Credential) -> auth::Error {
    world.session(credential).build().token().await.unwrap_err()
}

#[tokio::test(start_paused = true)]
async fn classifies_refusals_by_kind() {
    let world = World::new();
    let id = App::DEMO_SERVER_TO_SERVER;
    for (credential, kind, code) in [
        (Credential::server_to_server(id, "wrong"), ErrorKind::Credential, "invalid_client"),
        (Credential::server_to_server("no", "x"), ErrorKind::Credential, "invalid_client"),
        (server().scopes(["frame.io.no"]), ErrorKind::Scope, "invalid_scope"),
        (
            Credential::server_to_server(App::DEMO_WEB, App::DEMO_SECRET),
            ErrorKind::Credential,
            "unauthorized_client",
        ),
    ] {
        let error = fails(&world, credential).await;
        assert_eq!((error.kind(), error.code()), (kind, Some(code)), "{error}");
        assert_eq!(error.to_string().lines().count(), 1);
    }
    // A web app requests a scope of servers: the callback reports the error.
    let ims = world.ims(web().scopes(["frame.s2s.all"]));
    let authorization = ims.authorization().unwrap();
    let callback = world.browser(authorization.url()).await;
    assert_eq!(authorization.finish(&callback).unwrap_err().kind(), ErrorKind::Scope);
    let callback = world.browser(&format!("{}&sim_deny=yes", authorization.url())).await;
    let error = authorization.finish(&callback).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Scope, "scopes are checked first: {error}");
    let authorization = world.ims(web()).authorization().unwrap();
    let callback = world.browser(&format!("{}&sim_deny=yes", authorization.url())).await;
    let error = authorization.finish(&callback).unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Denied, Some("access_denied")));
}

#[tokio::test(start_paused = true)]
async fn refuses_the_verifier_of_another_sign_in() {
    let world = World::new();
    let ims = world.ims(Credential::single_page(App::DEMO_SINGLE_PAGE, REDIRECT));
    let (mine, other) = (ims.authorization().unwrap(), ims.authorization().unwrap());
    let callback = world.browser(mine.url()).await;
    assert_eq!(other.finish(&callback).unwrap_err().kind(), ErrorKind::State);
    // Even with the right state, the code is useless without the verifier.
    let mut forged = serde_json::to_value(&mine).unwrap();
    forged["verifier"] = serde_json::to_value(&other).unwrap()["verifier"].clone();
    let forged: auth::Authorization = serde_json::from_value(forged).unwrap();
    let error = ims.exchange(forged.finish(&callback).unwrap()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SignInRequired);
}

#[tokio::test(start_paused = true)]
async fn retries_with_the_documented_delays() {
    let status = |status: StatusCode| Fault::status(status);
    let too_many = || status(StatusCode::TOO_MANY_REQUESTS);
    let down = || status(StatusCode::SERVICE_UNAVAILABLE);
    for (faults, requests, seconds) in [
        (vec![too_many().next(2)], 3, 3),
        (vec![down().next(2)], 3, 3),
        // Throttling and failures have separate budgets.
        (vec![too_many().next(2), down().next(2)], 5, 6),
        (vec![Fault::reset()], 2, 1),
        (vec![Fault::reset_in_body()], 2, 1),
        (vec![too_many().header("retry-after", 7)], 2, 7),
        (vec![down().header("retry-after", 60)], 2, 60),
        (vec![too_many().header("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT")], 2, 1),
    ] {
        let world = World::new();
        for fault in faults {
            world.fault(fault);
        }
        let begun = Instant::now();
        world.session(server()).build().token().await.unwrap();
        assert_eq!(world.token_requests(), requests);
        assert_eq!(begun.elapsed().as_secs(), seconds);
    }
}

#[tokio::test(start_paused = true)]
async fn reports_failures_after_the_last_retry() {
    for (fault, kind, requests) in [
        (Fault::status(StatusCode::TOO_MANY_REQUESTS), ErrorKind::RateLimited, 3),
        // A retry within a minute would be too early.
        (
            Fault::status(StatusCode::TOO_MANY_REQUESTS).header("retry-after", 61),
            ErrorKind::RateLimited,
            1,
        ),
        (Fault::html(StatusCode::BAD_GATEWAY), ErrorKind::Server, 3),
        (Fault::html(StatusCode::NOT_FOUND), ErrorKind::Response, 1),
        (Fault::reset(), ErrorKind::Network, 3),
        (Fault::truncated(), ErrorKind::Response, 1),
        (oauth(400, "invalid_request"), ErrorKind::Refused, 1),
    ] {
        let world = World::new();
        world.fault(fault.next(10));
        let error = fails(&world, server()).await;
        assert_eq!(error.kind(), kind, "{error}");
        assert_eq!(world.token_requests(), requests, "{error}");
        let temporary = [ErrorKind::RateLimited, ErrorKind::Server, ErrorKind::Network];
        assert_eq!(error.is_temporary(), temporary.contains(&kind));
    }
    let world = World::new();
    world.fault(Fault::status(StatusCode::TOO_MANY_REQUESTS).header("retry-after", 9).next(10));
    let ims = world.builder(server()).max_retries(0).build().unwrap();
    let error = Session::new(ims).token().await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(9)));
    assert_eq!(world.token_requests(), 1);
}

#[tokio::test(start_paused = true)]
async fn limits_attempts_to_30_s_or_the_configured_time() {
    let world = World::new();
    world.fault(Fault::delay(Duration::from_secs(31)).next(10));
    let begun = Instant::now();
    let error = fails(&world, server()).await;
    // Three attempts with two delays.
    assert_eq!(
        (error.kind(), begun.elapsed().as_secs()),
        (ErrorKind::Network, 30 + 1 + 30 + 2 + 30)
    );

    let ims = world.builder(server()).timeout(Duration::from_secs(10)).max_retries(0);
    let begun = Instant::now();
    let error = Session::new(ims.build().unwrap()).token().await.unwrap_err();
    assert_eq!((error.kind(), begun.elapsed().as_secs()), (ErrorKind::Network, 10));
}

#[tokio::test(start_paused = true)]
async fn finds_the_error_behind_the_error_of_a_call() {
    let world = World::new();
    let client = world.client(&world.session(web()).build());
    let error = me(&client).await.unwrap_err();
    assert_eq!(error.kind(), frameio::ErrorKind::Auth);
    assert!(error.find::<auth::Error>().unwrap().requires_sign_in());
}

#[tokio::test]
async fn a_refused_connection_is_a_network_error() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let ims = Ims::builder(server()).base_url(url).max_retries(0).build().unwrap();
    let error = Session::new(ims).token().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Network, "{error}");
}

#[tokio::test(start_paused = true)]
async fn sign_out_reports_a_failed_revocation_and_deletes_the_tokens() {
    let world = World::new();
    let session = world.signed_in().await;
    world.sim.inject(Fault::status(StatusCode::BAD_GATEWAY).on(Sim::IMS_REVOKE).next(3));
    let error = session.sign_out().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Server);
    let requests = world.sim.requests();
    let revoked = requests.iter().filter(|r| r.operation == Some(Sim::IMS_REVOKE));
    // Three attempts for the access token, then one for the refresh token.
    assert_eq!(
        revoked.map(|r| r.status.unwrap().as_u16()).collect::<Vec<_>>(),
        [502, 502, 502, 200]
    );
    assert!(session.export().await.unwrap().is_none());
}

#[test]
fn a_session_outside_of_a_runtime_is_an_error() {
    let world = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let world = world.block_on(async { World::new() });
    let session = world.session(server()).build();
    let token = std::pin::pin!(session.token());
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    match token.poll(&mut cx) {
        std::task::Poll::Ready(Err(error)) => assert_eq!(error.kind(), ErrorKind::Config),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn each_retry_emits_one_event() {
    let world = World::new();
    world.fault(Fault::status(StatusCode::TOO_MANY_REQUESTS).header("retry-after", 7));
    world.fault(Fault::status(StatusCode::SERVICE_UNAVAILABLE));
    let (traced, _guard) = Traced::capture();
    world.session(server()).build().token().await.unwrap();
    let trace = traced.text();
    let events: Vec<_> = trace
        .lines()
        .filter_map(|line| line.split_once("retry.scheduled").map(|(_, fields)| fields.trim()))
        .collect();
    let expected =
        ["attempt=2 delay_ms=7000 reason=\"429\"", "attempt=3 delay_ms=1000 reason=\"503\""];
    assert_eq!(events, expected, "{trace}");
}

/// The session and the layer that has the token replaced report different events.
#[tokio::test(start_paused = true)]
async fn a_failed_refresh_is_reported_once_by_each_name() {
    let world = World::new();
    let session = world.session(server()).build();
    let client = world.client(&session);
    me(&client).await.unwrap();
    world.pass(Duration::from_secs(60));
    world.sim.inject(Fault::expired_token().on("users.show"));
    world.fault(oauth(400, "invalid_client"));
    let (traced, _guard) = Traced::capture();
    me(&client).await.unwrap_err();
    let trace = traced.text();
    for name in [auth::REFRESH_FAILED, "auth.replace_failed"] {
        assert_eq!(trace.matches(name).count(), 1, "{name}: {trace}");
    }
}
