//! Exchange of codes.

use std::time::Duration;

use frameio_sim::Sim;
use http::StatusCode;

use super::{CHALLENGE, Ims, REDIRECT, VERIFIER, basic, claims, text};

const PKCE: [(&str, &str); 2] = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];

#[tokio::test]
async fn a_web_app_exchanges_its_code_with_its_secret() {
    let ims = Ims::new();
    let tokens = ims.exchange(&ims.code(&[]).await, &[("redirect_uri", REDIRECT)]).await.ok();
    assert_eq!(tokens["token_type"], "bearer");
    assert_eq!(tokens["expires_in"], 86_399);
    let access = text(&tokens, "access_token");
    let claims = claims(access);
    assert_eq!(claims["client_id"], "web");
    assert_eq!(claims["user_id"], tokens["sub"]);
    assert!(text(&claims, "user_id").ends_with("@AdobeID"));
    assert_eq!(claims["expires_in"], "86399000");
    assert!(text(&claims, "created_at").parse::<u64>().unwrap() > 1_700_000_000_000);
    let me = ims.me(access).await;
    assert_eq!(me.json["data"]["id"], ims.sim.demo().user_id.as_str());
    assert_eq!(ims.me(text(&tokens, "refresh_token")).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_secret_can_be_in_the_header() {
    let ims = Ims::new();
    let post = async |auth: &str, more: &[(&'static str, &'static str)]| {
        let code = ims.code(&[]).await;
        let form = [&[("grant_type", "authorization_code"), ("code", code.as_str())], more];
        ims.post_with("/ims/token/v3", &form.concat(), auth).await
    };
    let right = basic("web", "web-secret");
    assert_eq!(post(&right, &[]).await.status, StatusCode::OK);
    assert_eq!(post(&right.replace("Basic", "basic"), &[]).await.status, StatusCode::OK);
    assert_eq!(post(&right, &[("client_id", "web")]).await.status, StatusCode::OK);
    let encoded = basic("%77eb", "web%2Dsecret");
    assert_eq!(post(&encoded, &[]).await.status, StatusCode::OK, "encoded as in RFC 6749");
    let both = post(&right, &[("client_secret", "web-secret")]).await;
    assert_eq!(both.refused(), (400, "invalid_request"));
    assert_eq!(post(&right, &[("client_id", "page")]).await.refused(), (400, "invalid_request"));
    for auth in [&basic("web", "wrong"), &basic("none", "web-secret"), "Basic %", "Basic d2Vi"] {
        let response = post(auth, &[]).await;
        assert_eq!(response.refused(), (401, "invalid_client"), "{auth}");
        assert_eq!(response.headers["www-authenticate"], "Basic realm=\"ims\"");
    }
}

#[tokio::test]
async fn apps_are_authenticated() {
    let ims = Ims::new();
    for changes in [
        &[("client_secret", "")][..],
        &[("client_secret", "wrong")],
        &[("client_id", "")],
        &[("client_id", "none")],
        &[("client_id", "page")],
    ] {
        let code = ims.code(&[]).await;
        let response = ims.exchange(&code, changes).await;
        assert_eq!(response.refused(), (401, "invalid_client"), "{changes:?}");
        assert_eq!(
            ims.exchange(&code, &[]).await.status,
            StatusCode::OK,
            "the code is still valid"
        );
    }
}

#[tokio::test]
async fn apps_without_a_secret_use_pkce() {
    let ims = Ims::new();
    for client in ["page", "native"] {
        let response = ims.authorize(&[&[("client_id", client)], &PKCE[..]].concat()).await;
        let location = response.headers["location"].to_str().unwrap();
        let code = location.split_once("code=").unwrap().1;
        let public = [("client_id", client), ("client_secret", ""), ("code_verifier", VERIFIER)];
        let tokens = ims.exchange(code, &public).await.ok();
        assert_eq!(ims.me(text(&tokens, "access_token")).await.status, StatusCode::OK);
        let refresh = text(&tokens, "refresh_token");
        ims.refresh(refresh, &[("client_id", client), ("client_secret", "")]).await.ok();
    }
    // The id can be in the query, as documented.
    let code = ims.code(&[&[("client_id", "page")], &PKCE[..]].concat()).await;
    let form = [("grant_type", "authorization_code"), ("code", &code), ("code_verifier", VERIFIER)];
    ims.post("/ims/token/v3?client_id=page", &form).await.ok();
}

#[tokio::test]
async fn the_verifier_must_match_the_challenge() {
    let ims = Ims::new();
    let other = "x".repeat(43);
    for (challenged, verifier, error) in [
        (true, other.as_str(), "invalid_grant"),
        (true, "", "invalid_request"),
        (true, "too-short", "invalid_request"),
        (true, &"x".repeat(129), "invalid_request"),
        (true, &"ä".repeat(43), "invalid_request"),
        (false, VERIFIER, "invalid_grant"),
    ] {
        let code = ims.code(if challenged { &PKCE } else { &[] }).await;
        let response = ims.exchange(&code, &[("code_verifier", verifier)]).await;
        assert_eq!(response.refused(), (400, error), "{verifier}");
        let again = ims.exchange(&code, &[("code_verifier", VERIFIER)]).await;
        assert_eq!(again.refused(), (400, "invalid_grant"), "a code allows only one attempt");
    }
    let code = ims.code(&PKCE).await;
    ims.exchange(&code, &[("code_verifier", VERIFIER)]).await.ok();
}

#[tokio::test]
async fn a_code_is_valid_once_for_its_app_and_redirect() {
    let ims = Ims::new();
    let code = ims.code(&[]).await;
    let other = [("client_id", "other"), ("client_secret", "other-secret")];
    assert_eq!(ims.exchange(&code, &other).await.refused(), (400, "invalid_grant"));
    ims.exchange(&code, &[]).await.ok();
    assert_eq!(ims.exchange(&code, &[]).await.refused(), (400, "invalid_grant"), "used");
    assert_eq!(ims.exchange("made-up", &[]).await.refused(), (400, "invalid_grant"));
    let code = ims.code(&[]).await;
    let elsewhere = [("redirect_uri", "https://app.example/other")];
    assert_eq!(ims.exchange(&code, &elsewhere).await.refused(), (400, "invalid_grant"));
}

#[tokio::test(start_paused = true)]
async fn a_code_expires() {
    let ims = Ims::new();
    let (early, late) = (ims.code(&[]).await, ims.code(&[]).await);
    tokio::time::advance(Duration::from_secs(599)).await;
    ims.exchange(&early, &[]).await.ok();
    tokio::time::advance(Duration::from_secs(1)).await;
    let response = ims.exchange(&late, &[]).await;
    assert_eq!(response.refused(), (400, "invalid_grant"));
    assert!(response.text.contains("expired"));
}

#[tokio::test]
async fn a_scope_sent_again_narrows_the_token_until_the_api_refuses_it() {
    let ims = Ims::new();
    let code = ims.code(&[]).await;
    let scope = [("scope", "openid email additional_info.roles")];
    let tokens = ims.exchange(&code, &scope).await.ok();
    assert!(tokens.get("refresh_token").is_none(), "no offline_access");
    let access = text(&tokens, "access_token");
    assert_eq!(claims(access)["scope"], "openid,email,additional_info.roles");
    assert!(ims.me(access).await.unauthorized().contains("'AdobeID'"));

    let code = ims.code(&[("scope", "openid")]).await;
    let more = ims.exchange(&code, &[("scope", "openid,email")]).await;
    assert_eq!(more.refused(), (400, "invalid_scope"));
}

#[tokio::test]
async fn without_offline_access_there_is_no_refresh_token() {
    let ims = Ims::new();
    let code = ims.code(&[("scope", "openid,additional_info.roles")]).await;
    let tokens = ims.exchange(&code, &[]).await.ok();
    assert!(tokens.get("refresh_token").is_none());
    assert_eq!(ims.me(text(&tokens, "access_token")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn errors_name_missing_parameters() {
    let ims = Ims::new();
    for (changes, error, named) in [
        (&[("grant_type", "")][..], "invalid_request", "'grant_type'"),
        (&[("grant_type", "password")], "unsupported_grant_type", "'password'"),
        (&[("code", "")], "invalid_request", "'code'"),
        (&[("grant_type", "refresh_token")], "invalid_request", "'refresh_token'"),
    ] {
        let response = ims.exchange("code", changes).await;
        assert_eq!(response.refused(), (400, error));
        assert!(response.text.contains(named), "{}", response.text);
    }
}

#[tokio::test]
async fn faults_apply_to_the_token_endpoint() {
    let ims = Ims::of(Sim::builder());
    let busy = frameio_sim::Fault::status(StatusCode::TOO_MANY_REQUESTS).header("retry-after", 2);
    ims.sim.inject(busy.on(Sim::IMS_TOKEN).next(1));
    let code = ims.code(&[]).await;
    let failed = ims.exchange(&code, &[]).await;
    assert_eq!(failed.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(failed.headers["retry-after"], "2");
    ims.exchange(&code, &[]).await.ok();
    let asked: Vec<_> = ims.sim.requests().iter().map(|request| request.operation).collect();
    assert_eq!(asked, [Sim::IMS_AUTHORIZE, Sim::IMS_TOKEN, Sim::IMS_TOKEN].map(Some));
}
