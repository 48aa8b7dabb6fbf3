//! Documented limits of fields, checked before a request is sent.

use std::fmt;
use std::ops::RangeInclusive;

use crate::error::EncodeError;
use crate::patch::Patch;

/// Value whose size can be limited.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no size that can be limited",
    label = "neither a text, a list nor a number",
    note = "`len` limits a `String`, `items` a `Vec`, `range` a `u32` or `u64`, and each an `Option` of them"
)]
pub trait Bounded {
    /// Unit of the size in errors: `characters`, `items`, or empty for a number.
    const UNIT: &'static str;

    /// Returns the number of characters or items, or the number itself; `None` if the value is absent
    /// or null.
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

/// Value that checks the limits of its contents, such as an object in a body.
///
/// Fields of an endpoint with such a type are checked before the request is sent.
pub trait Check {
    /// Adds the violations in this value to `limits`.
    fn check(&self, limits: &mut Limits);

    /// Adds the violations in a list to `limits`. Default: checks each item.
    fn check_list(list: &[Self], limits: &mut Limits)
    where
        Self: Sized,
    {
        for (i, item) in list.iter().enumerate() {
            limits.within(format_args!("[{i}]"), |limits| item.check(limits));
        }
    }
}

impl<T: Check> Check for Vec<T> {
    fn check(&self, limits: &mut Limits) {
        T::check_list(self, limits);
    }
}

impl<T: Check> Check for Option<T> {
    fn check(&self, limits: &mut Limits) {
        if let Some(value) = self {
            value.check(limits);
        }
    }
}

impl<T: Check> Check for Patch<T> {
    fn check(&self, limits: &mut Limits) {
        if let Some(value) = self.value() {
            value.check(limits);
        }
    }
}

/// Collects all violations in a request, each with its path in JSON.
///
/// There are two kinds of violations. Documented limits (lengths, ranges, counts and formats) may have
/// changed since this version was released, so
/// [`CallOptions::unchecked`](crate::CallOptions::unchecked) skips them. Errors added with
/// [`refuse`](Self::refuse) are always reported.
///
/// ```
/// use frameio_core::limits::Limits;
///
/// let mut limits = Limits::new();
/// limits.check("name", &String::new(), 1..=255);
/// limits.check("page", &0_u32, 1..=u64::MAX);
/// limits.within("colors", |limits| limits.distinct(&["red", "blue", "red"]));
/// assert_eq!(
///     limits.into_result().unwrap_err().to_string(),
///     "`name` has 0 characters, expected 1 to 255; `page` is 0, expected 1 or more; \
///      `colors[2]` duplicates `[0]`; values must be unique",
/// );
/// ```
#[derive(Clone, Debug, Default)]
pub struct Limits {
    violations: Vec<EncodeError>,
    unchecked: Option<bool>,
}

impl Limits {
    /// Creates a collector that checks documented limits.
    pub const fn new() -> Self {
        Self { violations: Vec::new(), unchecked: None }
    }

    /// Checks a value outside a request.
    ///
    /// # Errors
    /// Returns all violations, like [`into_result`](Self::into_result).
    pub fn of<T: Check + ?Sized>(value: &T) -> Result<(), EncodeError> {
        let mut limits = Self::new();
        value.check(&mut limits);
        limits.into_result()
    }

    /// Sets whether documented limits are skipped, unless it is already set.
    pub(crate) fn default_unchecked(&mut self, unchecked: Option<bool>) {
        self.unchecked = self.unchecked.or(unchecked);
    }

    const fn skips(&self) -> bool {
        matches!(self.unchecked, Some(true))
    }

    /// Checks that the size of `value` is in `range`, as a documented limit. `field` is the name in
    /// JSON.
    pub fn check<T: Bounded>(
        &mut self,
        field: &'static str,
        value: &T,
        range: RangeInclusive<u64>,
    ) {
        if self.skips() {
            return;
        }
        if let Some(size) = value.size().filter(|size| !range.contains(size)) {
            self.violations.push(outside(field, size, T::UNIT, &range));
        }
    }

    /// Checks that `list` has no duplicates, as a documented limit. Call it [within](Self::within) the
    /// field.
    pub fn distinct<T: PartialEq>(&mut self, list: &[T]) {
        if self.skips() {
            return;
        }
        for (i, value) in list.iter().enumerate() {
            if let Some(first) = list[..i].iter().position(|other| other == value) {
                let message = format!("duplicates `[{first}]`; values must be unique");
                self.violations.push(EncodeError::new(format!("[{i}]"), message));
            }
        }
    }

    /// Checks that a number is finite, because JSON cannot represent others. Never skipped.
    pub fn finite(&mut self, field: &'static str, value: f64) {
        if !value.is_finite() {
            self.refuse(EncodeError::new(
                field,
                format!("is {value}, which JSON cannot represent"),
            ));
        }
    }

    /// Checks a nested value. The paths of its violations start with `field`.
    pub fn nested<T: Check + ?Sized>(&mut self, field: &str, value: &T) {
        self.within(field, |limits| value.check(limits));
    }

    /// Runs `checks`. The paths of their violations start with `outer`, a field or an index such as
    /// `[2]`.
    pub fn within(&mut self, outer: impl fmt::Display, checks: impl FnOnce(&mut Self)) {
        let before = self.violations.len();
        checks(self);
        for violation in &mut self.violations[before..] {
            violation.move_into(&outer);
        }
    }

    /// Adds the violation of a documented limit.
    pub fn push(&mut self, error: EncodeError) {
        if !self.skips() {
            self.violations.push(error);
        }
    }

    /// Adds an error that is always reported, such as a request that changes nothing or a value that
    /// cannot be serialized.
    pub fn refuse(&mut self, error: EncodeError) {
        self.violations.push(error);
    }

    /// Returns the collected violations as one error.
    ///
    /// # Errors
    /// Returns the first violation, with the others in [`EncodeError::more`].
    pub fn into_result(self) -> Result<(), EncodeError> {
        if self.violations.is_empty() { Ok(()) } else { Err(join(self.violations)) }
    }
}

/// Creates the error of a size outside its range. Not generic, so that it is compiled once.
#[cold]
fn outside(field: &'static str, size: u64, unit: &str, range: &RangeInclusive<u64>) -> EncodeError {
    let found = match unit {
        "" => format!("is {size}"),
        unit => format!("has {size} {unit}"),
    };
    let expected = match (range.start(), range.end()) {
        (least, &u64::MAX) => format!("{least} or more"),
        (least, most) => format!("{least} to {most}"),
    };
    EncodeError::new(field, format!("{found}, expected {expected}"))
}

#[cold]
fn join(violations: Vec<EncodeError>) -> EncodeError {
    let mut violations = violations.into_iter();
    let mut first = violations.next().unwrap_or_else(|| EncodeError::new("", "is invalid"));
    first.more.extend(violations);
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Range(u32, u32);

    impl Check for Range {
        fn check(&self, limits: &mut Limits) {
            limits.check("from", &self.0, 1..=9);
            limits.check("to", &self.1, 1..=9);
            if self.0 == self.1 {
                limits.refuse(EncodeError::new("", "is empty"));
            }
        }
    }

    #[test]
    fn a_single_value_is_checked() {
        assert_eq!(Limits::of(&Range(1, 2)), Ok(()));
        assert_eq!(Limits::of(&Range(0, 2)).unwrap_err().field, "from");
    }

    fn report(limits: Limits) -> String {
        limits.into_result().map_or_else(|error| error.to_string(), |()| String::new())
    }

    fn report_with(unchecked: Option<bool>, ranges: Vec<Range>) -> String {
        let mut limits = Limits::new();
        limits.default_unchecked(unchecked);
        limits.nested("ranges", &ranges);
        report(limits)
    }

    #[test]
    fn reports_all_violations_with_their_paths() {
        let ranges = || vec![Range(1, 9), Range(0, 10), Range(0, 0)];
        let all = "`ranges[1].from` is 0, expected 1 to 9; \
                   `ranges[1].to` is 10, expected 1 to 9; \
                   `ranges[2].from` is 0, expected 1 to 9; \
                   `ranges[2].to` is 0, expected 1 to 9; `ranges[2]` is empty";
        assert_eq!(report_with(None, ranges()), all);
        assert_eq!(report_with(Some(false), ranges()), all);
        assert_eq!(report_with(None, vec![Range(1, 9)]), "");
    }

    #[test]
    fn unchecked_skips_only_documented_limits() {
        let ranges = vec![Range(0, 10), Range(0, 0)];
        assert_eq!(report_with(Some(true), ranges), "`ranges[1]` is empty");

        let mut limits = Limits::new();
        limits.default_unchecked(Some(true));
        limits.distinct(&[1, 1]);
        limits.push(EncodeError::new("id", "is malformed"));
        limits.finite("x", f64::NAN);
        assert_eq!(report(limits), "`x` is NaN, which JSON cannot represent");
    }

    #[test]
    fn the_first_value_of_unchecked_applies() {
        let mut limits = Limits::new();
        limits.default_unchecked(None);
        limits.default_unchecked(Some(false));
        limits.default_unchecked(Some(true));
        limits.push(EncodeError::new("id", "is malformed"));
        assert_eq!(report(limits), "`id` is malformed");
    }

    #[test]
    fn absent_values_have_no_limits() {
        let mut limits = Limits::new();
        limits.check("a", &None::<u32>, 1..=2);
        limits.check("b", &Patch::<u64>::Clear, 1..=2);
        limits.check("c", &Some(3_u64), 1..=2);
        limits.check("d", &Patch::Set(String::from("äöü")), 1..=2);
        limits.nested("e", &None::<Range>);
        limits.nested("f", &Patch::Set(Range(0, 1)));
        limits.finite("g", f64::MAX);
        assert_eq!(
            report(limits),
            "`c` is 3, expected 1 to 2; `d` has 3 characters, expected 1 to 2; \
             `f.from` is 0, expected 1 to 9",
        );
    }

    #[test]
    fn every_duplicate_is_reported_with_the_first_occurrence() {
        let mut limits = Limits::new();
        limits.distinct(&["a", "b", "a", "b", "a"]);
        assert_eq!(
            report(limits),
            "`[2]` duplicates `[0]`; values must be unique; \
             `[3]` duplicates `[1]`; values must be unique; \
             `[4]` duplicates `[0]`; values must be unique",
        );
    }
}
