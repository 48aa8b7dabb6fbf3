//! Items that expansions of `#[derive(Endpoint)]` and `#[derive(EndpointFromJson)]` use.
#![allow(missing_docs, clippy::exhaustive_structs, reason = "hidden: public only for the derives")]

use std::fmt;
use std::marker::PhantomData;

use http::HeaderValue;
use serde::Serialize;

use crate::body::Body;
use crate::endpoint::API_VERSION;
use crate::error::EncodeError;
use crate::limits::{Bounded, Limits};
pub use crate::operation::OptionalCodec;
use crate::page::Page;
use crate::patch::Patch;

/// Field that a request can omit: `Option`, `Patch` or an alias of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the type of an optional field",
    label = "not an `Option` or a `Patch`",
    note = "an optional field has the type `Option<T>`, or `Patch<T>` if null clears it"
)]
pub trait OptionalField: Sized {
    /// Argument type of the setter.
    type Argument;
    const ABSENT: Self;

    fn set(argument: Self::Argument) -> Self;
    fn is_absent(&self) -> bool;
}

impl<T> OptionalField for Option<T> {
    type Argument = T;
    const ABSENT: Self = None;

    fn set(argument: T) -> Self {
        Some(argument)
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T> OptionalField for Patch<T> {
    type Argument = Self;
    const ABSENT: Self = Self::Keep;

    fn set(argument: Self) -> Self {
        argument
    }

    fn is_absent(&self) -> bool {
        self.is_keep()
    }
}

/// Determines at compile time whether a type is an [`OptionalField`]: the inherent constant takes
/// precedence over that of [`NotOptional`].
pub struct IsOptional<T>(PhantomData<T>);

impl<T: OptionalField> IsOptional<T> {
    pub const VALUE: bool = true;
}

pub trait NotOptional {
    const VALUE: bool = false;
}

impl<T> NotOptional for IsOptional<T> {}

/// Response that is a page of a list.
#[diagnostic::on_unimplemented(
    message = "a request with `#[endpoint(page)]` fields returns pages, but `{Self}` is not a `Page`",
    label = "not a `Page`",
    note = "write `response = Page<…>`, or mark the fields with `#[endpoint(query)]`"
)]
pub trait IsPage {
    type Item: Send + 'static;

    fn page(&self) -> &Page<Self::Item>;
    fn into_page(self) -> Page<Self::Item>;
}

impl<T: Send + 'static> IsPage for Page<T> {
    type Item = T;

    fn page(&self) -> &Self {
        self
    }

    fn into_page(self) -> Self {
        self
    }
}

/// Determines the unit of a type at compile time: the inherent constant takes precedence over that of
/// [`NoUnit`].
pub struct UnitOf<T>(PhantomData<T>);

impl<T: Bounded> UnitOf<T> {
    pub const UNIT: Option<&'static str> = Some(T::UNIT);
}

/// Fallback for types without limits, for which another assertion fails.
pub trait NoUnit {
    const UNIT: Option<&'static str> = None;
}

impl<T> NoUnit for UnitOf<T> {}

/// Returns whether a unit is missing or the expected one.
pub const fn is_unit(unit: Option<&str>, expected: &str) -> bool {
    let Some(unit) = unit else { return true };
    let (unit, expected) = (unit.as_bytes(), expected.as_bytes());
    if unit.len() != expected.len() {
        return false;
    }
    let mut i = 0;
    while i < unit.len() {
        if unit[i] != expected[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// Field with a list of values.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list, so its values cannot be unique",
    label = "not a `Vec`"
)]
pub trait List {
    type Item: PartialEq;

    fn items(&self) -> &[Self::Item];
}

impl<T: PartialEq> List for Vec<T> {
    type Item = T;

    fn items(&self) -> &[T] {
        self
    }
}

impl<L: List> List for Option<L> {
    type Item = L::Item;

    fn items(&self) -> &[L::Item] {
        self.as_ref().map_or(&[], L::items)
    }
}

impl<L: List> List for Patch<L> {
    type Item = L::Item;

    fn items(&self) -> &[L::Item] {
        self.value().map_or(&[], L::items)
    }
}

pub fn check_unique<L: List>(field: &'static str, list: &L, limits: &mut Limits) {
    limits.within(field, |limits| limits.distinct(list.items()));
}

/// Serializes a body without an envelope.
pub fn whole_body<T: Serialize>(value: &T) -> Result<Body, EncodeError> {
    let error = |error| EncodeError::new("body", format!("cannot be written as JSON: {error}"));
    serde_json::to_vec(value).map(Body::from).map_err(error)
}

/// Requests the experimental version of the operation.
pub fn mark_experimental(request: &mut http::Request<Body>) {
    let version = HeaderValue::from_static("experimental");
    request.headers_mut().insert(API_VERSION, version);
}

/// Determines at compile time whether a request can be created from JSON: the inherent constant takes
/// precedence over that of [`NoCodec`].
pub struct CodecOf<E>(PhantomData<E>);

pub trait NoCodec {
    const CODEC: OptionalCodec = OptionalCodec::NONE;
}

impl<E> NoCodec for CodecOf<E> {}

#[cfg(feature = "dynamic")]
impl<E: crate::dynamic::FromJson> CodecOf<E> {
    pub const CODEC: OptionalCodec =
        OptionalCodec::some(const { &crate::dynamic::Codec::of::<E>() });
}

impl<T> fmt::Debug for IsOptional<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IsOptional")
    }
}

impl<T> fmt::Debug for UnitOf<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UnitOf")
    }
}

impl<E> fmt::Debug for CodecOf<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodecOf")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_missing_or_the_expected_one() {
        for (unit, expected) in [
            (None, true),
            (Some("items"), true),
            (Some("itemz"), false),
            (Some("jtems"), false),
            (Some("item"), false),
        ] {
            assert_eq!(is_unit(unit, "items"), expected, "{unit:?}");
        }
    }

    #[test]
    fn repeated_values_are_found_in_each_kind_of_field() {
        fn refuses(list: &impl List) -> bool {
            let mut limits = Limits::new();
            check_unique("ids", list, &mut limits);
            limits.into_result().is_err()
        }
        let (once, twice) = (vec![1, 2], vec![1, 1]);
        assert_eq!((refuses(&once), refuses(&twice)), (false, true));
        assert_eq!((refuses(&Some(once.clone())), refuses(&Some(twice.clone()))), (false, true));
        assert_eq!((refuses(&Patch::Set(once)), refuses(&Patch::Set(twice))), (false, true));
        assert!(!refuses(&None::<Vec<u32>>) && !refuses(&Patch::<Vec<u32>>::Clear));
    }
}
