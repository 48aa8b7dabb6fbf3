//! Sizes with units.

use std::str::FromStr;

use crate::{TransferError, TransferErrorKind};

/// Size in bytes that is parsed from text such as `50M` or `1.5GiB`.
///
/// The units `K`, `M`, `G`, `T` and `P` are powers of 1024, with or without `iB`; `B` is one byte. The
/// unit is required, because some programs read a number without one as bytes and others as KiB.
///
/// ```
/// use frameio::transfer::ByteSize;
///
/// assert_eq!("1.5k".parse::<ByteSize>()?, ByteSize(1536));
/// # Ok::<_, frameio::transfer::TransferError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(clippy::exhaustive_structs, reason = "a number with a unit")]
pub struct ByteSize(pub u64);

impl FromStr for ByteSize {
    type Err = TransferError;

    fn from_str(text: &str) -> Result<Self, TransferError> {
        let refuse = |reason: &str| {
            let message = format!("invalid size '{text}': {reason}");
            TransferError::new(TransferErrorKind::Invalid, message)
        };
        let is_bare = text.trim().ends_with(|c: char| c.is_ascii_digit() || c == '.');
        if is_bare && text.trim() != "0" {
            return Err(refuse("add a unit, such as 50M, or B for bytes"));
        }
        bytes(text, 1).map(Self).ok_or_else(|| refuse("expected a number and a unit, such as 50M"))
    }
}

/// Parses a number of bytes with a unit. `bare` is the unit of a number without one.
pub(crate) fn bytes(text: &str, bare: u64) -> Option<u64> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit = unit.trim_start().to_ascii_lowercase();
    let unit = match unit.strip_suffix("ib").or_else(|| unit.strip_suffix('i')).unwrap_or(&unit) {
        "" => bare,
        "b" => 1,
        "k" => 1 << 10,
        "m" => 1 << 20,
        "g" => 1 << 30,
        "t" => 1 << 40,
        "p" => 1 << 50,
        _ => return None,
    };
    if let Ok(whole) = number.parse::<u64>() {
        return whole.checked_mul(unit);
    }
    let bytes = number.parse::<f64>().ok()? * unit as f64;
    (bytes.is_finite() && bytes < u64::MAX as f64).then_some(bytes as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_sizes_with_units() {
        for (text, expected) in [
            ("0", 0),
            ("7B", 7),
            ("50M", 50 << 20),
            ("1.5k", 1536),
            ("2 GiB", 2 << 30),
            ("3ti", 3 << 40),
            ("1p", 1 << 50),
        ] {
            assert_eq!(text.parse::<ByteSize>().unwrap(), ByteSize(expected), "{text}");
        }
        for (text, reason) in [
            ("50", "invalid size '50': add a unit, such as 50M, or B for bytes"),
            ("", "expected a number and a unit"),
            ("M", "expected a number and a unit"),
            ("1.2.3M", "expected a number and a unit"),
            ("-1M", "expected a number and a unit"),
            ("5 MB/s", "expected a number and a unit"),
            ("99999999P", "expected a number and a unit"),
        ] {
            let error = text.parse::<ByteSize>().unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
