//! Names of keys in Redis.

use frameio_tower::rate_limit::QuotaBucket;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// Derives the names of keys from a secret, so that they reveal nothing to readers of Redis.
#[derive(Clone)]
pub(crate) struct Names(Zeroizing<Vec<u8>>);

impl Names {
    pub(crate) fn new(secret: Zeroizing<Vec<u8>>) -> Self {
        Self(secret)
    }

    /// Returns the key of a bucket.
    pub(crate) fn bucket(&self, bucket: &QuotaBucket) -> String {
        let text = |text: &Option<_>| text.as_deref().map(str::as_bytes).map(<[u8]>::to_vec);
        let parts = [
            Some(bucket.operation.as_bytes().to_vec()),
            text(&bucket.account),
            text(&bucket.credential),
        ];
        format!("frameio:quota:{}", self.hash(&parts))
    }

    /// Returns the key of tokens by their name.
    #[cfg(feature = "tokens")]
    pub(crate) fn tokens(&self, name: &str) -> String {
        format!("frameio:tokens:{}", self.hash(&[Some(name.as_bytes().to_vec())]))
    }

    /// Returns a keyed hash of parts, which are unambiguously encoded.
    fn hash(&self, parts: &[Option<Vec<u8>>]) -> String {
        // HMAC takes keys of any length.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else {
            unreachable!("HMAC takes keys of any length")
        };
        for part in parts {
            match part {
                None => mac.update(&[0]),
                Some(bytes) => {
                    mac.update(&[1]);
                    mac.update(&u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
                    mac.update(bytes);
                }
            }
        }
        // Half of the hash is unique in practice, and saves memory in Redis.
        let hash = mac.finalize().into_bytes();
        base16ct::lower::encode_string(&hash[..16])
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use frameio_core::{Operation, Quota};

    use super::*;

    static SHOW: Operation =
        Operation::new("files.show", http::Method::GET, "/", Quota::per_second(10));

    #[test]
    fn names_differ_by_bucket_and_reveal_nothing() {
        let names = |secret: &str| Names::new(secret.as_bytes().to_vec().into());
        let bucket = |account: Option<&str>, credential: Option<&str>| {
            let mut bucket = QuotaBucket::new(&SHOW);
            (bucket.account, bucket.credential) =
                (account.map(Arc::from), credential.map(Arc::from));
            bucket
        };
        let all = [
            names("a").bucket(&bucket(None, None)),
            names("a").bucket(&bucket(Some("acme"), None)),
            names("a").bucket(&bucket(None, Some("acme"))),
            names("a").bucket(&bucket(Some("ac"), Some("me"))),
            names("a").bucket(&bucket(Some(""), None)),
            names("b").bucket(&bucket(None, None)),
        ];
        for (index, name) in all.iter().enumerate() {
            assert!(!all[..index].contains(name), "{name}");
            assert_eq!(name.len(), "frameio:quota:".len() + 32);
            assert!(!name.contains("files") && !name.contains("acme"), "{name}");
        }
        assert_eq!(all[1], names("a").bucket(&bucket(Some("acme"), None)));
    }
}
