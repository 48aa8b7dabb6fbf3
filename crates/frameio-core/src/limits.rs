//! The limits that the service documents for a field, checked before a request is sent.

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

/// A value with limits inside of it, as an object in a body is.
///
/// A field of an endpoint whose type implements this is checked by it before the request is sent.
pub trait Check {
    /// Checks the value.
    ///
    /// # Errors
    /// When something in it is outside of what the service takes; the error names the field
    /// [within](EncodeError::within) the value.
    fn check(&self) -> Result<(), EncodeError>;

    /// Checks a list. Default: each of its items.
    ///
    /// # Errors
    /// When an item is wrong, or the list as a whole is.
    fn check_list(list: &[Self]) -> Result<(), EncodeError>
    where
        Self: Sized,
    {
        list.iter().enumerate().try_for_each(|(i, value)| {
            value.check().map_err(|error| error.within(&format!("[{i}]")))
        })
    }
}

impl<T: Check> Check for Vec<T> {
    fn check(&self) -> Result<(), EncodeError> {
        T::check_list(self)
    }
}

impl<T: Check> Check for Option<T> {
    fn check(&self) -> Result<(), EncodeError> {
        self.as_ref().map_or(Ok(()), T::check)
    }
}

impl<T: Check> Check for Patch<T> {
    fn check(&self) -> Result<(), EncodeError> {
        self.value().map_or(Ok(()), T::check)
    }
}

/// Checks that the size of `value` is in `range`.
///
/// # Errors
/// When it is not; the error names the field, its size and the limits.
///
/// ```
/// use frameio_core::limits::check;
///
/// let error = check("name", &String::new(), 1..=255).unwrap_err();
/// assert_eq!(error.to_string(), "`name` has 0 characters, allowed are 1 to 255");
/// let error = check("page", &0_u32, 1..=u64::MAX).unwrap_err();
/// assert_eq!(error.to_string(), "`page` is 0, allowed are 1 or more");
/// ```
pub fn check<T: Bounded>(
    field: &'static str,
    value: &T,
    range: RangeInclusive<u64>,
) -> Result<(), EncodeError> {
    let Some(size) = value.size().filter(|size| !range.contains(size)) else {
        return Ok(());
    };
    let found = match T::UNIT {
        "" => format!("is {size}"),
        unit => format!("has {size} {unit}"),
    };
    let allowed = match (range.start(), range.end()) {
        (least, &u64::MAX) => format!("{least} or more"),
        (least, most) => format!("{least} to {most}"),
    };
    Err(EncodeError::new(field, format!("{found}, allowed are {allowed}")))
}

/// Checks that a number is finite: JSON has no word for others, which would be sent as null.
///
/// # Errors
/// When it is not; the error names the field.
pub fn check_finite(field: &'static str, value: f64) -> Result<(), EncodeError> {
    if value.is_finite() {
        return Ok(());
    }
    Err(EncodeError::new(field, format!("is {value}, which JSON cannot say")))
}

/// Checks that nothing is in a list twice.
///
/// # Errors
/// When something is; the error names the second of the two.
///
/// ```
/// use frameio_core::limits::check_distinct;
///
/// let error = check_distinct(&["a", "b", "a"]).unwrap_err();
/// assert_eq!(error.to_string(), "`[2]` is the same as `[0]`, allowed is each once");
/// ```
pub fn check_distinct<T: PartialEq>(list: &[T]) -> Result<(), EncodeError> {
    for (i, value) in list.iter().enumerate() {
        if let Some(first) = list[..i].iter().position(|other| other == value) {
            let message = format!("is the same as `[{first}]`, allowed is each once");
            return Err(EncodeError::new(format!("[{i}]"), message));
        }
    }
    Ok(())
}
