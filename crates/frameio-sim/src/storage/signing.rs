//! Signed URLs in the style of S3, which contain their credential.

use std::time::Duration;

use frameio_core::Secret;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

use crate::clock;

/// Prefix of upload paths: `/sim-uploads/{upload}/{number}`.
pub(crate) const UPLOADS: &str = "/sim-uploads/";

/// Prefix of download paths, `/sim-media/{upload}/{disposition}`, and of rendition paths,
/// `/sim-media/{upload}/{link}/{disposition}`.
pub(crate) const DOWNLOADS: &str = "/sim-media/";

/// Lifetime of a URL.
const LIFE: Duration = Duration::from_secs(24 * 60 * 60);

const DATE: &str = "%Y%m%dT%H%M%SZ";

/// Reason why a URL is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    Unsigned,
    WrongSignature,
    Expired,
}

/// Signer of URLs. Each simulator has its own key, so it refuses the URLs of other simulators.
#[derive(Debug)]
pub(crate) struct Signer(Secret);

impl Signer {
    /// Creates a signer with a key.
    pub(crate) fn new(key: impl Into<Secret>) -> Self {
        Self(key.into())
    }

    pub(crate) const fn key(&self) -> &Secret {
        &self.0
    }

    /// Returns the URL for part `number` of an upload.
    pub(crate) fn upload_url(&self, base: &str, id: &str, number: usize, now: Timestamp) -> String {
        let headers = "content-type%3Bhost%3Bx-amz-acl";
        self.url(base, &format!("{UPLOADS}{id}/{number}"), headers, now)
    }

    /// Returns the download URL of an upload; `what` is the disposition, after the name of a rendition if
    /// one is requested.
    pub(crate) fn download_url(&self, base: &str, id: &str, what: &str, now: Timestamp) -> String {
        self.url(base, &format!("{DOWNLOADS}{id}/{what}"), "host", now)
    }

    /// Joins `base` and `path` with a signature of `headers` that is valid for 24 hours.
    fn url(&self, base: &str, path: &str, headers: &str, now: Timestamp) -> String {
        let date = now.strftime(DATE);
        let query = format!(
            "X-Amz-Date={date}&X-Amz-Expires={}&X-Amz-SignedHeaders={headers}",
            LIFE.as_secs()
        );
        let signature = self.sign(path, &query);
        format!("{base}{path}?{query}&X-Amz-Signature={signature}")
    }

    /// Checks the signature and expiry of a URL.
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
        let signed = [self.0.expose(), path, query].join("\n");
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
