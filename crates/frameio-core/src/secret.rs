//! A text that is not to be shown.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::limits::Bounded;
use crate::patch::Patch;

/// A text that proves something to whoever knows it: the key of a signature, a passphrase.
///
/// `Debug` shows none of it, and there is no `Display`: whoever needs it asks for
/// [`as_str`](Secret::as_str).
///
/// ```
/// use frameio_core::Secret;
///
/// let secret = Secret::from("open sesame");
/// assert_eq!(format!("{secret:?}"), "Secret(…)");
/// assert_eq!(secret.as_str(), "open sesame");
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Secret(Box<str>);

impl Secret {
    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Secret {
    fn from(secret: &str) -> Self {
        Self(secret.into())
    }
}

impl From<String> for Secret {
    fn from(secret: String) -> Self {
        Self(secret.into())
    }
}

impl From<&str> for Patch<Secret> {
    fn from(secret: &str) -> Self {
        Self::Set(secret.into())
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
        Box::<str>::deserialize(deserializer).map(Self)
    }
}
