//! Decoding of responses that deviate from the documentation.

use bytes::Bytes;
use frameio_core::repair::{self, Decoded, RepairKind, Undecodable};
use frameio_core::{DecodeError, FromResponse, Page};
use http::Response;
use serde_json::json;

frameio_core::model! {
    /// Part.
    pub struct Part {
        /// Size in bytes.
        pub size: u64,
    }
}

frameio_core::model! {
    /// Thing with parts and tags.
    pub struct Thing {
        /// Name of the thing.
        pub name: String,
        /// Size in bytes.
        pub size: u64,
        /// Parts of the thing.
        pub parts: Option<Vec<Part>>,
        /// Tags of the thing.
        pub tags: Vec<String>,
    }
}
frameio_core::response_types! { Thing: one, page, list }

fn decode<T: FromResponse>(
    body: &str,
    undecodable: Undecodable,
) -> Result<Decoded<T>, DecodeError> {
    let (parts, ()) = Response::new(()).into_parts();
    let decode = |body: Bytes| T::from_response(&parts, body);
    let body = Bytes::from(body.to_owned());
    let error = decode(body.clone()).map(drop).expect_err("the strict decoder fails");
    repair::retry(body, error, undecodable, decode)
}

/// Returns the repaired value, and each repair as `kind at path: count`.
fn repaired<T: FromResponse>(body: &str) -> (T, Vec<String>) {
    let decoded = decode::<T>(body, Undecodable::Fail).unwrap();
    let show = |it: &repair::Repair| format!("{} at {}: {}", it.kind, it.path, it.count);
    (decoded.value, decoded.repairs.iter().map(show).collect())
}

fn thing(name: &str, size: &str) -> String {
    format!(r#"{{"name":"{name}","size":{size},"tags":[]}}"#)
}

fn page(items: &[String]) -> String {
    format!(r#"{{"data":[{}],"links":{{"next":null}}}}"#, items.join(","))
}

#[test]
fn integers_may_be_written_with_fraction_or_exponent() {
    let parts = r#"{"name":"c","size":3.0,"tags":[],"parts":[{"size":1},{"size":2.0}]}"#;
    let items = [thing("a", "10"), thing("b", "1.0034576983313e+14"), parts.to_owned()];
    let (page, repairs) = repaired::<Page<Thing>>(&page(&items));
    let sizes: Vec<_> = page.data.iter().map(|thing| thing.size).collect();
    assert_eq!(sizes, [10, 100_345_769_833_130, 3]);
    assert_eq!(page.data[2].parts.as_ref().unwrap()[1].size, 2);
    assert_eq!(
        repairs,
        ["whole_number at data[1].size: 2", "whole_number at data[2].parts[1].size: 1"],
    );
    let total = r#"{"data":[],"links":{},"total_count":7.0}"#;
    assert_eq!(repaired::<Page<Thing>>(total).0.total_count, Some(7));
}

#[test]
fn items_may_be_missing_only_from_a_list_that_was_null_or_had_no_links() {
    for (body, expected) in [
        (r#"{"data":null,"links":{}}"#, true),
        (r#"{"data":[]}"#, true),
        (r#"{"data":[{"name":"a","size":1,"tags":null}],"links":{}}"#, false),
        (r#"{"data":[],"links":{},"total_count":7.0}"#, false),
    ] {
        let decoded = decode::<Page<Thing>>(body, Undecodable::Fail).unwrap();
        let may_hide: Vec<_> = decoded.repairs.iter().map(repair::Repair::may_hide_items).collect();
        assert_eq!(may_hide, [expected], "{body}");
    }
}

#[test]
fn null_is_read_as_an_empty_list() {
    let null = r#"{"data":null,"links":{}}"#;
    let (page, repairs) = repaired::<Page<Thing>>(null);
    assert!(page.data.is_empty());
    assert_eq!(repairs, ["null_list at data: 1"]);
    assert!(repaired::<Vec<Thing>>(r#"{"data":null}"#).0.is_empty());
    let body = r#"{"data":{"name":"a","size":1,"tags":null}}"#;
    let (thing, repairs) = repaired::<Thing>(body);
    assert!(thing.tags.is_empty());
    assert_eq!(repairs, ["null_list at data.tags: 1"]);
}

#[test]
fn a_page_without_links_is_the_last_one() {
    for body in [r#"{"data":[]}"#, r#"{"data":[],"links":null}"#] {
        let (page, repairs) = repaired::<Page<Thing>>(body);
        assert_eq!(page.next_cursor(), Ok(None));
        assert!(repairs[0].starts_with("missing_links at "), "{repairs:?}");
    }
    let (page, repairs) = repaired::<Page<Thing>>(r#"{"data":null}"#);
    assert_eq!((page.data.len(), page.next_cursor()), (0, Ok(None)));
    assert_eq!(repairs, ["null_list at data: 1", "missing_links at .: 1"]);
    // Not a page.
    assert!(decode::<Page<Thing>>("{}", Undecodable::Fail).is_err());
    assert!(decode::<Page<Thing>>(r#"{"error":"x"}"#, Undecodable::Fail).is_err());
}

#[test]
fn an_unusable_link_keeps_the_items_and_is_not_the_end_of_the_list() {
    for links in [
        r#"{"next":7}"#,
        r#"{"next":7.5}"#,
        r#"{"next":[]}"#,
        r#"{"next":{"href":"/v4/things?after=c1"}}"#,
        r#""/v4/things?after=c1""#,
        r#"["/v4/things?after=c1"]"#,
        "[]",
        "false",
    ] {
        let body = format!(r#"{{"data":[{}],"links":{links}}}"#, thing("a", "1.0"));
        let (page, repairs) = repaired::<Page<Thing>>(&body);
        assert_eq!(page.data[0].name, "a", "{links}");
        assert_eq!(page.next_cursor().unwrap_err().path, "links.next", "{links}");
        assert!(repairs.iter().any(|it| it.starts_with("unusable_link at links")), "{repairs:?}");
    }
}

#[test]
fn a_byte_order_mark_and_lone_surrogates_are_repaired() {
    let (page_of_none, repairs) = repaired::<Page<Thing>>(&format!("\u{feff}{}", page(&[])));
    assert!(page_of_none.data.is_empty());
    assert_eq!(repairs, ["byte_order_mark at .: 1"]);
    let body = page(&[thing("cut \\ud83d", "1"), thing("\\ud83d\\ude00", "2.0")]);
    let (page, repairs) = repaired::<Page<Thing>>(&format!("\u{feff}{body}"));
    let names: Vec<_> = page.data.iter().map(|thing| &*thing.name).collect();
    assert_eq!(names, ["cut \u{fffd}", "😀"]);
    assert_eq!(
        repairs,
        [
            "byte_order_mark at .: 1",
            "lone_surrogate at data[0].name: 1",
            "whole_number at data[1].size: 1",
        ],
    );
}

#[test]
fn bytes_that_are_not_utf_8_are_replaced() {
    let (parts, ()) = Response::new(()).into_parts();
    let decode = |body: Bytes| Page::<Thing>::from_response(&parts, body);
    let body = page(&[thing("cut ~", "1"), thing("b~~", "2.0")]);
    let bytes = |text: &str| -> Bytes {
        text.bytes().map(|byte| if byte == b'~' { 0xff } else { byte }).collect()
    };
    let error = decode(bytes(&body)).unwrap_err();
    let decoded = repair::retry(bytes(&body), error, Undecodable::Fail, decode).unwrap();
    let names: Vec<_> = decoded.value.data.iter().map(|thing| &*thing.name).collect();
    assert_eq!(names, ["cut \u{fffd}", "b\u{fffd}\u{fffd}"]);
    let repairs: Vec<_> = decoded.repairs.iter().map(|it| (it.kind, &*it.path, it.count)).collect();
    let expected = [
        (RepairKind::InvalidUtf8, "data[0].name", 3),
        (RepairKind::WholeNumber, "data[1].size", 1),
    ];
    assert_eq!(repairs, expected);
    // Content that is not JSON keeps its error.
    let binary = bytes("~~");
    let error = decode(binary.clone()).unwrap_err();
    let error = repair::retry(binary, error, Undecodable::Fail, decode).unwrap_err();
    assert_eq!(error.to_string(), "the response is not valid UTF-8 at byte 0");
}

#[test]
fn large_numbers_without_a_type_are_kept_as_text() {
    let body = r#"{"data":{"name":"a","size":1,"tags":[],
        "x":{"y":[12345678901234567890123,1e30,7,-9223372036854775809]},"z":18446744073709551615}}"#;
    let (parts, ()) = Response::new(()).into_parts();
    let error = Thing::from_response(&parts, body.into()).unwrap_err();
    assert_eq!(error.path, "data.x");
    assert!(error.message.starts_with("a number of more than 64 bits"), "{error}");
    let (thing, repairs) = repaired::<Thing>(body);
    let kept = json!({"y": ["12345678901234567890123", "1e30", 7, "-9223372036854775809"]});
    assert_eq!(thing.extra["x"], kept);
    assert_eq!(thing.extra["z"], json!(u64::MAX));
    assert_eq!(repairs, ["large_number at data.x: 3"]);
    // An integer out of range of its type is an error with its path.
    let error = decode::<Thing>(
        r#"{"data":{"name":"a","size":18446744073709551616,"tags":[]}}"#,
        Undecodable::Fail,
    );
    assert_eq!(error.unwrap_err().path, "data.size");
    let beyond = r#"{"data":{"name":"a","size":1,"tags":[],"x":[-1e400,{"y":1.5E+999}]}}"#;
    assert_eq!(repaired::<Thing>(beyond).0.extra["x"], json!(["-1e400", {"y": "1.5E+999"}]));
    let beyond = r#"{"data":{"name":"a","size":1e400,"tags":[]}}"#;
    let error = decode::<Thing>(beyond, Undecodable::Fail).unwrap_err();
    assert!(error.message.starts_with("number out of range"), "{error}");
    let large = r#"{"data":[],"links":{},"meta":123456789012345678901}"#;
    assert_eq!(repaired::<Page<Thing>>(large).0.extra["meta"], "123456789012345678901");
    let several = r#"{"data":null,"meta":123456789012345678901}"#;
    let (page, repairs) = repaired::<Page<Thing>>(several);
    assert_eq!((page.data.len(), repairs.len()), (0, 3), "{repairs:?}");
    assert_eq!(page.extra["meta"], "123456789012345678901");
}

#[test]
fn other_deviations_fail_with_the_original_error() {
    let fail = |body: &str| decode::<Page<Thing>>(body, Undecodable::Fail).unwrap_err();
    let fraction = fail(&page(&[thing("a", "1.0"), thing("b", "1.5")]));
    assert_eq!(fraction.path, "data[1].size");
    assert_eq!(fraction.message, "invalid type: floating point `1.5`, expected u64");
    let text = fail(&page(&[thing("a", "1.0"), thing("b", r#""7""#)]));
    assert_eq!(text.path, "data[1].size");
    let no_text = fail(&page(&[r#"{"name":1.0,"size":1,"tags":[]}"#.to_owned()]));
    assert!(no_text.message.starts_with("invalid type: floating point `1.0`"), "{no_text}");
    // A time in a field of another type.
    let time = fail(&page(&[thing("b", r#""2024-01-01T00:00:00""#)]));
    assert!(time.message.starts_with("invalid type: string"), "{time}");
    let syntax = fail(r#"{"data":[{"#);
    assert!(syntax.message.starts_with("the response is incomplete"), "{syntax}");
    assert_eq!(fail("\u{feff}[").path, ".");
    let null = fail(&page(&["null".to_owned()]));
    assert_eq!(null.path, "data[0]");
}

#[test]
fn undecodable_items_are_skipped_only_on_request() {
    let items = [
        thing("a", "1"),
        thing("b", "null"),
        "null".to_owned(),
        thing("c", "2.0"),
        thing("d", r#""x""#),
        thing("e", "5"),
        r#"{"id":"f","name":7}"#.to_owned(),
    ];
    let body = page(&items);
    let error = decode::<Page<Thing>>(&body, Undecodable::Fail).unwrap_err();
    assert_eq!(error.path, "data[1].size");
    let decoded = decode::<Page<Thing>>(&body, Undecodable::Skip).unwrap();
    let names: Vec<_> = decoded.value.data.iter().map(|thing| &*thing.name).collect();
    assert_eq!(names, ["a", "c", "e"]);
    let skipped: Vec<_> = decoded.skipped.iter().map(|it| (it.index, &*it.error.path)).collect();
    assert_eq!(
        skipped,
        [(1, "data[1].size"), (2, "data[2]"), (4, "data[4].size"), (6, "data[6].name")]
    );
    assert_eq!(decoded.skipped[0].id, None);
    assert_eq!(
        decoded.skipped[3].to_string(),
        "skipped item 'f', which cannot be decoded: at `data[6].name`: \
         invalid type: integer `7`, expected a string",
    );
    assert_eq!(decoded.repairs[0].path, "data[3].size");
    assert_eq!(decoded.repairs[0].kind, RepairKind::WholeNumber);

    let all = page(&[thing("a", "null"), thing("b", "null")]);
    assert!(decode::<Page<Thing>>(&all, Undecodable::Skip).unwrap().value.data.is_empty());
    // Errors outside the items are never skipped.
    let total = r#"{"data":[],"links":{},"total_count":"7"}"#;
    assert_eq!(decode::<Page<Thing>>(total, Undecodable::Skip).unwrap_err().path, "total_count");
}

#[test]
fn the_number_of_repairs_is_limited() {
    type Sizes = std::collections::BTreeMap<String, u64>;

    let decode = |fields: usize| {
        let fields: Vec<_> = (0..fields).map(|i| format!(r#""f{i}":1.0"#)).collect();
        let body = Bytes::from(format!("{{{}}}", fields.join(",")));
        let decode = |body: Bytes| frameio_core::decode::decode_json::<Sizes>(&body);
        let error = decode(body.clone()).unwrap_err();
        repair::retry(body, error, Undecodable::Fail, decode).map(|it| it.repairs.len())
    };
    assert_eq!(decode(32), Ok(32));
    assert!(decode(33).is_err());
}
