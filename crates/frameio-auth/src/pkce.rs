//! Random values, and the challenge of PKCE (RFC 7636).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use frameio_core::Secret;
use sha2::{Digest, Sha256};

use super::error::{Error, ErrorKind};

/// Returns 256 random bits as 43 characters, for a state or a PKCE verifier.
pub(super) fn random() -> Result<Secret, Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| {
        Error::new(ErrorKind::Config, format!("no random numbers from the system: {error}"))
    })?;
    Ok(URL_SAFE_NO_PAD.encode(bytes).into())
}

/// Returns the challenge of a verifier, with the method `S256`.
pub(super) fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_matches_the_example_of_the_rfc() {
        // RFC 7636, appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(challenge(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn random_values_are_valid_verifiers_and_differ() {
        let (one, other) = (random().unwrap(), random().unwrap());
        assert_ne!(one.expose(), other.expose());
        assert_eq!(one.expose().len(), 43);
        let allowed = |c: u8| c.is_ascii_alphanumeric() || b"-_".contains(&c);
        assert!(one.expose().bytes().all(allowed));
    }
}
