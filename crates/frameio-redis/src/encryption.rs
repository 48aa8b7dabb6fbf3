//! Tokens as Redis sees them: encrypted.

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use frameio_core::BoxError;
use zeroize::Zeroizing;

/// The first byte of what is ciphertext, should there ever be another way.
const VERSION: u8 = 1;
const NONCE: usize = 24;

/// What tokens are encrypted with: one key to write, and any number that can still be read.
///
/// To rotate, give all processes the new key as an old one first, then as the key with the old one
/// behind it, and take the old one out once all tokens have been written again, which a refresh
/// does.
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
    /// A key of 32 random bytes.
    pub fn new(key: [u8; 32]) -> Self {
        Self(vec![key.into()])
    }

    /// Reads what was written with this key, too.
    pub fn old(mut self, key: [u8; 32]) -> Self {
        self.0.push(key.into());
        self
    }

    fn ciphers(&self) -> impl Iterator<Item = XChaCha20Poly1305> + '_ {
        self.0.iter().map(|key| XChaCha20Poly1305::new((&**key).into()))
    }

    /// Encrypts `text` so that it can be read under this name only.
    pub(crate) fn encrypt(&self, name: &str, text: &[u8]) -> Result<Vec<u8>, BoxError> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce)?;
        let payload = Payload { msg: text, aad: name.as_bytes() };
        let cipher = self.ciphers().next().ok_or("there is no key")?;
        let ciphertext = cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| "the tokens cannot be encrypted")?;
        Ok([&[VERSION][..], &nonce, &ciphertext].concat())
    }

    /// Decrypts what was ciphertext under this name, with whichever key it was.
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
            "what Redis has cannot be read: none of the keys fits, or it was changed".into()
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
