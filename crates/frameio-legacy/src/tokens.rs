//! Tokens of requests: which are accepted.

use std::collections::HashSet;
use std::fmt;

use frameio_core::Secret;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use sha2::{Digest, Sha256};

use crate::refusal::Refusal;

/// SHA-256 of a token.
pub(crate) type TokenDigest = [u8; 32];

/// A line of a list of tokens that is not a SHA-256 in hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidTokenList {
    line: usize,
}

impl fmt::Display for InvalidTokenList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: expected a SHA-256 of 64 hexadecimal digits", self.line)
    }
}

impl std::error::Error for InvalidTokenList {}

/// Tokens that are accepted, by their SHA-256. The tokens themselves are not kept anywhere, so that
/// scripts can keep their tokens.
///
/// ```
/// use frameio_legacy::AcceptedTokens;
///
/// // printf %s "$TOKEN" | sha256sum
/// let list = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08  the ingest script";
/// let tokens = AcceptedTokens::parse(list)?;
/// assert_eq!(tokens.len(), 1);
/// # Ok::<_, frameio_legacy::InvalidTokenList>(())
/// ```
#[derive(Clone)]
pub struct AcceptedTokens(HashSet<TokenDigest>);

impl AcceptedTokens {
    /// Reads a list: a SHA-256 in hexadecimal digits on each line, and anything after a space. Empty
    /// lines and lines that begin with `#` are ignored.
    ///
    /// # Errors
    /// When a line has no SHA-256. The error names the line and does not repeat it.
    pub fn parse(list: &str) -> Result<Self, InvalidTokenList> {
        let mut digests = HashSet::new();
        for (index, line) in list.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let hex = line.split_whitespace().next().unwrap_or_default();
            let mut digest = TokenDigest::default();
            let decoded = base16ct::mixed::decode(hex, &mut digest);
            if hex.len() != 64 || decoded.is_err() {
                return Err(InvalidTokenList { line: index + 1 });
            }
            digests.insert(digest);
        }
        Ok(Self(digests))
    }

    /// Returns the number of tokens.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether no token is accepted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The digest of a secret of full length reveals nothing about it, so this needs no constant time.
    fn accepts(&self, digest: &TokenDigest) -> bool {
        self.0.contains(digest)
    }
}

impl fmt::Debug for AcceptedTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AcceptedTokens({})", self.0.len())
    }
}

/// Returns the token of a request with its digest.
pub(crate) fn token(
    headers: &HeaderMap,
    accepted: Option<&AcceptedTokens>,
) -> Result<(Secret, TokenDigest), Refusal> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(Refusal::unauthorized("the request has no token"));
    };
    let token = value.to_str().ok().and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    let token = token.filter(|token| !token.is_empty());
    let token = token.ok_or_else(|| Refusal::unauthorized("the token is not a bearer token"))?;
    let digest: TokenDigest = Sha256::digest(token).into();
    match accepted {
        Some(accepted) if !accepted.accepts(&digest) => {
            Err(Refusal::unauthorized("the token is not accepted"))
        }
        _ => Ok((token.into(), digest)),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    const TEST: &str = "9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08";

    fn with(values: &[&'static str]) -> HeaderMap {
        values.iter().map(|value| (AUTHORIZATION, HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn only_listed_tokens_are_accepted() {
        let list = format!("# scripts\n\n{TEST} ingest\n");
        let accepted = AcceptedTokens::parse(&list).unwrap();
        assert!(token(&with(&["Bearer test"]), Some(&accepted)).is_ok());
        assert!(token(&with(&["bearer  test"]), Some(&accepted)).is_ok());
        for wrong in [
            &[][..],
            &["Bearer other"],
            &["Bearer "],
            &["Basic test"],
            &["test"],
            &["Bearer test", "Bearer test"],
        ] {
            let refusal = token(&with(wrong), Some(&accepted)).unwrap_err();
            assert_eq!(refusal.status, 401, "{wrong:?}");
            assert!(!refusal.detail.contains("other"));
        }
        assert!(token(&with(&["Bearer any"]), None).is_ok());
        assert!(token(&with(&[]), None).is_err());
    }

    #[test]
    fn a_list_names_the_wrong_line_without_its_content() {
        for (list, line) in [("x", 1), ("#\nfio-u-secret", 2), (&TEST[1..], 1)] {
            let error = AcceptedTokens::parse(list).unwrap_err();
            assert_eq!(error, InvalidTokenList { line });
            assert!(!error.to_string().contains("secret"));
        }
        let twice = format!("{TEST}{TEST}");
        assert!(AcceptedTokens::parse(&twice).is_err());
        assert!(AcceptedTokens::parse("").unwrap().is_empty());
    }
}
