//! Server-to-server tokens.

use http::StatusCode;

use super::{Ims, basic, claims, text};

const SCOPES: &str = "openid AdobeID frame.s2s.all";

#[tokio::test]
async fn a_server_gets_only_an_access_token() {
    let ims = Ims::new();
    let tokens = ims.server(SCOPES).await.ok();
    assert_eq!(tokens["expires_in"], 86_399);
    assert!(tokens.get("refresh_token").is_none());
    assert!(tokens.get("sub").is_none());
    let access = text(&tokens, "access_token");
    assert_eq!(claims(access)["client_id"], "server");
    assert_eq!(claims(access)["scope"], "openid,AdobeID,frame.s2s.all");
    assert_eq!(ims.me(access).await.status, StatusCode::OK);
    let form = [("grant_type", "client_credentials"), ("scope", SCOPES)];
    let auth = basic("server", "server-secret");
    let by_header = ims.post_with("/ims/token/v3", &form, &auth).await.ok();
    assert_ne!(by_header["access_token"], tokens["access_token"]);
    assert_eq!(ims.me(access).await.status, StatusCode::OK, "the earlier token is still valid");
}

#[tokio::test]
async fn a_server_gets_no_scopes_of_users() {
    let ims = Ims::new();
    for scope in ["", "openid email", "frame.s2s.all,offline_access"] {
        assert_eq!(ims.server(scope).await.refused(), (400, "invalid_scope"), "{scope}");
    }
}

#[tokio::test]
async fn the_api_requires_both_scopes_of_a_server() {
    let ims = Ims::new();
    for (scope, lacks) in [("openid frame.s2s.all", "'AdobeID'"), ("AdobeID", "'frame.s2s.all'")] {
        let tokens = ims.server(scope).await.ok();
        let me = ims.me(text(&tokens, "access_token")).await;
        assert!(me.unauthorized().contains(lacks), "{}", me.text);
    }
}

#[tokio::test]
async fn apps_must_use_the_grant_of_their_kind() {
    let ims = Ims::new();
    let form = [("client_id", "web"), ("client_secret", "web-secret"), ("scope", SCOPES)];
    let web = ims.token(&[&form[..], &[("grant_type", "client_credentials")]].concat()).await;
    assert_eq!(web.refused(), (400, "unauthorized_client"));
    let page = [("client_id", "page"), ("grant_type", "client_credentials"), ("scope", SCOPES)];
    assert_eq!(ims.token(&page).await.refused(), (400, "unauthorized_client"));
    let server = [("client_id", "server"), ("client_secret", "server-secret")];
    let code = ims.code(&[]).await;
    assert_eq!(ims.exchange(&code, &server).await.refused(), (400, "unauthorized_client"));
}
