//! Required field that may be null.

use serde::de::{Deserialize, Deserializer};
use serde::{Serialize, Serializer};

use crate::limits::{Bounded, Check, Limits};

/// Required field of a request, which is sent as a value or as null.
///
/// For optional fields, use [`Option`], or [`Patch`](crate::Patch) if null clears the field.
///
/// ```
/// use frameio_core::Nullable;
///
/// assert_eq!(Nullable::from(3), Nullable::Value(3));
/// assert_eq!(Nullable::<u32>::from(None), Nullable::Null);
/// assert_eq!(serde_json::to_string(&Nullable::<u32>::Null)?, "null");
/// # Ok::<_, serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "a value or null")]
pub enum Nullable<T> {
    /// Sends null.
    Null,
    /// Sends the value.
    Value(T),
}

impl<T> Nullable<T> {
    /// Returns the value; `None` for null.
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Null => None,
        }
    }
}

impl<T> From<T> for Nullable<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

impl<T> From<Option<T>> for Nullable<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Value)
    }
}

impl From<&str> for Nullable<String> {
    fn from(value: &str) -> Self {
        Self::Value(value.to_owned())
    }
}

impl<T: Serialize> Serialize for Nullable<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Nullable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Self::from)
    }
}

impl<T: Bounded> Bounded for Nullable<T> {
    const UNIT: &'static str = T::UNIT;

    fn size(&self) -> Option<u64> {
        self.value()?.size()
    }
}

impl<T: Check> Check for Nullable<T> {
    fn check(&self, limits: &mut Limits) {
        if let Some(value) = self.value() {
            value.check(limits);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Refused;

    impl Check for Refused {
        fn check(&self, limits: &mut Limits) {
            limits.check("name", &String::new(), 1..=9);
        }
    }

    #[test]
    fn only_a_value_has_limits() {
        assert_eq!(Limits::of(&Nullable::<Refused>::Null), Ok(()));
        assert_eq!(Limits::of(&Nullable::Value(Refused)).unwrap_err().field, "name");
    }
}
