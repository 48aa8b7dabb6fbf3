//! Decoding of JSON responses, with paths in errors.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use crate::Extra;
use crate::api_error::is_html;
use crate::error::DecodeError;
use crate::json_edit::{each_value, replace_values};
use crate::json_path::path_at;
use crate::macros;

/// Decodes JSON.
///
/// # Errors
/// Fails if `json` is not a `T`. The error has the path of the invalid value, which is determined
/// only after a failure, so that a success costs nothing more than [`serde_json::from_str`].
pub fn decode_json<T: DeserializeOwned>(json: &[u8]) -> Result<T, DecodeError> {
    // Validating UTF-8 once is much cheaper than validating each string.
    let text = std::str::from_utf8(json).map_err(|error| {
        let valid = error.valid_up_to();
        DecodeError::new(".", format!("the response is not valid UTF-8 at byte {valid}"))
    })?;
    serde_json::from_str(text).map_err(|error| explain(text, &error))
}

/// Error of an HTML page in place of a response of the service.
pub(crate) const HTML_PAGE: &str = "the response is an HTML page, not JSON";

/// Beginning of the error for a number that cannot be represented exactly.
pub(crate) const INEXACT: &str = "a number of more than 64 bits in a field without a type";

/// Returns whether a number that was read as a float may have been an integer of more than 64 bits,
/// which has lost digits.
pub(crate) fn is_inexact(number: f64) -> bool {
    // 2^64 and -2^63. Integers between them are not read as floats.
    number >= 18_446_744_073_709_551_616.0 || number <= -9_223_372_036_854_775_808.0
}

/// Checks that untyped JSON is exactly what the service sent.
///
/// # Errors
/// Fails if a number may have been an integer of more than 64 bits, which has lost digits. The error
/// has its path.
pub fn check_exact(value: &Value) -> Result<(), DecodeError> {
    match value {
        Value::Number(number) if number.is_f64() && number.as_f64().is_some_and(is_inexact) => {
            Err(DecodeError::new(".", INEXACT))
        }
        Value::Array(items) => items.iter().enumerate().try_for_each(|(i, item)| {
            check_exact(item).map_err(|error| error.within(&format!("[{i}]")))
        }),
        Value::Object(fields) => check_exact_fields(fields),
        _ => Ok(()),
    }
}

/// Reads an untyped value, for the macro `model!`.
#[doc(hidden)]
pub fn untyped<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Value, A::Error> {
    let value = map.next_value::<Value>()?;
    match &value {
        Value::Number(_) | Value::Array(_) | Value::Object(_) => match check_exact(&value) {
            Ok(()) => Ok(value),
            Err(error) => Err(A::Error::custom(error.message)),
        },
        _ => Ok(value),
    }
}

/// Checks all fields of an object like [`check_exact`].
///
/// # Errors
/// Fails if a number may have been an integer of more than 64 bits.
pub fn check_exact_fields(fields: &Extra) -> Result<(), DecodeError> {
    fields
        .iter()
        .try_for_each(|(name, value)| check_exact(value).map_err(|error| error.within(name)))
}

/// Maximum number of different fields whose numbers [`check_untyped_parts`] checks.
const MAX_CHECKED: usize = 32;

/// Checks that no untyped part of a decoded `T` has lost digits of a number.
///
/// serde does not report which parts of a type are untyped. They are those that accept a text in the place of
/// the number, which is tried only for the few responses that contain such a number.
///
/// # Errors
/// Fails at the first such number.
pub(crate) fn check_untyped_parts<T: DeserializeOwned>(json: &[u8]) -> Result<(), DecodeError> {
    let Ok(text) = std::str::from_utf8(json) else { return Ok(()) };
    let mut large: Vec<(String, usize)> = Vec::new();
    each_value(text, |path, place| {
        if large_number(&text[place.clone()]).is_some()
            && large.len() < MAX_CHECKED
            && large.iter().all(|(known, _)| known != path)
        {
            large.push((path.to_owned(), place.end));
        }
    });
    for (path, end) in large {
        let change = |at: &str, value: &str| (at == path).then(|| large_number(value))?;
        let (edited, _) = replace_values(text, change);
        if serde_json::from_str::<T>(&edited).is_ok() {
            return Err(DecodeError::new(path_at(text, end, false), INEXACT));
        }
    }
    Ok(())
}

/// Returns a number of more than 64 bits as text.
pub(crate) fn large_number(value: &str) -> Option<String> {
    let is_number = value.starts_with(|c: char| c == '-' || c.is_ascii_digit());
    // Shorter numbers fit into 64 bits.
    if !is_number || (value.len() < 19 && !value.contains(['e', 'E'])) {
        return None;
    }
    let is_integer = value.parse::<i64>().is_ok() || value.parse::<u64>().is_ok();
    let is_large = !is_integer && is_inexact(value.parse().ok()?);
    is_large.then(|| format!("\"{value}\""))
}

/// Converts an error of serde_json, and adds the path.
///
/// The path is determined from the text. Decoding again with a deserializer that tracks paths would
/// compile every model twice, which would increase the build time of the models by a third.
#[cold]
fn explain(json: &str, error: &serde_json::Error) -> DecodeError {
    if json.is_empty() {
        return DecodeError::new(".", "the response is empty");
    }
    if is_html(json.as_bytes()) {
        return DecodeError::new(".", HTML_PAGE);
    }
    if error.is_syntax() && error.line() == 1 && error.column() <= 1 {
        return DecodeError::new(".", "the response is not JSON");
    }
    if error.is_eof() {
        let message =
            format!("the response is incomplete: its JSON ends after {} bytes", json.len());
        return DecodeError::new(".", message);
    }
    let lines = json.split_inclusive('\n').map(str::len);
    let before: usize = lines.take(error.line().saturating_sub(1)).sum();
    // A value of the wrong type may be reported at its first byte.
    let path = path_at(json, before + error.column(), error.is_data());
    DecodeError::new(path, without_text(&error.to_string()))
}

/// Removes text between quotes, which is part of the response and may be a signed URL.
fn without_text(message: &str) -> String {
    match (message.find('"'), message.rfind('"')) {
        (Some(first), Some(last)) if first < last => {
            format!("{}…{}", &message[..=first], &message[last..])
        }
        _ => message.to_owned(),
    }
}

/// Deserializes an object as an `F` and converts it with `make`, for unions whose variant depends on
/// their fields.
///
/// # Errors
/// Fails if `F` cannot be deserialized or if `make` fails.
pub fn read_object<'de, D, F, T, M>(
    deserializer: D,
    make: impl FnOnce(F) -> Result<T, M>,
) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    F: Deserialize<'de>,
    M: fmt::Display,
{
    struct ObjectVisitor<F, C>(C, PhantomData<F>);

    impl<'de, F, T, M, C> Visitor<'de> for ObjectVisitor<F, C>
    where
        F: Deserialize<'de>,
        M: fmt::Display,
        C: FnOnce(F) -> Result<T, M>,
    {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        // serde_json adds the position of the end of the object to an error returned here.
        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
            let fields = F::deserialize(MapAccessDeserializer::new(map))?;
            (self.0)(fields).map_err(A::Error::custom)
        }
    }

    deserializer.deserialize_map(ObjectVisitor(make, PhantomData))
}

/// Decodes the content of the usual envelope, `{"data": …}`.
///
/// # Errors
/// Fails if the body has no `data`, or if it is not a `T`.
pub fn decode_data<T: DeserializeOwned>(body: &[u8]) -> Result<T, DecodeError> {
    decode_json::<Envelope<T>>(body).map(|envelope| envelope.0)
}

/// Decodes a list without pages in two steps: its items as `F`, then each with `make`.
///
/// See [`decode_page_of`](crate::page::decode_page_of) for the same on pages.
///
/// # Errors
/// Fails if the body is not such a list, or if `make` fails. The error of `make` gets the path of the
/// item.
pub fn decode_list_of<F, T>(
    body: &[u8],
    make: impl Fn(F) -> Result<T, DecodeError>,
) -> Result<Vec<T>, DecodeError>
where
    F: DeserializeOwned,
{
    decode_data::<Vec<F>>(body)?.into_iter().map(in_data(make)).collect()
}

/// Converts the items of `data` in order; an error of `make` gets the path of its item.
pub(crate) fn in_data<F, T>(
    make: impl Fn(F) -> Result<T, DecodeError>,
) -> impl FnMut(F) -> Result<T, DecodeError> {
    let mut indices = 0_usize..;
    move |fields| {
        let index = indices.next().unwrap_or_default();
        make(fields).map_err(|error| error.within(&format!("data[{index}]")))
    }
}

struct Envelope<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Envelope<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EnvelopeVisitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for EnvelopeVisitor<T> {
            type Value = Envelope<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with `data`")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut data = None;
                while let Some(is_data) = map.next_key::<IsData>()? {
                    if is_data.0 {
                        data = Some(map.next_value()?);
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                data.map(Envelope).ok_or_else(|| A::Error::missing_field("data"))
            }
        }

        deserializer.deserialize_map(EnvelopeVisitor(PhantomData))
    }
}

struct IsData(bool);

impl<'de> Deserialize<'de> for IsData {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        macros::support::text(deserializer, |key| Self(key == "data"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_have_a_path_and_no_text_of_the_response() {
        let error = decode_json::<Vec<Vec<u32>>>(b"[[1],[2,\"x\"]]").unwrap_err();
        assert_eq!(error.path, "[1][1]");
        assert!(error.message.starts_with(r#"invalid type: string "…", expected u32"#), "{error}");
        let error = decode_json::<u32>(br#""say \"secret\" twice""#).unwrap_err();
        assert!(!error.message.contains("secret"), "{error}");
        let error = decode_json::<Vec<u32>>(b"").unwrap_err();
        assert_eq!(error.to_string(), "the response is empty");
        let error = decode_json::<u32>(b"\"\xff\"").unwrap_err();
        assert_eq!(error.to_string(), "the response is not valid UTF-8 at byte 1");
        let error = decode_json::<u32>(b"<!doctype HTML><p>s3cret").unwrap_err();
        assert_eq!(error.to_string(), "the response is an HTML page, not JSON");
        let error = decode_json::<u32>(b"OK s3cret").unwrap_err();
        assert_eq!(error.to_string(), "the response is not JSON");
        let error = decode_json::<u32>(b"1 trailing").unwrap_err();
        assert!(error.message.contains("trailing characters"), "{error}");
    }

    #[test]
    fn a_lone_quote_hides_nothing() {
        assert_eq!(without_text(r#"expected `"` at line 1"#), r#"expected `"` at line 1"#);
        assert_eq!(without_text(r#"a "b" c"#), r#"a "…" c"#);
    }

    #[test]
    fn items_of_a_list_are_converted_in_order() {
        let even = |number: u32| match number % 2 {
            0 => Ok(number / 2),
            _ => Err(DecodeError::new("number", "is odd")),
        };
        assert_eq!(decode_list_of(br#"{"data":[2,4]}"#, even).unwrap(), [1, 2]);
        let error = decode_list_of(br#"{"data":[2,3]}"#, even).unwrap_err();
        assert_eq!(error.path, "data[1].number");
    }

    proptest::proptest! {
        #[test]
        fn floats_are_written_as_they_were_read(float in proptest::num::f64::NORMAL) {
            let text = serde_json::to_string(&float).unwrap();
            let value: Value = decode_json(text.as_bytes()).unwrap();
            proptest::prop_assert_eq!(value.to_string(), text);
        }
    }

    #[test]
    fn only_untyped_parts_refuse_large_numbers() {
        use std::collections::BTreeMap;

        let untyped = check_untyped_parts::<BTreeMap<String, Vec<Value>>>;
        for exact in
            [r#"{"a":[18446744073709551615,-9223372036854775808,0.1]}"#, r#"{"a":["1e30",null]}"#]
        {
            assert_eq!(untyped(exact.as_bytes()), Ok(()), "{exact}");
        }
        for (inexact, path) in [
            (r#"{"a":[1,123456789012345678901234567890]}"#, "a[1]"),
            (r#"{"a":[],"b":[{"c":[1, -1E30 ]}]}"#, "b[0].c[1]"),
        ] {
            let error = untyped(inexact.as_bytes()).unwrap_err();
            assert_eq!((&*error.path, &*error.message), (path, INEXACT), "{inexact}");
        }
        let typed = br#"{"a":[1e30,123456789012345678901234567890]}"#;
        assert_eq!(check_untyped_parts::<BTreeMap<String, Vec<f64>>>(typed), Ok(()));
    }

    #[test]
    fn only_numbers_beyond_64_bits_are_inexact() {
        let check = |json: &str| check_exact(&serde_json::from_str(json).unwrap());
        for exact in [
            "18446744073709551615",
            "-9223372036854775808",
            "1e19",
            "-9.2e18",
            "0.1",
            "\"1e30\"",
            "[true, null, {}]",
        ] {
            assert_eq!(check(exact), Ok(()), "{exact}");
        }
        for (inexact, path) in [
            ("18446744073709551616", "."),
            ("-9223372036854775809", "."),
            ("[1, 1e30]", "[1]"),
            (r#"{"a":[{"b":-1e30}]}"#, "a[0].b"),
        ] {
            assert_eq!(check(inexact).unwrap_err().path, path, "{inexact}");
        }
    }
}
