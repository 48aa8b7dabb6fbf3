//! Tokens that the API accepts.

use std::time::Duration;

use frameio_core::Body;
use frameio_sim::{Credential, Sim};
use http::{Request, StatusCode};
use serde_json::json;

use super::{Ims, claims, text};
use crate::api::{Api, send};

#[tokio::test(start_paused = true)]
async fn an_access_token_expires_on_the_clock() {
    let ims = Ims::of(Sim::builder().access_token_life(Duration::from_secs(60)));
    let tokens = ims.sign_in().await;
    assert_eq!(tokens["expires_in"], 60);
    let access = text(&tokens, "access_token");
    assert_eq!(claims(access)["expires_in"], "60000");
    tokio::time::advance(Duration::from_millis(59_999)).await;
    assert_eq!(ims.me(access).await.status, StatusCode::OK);
    tokio::time::advance(Duration::from_millis(1)).await;
    assert!(ims.me(access).await.unauthorized().contains("expired"));
    let fresh = ims.refresh(text(&tokens, "refresh_token"), &[]).await.ok();
    assert_eq!(ims.me(text(&fresh, "access_token")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_token_without_the_roles_scope_is_always_refused() {
    let ims = Ims::new();
    let scope = "openid email profile offline_access";
    let tokens = ims.exchange(&ims.code(&[("scope", scope)]).await, &[]).await.ok();
    let me = ims.me(text(&tokens, "access_token")).await;
    assert!(me.unauthorized().contains("'additional_info.roles'"));
    let fresh = ims.refresh(text(&tokens, "refresh_token"), &[]).await.ok();
    let me = ims.me(text(&fresh, "access_token")).await;
    assert_eq!(me.status, StatusCode::UNAUTHORIZED, "a refresh does not add the scope");
}

#[tokio::test]
async fn a_token_with_another_signature_or_of_another_simulator_is_refused() {
    let ims = Ims::new();
    let tokens = ims.sign_in().await;
    let access = text(&tokens, "access_token");
    let (unsigned, _) = access.rsplit_once('.').unwrap();
    assert!(ims.me(&format!("{unsigned}.AAAA")).await.unauthorized().contains("unknown"));
    assert_eq!(Ims::new().me(access).await.status, StatusCode::UNAUTHORIZED);
    let missing = ims.get("/v4/me", &[], "").await;
    assert!(missing.unauthorized().contains("missing"));
}

#[tokio::test]
async fn the_static_token_is_valid_next_to_ims_tokens() {
    let ims = Ims::new();
    ims.sign_in().await;
    assert_eq!(ims.me(Sim::TOKEN).await.status, StatusCode::OK);
}

#[tokio::test]
async fn every_user_of_the_account_can_sign_in() {
    let ims = Ims::new();
    let viewer = ims.sim.demo().viewer_id.to_string();
    let tokens = ims.exchange(&ims.code(&[("sim_user", &viewer)]).await, &[]).await.ok();
    let api = Api::of(ims.sim.clone()).with_token(text(&tokens, "access_token"));
    assert_eq!(api.get("/v4/me").await.data()["id"], viewer.as_str());
    let folder = api.post(&format!("{}/folders", api.root()), json!({"name": "F"})).await;
    assert_eq!(folder.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_comment_is_completed_by_the_user_behind_the_token() {
    let ims = Ims::new();
    let tokens = ims.sign_in().await;
    let api = Api::of(ims.sim.clone()).with_token(text(&tokens, "access_token"));
    let file = api.upload("clip.mp4", "abc").await;
    let data = json!({"text": "done", "completed": true});
    let comment = api.post(&format!("{file}/comments"), data).await.created();
    assert_eq!(comment["completer_id"], ims.sim.demo().user_id.as_str());
}

#[tokio::test(start_paused = true)]
async fn a_new_token_shares_the_quota_of_its_user() {
    let credential = Credential::server_to_server("server", "server-secret");
    let ims = Ims { sim: Sim::builder().credential(credential).build() };
    let mut left = Vec::new();
    for _ in 0..2 {
        let tokens = ims.server("AdobeID,frame.s2s.all").await.ok();
        let me = ims.me(text(&tokens, "access_token")).await;
        left.push(me.headers["x-ratelimit-remaining"].to_str().unwrap().to_owned());
    }
    assert_eq!(left, ["99", "98"]);
}

#[tokio::test]
async fn a_legacy_token_requires_its_header() {
    let ims = Ims::of(Sim::builder().legacy_token("fio-u-legacy"));
    let me = async |token: &str, opt_in: Option<&str>| {
        let mut request = Request::get("/v4/me").header("authorization", format!("Bearer {token}"));
        if let Some(value) = opt_in {
            request = request.header("x-frameio-legacy-token-auth", value);
        }
        send(&ims.sim, request.body(Body::empty()).unwrap()).await.status()
    };
    assert_eq!(me("fio-u-legacy", Some("true")).await, StatusCode::OK);
    assert_eq!(me("fio-u-legacy", Some("false")).await, StatusCode::UNAUTHORIZED);
    assert_eq!(me("fio-u-legacy", None).await, StatusCode::UNAUTHORIZED);
    assert_eq!(me("fio-u-other", Some("true")).await, StatusCode::UNAUTHORIZED);
    assert_eq!(
        me(Sim::TOKEN, Some("true")).await,
        StatusCode::OK,
        "the header is ignored with other tokens"
    );
    let why = ims.me("fio-u-legacy").await;
    assert!(why.unauthorized().contains("x-frameio-legacy-token-auth: true"));
}

#[tokio::test]
async fn demo_credentials_exist_unless_others_are_registered() {
    let demo = Ims { sim: Sim::new() };
    let secret = ("client_secret", Credential::DEMO_SECRET);
    let tokens = demo
        .token(&[
            ("client_id", Credential::DEMO_SERVER_TO_SERVER),
            secret,
            ("grant_type", "client_credentials"),
            ("scope", "openid AdobeID frame.s2s.all"),
        ])
        .await
        .ok();
    assert_eq!(demo.me(text(&tokens, "access_token")).await.status, StatusCode::OK);
    for id in [Credential::DEMO_WEB, Credential::DEMO_SINGLE_PAGE, Credential::DEMO_NATIVE] {
        for host in ["127.0.0.1", "localhost", "[::1]"] {
            let uri = format!("http://{host}:4711/callback");
            let pkce = [("code_challenge", super::CHALLENGE), ("code_challenge_method", "S256")];
            let asked = [("client_id", id), ("redirect_uri", &uri)];
            let response = demo.authorize(&[&asked[..], &pkce].concat()).await;
            let location = response.headers["location"].to_str().unwrap();
            assert!(location.starts_with(&format!("{uri}?code=")), "{location}");
        }
    }
    let other = Ims::new().authorize(&[("client_id", Credential::DEMO_WEB)]).await;
    assert_eq!(other.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_credential_replaces_one_with_the_same_id() {
    let server = |secret| Credential::server_to_server("server", secret);
    let ims = Ims::of(Sim::builder().credential(server("old")));
    ims.server("AdobeID").await.ok();
    let ims =
        Ims { sim: Sim::builder().credential(server("old")).credential(server("new")).build() };
    assert_eq!(ims.server("AdobeID").await.refused(), (401, "invalid_client"));
}

#[tokio::test]
async fn the_account_and_the_connection_of_the_user_decide_which_tokens_are_accepted() {
    const LEGACY: [(&str, &str); 1] = [("x-frameio-legacy-token-auth", "true")];
    let ims = Ims::of(Sim::builder().legacy_token("fio-u-1"));
    let (sim, demo) = (&ims.sim, ims.sim.demo());
    let scopes = "openid,AdobeID,additional_info.roles";
    let token = sim.issue_token(&demo.user_id, scopes).unwrap();
    assert!(sim.issue_token(&demo.user_id, "frame.s2s.all").is_none());
    let legacy = async || {
        let mut request = Request::get("/v4/me").header("authorization", "Bearer fio-u-1");
        for (name, value) in LEGACY {
            request = request.header(name, value);
        }
        send(sim, request.body(Body::empty()).unwrap()).await.status()
    };
    for (in_admin_console, adobe, of_legacy) in [
        (None, StatusCode::OK, StatusCode::OK),
        (Some(true), StatusCode::OK, StatusCode::UNAUTHORIZED),
        (Some(false), StatusCode::UNAUTHORIZED, StatusCode::OK),
    ] {
        sim.set_in_admin_console(in_admin_console);
        assert_eq!((ims.me(&token).await.status, legacy().await), (adobe, of_legacy));
    }
    sim.set_in_admin_console(None);
    sim.connect_user(&demo.user_id, false);
    assert!(ims.me(&token).await.unauthorized().contains("not connected"));
    sim.connect_user(&demo.user_id, true);
    assert_eq!(ims.me(&token).await.status, StatusCode::OK);

    let api = Api::of(sim.clone());
    sim.lock_account(&demo.account_id, true);
    assert_eq!(api.get(&api.root()).await.status, StatusCode::FORBIDDEN);
    assert_eq!(api.get("/v4/me").await.status, StatusCode::OK);
    sim.lock_account(&demo.account_id, false);
    assert_eq!(api.get(&api.root()).await.status, StatusCode::OK);
}

#[tokio::test]
async fn responses_have_the_date_of_an_advanced_clock() {
    let api = Api::new();
    assert!(!api.get("/v4/me").await.headers.contains_key("date"), "servers send the real one");
    api.sim.clock().advance(Duration::from_secs(3600));
    let response = api.get("/v4/me").await;
    let date = response.headers["date"].to_str().unwrap();
    let date = jiff::fmt::rfc2822::parse(date).unwrap().timestamp();
    let ahead = date.duration_since(jiff::Timestamp::now()).as_secs();
    assert!((3000..=3600).contains(&ahead), "{ahead}");
}
