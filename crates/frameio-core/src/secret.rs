//! Secret text.

use std::fmt;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::limits::Bounded;
use crate::patch::Patch;
use crate::text::trim_text;

/// Secret text, such as a token, a client secret, a signing key or a passphrase.
///
/// * `Debug` does not show the text, and there is no `Display`. Use [`expose`](Self::expose) to read
///   it.
/// * The memory is wiped on drop.
/// * Comparison takes a time that depends only on the lengths.
///
/// Serialization writes the text, because a secret can be a field of a request.
///
/// ```
/// use frameio_core::Secret;
///
/// let secret = Secret::from("open sesame");
/// assert_eq!(format!("{secret:?}"), "Secret(…)");
/// assert_eq!(secret.expose(), "open sesame");
/// ```
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Returns the secret text.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Removes surrounding whitespace and byte-order marks, as left by files and shells.
    #[must_use]
    pub fn trimmed(self) -> Self {
        let trimmed = trim_text(&self.0);
        if trimmed.len() == self.0.len() { self } else { Self::from(trimmed) }
    }
}

impl From<&str> for Secret {
    fn from(secret: &str) -> Self {
        Self(Zeroizing::new(secret.to_owned()))
    }
}

impl From<String> for Secret {
    fn from(secret: String) -> Self {
        Self(Zeroizing::new(secret))
    }
}

impl From<&str> for Patch<Secret> {
    fn from(secret: &str) -> Self {
        Self::Set(secret.into())
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for Secret {}

impl Hash for Secret {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Bounded for Secret {
    const UNIT: &'static str = "characters";

    fn size(&self) -> Option<u64> {
        Some(self.0.chars().count() as u64)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use std::hash::{BuildHasher, RandomState};

    use super::*;

    #[test]
    fn secrets_are_equal_by_content() {
        assert_eq!(Secret::from("abc"), Secret::from("abc".to_owned()));
        for other in ["", "ab", "abd", "bbc", "abcd"] {
            assert_ne!(Secret::from("abc"), Secret::from(other), "{other}");
        }
    }

    #[test]
    fn a_secret_has_the_text_and_the_size_of_its_content() {
        let secret = Secret::from("größe");
        assert_eq!((secret.expose(), secret.size()), ("größe", Some(5)));
        assert_eq!(Patch::<Secret>::from("größe"), Patch::Set(secret));
        let state = RandomState::new();
        assert_ne!(state.hash_one(Secret::from("a")), state.hash_one(Secret::from("b")));
    }

    #[test]
    fn trims_only_the_ends() {
        assert_eq!(Secret::from("\u{feff} a b\r\n").trimmed(), Secret::from("a b"));
        assert_eq!(Secret::from("a b").trimmed(), Secret::from("a b"));
    }
}
