//! Authorization by a user.

use frameio_sim::{Credential, Sim};
use http::StatusCode;
use http::header::LOCATION;

use super::{CHALLENGE, Ims, REDIRECT, SCOPES, claims, text};

#[tokio::test]
async fn the_demo_user_approves_and_the_state_is_returned() {
    let ims = Ims::new();
    let state = "a b&c=d/é";
    let redirected = ims.authorize(&[("state", state)]).await.redirected();
    assert_eq!(redirected.len(), 2);
    assert_eq!(redirected["state"], state);
    assert!(redirected["code"].len() >= 32);
    let redirected = ims.authorize(&[]).await.redirected();
    assert_eq!(redirected.len(), 1, "no state without one in the request");
}

#[tokio::test]
async fn an_unknown_app_gets_an_error_page() {
    let ims = Ims::of(Sim::builder().credential(Credential::web("bare", "s")));
    for (client, why) in [
        ("", "client_id is missing"),
        ("none", "No app has this client_id"),
        ("server", "This app is a server"),
        ("bare", "No redirect URI"),
    ] {
        let response = ims.authorize(&[("client_id", client)]).await;
        assert_eq!(response.status, StatusCode::BAD_REQUEST, "{client}");
        assert_eq!(response.headers["content-type"], "text/html; charset=utf-8");
        assert!(response.text.contains(why), "{}", response.text);
        assert!(response.headers.get(LOCATION).is_none());
    }
}

#[tokio::test]
async fn an_unregistered_redirect_is_replaced_by_the_default() {
    let ims = Ims::new();
    for asked in ["https://evil.example/cb", "http://app.example/callback", "not a uri", ""] {
        let redirected = ims.authorize(&[("redirect_uri", asked)]).await.redirected();
        assert!(redirected.contains_key("code"), "{asked}");
    }
}

#[tokio::test]
async fn a_registered_redirect_keeps_its_query_and_its_port() {
    let app = Credential::native("app")
        .redirect("adobe+0a1b://adobeid/app")
        .redirect("https://app.example/cb?tenant=1")
        .redirect("http://localhost/cb");
    let ims = Ims::of(Sim::builder().credential(app));
    for (asked, start) in [
        ("adobe+0a1b://adobeid/app", "adobe+0a1b://adobeid/app?code="),
        ("https://app.example/cb?tenant=1", "https://app.example/cb?tenant=1&code="),
        ("http://localhost:4711/cb", "http://localhost:4711/cb?code="),
        ("http://localhost:4711/other", "adobe+0a1b://adobeid/app?code="),
    ] {
        let pkce = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
        let asked = [("client_id", "app"), ("redirect_uri", asked)];
        let response = ims.authorize(&[asked, pkce].concat()).await;
        let location = response.headers[LOCATION].to_str().unwrap();
        assert!(location.starts_with(start), "{location}");
    }
}

#[tokio::test]
async fn other_errors_are_reported_to_the_app() {
    let ims = Ims::new();
    let short = &CHALLENGE[1..];
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[("response_type", "")], "unsupported_response_type"),
        (&[("response_type", "token")], "unsupported_response_type"),
        (&[("scope", "")], "invalid_scope"),
        (&[("scope", "openid everything")], "invalid_scope"),
        (&[("scope", "openid,AdobeID,frame.s2s.all")], "invalid_scope"),
        (&[("client_id", "page")], "invalid_request"),
        (&[("client_id", "page"), ("code_challenge_method", "S256")], "invalid_request"),
        (&[("code_challenge_method", "S256")], "invalid_request"),
        (&[("code_challenge", CHALLENGE)], "invalid_request"),
        (&[("code_challenge", CHALLENGE), ("code_challenge_method", "plain")], "invalid_request"),
        (&[("code_challenge", short), ("code_challenge_method", "S256")], "invalid_request"),
        (&[("sim_user", "nobody")], "access_denied"),
    ];
    for (changes, error) in cases {
        let changes = [&[("state", "s")], *changes].concat();
        let redirected = ims.authorize(&changes).await.redirected();
        assert_eq!(redirected["error"], *error, "{changes:?}");
        assert!(!redirected["error_description"].is_empty());
        assert_eq!(redirected["state"], "s");
        assert!(!redirected.contains_key("code"));
    }
}

#[tokio::test]
async fn scopes_are_separated_by_commas_or_whitespace_and_adobe_id_is_added() {
    let ims = Ims::new();
    for scope in [SCOPES.to_owned(), SCOPES.replace(' ', ","), SCOPES.replace(' ', ", ")] {
        let tokens = ims.exchange(&ims.code(&[("scope", &scope)]).await, &[]).await.ok();
        let granted = "openid,email,profile,offline_access,additional_info.roles,AdobeID";
        assert_eq!(claims(text(&tokens, "access_token"))["scope"], granted);
    }
}

#[tokio::test]
async fn the_login_page_has_a_button_for_the_user_and_one_to_deny() {
    let ims = Ims::of(Sim::builder().login_page(true));
    let state = "\"><script>alert(1)</script>";
    let page = ims.authorize(&[("state", state)]).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    let user = ims.sim.demo().user_id.to_string();
    for expected in [
        "<form method=\"post\" action=\"/ims/authorize/v2\">",
        "<input type=\"hidden\" name=\"client_id\" value=\"web\">",
        &format!(
            "<button name=\"sim_user\" value=\"{user}\">Sign in as Demo User (demo@example.com)</button>"
        ),
        "<button name=\"sim_deny\" value=\"yes\">Deny</button>",
    ] {
        assert!(page.text.contains(expected), "{expected} in {}", page.text);
    }
    assert!(!page.text.contains("<script>"), "{}", page.text);

    // Form data that a browser sends for the hidden inputs and the button.
    let inputs = [
        ("client_id", "web"),
        ("redirect_uri", REDIRECT),
        ("scope", SCOPES),
        ("response_type", "code"),
        ("state", state),
    ];
    let pressed = |button| [&inputs[..], &[button]].concat();
    let denied = ims.post("/ims/authorize/v2", &pressed(("sim_deny", "yes"))).await.redirected();
    assert_eq!((denied["error"].as_str(), denied["state"].as_str()), ("access_denied", state));
    let approved = ims.post("/ims/authorize/v2", &pressed(("sim_user", &user))).await.redirected();
    assert_eq!(approved["state"], state);
    let tokens = ims.exchange(&approved["code"], &[]).await.ok();
    assert_eq!(ims.me(text(&tokens, "access_token")).await.status, StatusCode::OK);
}

#[test]
fn an_unsafe_redirect_cannot_be_registered() {
    for (uri, why) in [
        ("http://app.example/cb", "plain http"),
        ("myapp://cb", "a custom scheme"),
        ("/cb", "must be an absolute URI"),
    ] {
        let registered = std::panic::catch_unwind(|| Credential::web("app", "s").redirect(uri));
        let message = *registered.unwrap_err().downcast::<String>().unwrap();
        assert!(message.contains(why) && message.contains(uri), "{message}");
    }
    let server = || Credential::server_to_server("app", "s").redirect(REDIRECT);
    assert!(std::panic::catch_unwind(server).is_err());
}
