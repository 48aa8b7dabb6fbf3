//! Refresh tokens and their rotation.

use std::time::Duration;

use http::StatusCode;

use super::{Ims, claims, text};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[tokio::test]
async fn a_refresh_replaces_the_refresh_token() {
    let ims = Ims::new();
    let first = ims.sign_in().await;
    let second = ims.refresh(text(&first, "refresh_token"), &[]).await.ok();
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    assert_ne!(first["access_token"], second["access_token"]);
    assert_eq!(first["sub"], second["sub"]);
    let reused = ims.refresh(text(&first, "refresh_token"), &[]).await;
    assert_eq!(reused.refused(), (400, "invalid_grant"));
    let third = ims.refresh(text(&second, "refresh_token"), &[]).await.ok();
    for tokens in [first, second, third] {
        let me = ims.me(text(&tokens, "access_token")).await;
        assert_eq!(me.status, StatusCode::OK, "a refresh does not revoke access tokens");
    }
}

#[tokio::test]
async fn a_token_is_refreshed_only_by_its_app() {
    let ims = Ims::new();
    let tokens = ims.sign_in().await;
    let token = text(&tokens, "refresh_token");
    let other = [("client_id", "other"), ("client_secret", "other-secret")];
    assert_eq!(ims.refresh(token, &other).await.refused(), (400, "invalid_grant"));
    let server = [("client_id", "server"), ("client_secret", "server-secret")];
    assert_eq!(ims.refresh(token, &server).await.refused(), (400, "unauthorized_client"));
    let wrong = [("client_secret", "wrong")];
    assert_eq!(ims.refresh(token, &wrong).await.refused(), (401, "invalid_client"));
    let access = text(&tokens, "access_token");
    assert_eq!(ims.refresh(access, &[]).await.refused(), (400, "invalid_grant"));
    assert_eq!(ims.refresh("made-up", &[]).await.refused(), (400, "invalid_grant"));
    ims.refresh(token, &[]).await.ok();
}

#[tokio::test]
async fn a_refresh_narrows_its_access_token_only() {
    let ims = Ims::new();
    let tokens = ims.sign_in().await;
    let token = text(&tokens, "refresh_token");
    let more = ims.refresh(token, &[("scope", "frame.s2s.all")]).await;
    assert_eq!(more.refused(), (400, "invalid_scope"));
    let narrow = ims.refresh(token, &[("scope", "openid")]).await.ok();
    assert_eq!(claims(text(&narrow, "access_token"))["scope"], "openid");
    let whole = ims.refresh(text(&narrow, "refresh_token"), &[]).await.ok();
    assert_eq!(ims.me(text(&whole, "access_token")).await.status, StatusCode::OK);
}

#[tokio::test(start_paused = true)]
async fn each_refresh_token_is_valid_for_fourteen_days() {
    let ims = Ims::new();
    let first = ims.sign_in().await;
    tokio::time::advance(13 * DAY).await;
    let second = ims.refresh(text(&first, "refresh_token"), &[]).await.ok();
    tokio::time::advance(13 * DAY).await;
    let third = ims.refresh(text(&second, "refresh_token"), &[]).await.ok();
    tokio::time::advance(14 * DAY).await;
    let late = ims.refresh(text(&third, "refresh_token"), &[]).await;
    assert_eq!(late.refused(), (400, "invalid_grant"));
    assert!(late.text.contains("expired"));
}
