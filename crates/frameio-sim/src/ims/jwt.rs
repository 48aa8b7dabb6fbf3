//! Tokens in the format of IMS: JWTs whose signature clients cannot verify.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::state::random_secret;

/// Id of a key that, like the service's, is not in the published set.
const KEY: &str = "frameio-sim-at-1";

/// Creates a token with these claims. The random signature makes it unguessable.
pub(super) fn token(claims: &Value) -> String {
    let header = json!({ "alg": "RS256", "itt": "at", "kid": KEY, "x5u": format!("{KEY}.cer") });
    let [header, claims] = [&header, claims].map(|part| encode(part.to_string()));
    format!("{header}.{claims}.{}", random_secret())
}

/// Returns the PKCE challenge of a verifier with the method `S256`.
pub(super) fn challenge(verifier: &str) -> String {
    encode(Sha256::digest(verifier))
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_matches_the_standard() {
        // Example of RFC 7636, appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(challenge(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
