//! Items that expansions of the macros use.
#![allow(missing_docs, clippy::exhaustive_structs, reason = "hidden: public only for the macros")]

use std::fmt;
use std::marker::PhantomData;

pub use bytes::Bytes;
use jiff::Timestamp;
use serde::de::value::Error as PlainError;
use serde::de::{DeserializeOwned, Deserializer, Error as _, MapAccess, Visitor};
use serde::{Serialize, forward_to_deserialize_any};

use crate::limits::{Check, Limits};
use crate::patch::{self, Patch};
use crate::timestamp::FastTimestamp;

/// Deserializes borrowed text and converts it with `make`.
pub fn text<'de, D, T>(deserializer: D, make: impl FnOnce(&str) -> T) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
{
    struct TextVisitor<F>(F);

    impl<T, F: FnOnce(&str) -> T> Visitor<'_> for TextVisitor<F> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("text")
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
            Ok((self.0)(text))
        }
    }

    deserializer.deserialize_str(TextVisitor(make))
}

/// Returns the value of an absent field: `None` for an `Option`, `Keep` for a `Patch`, and an error for
/// all other types.
pub fn missing<T: DeserializeOwned>(field: &'static str) -> Result<T, PlainError> {
    struct Missing(&'static str);

    impl<'de> Deserializer<'de> for Missing {
        type Error = PlainError;

        fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, PlainError> {
            Err(PlainError::missing_field(self.0))
        }

        fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, PlainError> {
            visitor.visit_none()
        }

        fn deserialize_newtype_struct<V: Visitor<'de>>(
            self,
            name: &'static str,
            visitor: V,
        ) -> Result<V::Value, PlainError> {
            if name == patch::NAME { visitor.visit_none() } else { self.deserialize_any(visitor) }
        }

        forward_to_deserialize_any! {
            bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
            unit unit_struct seq tuple tuple_struct map struct enum identifier
            ignored_any
        }
    }

    T::deserialize(Missing(field))
}

/// Selects a trait by the type of a field at compile time: [`SkipNone`] takes precedence over [`Keep`],
/// because it needs one reference less.
#[derive(Debug)]
pub struct Probe<'a, T>(pub &'a T);

pub trait SkipNone {
    fn skip(&self) -> bool;
}

impl<T> SkipNone for Probe<'_, Option<T>> {
    fn skip(&self) -> bool {
        self.0.is_none()
    }
}

impl<T> SkipNone for Probe<'_, Patch<T>> {
    fn skip(&self) -> bool {
        self.0.is_keep()
    }
}

pub trait Keep {
    fn skip(&self) -> bool;
}

impl<T: Serialize> Keep for &Probe<'_, T> {
    fn skip(&self) -> bool {
        false
    }
}

/// Selects how a field is read by its type: [`ReadTimestamp`] takes precedence over [`ReadAny`].
#[derive(Debug)]
pub struct Field<T>(PhantomData<T>);

impl<T> Field<T> {
    pub const NEW: Self = Self(PhantomData);
}

pub trait ReadTimestamp<T> {
    fn read<'de, A: MapAccess<'de>>(&self, map: &mut A) -> Result<T, A::Error>;
}

impl ReadTimestamp<Timestamp> for Field<Timestamp> {
    fn read<'de, A: MapAccess<'de>>(&self, map: &mut A) -> Result<Timestamp, A::Error> {
        map.next_value::<FastTimestamp>().map(|read| read.0)
    }
}

impl ReadTimestamp<Option<Timestamp>> for Field<Option<Timestamp>> {
    fn read<'de, A: MapAccess<'de>>(&self, map: &mut A) -> Result<Option<Timestamp>, A::Error> {
        map.next_value::<Option<FastTimestamp>>().map(|read| read.map(|read| read.0))
    }
}

pub trait ReadAny<T> {
    fn read<'de, A: MapAccess<'de>>(&self, map: &mut A) -> Result<T, A::Error>;
}

impl<T: DeserializeOwned> ReadAny<T> for &Field<T> {
    fn read<'de, A: MapAccess<'de>>(&self, map: &mut A) -> Result<T, A::Error> {
        map.next_value()
    }
}

/// Checks a field whose type implements [`Check`]; takes precedence over [`NothingToCheck`].
pub trait CheckNested {
    fn check_nested(&self, field: &'static str, limits: &mut Limits);
    fn check_whole(&self, limits: &mut Limits);
}

impl<T: Check> CheckNested for Probe<'_, T> {
    fn check_nested(&self, field: &'static str, limits: &mut Limits) {
        limits.nested(field, self.0);
    }

    fn check_whole(&self, limits: &mut Limits) {
        self.0.check(limits);
    }
}

pub trait NothingToCheck {
    fn check_nested(&self, field: &'static str, limits: &mut Limits);
    fn check_whole(&self, limits: &mut Limits);
}

impl<T> NothingToCheck for &Probe<'_, T> {
    fn check_nested(&self, _: &'static str, _: &mut Limits) {}

    fn check_whole(&self, _: &mut Limits) {}
}

#[doc(hidden)]
#[macro_export]
macro_rules! __json_name {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident $json:literal) => {
        $json
    };
}
pub use crate::__json_name as json_name;

#[cfg(test)]
mod tests {
    use serde::de::{Deserialize, IgnoredAny};

    use super::*;

    /// A newtype that accepts any value.
    struct Wrapper;

    impl<'de> Deserialize<'de> for Wrapper {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_newtype_struct("Wrapper", IgnoredAny).map(|_| Self)
        }
    }

    #[test]
    fn only_optional_fields_may_be_missing() {
        assert_eq!(missing::<Option<u32>>("a"), Ok(None));
        assert_eq!(missing::<Patch<u32>>("a"), Ok(Patch::Keep));
        assert!(missing::<u32>("a").is_err() && missing::<Wrapper>("a").is_err());
    }

    #[test]
    fn absent_values_are_not_written() {
        assert!(Probe(&None::<u32>).skip() && !Probe(&Some(1)).skip());
        assert!(Probe(&Patch::<u32>::Keep).skip() && !Probe(&Patch::<u32>::Clear).skip());
        assert!(!(&Probe(&1)).skip());
    }
}
