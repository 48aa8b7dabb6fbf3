//! Timestamps of responses.
//!
//! Jiff accepts every form of RFC 3339 and more, which costs about a thousand instructions for each timestamp.
//! A page of assets has hundreds, all in one form, so that form is read here.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;
use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// Timestamp that is read faster than by jiff, with the same result.
#[derive(Debug)]
pub(crate) struct FastTimestamp(pub(crate) Timestamp);

impl<'de> Deserialize<'de> for FastTimestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TimestampVisitor;

        impl Visitor<'_> for TimestampVisitor {
            type Value = FastTimestamp;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a timestamp")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<FastTimestamp, E> {
                match parse_usual(text.as_bytes()) {
                    Some(timestamp) => Ok(FastTimestamp(timestamp)),
                    None => text.parse().map(FastTimestamp).map_err(E::custom),
                }
            }
        }

        deserializer.deserialize_str(TimestampVisitor)
    }
}

/// Parses the form that the service sends, `2026-03-22T10:11:12.123456Z`, with up to nine digits after the
/// point or without a point. Returns `None` for every other form, valid or not.
fn parse_usual(text: &[u8]) -> Option<Timestamp> {
    let (
        &[y0, y1, y2, y3, b'-', o0, o1, b'-', d0, d1, b'T', h0, h1, b':', m0, m1, b':', s0, s1],
        rest,
    ) = text.split_first_chunk()?
    else {
        return None;
    };
    let year = i16::from(pair(y0, y1)?) * 100 + i16::from(pair(y2, y3)?);
    let date = Date::new(year, pair(o0, o1)?, pair(d0, d1)?).ok()?;
    let time = Time::new(pair(h0, h1)?, pair(m0, m1)?, pair(s0, s1)?, nanoseconds(rest)?).ok()?;
    Offset::UTC.to_timestamp(DateTime::from_parts(date, time)).ok()
}

/// Parses what follows the seconds: `Z`, or a fraction and `Z`.
fn nanoseconds(text: &[u8]) -> Option<i32> {
    let digits = match text {
        b"Z" => return Some(0),
        [b'.', digits @ .., b'Z'] if matches!(digits.len(), 1..=9) => digits,
        _ => return None,
    };
    let mut value = 0;
    for &byte in digits {
        value = value * 10 + i32::from(digit(byte)?);
    }
    // One digit is tenths, nine are nanoseconds.
    const SCALE: [i32; 9] =
        [100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];
    SCALE.get(digits.len() - 1).map(|scale| value * scale)
}

fn pair(tens: u8, ones: u8) -> Option<i8> {
    Some(digit(tens)? * 10 + digit(ones)?)
}

fn digit(byte: u8) -> Option<i8> {
    match byte {
        b'0'..=b'9' => i8::try_from(byte - b'0').ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_form_of_the_service_is_read_without_jiffs_parser() {
        for (text, nanoseconds) in [
            ("2026-03-22T10:11:12Z", 1_774_174_272_000_000_000),
            ("2026-03-22T10:11:12.5Z", 1_774_174_272_500_000_000),
            ("2026-03-22T10:11:12.123456Z", 1_774_174_272_123_456_000),
            ("2024-02-29T23:59:59.999999999Z", 1_709_251_199_999_999_999),
            ("0000-01-01T00:00:00Z", -62_167_219_200_000_000_000),
        ] {
            let read = parse_usual(text.as_bytes()).map(Timestamp::as_nanosecond);
            assert_eq!(read, Some(nanoseconds), "{text}");
        }
    }

    #[test]
    fn other_forms_are_left_to_jiff() {
        for text in [
            "2026-03-22T10:11:12+00:00",
            "2026-03-22 10:11:12Z",
            "2026-03-22t10:11:12z",
            "20260322T101112Z",
            "2026-03-22T10:11Z",
            "2016-12-31T23:59:60Z",
            "+002026-03-22T10:11:12Z",
            "2026-03-22T10:11:12,5Z",
        ] {
            assert_eq!(parse_usual(text.as_bytes()), None, "{text}");
            let read = serde_json::from_value::<FastTimestamp>(text.into()).map(|it| it.0).ok();
            assert!(read.is_some() && read == text.parse().ok(), "{text}");
        }
    }

    #[test]
    fn a_fraction_has_one_to_nine_digits() {
        let read =
            |fraction: &str| parse_usual(format!("2026-03-22T10:11:12{fraction}Z").as_bytes());
        for (fraction, nanoseconds) in [("", 0), (".5", 500_000_000), (".000000007", 7)] {
            assert_eq!(read(fraction).map(Timestamp::subsec_nanosecond), Some(nanoseconds));
        }
        for fraction in [".", ".0000000007", ".9999999999", ".x"] {
            assert_eq!(read(fraction), None, "{fraction}");
        }
    }

    proptest! {
        #[test]
        fn every_text_is_read_as_by_jiff(
            text in "[0-9]{4}-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{0,10})?(Z|z|\\+01:00|)",
        ) {
            let read = serde_json::from_value::<FastTimestamp>(text.as_str().into());
            prop_assert_eq!(read.map(|it| it.0).ok(), text.parse().ok());
        }

        #[test]
        fn every_written_timestamp_is_read_back(
            second in -62_135_596_800_i64..253_402_207_200, nanosecond in 0..1_000_000_000,
        ) {
            let timestamp = Timestamp::new(second, nanosecond).unwrap();
            prop_assert_eq!(parse_usual(timestamp.to_string().as_bytes()), Some(timestamp));
        }
    }
}
