//! Signatures: their format, and signing.

use std::fmt;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use frameio_core::{Body, InvalidText, Secret, clean_text};
use hmac::{Hmac, KeyInit, Mac};
use http::header::{CONTENT_TYPE, HeaderValue, USER_AGENT};
use http::{HeaderMap, Request, Uri};
use sha2::Sha256;

use crate::error::{InvalidSecret, VerifyError};

/// Name of the header of the signature: `v0=` and 64 hexadecimal digits.
pub const SIGNATURE_HEADER: &str = "x-frameio-signature";

/// Name of the header of the time of the signature, in seconds since 1970.
pub const TIMESTAMP_HEADER: &str = "x-frameio-request-timestamp";

const VERSION: &str = "v0=";

/// State of an HMAC that is initialized with a secret. It is as sensitive as the secret, and is wiped
/// on drop.
#[derive(Clone)]
pub(crate) struct Key(Hmac<Sha256>);

impl Key {
    /// Refuses a blank secret, such as that of an unset variable: anyone could sign with it.
    pub(crate) fn new(secret: &Secret) -> Result<Self, InvalidSecret> {
        let secret = clean_text(secret.expose()).map_err(InvalidSecret)?;
        // HMAC accepts keys of any length.
        let key = Hmac::new_from_slice(secret.as_bytes());
        key.map(Self).map_err(|_| InvalidSecret(InvalidText::Empty))
    }

    fn sign(&self, timestamp: &[u8], body: &[u8]) -> Hmac<Sha256> {
        self.0
            .clone()
            .chain_update(b"v0:")
            .chain_update(timestamp)
            .chain_update(b":")
            .chain_update(body)
    }

    /// Verifies a signature in constant time.
    pub(crate) fn verify(&self, stamp: &Stamp, body: &[u8]) -> bool {
        self.sign(stamp.text.as_bytes(), body).verify_slice(&stamp.signature).is_ok()
    }
}

/// Content of the two headers.
#[derive(Clone)]
pub(crate) struct Stamp {
    /// Timestamp as it was signed. It has digits only, so that no part of it can be moved into the body.
    text: HeaderValue,
    pub(crate) seconds: u64,
    signature: [u8; 32],
}

impl Stamp {
    pub(crate) fn read(headers: &HeaderMap) -> Result<Self, VerifyError> {
        let signature = one(headers, SIGNATURE_HEADER)?;
        let text = one(headers, TIMESTAMP_HEADER)?;
        Ok(Self {
            signature: decode(signature.as_bytes())
                .ok_or(VerifyError::MalformedHeader(SIGNATURE_HEADER))?,
            seconds: seconds(text.as_bytes())
                .ok_or(VerifyError::MalformedHeader(TIMESTAMP_HEADER))?,
            text: text.clone(),
        })
    }

    pub(crate) fn at(&self) -> Option<SystemTime> {
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(self.seconds))
    }
}

/// Returns the only value. Refuses duplicates, of which another program could read the other one.
fn one<'h>(headers: &'h HeaderMap, name: &'static str) -> Result<&'h HeaderValue, VerifyError> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => Ok(value),
        (None, _) => Err(VerifyError::MissingHeader(name)),
        (Some(_), Some(_)) => Err(VerifyError::MalformedHeader(name)),
    }
}

fn decode(header: &[u8]) -> Option<[u8; 32]> {
    let mut signature = [0; 32];
    let hex = header.strip_prefix(VERSION.as_bytes())?;
    let decoded = base16ct::mixed::decode(hex, &mut signature).ok()?;
    (decoded.len() == 32).then_some(signature)
}

fn seconds(header: &[u8]) -> Option<u64> {
    // `parse` would accept a sign.
    let digits = header.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(header).ok().filter(|_| digits)?.parse().ok()
}

/// Signs requests as the service does, for tests of a receiver.
///
/// `Debug` does not show the secret.
///
/// ```
/// use frameio_webhook::{Signer, Verifier};
///
/// let request = Signer::new("secret")?.request("/hooks", r#"{"type":"file.ready"}"#)?;
/// let (parts, body) = request.into_parts();
/// let body = body.try_into_bytes().unwrap();
/// assert!(Verifier::new("secret")?.verify(&parts.headers, body.clone()).is_ok());
/// assert!(Verifier::new("another")?.verify(&parts.headers, body).is_err());
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Signer(Key);

impl Signer {
    /// Signs with `secret`. Whitespace around it is removed.
    ///
    /// # Errors
    /// Fails if the secret is blank or contains a control character.
    pub fn new(secret: impl Into<Secret>) -> Result<Self, InvalidSecret> {
        Key::new(&secret.into()).map(Self)
    }

    /// Returns the value of the [`SIGNATURE_HEADER`] for a body and a timestamp in seconds since 1970.
    ///
    /// ```
    /// # use frameio_webhook::Signer;
    /// let signature = Signer::new("secret")?.sign(1_700_000_000, b"{}");
    /// assert!(signature.starts_with("v0=84dd7b277ba946b3"));
    /// # Ok::<_, frameio_webhook::InvalidSecret>(())
    /// ```
    pub fn sign(&self, timestamp: u64, body: &[u8]) -> String {
        let signature = self.0.sign(timestamp.to_string().as_bytes(), body).finalize();
        format!("{VERSION}{}", base16ct::lower::encode_string(&signature.into_bytes()))
    }

    /// Returns a `POST` request as the service sends it, signed with the current time.
    ///
    /// # Errors
    /// Fails if `uri` is invalid.
    pub fn request<U>(&self, uri: U, body: impl Into<Bytes>) -> Result<Request<Body>, http::Error>
    where
        U: TryInto<Uri>,
        U::Error: Into<http::Error>,
    {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        self.request_at(now.map_or(0, |now| now.as_secs()), uri, body)
    }

    /// Returns a request that is signed with `timestamp`, in seconds since 1970.
    ///
    /// # Errors
    /// Fails if `uri` is invalid.
    pub fn request_at<U>(
        &self,
        timestamp: u64,
        uri: U,
        body: impl Into<Bytes>,
    ) -> Result<Request<Body>, http::Error>
    where
        U: TryInto<Uri>,
        U::Error: Into<http::Error>,
    {
        let body = body.into();
        Request::post(uri)
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, "Frame.io V4 API")
            .header(TIMESTAMP_HEADER, timestamp)
            .header(SIGNATURE_HEADER, self.sign(timestamp, &body))
            .body(Body::from(body))
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer([REDACTED])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_only_the_documented_format_of_headers() {
        let hex = "0".repeat(64);
        assert_eq!(decode(format!("v0={hex}").as_bytes()), Some([0; 32]));
        assert_eq!(decode(format!("v0={}", "aB".repeat(32)).as_bytes()), Some([0xab; 32]));
        for wrong in [
            String::new(),
            "v0=".to_owned(),
            hex.clone(),
            format!("v1={hex}"),
            format!("V0={hex}"),
            format!("v0={hex}00"),
            format!("v0={}", &hex[2..]),
            format!("v0={}", &hex[1..]),
            format!("v0={}g", &hex[1..]),
            format!("v0= {hex}"),
            format!("v0={hex} "),
            format!("v0={hex},v0={hex}"),
        ] {
            assert_eq!(decode(wrong.as_bytes()), None, "{wrong}");
        }
        assert_eq!(seconds(b"1700000000"), Some(1_700_000_000));
        for wrong in ["", "+1", "-1", " 1", "1 ", "1.0", "0x1", "1:", "1_0", "18446744073709551616"]
        {
            assert_eq!(seconds(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
