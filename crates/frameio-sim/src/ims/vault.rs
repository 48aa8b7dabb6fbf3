//! Secrets that were given out, each good for a while.

use std::collections::{HashMap, VecDeque};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// How many secrets of a kind are remembered; the oldest are forgotten.
const MANY: usize = 100_000;

/// Why a secret is not good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gone {
    /// It was never given out, or it was used up or revoked.
    Unknown,
    Expired,
}

type Key = [u8; 32];

/// What a secret was given for, as it is saved.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Saved<T> {
    sha256: String,
    expires: Timestamp,
    #[serde(rename = "for")]
    pub(super) value: T,
}

/// What secrets were given for. The secrets themselves are not kept, only their digests.
#[derive(Debug)]
pub(super) struct Vault<T> {
    kept: HashMap<Key, (Timestamp, T)>,
    /// The digests from the oldest on, those included that are gone.
    order: VecDeque<Key>,
}

impl<T> Default for Vault<T> {
    fn default() -> Self {
        Self { kept: HashMap::new(), order: VecDeque::new() }
    }
}

impl<T> Vault<T> {
    pub(super) fn insert(&mut self, secret: &str, expires: Timestamp, value: T) {
        if self.order.len() == MANY
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

    /// All that is still good for something, from the oldest on.
    pub(super) fn saved<S>(&self, save: impl Fn(&T) -> S) -> Vec<Saved<S>> {
        let kept = self.order.iter().filter_map(|key| Some((key, self.kept.get(key)?)));
        let saved = kept.map(|(key, (expires, value))| Saved {
            sha256: URL_SAFE_NO_PAD.encode(key),
            expires: *expires,
            value: save(value),
        });
        saved.collect()
    }

    /// The same back; nothing where a digest is none.
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
    fn a_secret_is_good_until_it_expires_or_is_removed() {
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
    fn the_oldest_are_forgotten() {
        let mut vault = Vault::default();
        for i in 0..=MANY {
            vault.insert(&i.to_string(), Timestamp::MAX, i);
        }
        assert_eq!(vault.get("0", Timestamp::UNIX_EPOCH), Err(Gone::Unknown));
        assert_eq!(vault.get("1", Timestamp::UNIX_EPOCH), Ok(&1));
        assert_eq!((vault.kept.len(), vault.order.len()), (MANY, MANY));
    }
}
