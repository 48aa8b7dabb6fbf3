//! The limits that the service documents for a field, checked before a request is sent.

use std::fmt::Display;
use std::ops::RangeInclusive;

use crate::error::EncodeError;
use crate::patch::Patch;

/// A value with a size that the service limits.
pub trait Bounded {
    /// The unit of the size in an error: `characters`, `items`, or nothing for a number.
    const UNIT: &'static str;

    /// The size, or `None` where there is no value.
    fn size(&self) -> Option<u64>;
}

impl Bounded for String {
    const UNIT: &'static str = "characters";

    fn size(&self) -> Option<u64> {
        Some(self.chars().count() as u64)
    }
}

impl<T> Bounded for Vec<T> {
    const UNIT: &'static str = "items";

    fn size(&self) -> Option<u64> {
        Some(self.len() as u64)
    }
}

impl Bounded for u32 {
    const UNIT: &'static str = "";

    fn size(&self) -> Option<u64> {
        Some((*self).into())
    }
}

impl Bounded for u64 {
    const UNIT: &'static str = "";

    fn size(&self) -> Option<u64> {
        Some(*self)
    }
}

impl<T: Bounded> Bounded for Option<T> {
    const UNIT: &'static str = T::UNIT;

    fn size(&self) -> Option<u64> {
        self.as_ref()?.size()
    }
}

impl<T: Bounded> Bounded for Patch<T> {
    const UNIT: &'static str = T::UNIT;

    fn size(&self) -> Option<u64> {
        self.value()?.size()
    }
}

/// A value with limits inside of it, as the fields of an object in a body are.
///
/// A field of an endpoint whose type implements this is checked by it before the request is sent.
pub trait Check {
    /// Checks the value of the field `field`.
    ///
    /// # Errors
    /// When something in it is outside of what the service takes.
    fn check(&self, field: &'static str) -> Result<(), EncodeError>;
}

impl<T: Check> Check for Vec<T> {
    fn check(&self, field: &'static str) -> Result<(), EncodeError> {
        self.iter().try_for_each(|value| value.check(field))
    }
}

impl<T: Check> Check for Option<T> {
    fn check(&self, field: &'static str) -> Result<(), EncodeError> {
        self.as_ref().map_or(Ok(()), |value| value.check(field))
    }
}

impl<T: Check> Check for Patch<T> {
    fn check(&self, field: &'static str) -> Result<(), EncodeError> {
        self.value().map_or(Ok(()), |value| value.check(field))
    }
}

/// Checks that the size of `value` is in `range`.
///
/// # Errors
/// When it is not; the error names the field, its size and the limits.
///
/// ```
/// use frameio_core::bounds::check;
///
/// let error = check("name", &String::new(), 1..=255).unwrap_err();
/// assert_eq!(error.to_string(), "`name` has 0 characters, allowed are 1 to 255");
/// ```
pub fn check<T: Bounded>(
    field: &'static str,
    value: &T,
    range: RangeInclusive<u64>,
) -> Result<(), EncodeError> {
    let message = |size: &dyn Display| match T::UNIT {
        "" => format!("is {size}, allowed are {} to {}", range.start(), range.end()),
        unit => format!("has {size} {unit}, allowed are {} to {}", range.start(), range.end()),
    };
    match value.size() {
        Some(size) if !range.contains(&size) => Err(EncodeError::new(field, message(&size))),
        _ => Ok(()),
    }
}
