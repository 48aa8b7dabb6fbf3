//! Reading what IMS answers.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use frameio_core::{InvalidText, Secret, clean_text, trim_byte_order_mark};
use frameio_tower::{Token, retry_after};
use http::{Response, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Deserializer};

use super::claims::Claims;
use super::error::{Error, ErrorKind};
use super::redact::redact;
use super::tokens::Tokens;

/// How long a token is trusted that nobody says a life of.
const UNKNOWN_LIFE: Duration = Duration::from_secs(10 * 60);
/// No token lives longer; what says so has another unit.
const LONGEST_LIFE: Duration = Duration::from_secs(366 * 24 * 60 * 60);

#[derive(Deserialize)]
struct Given {
    access_token: String,
    refresh_token: Option<String>,
    #[serde(default, deserialize_with = "seconds")]
    expires_in: Option<u64>,
}

#[derive(Default, Deserialize)]
struct Refusal {
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    error_description: Option<String>,
}

/// The tokens of a response that came at `now`.
pub(super) fn tokens(
    response: &Response<Bytes>,
    secrets: &[&str],
    now: Timestamp,
) -> Result<Tokens, Error> {
    if !response.status().is_success() {
        return Err(refusal(response, secrets));
    }
    let unusable = |message: String| {
        Error::from_response(ErrorKind::Response, message, None, Some(response.status()), None)
    };
    let json = trim_byte_order_mark(response.body());
    let given: Given = serde_json::from_slice(json)
        // The error of serde may show what it read.
        .map_err(|error| unusable(format!("no tokens in it, at column {}", error.column())))?;
    clean_text(&given.access_token)
        .map_err(|error| unusable(format!("the access token {error}")))?;
    let refresh_token = match given.refresh_token.as_deref().map(clean_text) {
        Some(Ok(token)) => Some(Secret::from(token)),
        Some(Err(InvalidText::Empty)) | None => None,
        Some(Err(error)) => return Err(unusable(format!("the refresh token {error}"))),
    };
    let life = given
        .expires_in
        .map(Duration::from_secs)
        .or_else(|| Claims::unverified(&given.access_token)?.life())
        .unwrap_or(UNKNOWN_LIFE)
        .min(LONGEST_LIFE);
    let life = SignedDuration::try_from(life).unwrap_or_default();
    Ok(Tokens {
        access_token: Token::from(given.access_token),
        refresh_token,
        expires_at: now.checked_add(life).unwrap_or(Timestamp::MAX),
        issuer: None,
    })
}

/// The error of a response that is not a success.
pub(super) fn refusal(response: &Response<Bytes>, secrets: &[&str]) -> Error {
    let status = response.status();
    let json = trim_byte_order_mark(response.body());
    let told: Refusal = serde_json::from_slice(json).unwrap_or_default();
    let kind = match (status, told.error.as_deref()) {
        (StatusCode::TOO_MANY_REQUESTS, _) => ErrorKind::RateLimited,
        (status, _) if status.is_server_error() => ErrorKind::Server,
        (_, Some(code)) => kind(code),
        _ => ErrorKind::Response,
    };
    Error::from_response(
        kind,
        redact(&told.error_description.unwrap_or_default(), secrets),
        told.error.map(|code| redact(&code, secrets)),
        Some(status),
        retry_after(response.headers(), SystemTime::now()),
    )
}

/// The error that a callback tells of.
pub(super) fn refused(code: &str, description: &str, secrets: &[&str]) -> Error {
    let message = redact(description, secrets);
    Error::from_response(kind(code), message, Some(redact(code, secrets)), None, None)
}

fn kind(code: &str) -> ErrorKind {
    match code {
        "invalid_grant" | "invalid_token" | "login_required" => ErrorKind::SignInAgain,
        "access_denied" | "consent_required" | "interaction_required" => ErrorKind::Denied,
        "invalid_client" | "unauthorized_client" => ErrorKind::Credential,
        "invalid_scope" => ErrorKind::Scope,
        "server_error" | "temporarily_unavailable" => ErrorKind::Server,
        _ => ErrorKind::Refused,
    }
}

/// A number, or the text of one.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Number(u64),
        Text(String),
        Other(serde::de::IgnoredAny),
    }
    Ok(match Option::<Either>::deserialize(deserializer)? {
        Some(Either::Number(seconds)) => Some(seconds),
        Some(Either::Text(text)) => text.parse().ok(),
        Some(Either::Other(_)) | None => None,
    })
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use proptest::prelude::*;

    use super::*;

    fn respond(status: u16, body: impl Into<Bytes>) -> Response<Bytes> {
        Response::builder().status(status).body(body.into()).unwrap()
    }

    fn life(body: String) -> i64 {
        let now = Timestamp::UNIX_EPOCH;
        let tokens = tokens(&respond(200, body), &[], now).unwrap();
        tokens.expires_at.duration_since(now).as_secs()
    }

    #[test]
    fn the_life_is_what_the_answer_says_else_the_token_else_short() {
        let claims = URL_SAFE_NO_PAD.encode(r#"{"created_at":"5","expires_in":"7000"}"#);
        let jwt = format!("e30.{claims}.c2ln");
        let with = |token: &str, expires: &str| format!(r#"{{"access_token":"{token}"{expires}}}"#);
        assert_eq!(life(with(&jwt, r#","expires_in":86399"#)), 86_399);
        assert_eq!(life(with("a", r#","expires_in":"3600""#)), 3600);
        assert_eq!(life(with(&jwt, "")), 7);
        assert_eq!(life(with("a", "")), 600);
        assert_eq!(life(with("a", r#","expires_in":null"#)), 600);
        assert_eq!(life(with("a", r#","expires_in":-5"#)), 600);
        assert_eq!(life(with("a", r#","expires_in":18446744073709551615"#)), 366 * 86_400);
    }

    #[test]
    fn errors_have_their_kinds() {
        let code = |code: &str| format!(r#"{{"error":"{code}","error_description":"why"}}"#);
        for (status, body, expected) in [
            (400, code("invalid_grant"), ErrorKind::SignInAgain),
            (401, code("invalid_client"), ErrorKind::Credential),
            (400, code("unauthorized_client"), ErrorKind::Credential),
            (400, code("invalid_scope"), ErrorKind::Scope),
            (400, code("invalid_request"), ErrorKind::Refused),
            (403, code("access_denied"), ErrorKind::Denied),
            (429, code("invalid_grant"), ErrorKind::RateLimited),
            (500, code("invalid_grant"), ErrorKind::Server),
            (404, "<html>".to_owned(), ErrorKind::Response),
        ] {
            let error = tokens(&respond(status, body), &[], Timestamp::UNIX_EPOCH).unwrap_err();
            assert_eq!(error.kind(), expected, "{status} {error}");
            assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
        }
        let error = refusal(&respond(400, code("invalid_grant")), &[]);
        assert_eq!(error.to_string(), "sign in again: why (400 invalid_grant)");
    }

    #[test]
    fn what_is_not_understood_shows_nothing() {
        for body in [
            r#"{"access_token":["c4n4ry"]}"#,
            r#""c4n4ry""#,
            "c4n4ry",
            r#"{"access_token":"","refresh_token":"c4n4ry"}"#,
            r#"{"access_token":"a","refresh_token":{"c4n4ry":1}}"#,
        ] {
            let error = tokens(&respond(200, body), &[], Timestamp::UNIX_EPOCH).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Response);
            assert!(!format!("{error} {error:?}").contains("c4n4ry"), "{error:?}");
        }
    }

    #[test]
    fn tokens_are_read_without_the_whitespace_around_them() {
        let body = "\u{feff}{\"access_token\":\" a\\r\\n\",\"refresh_token\":\"r\\n\"}";
        let tokens = tokens(&respond(200, body), &[], Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!((tokens.access_token.expose(), tokens.refresh_token()), ("a", Some("r")));
        let refused = respond(400, "\u{feff}{\"error\":\"invalid_grant\"}");
        assert!(refusal(&refused, &[]).is_sign_in_again());
    }

    #[test]
    fn refuses_tokens_with_control_characters_by_name() {
        for (body, message) in [
            (r#"{"access_token":"c4n4ry\nb"}"#, "the access token contains a line break (200)"),
            (r#"{"access_token":" "}"#, "the access token is empty (200)"),
            (
                r#"{"access_token":"a","refresh_token":"c4n4ry\tb"}"#,
                "the refresh token contains a tab (200)",
            ),
        ] {
            let error = tokens(&respond(200, body), &[], Timestamp::UNIX_EPOCH).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Response);
            assert!(error.to_string().ends_with(message), "{error}");
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(status in 100_u16..600, body in "\\PC{0,80}") {
            let _ = tokens(&respond(status, body), &[], Timestamp::MAX);
        }
    }
}
