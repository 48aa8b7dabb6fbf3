//! Verification of signatures.

use std::time::{Duration, SystemTime};

use crate::support::{EVENT, NOW, SECRET, at, signed, verifier};
use bytes::Bytes;
use frameio_webhook::{SIGNATURE_HEADER, Signer, TIMESTAMP_HEADER, Verifier, VerifyError};
use http::{HeaderMap, HeaderValue};

fn headers(timestamp: &str, signature: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(TIMESTAMP_HEADER, timestamp.parse().unwrap());
    headers.insert(SIGNATURE_HEADER, signature.parse().unwrap());
    headers
}

/// Each signature was made by another implementation:
///
/// ```python
/// import hmac, hashlib
/// hmac.new(secret, b"v0:" + timestamp + b":" + body, hashlib.sha256).hexdigest()
/// ```
#[test]
fn verifies_known_signatures() {
    let all_bytes: Vec<u8> = (0..=255).collect();
    let long = "k".repeat(100);
    let vectors: [(&str, u64, &[u8], &str); 5] = [
        (
            "secret",
            1_700_000_000,
            b"{}",
            "v0=84dd7b277ba946b3a34369b43499bfd9258b410b8894583f1288b1911aa6a6d6",
        ),
        (
            "secret",
            1_700_000_000,
            br#"{"type":"file.ready"}"#,
            "v0=984c50c6d0d3e2a2c2ff3841a9c7b62ee6ce9cd3e65de0881fa8b080d4634bb0",
        ),
        (
            "schlüssel",
            1_764_000_000,
            r#"{"text":"ü"}"#.as_bytes(),
            "v0=7d6051e3cd3d1058b9eb6baab364d8fba4ba15c6b7961710f59f2de55937d71d",
        ),
        (&long, 0, b"", "v0=46f457cb2dd742257b1392f0bc411bac290390f48e635c31aeaa56e3490dfa25"),
        (
            "secret",
            1_700_000_000,
            &all_bytes,
            "v0=139cd850a932d171229912aae7103be643fd02f7bbeb4dabd3a548aeb0744a0c",
        ),
    ];
    for (secret, timestamp, body, signature) in vectors {
        assert_eq!(Signer::new(secret).unwrap().sign(timestamp, body), signature);
        let verifier = Verifier::new(secret).unwrap().clock(move || at(timestamp));
        let headers = headers(&timestamp.to_string(), signature);
        let verified = verifier.verify(&headers, body.to_vec()).unwrap();
        assert_eq!((&verified.body()[..], verified.timestamp()), (body, timestamp));
    }
}

#[test]
fn refuses_a_change_of_any_byte() {
    let timestamp = NOW.to_string();
    let signature = Signer::new(SECRET).unwrap().sign(NOW, EVENT.as_bytes());
    // With an unlimited window, only the signature can detect changes.
    let verifier = verifier().window(Duration::from_secs(u64::MAX));
    assert!(verifier.verify(&headers(&timestamp, &signature), EVENT).is_ok());
    let refused = |timestamp: &[u8], signature: &[u8], body: &[u8]| {
        let mut headers = HeaderMap::new();
        let (Ok(timestamp), Ok(signature)) =
            (HeaderValue::from_bytes(timestamp), HeaderValue::from_bytes(signature))
        else {
            return true;
        };
        headers.insert(TIMESTAMP_HEADER, timestamp);
        headers.insert(SIGNATURE_HEADER, signature);
        verifier.verify(&headers, body.to_vec()).is_err()
    };
    let (timestamp, signature, body) =
        (timestamp.as_bytes(), signature.as_bytes(), EVENT.as_bytes());
    let changed = |text: &[u8], place: usize, byte: u8| {
        let mut text = text.to_vec();
        text[place] = byte;
        text
    };
    let removed = |text: &[u8], place: usize| {
        let mut text = text.to_vec();
        text.remove(place);
        text
    };
    for place in 0..body.len() {
        for bit in 0..8 {
            let body = changed(body, place, body[place] ^ 1 << bit);
            assert!(refused(timestamp, signature, &body), "body, {place}, bit {bit}");
        }
        assert!(refused(timestamp, signature, &removed(body, place)), "body without {place}");
    }
    for place in 0..timestamp.len() {
        for byte in (0..=255).filter(|byte| *byte != timestamp[place]) {
            let timestamp = changed(timestamp, place, byte);
            assert!(refused(&timestamp, signature, body), "timestamp, {place}, {byte}");
        }
        assert!(refused(&removed(timestamp, place), signature, body), "timestamp, {place}");
    }
    for place in 0..signature.len() {
        // An upper-case digit is equal.
        let same = |byte: u8| place > 2 && byte.eq_ignore_ascii_case(&signature[place]);
        for byte in (0..=255).filter(|byte| *byte != signature[place] && !same(*byte)) {
            let signature = changed(signature, place, byte);
            assert!(refused(timestamp, &signature, body), "signature, {place}, {byte}");
        }
        assert!(refused(timestamp, &removed(signature, place), body), "signature, {place}");
    }
    for extra in [&b" "[..], b"\n", b"0", b"}"] {
        assert!(refused(timestamp, signature, &[body, extra].concat()));
        assert!(refused(timestamp, signature, &[extra, body].concat()));
    }
    // Bytes cannot be moved from one part into the other.
    let signer = Signer::new(SECRET).unwrap();
    let moved = signer.sign(NOW, b"1:body");
    assert!(refused(format!("{NOW}:1").as_bytes(), moved.as_bytes(), b"body"));
}

#[test]
fn refuses_json_that_was_encoded_again() {
    let (parts, _) = signed(EVENT).into_parts();
    let again: serde_json::Value = serde_json::from_str(EVENT).unwrap();
    let again = serde_json::to_string_pretty(&again).unwrap();
    let error = verifier().verify(&parts.headers, again).unwrap_err();
    assert_eq!(error, VerifyError::Mismatch);
}

#[test]
fn the_window_includes_its_edges_in_both_directions() {
    let signed = signed(EVENT);
    for (window, seconds) in [(None, 300), (Some(10), 10), (Some(0), 0)] {
        let age = |now: Duration| {
            let verifier = verifier().clock(move || SystemTime::UNIX_EPOCH + now);
            let verifier = match window {
                Some(seconds) => verifier.window(Duration::from_secs(seconds)),
                None => verifier,
            };
            match verifier.verify(signed.headers(), EVENT) {
                Ok(_) => None,
                Err(VerifyError::Expired { age, .. }) => Some(age),
                Err(other) => panic!("{other:?}"),
            }
        };
        let (now, edge) = (Duration::from_secs(NOW), Duration::from_secs(seconds));
        let (instant, second) = (Duration::from_nanos(1), Duration::from_secs(1));
        let seconds = i64::try_from(seconds).unwrap();
        assert_eq!((age(now), age(now + edge), age(now - edge)), (None, None, None));
        assert_eq!(age(now + edge + instant), Some(seconds));
        assert_eq!(age(now - edge - instant), Some(-seconds));
        assert_eq!(age(now + edge + second), Some(seconds + 1));
        assert_eq!(age(now - edge - second), Some(-seconds - 1));
    }
}

#[test]
fn refuses_missing_duplicate_and_malformed_headers() {
    let (parts, _) = signed(EVENT).into_parts();
    let error = |headers: &HeaderMap| verifier().verify(headers, EVENT).unwrap_err();
    for name in [SIGNATURE_HEADER, TIMESTAMP_HEADER] {
        let mut headers = parts.headers.clone();
        headers.append(name, headers[name].clone());
        assert_eq!(error(&headers), VerifyError::MalformedHeader(name));
        headers.insert(name, HeaderValue::from_static("v0=1x"));
        assert_eq!(error(&headers), VerifyError::MalformedHeader(name));
        headers.insert(name, HeaderValue::from_bytes(b"\xff\xfe").unwrap());
        assert_eq!(error(&headers), VerifyError::MalformedHeader(name));
        headers.remove(name);
        assert_eq!(error(&headers), VerifyError::MissingHeader(name));
        assert_eq!(error(&headers).to_string(), format!("the header `{name}` is missing"));
    }
    assert_eq!(error(&HeaderMap::new()).status(), 401);
}

#[test]
fn refuses_a_timestamp_beyond_the_range_of_the_clock() {
    let signer = Signer::new(SECRET).unwrap();
    for timestamp in [0, u64::MAX / 2, u64::MAX] {
        let headers = headers(&timestamp.to_string(), &signer.sign(timestamp, b""));
        let error = verifier().verify(&headers, Bytes::new()).unwrap_err();
        assert!(matches!(error, VerifyError::Expired { .. }), "{error:?}");
    }
}

#[test]
fn accepts_the_old_and_the_new_secret_during_a_rotation() {
    let both = Verifier::any_of(["new", "old"]).unwrap().clock(|| at(NOW));
    for (secret, right) in [("new", true), ("old", true), ("other", false), ("newold", false)] {
        let request = Signer::new(secret).unwrap().request_at(NOW, "/", EVENT).unwrap();
        assert_eq!(both.verify(request.headers(), EVENT).is_ok(), right, "{secret}");
    }
}

#[test]
fn refuses_an_empty_list_of_secrets() {
    assert!(Verifier::new("").is_err());
    assert!(Verifier::any_of(["secret", ""]).is_err());
    assert!(Verifier::any_of(["secret", "  "]).is_err());
    assert!(Verifier::any_of::<[String; 0]>([]).is_err());
    let error = Signer::new(String::new()).unwrap_err();
    assert!(error.to_string().contains("check the variable or file that contains it"));
}

#[test]
fn the_secret_of_an_account_does_not_sign_for_another() {
    let of = |account: &str| verifier().account(account).verify(signed(EVENT).headers(), EVENT);
    assert!(of("a1").is_ok());
    assert_eq!(of("a2").unwrap_err(), VerifyError::OtherAccount);
    let verify = |body: &'static str| {
        verifier().account("a1").verify(signed(body).headers(), body).map(|_| ())
    };
    assert_eq!(verify(r#"{"account_id":"a1"}"#), Ok(()));
    let two = r#"{"account_id":"a1","account":{"id":"a2"}}"#;
    for other in ["", "{}", "[]", r#"{"account_id":"a2"}"#, two] {
        assert_eq!(verify(other), Err(VerifyError::OtherAccount), "{other}");
    }
}

#[test]
fn debug_shows_no_secret() {
    let verifier = Verifier::new("canary").unwrap();
    let signer = Signer::new("canary").unwrap();
    let shown = format!("{verifier:?} {signer:?} {verifier:#?}");
    assert!(!shown.contains("canary"), "{shown}");
    let verified = crate::support::verifier().verify(signed(EVENT).headers(), EVENT).unwrap();
    assert!(!format!("{verified:?}").contains("file.ready"));
}

#[test]
fn refuses_a_blank_secret_and_one_with_a_control_character() {
    for (secret, message) in [
        ("", "the webhook secret is empty"),
        (" ", "the webhook secret is empty"),
        ("\r\n\t", "the webhook secret is empty"),
        ("canary\nother", "the webhook secret contains a line break"),
    ] {
        for error in [Verifier::new(secret).unwrap_err(), Signer::new(secret).unwrap_err()] {
            let error = error.to_string();
            assert!(error.starts_with(message) && !error.contains("canary"), "{error}");
        }
    }
}

#[test]
fn ignores_the_whitespace_around_a_secret() {
    let request = Signer::new("secret\n").unwrap().request_at(NOW, "/", "{}").unwrap();
    let verifier = Verifier::new("\u{feff}secret\r\n").unwrap().clock(|| at(NOW));
    assert!(verifier.verify(request.headers(), "{}").is_ok());
    let plain = Verifier::new("secret").unwrap().clock(|| at(NOW));
    assert!(plain.verify(request.headers(), "{}").is_ok());
}
