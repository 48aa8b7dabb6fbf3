//! Revocation, validation and user info of tokens, and discovery.

use std::time::Duration;

use frameio_core::Body;
use http::{Request, StatusCode};
use serde_json::json;

use super::{Ims, basic, claims, text};

const WEB: [(&str, &str); 2] = [("client_id", "web"), ("client_secret", "web-secret")];

#[tokio::test]
async fn a_revoked_access_token_is_refused_and_can_be_refreshed() {
    let ims = Ims::new();
    let tokens = ims.sign_in().await;
    let access = text(&tokens, "access_token");
    assert_eq!(ims.me(access).await.status, StatusCode::OK);
    let revoked = ims.post("/ims/revoke", &[&WEB[..], &[("token", access)]].concat()).await;
    assert_eq!((revoked.status, revoked.text.as_str()), (StatusCode::OK, ""));
    assert!(ims.me(access).await.unauthorized().contains("unknown"));
    let again = ims.post("/ims/revoke", &[&WEB[..], &[("token", access)]].concat()).await;
    assert_eq!(again.status, StatusCode::OK, "an unknown token counts as revoked");
    let fresh = ims.refresh(text(&tokens, "refresh_token"), &[]).await.ok();
    assert_eq!(ims.me(text(&fresh, "access_token")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_revoked_refresh_token_ends_the_sign_in() {
    let ims = Ims::new();
    let (tokens, other) = (ims.sign_in().await, ims.sign_in().await);
    let fresh = ims.refresh(text(&tokens, "refresh_token"), &[]).await.ok();
    let refresh = text(&fresh, "refresh_token");
    let auth = basic("web", "web-secret");
    let revoked = ims.post_with("/ims/revoke", &[("token", refresh)], &auth).await;
    assert_eq!(revoked.status, StatusCode::OK);
    assert_eq!(ims.refresh(refresh, &[]).await.refused(), (400, "invalid_grant"));
    for ended in [&tokens, &fresh] {
        let me = ims.me(text(ended, "access_token")).await;
        assert_eq!(me.status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(ims.me(text(&other, "access_token")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_token_is_revoked_only_by_its_app() {
    let ims = Ims::new();
    let tokens = ims.sign_in().await;
    let access = text(&tokens, "access_token");
    let other = basic("other", "other-secret");
    let response = ims.post_with("/ims/revoke", &[("token", access)], &other).await;
    assert_eq!(response.refused(), (400, "invalid_grant"));
    let bare = ims.post("/ims/revoke?client_id=web", &[("token", access)]).await;
    assert_eq!(bare.refused(), (401, "invalid_client"));
    assert_eq!(ims.post("/ims/revoke", &WEB).await.refused(), (400, "invalid_request"));
    assert_eq!(ims.me(access).await.status, StatusCode::OK);
    let public = ims.post("/ims/revoke?client_id=page", &[("token", "unknown")]).await;
    assert_eq!(public.status, StatusCode::OK, "an app without a secret sends its id");
}

#[tokio::test(start_paused = true)]
async fn userinfo_depends_on_the_scopes() {
    let ims = Ims::new();
    let info = async |scope: &str| {
        let tokens = ims.exchange(&ims.code(&[("scope", scope)]).await, &[]).await.ok();
        (ims.get("/ims/userinfo/v2", &[], text(&tokens, "access_token")).await, tokens)
    };
    let (whole, tokens) = info("openid email profile").await;
    assert_eq!(
        whole.ok(),
        json!({
            "sub": tokens["sub"],
            "email": "demo@example.com",
            "email_verified": true,
            "name": "Demo User",
            "given_name": "Demo",
            "family_name": "User",
        })
    );
    let (bare, _) = info("openid").await;
    assert_eq!(bare.ok(), json!({ "sub": tokens["sub"] }));
    assert_eq!(info("email profile").await.0.refused(), (403, "insufficient_scope"));

    tokio::time::advance(Duration::from_secs(86_399)).await;
    for token in [text(&tokens, "access_token"), "made-up", ""] {
        let response = ims.get("/ims/userinfo/v2", &[], token).await;
        assert_eq!(response.refused(), (401, "invalid_token"), "{token}");
        assert_eq!(response.headers["www-authenticate"], "Bearer error=\"invalid_token\"");
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_is_validated_from_header_form_or_query() {
    let ims = Ims::new();
    let tokens = ims.sign_in().await;
    let access = text(&tokens, "access_token");
    let path = "/ims/validate_token/v1";
    let of = |client| [("client_id", client), ("type", "access_token")];
    let with_token = [&of("web")[..], &[("token", access)]].concat();
    let by_query = ims.get(path, &with_token, "").await.ok();
    assert_eq!(by_query["valid"], true);
    let said = claims(access);
    assert_eq!(by_query["token"], said);
    let number = |text: &serde_json::Value| text.as_str().unwrap().parse::<u64>().unwrap();
    let expires = number(&said["created_at"]) + number(&said["expires_in"]);
    assert_eq!(number(&by_query["expires_at"]), expires);
    assert_eq!(ims.post(path, &with_token).await.ok(), by_query);
    assert_eq!(ims.get(path, &of("web"), access).await.ok(), by_query);
    // Some clients send a content type without content.
    let json = Request::post(format!("{path}?client_id=web"))
        .header("authorization", format!("Bearer {access}"))
        .header("content-type", "application/json");
    assert_eq!(ims.send(json.body(Body::empty()).unwrap()).await.ok(), by_query);

    let reason =
        async |client, token| ims.get(path, &of(client), token).await.ok()["reason"].take();
    assert_eq!(reason("other", access).await, "invalid_client_id");
    assert_eq!(reason("web", "made-up").await, "bad_signature");
    assert_eq!(reason("web", text(&tokens, "refresh_token")).await, "bad_signature");
    tokio::time::advance(Duration::from_secs(86_399)).await;
    assert_eq!(reason("web", access).await, "expired");

    for (params, refused) in [
        (&[("token", access)][..], (400, "invalid_request")),
        (&[("client_id", "none"), ("token", access)], (401, "invalid_client")),
        (&of("web"), (400, "invalid_request")),
        (&[("client_id", "web"), ("type", "refresh_token")], (400, "invalid_request")),
    ] {
        assert_eq!(ims.get(path, params, "").await.refused(), refused, "{params:?}");
    }
}

#[tokio::test]
async fn discovery_lists_the_endpoints() {
    let ims = Ims::new();
    let found = ims.get("/ims/.well-known/openid-configuration", &[], "").await.ok();
    assert_eq!(found["issuer"], "http://sim.test");
    for (name, path) in [
        ("authorization_endpoint", "authorize/v2"),
        ("token_endpoint", "token/v3"),
        ("userinfo_endpoint", "userinfo/v2"),
        ("revocation_endpoint", "revoke"),
        ("jwks_uri", "keys"),
    ] {
        assert_eq!(found[name], format!("http://sim.test/ims/{path}"));
        let there = ims.post(&format!("/ims/{path}"), &[]).await;
        assert_ne!(there.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(found["code_challenge_methods_supported"], json!(["S256"]));
    let keys = ims.get("/ims/keys", &[], "").await.ok();
    assert_eq!(keys, json!({ "keys": [] }), "clients cannot verify tokens");
}
