//! Changes of values in a JSON text by path.

use std::ops::Range;

use crate::json_path::text_length;

/// Open list or object.
struct Open {
    is_list: bool,
    start: usize,
    /// Length of its path.
    path: usize,
}

/// Calls `visit` with the path and byte range of each value, containers after their contents.
///
/// All items of a list have the same path, such as `data[].name`. Invalid JSON is read as far as it
/// resembles JSON.
pub(crate) fn each_value(json: &str, mut visit: impl FnMut(&str, Range<usize>)) {
    let bytes = json.as_bytes();
    let (mut path, mut open) = (String::new(), Vec::<Open>::new());
    let (mut at, mut expects_key) = (0, false);
    while let Some(byte) = bytes.get(at) {
        let start = at;
        at += 1;
        match byte {
            b'[' | b'{' => {
                let is_list = *byte == b'[';
                open.push(Open { is_list, start, path: path.len() });
                expects_key = !is_list;
                if is_list {
                    path.push_str("[]");
                }
            }
            b']' | b'}' => {
                expects_key = false;
                if let Some(closed) = open.pop() {
                    path.truncate(closed.path);
                    visit(&path, closed.start..at);
                }
            }
            b',' => {
                if let Some(Open { is_list, path: length, .. }) = open.last() {
                    path.truncate(*length);
                    expects_key = !is_list;
                    if *is_list {
                        path.push_str("[]");
                    }
                }
            }
            b'"' => {
                at += text_length(&bytes[at..]);
                if std::mem::take(&mut expects_key) {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(json[start..at].trim_matches('"'));
                } else {
                    visit(&path, start..at);
                }
            }
            b':' => {}
            byte if byte.is_ascii_whitespace() => {}
            _ => {
                let rest = bytes[at..].iter();
                let ends = |byte: &u8| b"[]{},:\"".contains(byte) || byte.is_ascii_whitespace();
                at += rest.take_while(|byte| !ends(byte)).count();
                visit(&path, start..at);
            }
        }
    }
}

/// Converts the path of an error to the notation of [`each_value`]: `data[3].name` to `data[].name`.
pub(crate) fn without_indices(path: &str) -> String {
    let mut general = String::with_capacity(path.len());
    let mut rest = if path == "." { "" } else { path };
    while let Some((before, after)) = rest.split_once('[') {
        general.push_str(before);
        general.push('[');
        rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    general.push_str(rest);
    general
}

/// Replaces each value for which `change`, called with path and text, returns a new text. Returns the
/// new JSON and the number of changes.
pub(crate) fn replace_values(
    json: &str,
    change: impl Fn(&str, &str) -> Option<String>,
) -> (String, usize) {
    let (mut edited, mut copied, mut changes) = (String::with_capacity(json.len()), 0, 0);
    each_value(json, |path, place| {
        // A container of a replaced value is not replaced.
        if place.start >= copied
            && let Some(text) = change(path, &json[place.clone()])
        {
            edited.push_str(&json[copied..place.start]);
            edited.push_str(&text);
            (copied, changes) = (place.end, changes + 1);
        }
    });
    edited.push_str(&json[copied..]);
    (edited, changes)
}

/// Removes an item of the list at the path `list`, in the notation of [`each_value`]. Returns the new
/// text and the item, or `None` if the item does not exist.
pub(crate) fn remove_item<'a>(
    json: &'a str,
    list: &str,
    index: usize,
) -> Option<(String, &'a str)> {
    let items_path = format!("{list}[]");
    let mut items = Vec::new();
    each_value(json, |path, place| {
        if path == items_path {
            items.push(place);
        }
    });
    let item = items.get(index)?;
    // Includes the comma before the item, or after it if it is the first.
    let removed = match (index.checked_sub(1).map(|before| &items[before]), items.get(index + 1)) {
        (Some(before), _) => before.end..item.end,
        (None, Some(after)) => item.start..after.start,
        (None, None) => item.clone(),
    };
    Some((format!("{}{}", &json[..removed.start], &json[removed.end..]), &json[item.clone()]))
}

/// Adds a field to the outermost object. Returns `None` if the text is not an object.
pub(crate) fn add_field(json: &str, field: &str) -> Option<String> {
    let end = json.rfind('}')?;
    let before = json[..end].trim_end();
    let comma = if before.ends_with('{') { "" } else { "," };
    Some(format!("{before}{comma}{field}{}", &json[end..]))
}

/// Replaces each surrogate that is not part of a pair with U+FFFD. Returns the new text, the number of
/// changes and the position of the first, or `None` without changes.
pub(crate) fn replace_lone_surrogates(json: &str) -> Option<(String, usize, usize)> {
    let (mut edited, mut copied, mut at) = (String::new(), 0, 0);
    let (mut changes, mut first) = (0, 0);
    while let Some(found) = json[at..].find('\\') {
        let escape = at + found;
        at = match (unit(json, escape), unit(json, escape + 6)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => escape + 12,
            (Some(0xd800..=0xdfff), _) => {
                edited.push_str(&json[copied..escape]);
                edited.push_str("\\ufffd");
                copied = escape + 6;
                if changes == 0 {
                    first = escape;
                }
                changes += 1;
                copied
            }
            // Another escape sequence, or invalid JSON.
            _ => escape + 1 + json[escape + 1..].chars().next().map_or(0, char::len_utf8),
        };
    }
    edited.push_str(&json[copied..]);
    (changes > 0).then_some((edited, changes, first))
}

/// Returns the UTF-16 code unit of the escape sequence at `at`.
fn unit(json: &str, at: usize) -> Option<u16> {
    let digits = json.get(at..at + 6)?.strip_prefix("\\u")?;
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(())?;
    u16::from_str_radix(digits, 16).ok()
}

/// Converts a number without a fraction to a 64-bit integer, such as `1.5e3` to `1500`.
pub(crate) fn whole_number(number: &str) -> Option<String> {
    let (mantissa, exponent) = match number.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (number, 0),
    };
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(mantissa) => ("-", mantissa),
        None => ("", mantissa),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let significant = digits.trim_end_matches('0').trim_start_matches('0');
    if significant.is_empty() {
        return Some("0".to_owned());
    }
    // Number of zeros between the last significant digit and the decimal point.
    let trailing = digits.len() - digits.trim_end_matches('0').len();
    let zeros = i64::from(exponent) + trailing as i64 - fraction.len() as i64;
    let zeros = usize::try_from(zeros).ok().filter(|zeros| *zeros < 20)?;
    let integer = format!("{sign}{significant}{}", "0".repeat(zeros));
    let fits = integer.parse::<i64>().is_ok() || integer.parse::<u64>().is_ok();
    fits.then_some(integer)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn values(json: &str) -> Vec<(String, &str)> {
        let mut values = Vec::new();
        each_value(json, |path, place| values.push((path.to_owned(), &json[place])));
        values
    }

    #[test]
    fn visits_values_with_their_paths() {
        let json = r#" {"a": [1.5 , {"b\"]": null}, [true]],"c":{} ,"d": "x,\"}" } "#;
        let expected = [
            ("a[]", "1.5"),
            (r#"a[].b\"]"#, "null"),
            ("a[]", r#"{"b\"]": null}"#),
            ("a[][]", "true"),
            ("a[]", "[true]"),
            ("a", r#"[1.5 , {"b\"]": null}, [true]]"#),
            ("c", "{}"),
            ("d", r#""x,\"}""#),
            ("", json.trim()),
        ];
        assert_eq!(values(json), expected.map(|(path, text)| (path.to_owned(), text)));
        assert_eq!(values("[]"), [(String::new(), "[]")]);
        assert_eq!(values("-7"), [(String::new(), "-7")]);
    }

    #[test]
    fn removes_indices_from_paths() {
        for (path, general) in
            [(".", ""), ("data[12].a[0]", "data[].a[]"), ("[3][4]", "[][]"), ("a.b", "a.b")]
        {
            assert_eq!(without_indices(path), general);
        }
    }

    #[test]
    fn replaces_values_by_path_and_text() {
        let change = |path: &str, text: &str| (path == "a[]" && text == "1").then(|| "22".into());
        let edited = replace_values(r#"{"a":[1,3,1],"b":1}"#, change);
        assert_eq!(edited, (r#"{"a":[22,3,22],"b":1}"#.to_owned(), 2));
    }

    #[test]
    fn removes_an_item_with_its_comma() {
        let json = r#"{"x":[0],"data":[ {"a":[1,2]} , 2 ,"c" ],"y":1}"#;
        for (index, items) in
            [(0, r#"2 ,"c""#), (1, r#"{"a":[1,2]} ,"c""#), (2, r#"{"a":[1,2]} , 2"#)]
        {
            let expected = format!(r#"{{"x":[0],"data":[ {items} ],"y":1}}"#);
            assert_eq!(remove_item(json, "data", index).unwrap().0, expected, "{index}");
        }
        assert_eq!(remove_item(json, "data", 3), None);
        assert_eq!(remove_item("[7]", "", 0), Some(("[]".to_owned(), "7")));
    }

    #[test]
    fn adds_a_field_to_an_object() {
        assert_eq!(add_field("{ } ", "\"a\":1").as_deref(), Some("{\"a\":1} "));
        assert_eq!(add_field("{\"b\":{}\n}", "\"a\":1").as_deref(), Some("{\"b\":{},\"a\":1}"));
        assert_eq!(add_field("[1]", "\"a\":1"), None);
    }

    #[test]
    fn replaces_lone_surrogates() {
        for (json, edited) in [
            (r#""cut \ud83d""#, r#""cut \ufffd""#),
            (r#""\ud83d\ud83d\ude00""#, r#""\ufffd\ud83d\ude00""#),
            (r#""\uDE00\uD83D""#, r#""\ufffd\ufffd""#),
            (r#""\ud83d\n\ud83dö""#, r#""\ufffd\n\ufffdö""#),
        ] {
            assert_eq!(replace_lone_surrogates(json).unwrap().0, edited, "{json}");
        }
        let (_, changes, first) = replace_lone_surrogates(r#"["a\ud83d","\ud83d"]"#).unwrap();
        assert_eq!((changes, first), (2, 3));
        for valid in
            [r#""\ud83d\ude00""#, r#""\\ud83d""#, r#""\u00e4""#, "\"\\", "\"\\ü", "\\u+d83"]
        {
            assert_eq!(replace_lone_surrogates(valid), None, "{valid}");
        }
    }

    #[test]
    fn recognizes_whole_numbers_in_any_notation() {
        for (number, whole) in [
            ("1.0034576983313e+14", "100345769833130"),
            ("24.0", "24"),
            ("-1.50E1", "-15"),
            ("0.0", "0"),
            ("-0.0", "0"),
            ("0e5", "0"),
            ("120e-1", "12"),
            ("0.02e2", "2"),
            ("1e19", "10000000000000000000"),
            ("18446744073709551615.0", "18446744073709551615"),
            ("-9223372036854775808.0", "-9223372036854775808"),
        ] {
            assert_eq!(whole_number(number).as_deref(), Some(whole), "{number}");
        }
        for other in [
            "1.5",
            "1e-1",
            "0.001",
            "1e20",
            "18446744073709551616.0",
            "1e400",
            "1e99999999999",
            "null",
            "-",
            "",
        ] {
            assert_eq!(whole_number(other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "[\\PC\n\"{}\\[\\]:,\\\\ud8]{0,60}", index in 0_usize..4) {
            let _ = replace_values(&text, |_, _| Some("1".to_owned()));
            let _ = (remove_item(&text, "", index), add_field(&text, ""));
            let _ = replace_lone_surrogates(&text);
        }

        #[test]
        fn an_integer_in_float_notation_keeps_its_value(number: i64, places in 0_usize..12) {
            let decimal = format!("{number}.{}", "0".repeat(places));
            prop_assert_eq!(whole_number(&decimal), Some(number.to_string()));
        }

        #[test]
        fn removal_from_text_equals_removal_from_the_value(items in proptest::collection::vec(0_u32..9, 1..6), index in 0_usize..6) {
            let index = index % items.len();
            let json = json!({"a": {"data": 1}, "data": items.clone()});
            let text = format!("{json:#}");
            let (edited, _) = remove_item(&text, "data", index).unwrap();
            let mut expected = items;
            expected.remove(index);
            let edited: Value = serde_json::from_str(&edited).unwrap();
            prop_assert_eq!(edited, json!({"a": {"data": 1}, "data": expected}));
        }
    }
}
