//! Decodes the responses of IMS.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use frameio_core::decode::decode_json;
use frameio_core::{
    ApiError, InvalidText, Secret, clean_text, describe_body, describe_text, trim_byte_order_mark,
};
use frameio_tower::{Token, retry_after};
use http::header::{CONTENT_TYPE, LOCATION};
use http::{Response, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Deserializer};

use super::claims::Claims;
use super::error::{Error, ErrorKind};
use super::redact::{redact, without_secrets};
use super::tokens::Tokens;

/// Assumed lifetime of a token if neither the response nor the token states one.
const DEFAULT_LIFETIME: Duration = Duration::from_secs(10 * 60);
/// Maximum lifetime. A larger value is most likely in another unit.
const MAX_LIFETIME: Duration = Duration::from_secs(366 * 24 * 60 * 60);

#[derive(Deserialize)]
struct Grant {
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

/// Decodes the tokens of a response that was received at `now`.
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
    let grant: Grant = match decode_json(json) {
        Ok(grant) => grant,
        // The service reports some errors with the status 200.
        Err(_) if !ApiError::parse(json).is_empty() => return Err(refusal(response, secrets)),
        Err(error) => return Err(unusable(format!("no tokens: {error}"))),
    };
    let access_token = Token::from(grant.access_token);
    access_token.check().map_err(|error| {
        // The hints after the colon are for a token that a person has copied.
        let message = error.to_string();
        let problem = message.split(':').next().unwrap_or_default();
        unusable(problem.replacen("the token", "the access token", 1))
    })?;
    let refresh_token = match grant.refresh_token.as_deref().map(clean_text) {
        Some(Ok(token)) => Some(Secret::from(token)),
        Some(Err(InvalidText::Empty)) | None => None,
        Some(Err(error)) => return Err(unusable(format!("the refresh token {error}"))),
    };
    let lifetime = grant
        .expires_in
        .map(Duration::from_secs)
        .or_else(|| Claims::unverified(access_token.expose())?.lifetime())
        .unwrap_or(DEFAULT_LIFETIME)
        .min(MAX_LIFETIME);
    let lifetime = SignedDuration::try_from(lifetime).unwrap_or_default();
    Ok(Tokens {
        access_token,
        refresh_token,
        expires_at: now.checked_add(lifetime).unwrap_or(Timestamp::MAX),
        issuer: None,
    })
}

/// Creates the error of a response with a failure status, or with an error in its body.
pub(super) fn refusal(response: &Response<Bytes>, secrets: &[&str]) -> Error {
    let status = response.status();
    let json = trim_byte_order_mark(response.body());
    let refusal: Refusal = serde_json::from_slice(json).unwrap_or_default();
    // Errors of a gateway have other forms than those of OAuth.
    let gateway = ApiError::parse(json).into_iter().next().unwrap_or_default();
    let code = refusal.error.or(gateway.code);
    let message = refusal.error_description.or(gateway.detail).or(gateway.title);
    let kind = match (status, code.as_deref()) {
        (StatusCode::TOO_MANY_REQUESTS, _) => ErrorKind::RateLimited,
        (status, _) if status.is_server_error() => ErrorKind::Server,
        (_, Some(code)) => kind(code),
        (_, None) if message.is_some() => ErrorKind::Refused,
        _ => ErrorKind::Response,
    };
    let message = match message {
        Some(message) => message,
        None if code.is_some() => String::new(),
        None => describe(response, secrets),
    };
    Error::from_response(
        kind,
        redact(&message, secrets),
        code.map(|code| redact(&code, secrets)),
        Some(status),
        retry_after(response.headers(), SystemTime::now()),
    )
}

/// Describes a failure without a known error: the target of a redirect, or the body.
fn describe(response: &Response<Bytes>, secrets: &[&str]) -> String {
    let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
    if let Some(target) = header(LOCATION).filter(|_| response.status().is_redirection()) {
        return format!("redirect to {}", describe_text(target));
    }
    // A description is shortened, and could then end within a secret.
    let body = match std::str::from_utf8(response.body()) {
        Ok(text) => Bytes::from(without_secrets(text, secrets)),
        Err(_) => response.body().clone(),
    };
    describe_body(header(CONTENT_TYPE), &body)
}

/// Creates the error that a callback reports.
pub(super) fn refused(code: &str, description: &str, secrets: &[&str]) -> Error {
    let message = redact(description, secrets);
    Error::from_response(kind(code), message, Some(redact(code, secrets)), None, None)
}

fn kind(code: &str) -> ErrorKind {
    match code {
        "invalid_grant" | "invalid_token" | "login_required" => ErrorKind::SignInRequired,
        "access_denied" | "consent_required" | "interaction_required" => ErrorKind::Denied,
        "invalid_client" | "unauthorized_client" => ErrorKind::Credential,
        "invalid_scope" => ErrorKind::Scope,
        "server_error" | "temporarily_unavailable" => ErrorKind::Server,
        _ => ErrorKind::Refused,
    }
}

/// Deserializes a number, or a string with one. A fraction is ignored. Anything else counts as missing.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Number(u64),
        Float(f64),
        Text(String),
        Other(serde::de::IgnoredAny),
    }
    Ok(match Option::<Either>::deserialize(deserializer)? {
        Some(Either::Number(seconds)) => Some(seconds),
        Some(Either::Float(seconds)) => whole(seconds),
        Some(Either::Text(text)) => {
            text.trim().parse().ok().or_else(|| whole(text.trim().parse().ok()?))
        }
        Some(Either::Other(_)) | None => None,
    })
}

/// Returns the whole seconds of a number that is not negative.
fn whole(seconds: f64) -> Option<u64> {
    Duration::try_from_secs_f64(seconds).ok().map(|duration| duration.as_secs())
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

    fn lifetime(body: String) -> i64 {
        let now = Timestamp::UNIX_EPOCH;
        let tokens = tokens(&respond(200, body), &[], now).unwrap();
        tokens.expires_at.duration_since(now).as_secs()
    }

    #[test]
    fn the_lifetime_is_from_the_response_or_the_token_or_the_default() {
        let claims = URL_SAFE_NO_PAD.encode(r#"{"created_at":"5","expires_in":"7000"}"#);
        let jwt = format!("e30.{claims}.c2ln");
        let with = |token: &str, expires: &str| format!(r#"{{"access_token":"{token}"{expires}}}"#);
        assert_eq!(lifetime(with(&jwt, r#","expires_in":86399"#)), 86_399);
        assert_eq!(lifetime(with("a", r#","expires_in":"3600""#)), 3600);
        assert_eq!(lifetime(with(&jwt, "")), 7);
        assert_eq!(lifetime(with("a", "")), 600);
        assert_eq!(lifetime(with("a", r#","expires_in":3600.0"#)), 3600);
        assert_eq!(lifetime(with("a", r#","expires_in":3.6e3"#)), 3600);
        assert_eq!(lifetime(with("a", r#","expires_in":"3599.9""#)), 3599);
        assert_eq!(lifetime(with("a", r#","expires_in":-3600.0"#)), 600);
        assert_eq!(lifetime(with("a", r#","expires_in":null"#)), 600);
        assert_eq!(lifetime(with("a", r#","expires_in":-5"#)), 600);
        assert_eq!(lifetime(with("a", r#","expires_in":18446744073709551615"#)), 366 * 86_400);
    }

    #[test]
    fn classifies_errors_by_code_and_status() {
        let code = |code: &str| format!(r#"{{"error":"{code}","error_description":"why"}}"#);
        for (status, body, expected) in [
            (400, code("invalid_grant"), ErrorKind::SignInRequired),
            (401, code("invalid_client"), ErrorKind::Credential),
            (400, code("unauthorized_client"), ErrorKind::Credential),
            (400, code("invalid_scope"), ErrorKind::Scope),
            (400, code("invalid_request"), ErrorKind::Refused),
            (403, code("access_denied"), ErrorKind::Denied),
            (429, code("invalid_grant"), ErrorKind::RateLimited),
            (500, code("invalid_grant"), ErrorKind::Server),
            (404, "<html>".to_owned(), ErrorKind::Response),
            (200, code("invalid_client"), ErrorKind::Credential),
            (401, r#"{"message":"why"}"#.to_owned(), ErrorKind::Refused),
        ] {
            let error = tokens(&respond(status, body), &[], Timestamp::UNIX_EPOCH).unwrap_err();
            assert_eq!(error.kind(), expected, "{status} {error}");
            assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
        }
        let error = refusal(&respond(400, code("invalid_grant")), &[]);
        assert_eq!(error.to_string(), "sign in again: why (400 invalid_grant)");
    }

    #[test]
    fn errors_show_the_content_of_any_response() {
        let gateway = r#"{"error_code":"401013","message":"Oauth token is not valid"}"#;
        let html = "<html>Please sign in to the Wi-Fi</html>";
        for (status, kind, body, shown) in [
            (
                200,
                "text/html",
                html,
                "unexpected response from the sign-in service: no tokens: the response is an HTML page, not JSON (200)",
            ),
            (
                200,
                "",
                "",
                "unexpected response from the sign-in service: no tokens: the response is empty (200)",
            ),
            (
                200,
                "application/json",
                "{}",
                "unexpected response from the sign-in service: no tokens: missing field `access_token` at line 1 column 2 (200)",
            ),
            (
                200,
                "application/json",
                r#"{"error":"invalid_client","error_description":"x"}"#,
                "the credential was refused: x (200 invalid_client)",
            ),
            (
                401,
                "application/json",
                gateway,
                "the sign-in service refused the request: Oauth token is not valid (401 401013)",
            ),
            (
                403,
                "text/html",
                html,
                "unexpected response from the sign-in service: HTML page (403)",
            ),
            (
                502,
                "text/plain",
                "no healthy s3cret",
                "the sign-in service failed: no healthy *** (502)",
            ),
            (
                301,
                "",
                "",
                "unexpected response from the sign-in service: redirect to https://elsewhere.example/x?… (301)",
            ),
            (
                400,
                "application/json",
                "",
                "unexpected response from the sign-in service: empty response (400)",
            ),
        ] {
            let mut response = respond(status, body);
            response.headers_mut().insert(CONTENT_TYPE, kind.parse().unwrap());
            let location = "https://elsewhere.example/x?code=1".parse().unwrap();
            response.headers_mut().insert(LOCATION, location);
            let error = tokens(&response, &["s3cret"], Timestamp::UNIX_EPOCH).unwrap_err();
            assert_eq!(error.to_string(), shown, "{status} {body}");
        }
    }

    #[test]
    fn a_shortened_description_contains_no_part_of_a_secret() {
        let body = format!("{}s3cret-s3cret", "x ".repeat(98));
        let error = refusal(&respond(500, body), &["s3cret-s3cret"]);
        assert!(!error.to_string().contains("s3c"), "{error}");
    }

    #[test]
    fn errors_do_not_quote_an_unexpected_body() {
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
    fn removes_the_whitespace_around_tokens() {
        let body = "\u{feff}{\"access_token\":\" a\\r\\n\",\"refresh_token\":\"r\\n\"}";
        let tokens = tokens(&respond(200, body), &[], Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!((tokens.access_token.expose(), tokens.refresh_token()), ("a", Some("r")));
        let refused = respond(400, "\u{feff}{\"error\":\"invalid_grant\"}");
        assert!(refusal(&refused, &[]).requires_sign_in());
    }

    #[test]
    fn names_the_token_with_a_control_character() {
        for (body, message) in [
            (r#"{"access_token":"c4n4ry\nb"}"#, "the access token contains a line break (200)"),
            (r#"{"access_token":" "}"#, "the access token is empty (200)"),
            (r#"{"access_token":"c4n4ry b"}"#, "the access token contains blanks (200)"),
            (r#"{"access_token":"Bearer c4n4ry"}"#, "the access token follows 'Bearer' (200)"),
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
        fn never_panics(status in 100_u16..600, body in "\\PC{0,80}") {
            let _ = tokens(&respond(status, body), &[], Timestamp::MAX);
        }
    }
}
