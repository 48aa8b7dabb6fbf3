//! Traces, errors and debug output show no secrets.

use std::error::Error as _;

use frameio::auth::{self, Claims, Credential, Tokens};
use frameio_sim::{Fault, Sim};
use http::StatusCode;

use crate::traced::Traced;
use crate::{LIFE, REDIRECT, World, me, settle};

/// Part of every secret of the tests. Those of the simulator are collected in [`Secrets`].
const CANARY: &str = "c4n4ry";

/// Secrets that must not be shown.
#[derive(Default)]
struct Secrets(Vec<String>);

impl Secrets {
    fn add(&mut self, tokens: &Tokens) {
        self.0.push(tokens.access_token.expose().to_owned());
        self.0.extend(tokens.refresh_token.iter().map(|t| t.expose().to_owned()));
    }

    #[track_caller]
    fn clean(&self, what: &str, text: &str) {
        assert!(!text.contains(CANARY), "{what}: {text}");
        for secret in &self.0 {
            assert!(!text.contains(secret.as_str()), "{what}: {text}");
        }
    }

    #[track_caller]
    fn clean_error(&self, error: &auth::Error) {
        self.clean("an error", &format!("{error} {error:?} {error:#?}"));
        let mut next = error.source();
        for _ in 0..32 {
            let Some(source) = next else { return };
            self.clean("a source", &format!("{source} {source:?}"));
            next = source.source();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn shows_no_secret_from_sign_in_to_sign_out() {
    let (traced, _guard) = Traced::capture();
    let mut secrets = Secrets::default();
    let sim = Sim::builder()
        .quotas(false)
        .access_token_life(LIFE)
        .credential(frameio_sim::Credential::web("web", CANARY).redirect(REDIRECT))
        .build();
    let world = World { sim };
    let credential = Credential::web("web", CANARY, REDIRECT);
    let builder = world.session(credential.clone());
    secrets.clean("settings", &format!("{credential:?} {builder:?}"));
    let session = builder.build();
    let authorization = session.ims().authorization().unwrap();
    let kept = serde_json::to_value(&authorization).unwrap();
    secrets.0.push(kept["state"].as_str().unwrap().to_owned());
    secrets.clean("an authorization", &format!("{authorization:?} {authorization:#?}"));
    let callback = world.browser(authorization.url()).await;
    let code = callback.split(['=', '&']).nth(1).unwrap().to_owned();
    secrets.0.push(code);
    // The simulator, as a server, traces its requests; only the client matters.
    traced.clear();
    secrets.clean_error(&authorization.finish("code=c4n4ry&state=c4n4ry").unwrap_err());
    secrets.clean_error(&authorization.finish("error=c4n4ry&state=c4n4ry").unwrap_err());
    let code = authorization.finish(&callback).unwrap();
    secrets.clean("a code", &format!("{code:?}"));
    let tokens = session.ims().exchange(code).await.unwrap();
    secrets.add(&tokens);
    session.import(tokens.clone()).await.unwrap();
    secrets.clean("tokens", &format!("{tokens:?} {:#?}", tokens));
    secrets.clean("a session", &format!("{session:?} {:?}", session.ims()));
    let claims = Claims::unverified(tokens.access_token.expose());
    secrets.clean("claims", &format!("{claims:?}"));

    me(&world.client(&session)).await.unwrap();
    secrets.add(&session.refresh().await.unwrap());
    world.pass(LIFE);
    world.fault(Fault::status(StatusCode::SERVICE_UNAVAILABLE).next(3));
    secrets.clean_error(&session.token().await.unwrap_err());
    world.fault(Fault::truncated());
    secrets.clean_error(&session.token().await.unwrap_err());
    settle().await;
    let error = session.token().await.unwrap_err();
    assert!(error.requires_sign_in(), "the tokens were in the truncated response");
    secrets.clean_error(&error);
    session.sign_out().await.unwrap();
    let text = traced.text();
    assert!(text.contains(auth::REFRESH_FAILED) && text.contains("frameio.http"), "{text}");
    secrets.clean("the trace", &text);
}

#[tokio::test(start_paused = true)]
async fn masks_secrets_in_messages_of_the_service() {
    let (traced, _guard) = Traced::capture();
    let secrets = Secrets::default();
    let jwt = "eyJhbGciOiJSUzI1NiJ9.c4n4ryc4n4ryc4n4ry.c4n4ry";
    for (status, body) in [
        (400, format!(r#"{{"error":"invalid_grant","error_description":"{jwt} is used"}}"#)),
        (400, format!(r#"{{"error":"{CANARY}","error_description":"no {CANARY}\n{jwt}"}}"#)),
        (401, CANARY.to_owned()),
        (200, format!(r#"{{"access_token":"","refresh_token":"{CANARY}"}}"#)),
        (200, format!(r#"{{"access_token":{{"{CANARY}":1}}}}"#)),
    ] {
        let world = World::new();
        let credential = Credential::server_to_server("app", CANARY);
        let session = world.session(credential).build();
        let status = StatusCode::from_u16(status).unwrap();
        world.fault(Fault::body(status, "application/json", body));
        let error = session.token().await.unwrap_err();
        secrets.clean_error(&error);
        assert_eq!(error.to_string().lines().count(), 1);
        world.fault(oauth_of(jwt));
        let error = me(&world.client(&session)).await.unwrap_err();
        secrets.clean("the error of a call", &format!("{error} {error:?}"));
    }
    secrets.clean("the trace", &traced.text());
}

fn oauth_of(jwt: &str) -> Fault {
    let body = format!(r#"{{"error":"invalid_client","error_description":"{jwt}"}}"#);
    Fault::body(StatusCode::UNAUTHORIZED, "application/json", body)
}
