//! Version numbers in file names.

use std::cmp::Ordering;

use regex::Regex;

use crate::{TransferError, TransferErrorKind};

/// Maximum size of a compiled pattern in bytes.
const MAX_SIZE: usize = 1 << 20;

/// A regular expression that finds version numbers in file names.
///
/// It has the groups `base` and `version`, and is applied to the name without the extension, as in
/// `^(?<base>.+)_v(?<version>[0-9]+)$`. Files in the same folder with the same base and extension are
/// versions of each other. Versions are compared as numbers.
///
/// ```
/// use frameio::transfer::VersionPattern;
///
/// VersionPattern::new(r"^(?<base>.+)_v(?<version>[0-9]+)$")?;
/// # Ok::<_, frameio::transfer::TransferError>(())
/// ```
#[derive(Clone, Debug)]
pub struct VersionPattern(Regex);

/// The parts of a file name with a version number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Numbered {
    /// Base and extension, which versions of a file have in common.
    pub(crate) base: (String, String),
    pub(crate) number: Number,
}

/// A decimal number of any length, without leading zeros.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Number(pub(crate) String);

impl VersionPattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    ///
    /// Fails if the pattern is invalid, or lacks one of the groups.
    pub fn new(pattern: &str) -> Result<Self, TransferError> {
        let invalid = |reason: String| {
            let message = format!("invalid version pattern '{pattern}': {reason}");
            TransferError::new(TransferErrorKind::Invalid, message)
        };
        let compiled = regex::RegexBuilder::new(pattern).size_limit(MAX_SIZE).build();
        let compiled = compiled.map_err(|error| {
            let text = error.to_string();
            invalid(text.lines().last().unwrap_or_default().trim().to_owned())
        })?;
        for group in ["base", "version"] {
            if !compiled.capture_names().flatten().any(|name| name == group) {
                return Err(invalid(format!("it has no group '(?<{group}>…)'")));
            }
        }
        Ok(Self(compiled))
    }

    /// Returns the parts of a name; `None` if it does not match, or its version is not a valid number.
    pub(crate) fn parse(&self, name: &str) -> Option<Numbered> {
        let (stem, extension) = split(name);
        let found = self.0.captures(stem)?;
        let (base, version) = (found.name("base")?.as_str(), found.name("version")?.as_str());
        let number = Number::parse(version)?;
        Some(Numbered { base: (base.to_owned(), extension.to_owned()), number })
    }
}

/// Splits a name into its stem and its extension.
pub(crate) fn split(name: &str) -> (&str, &str) {
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => (stem, extension),
        _ => (name, ""),
    }
}

impl Number {
    fn parse(text: &str) -> Option<Self> {
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        Some(Self(text.trim_start_matches('0').to_owned()))
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.cmp(&other.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compares_versions_as_numbers_within_base_and_extension() {
        let pattern = VersionPattern::new("^(?<base>.+)_v(?<version>[0-9]+)$").unwrap();
        let parse = |name: &str| pattern.parse(name).unwrap();
        let (nine, ten) = (parse("shot_v09.mov"), parse("shot_v10.mov"));
        assert_eq!(nine.base, ten.base);
        assert!(nine.number < ten.number && parse("shot_v2.mov").number < nine.number);
        assert_eq!(parse("shot_v009.mov").number, nine.number);
        let long = format!("shot_v1{}.mov", "0".repeat(40));
        assert!(parse(&long).number > ten.number);
        assert_ne!(parse("shot_v09.mp4").base, nine.base);
        assert_eq!(parse("a.b_v1.mov").base, ("a.b".to_owned(), "mov".to_owned()));
        for name in ["shot.mov", "shot_v.mov", "shot_vx.mov", ".mov"] {
            assert_eq!(pattern.parse(name), None, "{name}");
        }
    }

    #[test]
    fn refuses_patterns_without_the_groups() {
        for (pattern, message) in [
            ("(", "unclosed group"),
            ("v[0-9]+", "no group '(?<base>"),
            ("(?<base>.+)", "no group '(?<version>"),
        ] {
            let error = VersionPattern::new(pattern).unwrap_err();
            assert_eq!(error.kind(), TransferErrorKind::Invalid);
            assert!(error.to_string().contains(message), "{error}");
        }
    }
}
