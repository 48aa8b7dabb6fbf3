//! URLs that carry their own credential, as those of S3 do.

use std::sync::Mutex;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::clock;
use crate::ims;
use crate::sim::lock;

/// How long a URL is good for.
const LIFE: Duration = Duration::from_secs(24 * 60 * 60);

const DATE: &str = "%Y%m%dT%H%M%SZ";

/// Why a URL does not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    Unsigned,
    WrongSignature,
    Expired,
}

/// Signs with a key of its own, so that URLs of another simulator are refused.
#[derive(Debug)]
pub(crate) struct Signer(Mutex<SecretString>);

impl Default for Signer {
    fn default() -> Self {
        Self(Mutex::new(ims::random().into()))
    }
}

impl Signer {
    pub(crate) fn key(&self) -> SecretString {
        lock(&self.0).clone()
    }

    /// Takes another key; what was signed with the one before is refused from now on.
    pub(crate) fn replace(&self, key: &str) {
        *lock(&self.0) = key.into();
    }

    /// `base` + `path` with a query that says `headers` are signed and lets in for 24 hours.
    pub(crate) fn url(&self, base: &str, path: &str, headers: &str, now: Timestamp) -> String {
        let date = now.strftime(DATE);
        let query = format!(
            "X-Amz-Date={date}&X-Amz-Expires={}&X-Amz-SignedHeaders={headers}",
            LIFE.as_secs()
        );
        let signature = self.sign(path, &query);
        format!("{base}{path}?{query}&X-Amz-Signature={signature}")
    }

    /// Checks the signature and the age of a URL.
    pub(crate) fn check(&self, path: &str, query: &str, now: Timestamp) -> Result<(), Refused> {
        let (signed, signature) =
            query.rsplit_once("&X-Amz-Signature=").ok_or(Refused::Unsigned)?;
        if signature != self.sign(path, signed) {
            return Err(Refused::WrongSignature);
        }
        let expires = expiry(signed).ok_or(Refused::WrongSignature)?;
        if now < expires { Ok(()) } else { Err(Refused::Expired) }
    }

    fn sign(&self, path: &str, query: &str) -> String {
        let signed = [lock(&self.0).expose_secret(), path, query].join("\n");
        let digest = Sha256::digest(signed);
        digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}

fn expiry(query: &str) -> Option<Timestamp> {
    let start = DateTime::strptime(DATE, param(query, "X-Amz-Date")?).ok()?;
    let start = TimeZone::UTC.to_timestamp(start).ok()?;
    let life = param(query, "X-Amz-Expires")?.parse().ok()?;
    Some(clock::after(start, Duration::from_secs(life)))
}

fn param<'q>(query: &'q str, name: &str) -> Option<&'q str> {
    query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}
