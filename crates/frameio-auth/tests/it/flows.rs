//! Sign-in flows, from the sign-in to a call and the sign-out.

use frameio::auth::{Authorization, Credential, ErrorKind, Ims, Loopback, Session};
use frameio::transport::HyperTransport;
use frameio::{Body, Client};
use frameio_sim::{Credential as App, Sim};
use http::Request;
use tower::ServiceExt;

use crate::{REDIRECT, World, me, server, web};

#[tokio::test(start_paused = true)]
async fn a_server_signs_in_without_a_user() {
    let world = World::new();
    let session = world.session(server()).build();
    let client = world.client(&session);
    me(&client).await.unwrap();
    me(&client).await.unwrap();
    assert_eq!(world.token_requests(), 1);
    let tokens = session.export().await.unwrap().unwrap();
    assert!(tokens.refresh_token.is_none());
    let error = session.ims().authorization().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
}

#[tokio::test(start_paused = true)]
async fn users_sign_in_with_every_kind_of_app() {
    for credential in [
        web(),
        Credential::single_page(App::DEMO_SINGLE_PAGE, REDIRECT),
        Credential::native(App::DEMO_NATIVE, REDIRECT),
    ] {
        let world = World::new();
        let session = world.session(credential).build();
        let error = session.token().await.unwrap_err();
        assert!(error.requires_sign_in(), "{error}");

        let authorization = session.ims().authorization().unwrap();
        // A web app serializes it between two requests.
        let saved = serde_json::to_string(&authorization).unwrap();
        let callback = world.browser(authorization.url()).await;
        let saved: Authorization = serde_json::from_str(&saved).unwrap();
        let code = saved.finish(&callback).unwrap();
        session.import(session.ims().exchange(code).await.unwrap()).await.unwrap();
        me(&world.client(&session)).await.unwrap();

        // A code can be used once.
        let again = saved.finish(&callback).unwrap();
        let error = session.ims().exchange(again).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.code()),
            (ErrorKind::SignInRequired, Some("invalid_grant"))
        );

        let before = session.export().await.unwrap().unwrap();
        let after = session.refresh().await.unwrap();
        assert_ne!(before.access_token, after.access_token);
        me(&world.client(&session)).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn scopes_are_requested_but_not_sent_with_the_code() {
    let world = World::new();
    let ims = world.ims(web().scopes(["openid", "additional_info.roles"]));
    let tokens = world.sign_in(&ims).await;
    assert!(tokens.refresh_token.is_none(), "`offline_access` was not requested");
    let exchange = world.sim.requests().pop().unwrap();
    assert_eq!(exchange.operation, Some(Sim::IMS_TOKEN));
    let form = String::from_utf8(exchange.body.to_vec()).unwrap();
    assert!(!form.contains("scope") && !form.contains("redirect_uri"), "{form}");

    let session = Session::new(ims);
    session.import(tokens).await.unwrap();
    me(&world.client(&session)).await.unwrap();
    world.pass(crate::LIFE);
    let error = session.token().await.unwrap_err();
    assert!(error.requires_sign_in(), "{error}");
}

#[tokio::test(start_paused = true)]
async fn sign_out_revokes_and_deletes_both_tokens() {
    for credential in [web(), Credential::native(App::DEMO_NATIVE, REDIRECT)] {
        let world = World::new();
        let session = world.session(credential).build();
        let tokens = world.sign_in(session.ims()).await;
        session.import(tokens.clone()).await.unwrap();
        session.sign_out().await.unwrap();
        assert!(session.export().await.unwrap().is_none());
        assert!(session.token().await.unwrap_err().requires_sign_in());

        let client = Client::builder().transport(world.sim.clone());
        let client = client.token(tokens.access_token.expose()).build().unwrap();
        assert!(me(&client).await.unwrap_err().is_unauthorized());
        // Neither token is valid.
        session.import(tokens).await.unwrap();
        assert!(session.refresh().await.unwrap_err().requires_sign_in());
        session.sign_out().await.unwrap();
        session.sign_out().await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_legacy_token_is_sent_with_its_header() {
    let sim = Sim::builder().legacy_token("fio-u-legacy").build();
    let client = Client::builder().transport(sim.clone()).token("fio-u-legacy").build().unwrap();
    me(&client).await.unwrap();
}

#[tokio::test]
async fn a_native_app_signs_in_over_sockets() {
    let sim = Sim::new().serve().await.unwrap();
    let loopback = Loopback::bind().await.unwrap();
    let credential = Credential::native(App::DEMO_NATIVE, loopback.redirect_uri());
    let ims = Ims::builder(credential).base_url(sim.url()).build().unwrap();
    let authorization = ims.authorization().unwrap();
    let get = async |url: &str| {
        let request = Request::get(url).body(Body::empty()).unwrap();
        HyperTransport::builder().build().oneshot(request).await.unwrap()
    };
    let browser = async {
        // An idle connection, and a request for the icon, as browsers send them.
        let address = loopback.redirect_uri().replace("/callback", "");
        let idle = tokio::net::TcpStream::connect(address.trim_start_matches("http://")).await;
        assert_eq!(get(&format!("{address}/favicon.ico")).await.status(), 404);
        let redirect = get(authorization.url()).await;
        let back = get(redirect.headers()["location"].to_str().unwrap()).await;
        assert_eq!(back.status(), 200);
        drop(idle);
    };
    let (callback, ()) = tokio::join!(loopback.callback(&authorization), browser);
    let code = authorization.finish(&callback.unwrap()).unwrap();
    let session = Session::new(ims.clone());
    session.import(ims.exchange(code).await.unwrap()).await.unwrap();
    let client = Client::builder().base_url(sim.url()).token_provider(session.clone());
    me(&client.build().unwrap()).await.unwrap();
    session.refresh().await.unwrap();
    session.sign_out().await.unwrap();
}
