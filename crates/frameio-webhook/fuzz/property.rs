//! Property that holds for any request, shared by the fuzz target and the property test.

use std::time::{Duration, SystemTime};

use frameio_webhook::action::ActionRequest;
use frameio_webhook::{Event, SIGNATURE_HEADER, Signer, TIMESTAMP_HEADER, Verifier};
use http::{HeaderMap, HeaderValue};

/// Panics if the property does not hold for `data`, whose first two lines are the headers.
pub(crate) fn check(data: &[u8]) {
    let mut lines = data.splitn(3, |byte| *byte == b'\n');
    let mut next = || lines.next().unwrap_or_default();
    let (timestamp, signature, body) = (next(), next(), next());
    refuses_forged_signatures(timestamp, signature, body);
    verifies_signed_bodies_unchanged(body);
    round_trips_decoded_bodies(body);
}

/// Random headers are never a valid signature.
fn refuses_forged_signatures(timestamp: &[u8], signature: &[u8], body: &[u8]) {
    let (Ok(timestamp), Ok(signature)) =
        (HeaderValue::from_bytes(timestamp), HeaderValue::from_bytes(signature))
    else {
        return;
    };
    let mut headers = HeaderMap::new();
    headers.insert(TIMESTAMP_HEADER, timestamp);
    headers.insert(SIGNATURE_HEADER, signature);
    // Accepts any time.
    let verifier = verifier().window(Duration::MAX).account("a");
    assert!(verifier.verify(&headers, body.to_vec()).is_err());
}

fn verifies_signed_bodies_unchanged(body: &[u8]) {
    let request = Signer::new(SECRET).unwrap().request_at(0, "/", body.to_vec()).unwrap();
    let verified = verifier().verify(request.headers(), body.to_vec()).unwrap();
    assert_eq!(verified.body(), body);
    let mut changed = body.to_vec();
    match changed.last_mut() {
        Some(last) => *last = last.wrapping_add(1),
        None => changed.push(0),
    }
    assert!(verifier().verify(request.headers(), changed).is_err());
    // The verified account is the decoded one.
    if let (Ok(event), false) = (verified.event(), has_two_accounts(body)) {
        let verifier = verifier().account(event.account.id);
        assert!(verifier.verify(request.headers(), body.to_vec()).is_ok());
    }
}

/// Returns whether a body also has the account of an action, so that its account is ambiguous.
fn has_two_accounts(body: &[u8]) -> bool {
    let json = serde_json::from_slice::<serde_json::Value>(body);
    json.is_ok_and(|json| json.get("account_id").is_some_and(|id| id.is_string()))
}

fn round_trips_decoded_bodies(body: &[u8]) {
    if let Ok(event) = serde_json::from_slice::<Event>(body) {
        let _ = event.resource();
        let written = serde_json::to_vec(&event).unwrap();
        assert_eq!(serde_json::from_slice::<Event>(&written).unwrap(), event);
    }
    if let Ok(request) = serde_json::from_slice::<ActionRequest>(body) {
        let _ = request.selection().count();
        if let Some(sent) = request.submission() {
            let _ = (sent.text("a"), sent.optional("a"), sent.boolean("a"), sent.list("a"));
        }
        let written = serde_json::to_vec(&request).unwrap();
        assert_eq!(serde_json::from_slice::<ActionRequest>(&written).unwrap(), request);
    }
}

const SECRET: &str = "a secret that no fuzzer finds";

fn verifier() -> Verifier {
    Verifier::new(SECRET).unwrap().clock(|| SystemTime::UNIX_EPOCH)
}
