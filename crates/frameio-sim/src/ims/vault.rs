//! Issued secrets with a limited lifetime.

use std::collections::{HashMap, VecDeque};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Maximum number of secrets of a kind; the oldest are removed.
const MAX_SECRETS: usize = 100_000;

/// Reason why a secret is not valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gone {
    /// Never issued, already used, or revoked.
    Unknown,
    Expired,
}

type Key = [u8; 32];

/// Serialized secret with its value.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Saved<T> {
    sha256: String,
    expires: Timestamp,
    #[serde(rename = "for")]
    pub(super) value: T,
}

/// Values of issued secrets. Only digests of the secrets are stored.
#[derive(Debug)]
pub(super) struct Vault<T> {
    kept: HashMap<Key, (Timestamp, T)>,
    /// Digests in order of creation, including removed ones.
    order: VecDeque<Key>,
}

impl<T> Default for Vault<T> {
    fn default() -> Self {
        Self { kept: HashMap::new(), order: VecDeque::new() }
    }
}

impl<T> Vault<T> {
    pub(super) fn insert(&mut self, secret: &str, expires: Timestamp, value: T) {
        if self.order.len() == MAX_SECRETS
            && let Some(oldest) = self.order.pop_front()
        {
            self.kept.remove(&oldest);
        }
        let key = key(secret);
        self.order.push_back(key);
        self.kept.insert(key, (expires, value));
    }

    pub(super) fn get(&self, secret: &str, now: Timestamp) -> Result<&T, Gone> {
        match self.kept.get(&key(secret)) {
            Some((expires, value)) if now < *expires => Ok(value),
            Some(_) => Err(Gone::Expired),
            None => Err(Gone::Unknown),
        }
    }

    pub(super) fn remove(&mut self, secret: &str) -> Option<T> {
        self.kept.remove(&key(secret)).map(|(_, value)| value)
    }

    /// Returns the serialized secrets in order of creation.
    pub(super) fn saved<S>(&self, save: impl Fn(&T) -> S) -> Vec<Saved<S>> {
        let kept = self.order.iter().filter_map(|key| Some((key, self.kept.get(key)?)));
        let saved = kept.map(|(key, (expires, value))| Saved {
            sha256: URL_SAFE_NO_PAD.encode(key),
            expires: *expires,
            value: save(value),
        });
        saved.collect()
    }

    /// Restores secrets; returns `None` for an invalid digest.
    pub(super) fn restored<S>(saved: Vec<Saved<S>>, restore: impl Fn(S) -> T) -> Option<Self> {
        let mut vault = Self::default();
        for Saved { sha256, expires, value } in saved {
            let key: Key = URL_SAFE_NO_PAD.decode(sha256).ok()?.try_into().ok()?;
            vault.order.push_back(key);
            vault.kept.insert(key, (expires, restore(value)));
        }
        Some(vault)
    }

    pub(super) fn retain(&mut self, keep: impl Fn(&T) -> bool) {
        self.kept.retain(|_, (_, value)| keep(value));
    }
}

fn key(secret: &str) -> Key {
    Sha256::digest(secret).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_valid_until_it_expires_or_is_removed() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let mut vault = Vault::default();
        vault.insert("a", at(10), 1);
        assert_eq!(vault.get("a", at(9)), Ok(&1));
        assert_eq!(vault.get("a", at(10)), Err(Gone::Expired));
        assert_eq!(vault.get("b", at(9)), Err(Gone::Unknown));
        assert_eq!(vault.remove("a"), Some(1));
        assert_eq!(vault.get("a", at(9)), Err(Gone::Unknown));
    }

    #[test]
    fn the_oldest_secrets_are_removed() {
        let mut vault = Vault::default();
        for i in 0..=MAX_SECRETS {
            vault.insert(&i.to_string(), Timestamp::MAX, i);
        }
        assert_eq!(vault.get("0", Timestamp::UNIX_EPOCH), Err(Gone::Unknown));
        assert_eq!(vault.get("1", Timestamp::UNIX_EPOCH), Ok(&1));
        assert_eq!((vault.kept.len(), vault.order.len()), (MAX_SECRETS, MAX_SECRETS));
    }
}
