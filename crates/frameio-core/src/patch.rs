//! Field of an update that can be kept, cleared or set.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::{Serialize, Serializer};

/// Change of a nullable field in an update.
///
/// For a field that cannot be null, an update uses [`Option`].
///
/// ```
/// use frameio_core::Patch;
///
/// assert_eq!(Patch::<u32>::default(), Patch::Keep);
/// assert_eq!(Patch::from(3), Patch::Set(3));
/// assert_eq!(Patch::<u32>::from(None), Patch::Clear);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "no other change is possible")]
pub enum Patch<T> {
    /// Keeps the current value: the field is not sent.
    #[default]
    Keep,
    /// Clears the field: null is sent.
    Clear,
    /// Sets the field to this value.
    Set(T),
}

impl<T> Patch<T> {
    /// Returns whether the field keeps its value.
    pub const fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }

    /// Returns the value to set; `None` if the field is kept or cleared.
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Keep | Self::Clear => None,
        }
    }
}

impl<T> From<T> for Patch<T> {
    fn from(value: T) -> Self {
        Self::Set(value)
    }
}

/// `None` clears the field.
impl<T> From<Option<T>> for Patch<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Clear, Self::Set)
    }
}

impl From<&str> for Patch<String> {
    fn from(value: &str) -> Self {
        Self::Set(value.to_owned())
    }
}

/// Serializes as the value or null. The serializer of the object has to omit a field to keep.
impl<T: Serialize> Serialize for Patch<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

/// Name by which [`missing`](crate::__private::missing) recognizes a `Patch`. With `Option`, null and
/// an absent field would be indistinguishable.
pub(crate) const NAME: &str = "frameio_core::Patch";

/// Deserializes null as `Clear`, and an absent field of a model as `Keep`.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PatchVisitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for PatchVisitor<T> {
            type Value = Patch<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value or null")
            }

            fn visit_none<E: Error>(self) -> Result<Patch<T>, E> {
                Ok(Patch::Keep)
            }

            fn visit_newtype_struct<D: Deserializer<'de>>(
                self,
                deserializer: D,
            ) -> Result<Patch<T>, D::Error> {
                Option::<T>::deserialize(deserializer).map(Patch::from)
            }
        }

        deserializer.deserialize_newtype_struct(NAME, PatchVisitor(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_clears_and_a_value_sets() {
        assert_eq!(serde_json::from_str::<Patch<u32>>("null").unwrap(), Patch::Clear);
        assert_eq!(serde_json::from_str::<Patch<u32>>("3").unwrap(), Patch::Set(3));
        assert!(serde_json::from_str::<Patch<u32>>("\"3\"").is_err());
        assert_eq!(serde_json::to_string(&Patch::Set(3)).unwrap(), "3");
        assert_eq!(serde_json::to_string(&Patch::<u32>::Clear).unwrap(), "null");
    }

    #[test]
    fn only_a_set_field_has_a_value() {
        assert_eq!((Patch::Set(3).value(), Patch::Set(3).is_keep()), (Some(&3), false));
        assert_eq!((Patch::<u32>::Clear.value(), Patch::<u32>::Clear.is_keep()), (None, false));
        assert_eq!((Patch::<u32>::Keep.value(), Patch::<u32>::Keep.is_keep()), (None, true));
        assert_eq!(Patch::<String>::from("a"), Patch::Set("a".to_owned()));
    }
}
