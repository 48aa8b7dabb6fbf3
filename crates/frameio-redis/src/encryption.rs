//! Encryption of tokens.

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use frameio_core::BoxError;
use zeroize::Zeroizing;

/// First byte of a ciphertext, which identifies the format.
const VERSION: u8 = 1;
const NONCE: usize = 24;

/// Encryption keys of tokens: one for writing, and any number of old ones for reading.
///
/// To rotate a key, first add the new key to all processes as an old one. Then make it the key for
/// writing, with the previous key as an old one. Remove the previous key when all tokens have been
/// written again, which happens with each refresh.
///
/// ```
/// use frameio_redis::TokenKeys;
///
/// # let (new, old) = ([1; 32], [2; 32]);
/// let keys = TokenKeys::new(new).old(old);
/// assert_eq!(format!("{keys:?}"), "TokenKeys { keys: 2, .. }");
/// ```
#[derive(Clone)]
#[must_use]
pub struct TokenKeys(Vec<Zeroizing<[u8; 32]>>);

impl TokenKeys {
    /// Creates keys with one key of 32 random bytes, for reading and writing.
    pub fn new(key: [u8; 32]) -> Self {
        Self(vec![key.into()])
    }

    /// Adds an old key, for reading only.
    pub fn old(mut self, key: [u8; 32]) -> Self {
        self.0.push(key.into());
        self
    }

    fn ciphers(&self) -> impl Iterator<Item = XChaCha20Poly1305> + '_ {
        self.0.iter().map(|key| XChaCha20Poly1305::new((&**key).into()))
    }

    /// Encrypts `text` and binds it to `name`.
    pub(crate) fn encrypt(&self, name: &str, text: &[u8]) -> Result<Vec<u8>, BoxError> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce)?;
        let payload = Payload { msg: text, aad: name.as_bytes() };
        let cipher = self.ciphers().next().ok_or("no encryption key")?;
        let ciphertext = cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| "cannot encrypt the tokens")?;
        Ok([&[VERSION][..], &nonce, &ciphertext].concat())
    }

    /// Decrypts a ciphertext that is bound to `name`, with any of the keys.
    pub(crate) fn decrypt(&self, name: &str, ciphertext: &[u8]) -> Result<Vec<u8>, BoxError> {
        let text = || {
            let (version, ciphertext) = ciphertext.split_first()?;
            let (nonce, ciphertext) = ciphertext.split_first_chunk::<NONCE>()?;
            let payload = || Payload { msg: ciphertext, aad: name.as_bytes() };
            let nonce = XNonce::from(*nonce);
            let mut ciphers = self.ciphers().filter(|_| *version == VERSION);
            ciphers.find_map(|cipher| cipher.decrypt(&nonce, payload()).ok())
        };
        text().ok_or_else(|| {
            "cannot decrypt the tokens in Redis: no key matches, or the data was modified".into()
        })
    }
}

impl fmt::Debug for TokenKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenKeys").field("keys", &self.0.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decrypts_with_any_of_the_keys_and_nothing_else() {
        let old = TokenKeys::new([1; 32]);
        let both = TokenKeys::new([2; 32]).old([1; 32]);
        let new = TokenKeys::new([2; 32]);
        let ciphertext = old.encrypt("name", b"secret").unwrap();
        assert!(!ciphertext.windows(6).any(|part| part == b"secret"));
        assert_ne!(ciphertext, old.encrypt("name", b"secret").unwrap(), "another nonce each time");
        assert_eq!(both.decrypt("name", &ciphertext).unwrap(), b"secret");
        assert!(new.decrypt("name", &ciphertext).is_err());
        assert_eq!(new.decrypt("name", &both.encrypt("name", b"new").unwrap()).unwrap(), b"new");

        assert!(old.decrypt("another", &ciphertext).is_err(), "moved to another name");
        for index in 0..ciphertext.len() {
            let mut changed = ciphertext.clone();
            changed[index] ^= 1;
            assert!(old.decrypt("name", &changed).is_err(), "byte {index}");
            assert!(old.decrypt("name", &ciphertext[..index]).is_err(), "{index} bytes");
        }
    }
}
