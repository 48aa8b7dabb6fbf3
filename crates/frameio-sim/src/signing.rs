//! URLs that carry their own credential, as those of S3 do.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::clock;

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
#[derive(Debug, Default)]
pub(crate) struct Signer(RandomState);

impl Signer {
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
        let [a, b] = [0, 1].map(|half| self.0.hash_one((half, path, query)));
        format!("{a:016x}{b:016x}")
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
