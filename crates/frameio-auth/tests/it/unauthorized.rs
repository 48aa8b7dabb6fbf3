//! Explanations of 401.

use frameio::auth::{UnauthorizedReason, explain};
use frameio::{Client, Error};
use frameio_sim::Fault;
use frameio_sim::Sim;
use http::StatusCode;
use jiff::Timestamp;

use crate::{LIFE, World, me, server, web};

async fn fails(world: &World, token: &str) -> Error {
    let client = Client::builder().transport(world.sim.clone()).token(token).build().unwrap();
    me(&client).await.unwrap_err()
}

async fn why(world: &World, token: &str) -> UnauthorizedReason {
    let error = fails(world, token).await;
    explain(error.status(), &token.into(), world.sim.clock().now()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn explains_a_401_by_the_token() {
    let sim = Sim::builder().quotas(false).legacy_token("fio-u-0").access_token_life(LIFE).build();
    let world = World { sim };
    assert_eq!(why(&world, "fio-u-1").await, UnauthorizedReason::LegacyToken);
    assert_eq!(why(&world, "nonsense").await, UnauthorizedReason::Unknown);

    let tokens = world.sign_in(&world.ims(web().scopes(["openid", "offline_access"]))).await;
    let scope = "additional_info.roles";
    let expected = UnauthorizedReason::MissingScope { scope };
    assert_eq!(why(&world, tokens.access_token.expose()).await, expected);
    let refresh = tokens.refresh_token.as_ref().unwrap().expose();
    let expected = UnauthorizedReason::NotAnAccessToken { kind: "refresh_token".to_owned() };
    assert_eq!(why(&world, refresh).await, expected);

    let session = world.session(server().scopes(["frame.s2s.all"])).build();
    let error = me(&world.client(&session)).await.unwrap_err();
    let expected = UnauthorizedReason::MissingScope { scope: "AdobeID" };
    assert_eq!(session.explain(error.status()), Some(expected));

    let session = world.signed_in().await;
    let tokens = session.export().await.unwrap().unwrap();
    session.sign_out().await.unwrap();
    let token = tokens.access_token.expose();
    assert_eq!(why(&world, token).await, UnauthorizedReason::NotConnected { server: false });
    world.pass(LIFE);
    assert!(matches!(why(&world, token).await, UnauthorizedReason::Expired { .. }));
}

#[tokio::test(start_paused = true)]
async fn a_revoked_session_is_explained_by_its_refused_refresh() {
    let world = World::new();
    let session = world.signed_in().await;
    let tokens = session.export().await.unwrap().unwrap();
    // Another program signs out.
    let other = world.session(web()).build();
    other.import(tokens).await.unwrap();
    other.sign_out().await.unwrap();
    let error = me(&world.client(&session)).await.unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::UNAUTHORIZED));
    assert_eq!(session.explain(error.status()), Some(UnauthorizedReason::SignInEnded));
}

#[tokio::test(start_paused = true)]
async fn other_errors_are_not_explained() {
    let world = World::new();
    let session = world.signed_in().await;
    world.sim.inject(Fault::status(StatusCode::FORBIDDEN));
    let error = me(&world.client(&session)).await.unwrap_err();
    assert_eq!(session.explain(error.status()), None);
    assert_eq!(explain(error.status(), &"x".into(), Timestamp::now()), None);
}
