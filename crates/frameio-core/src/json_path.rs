//! Path of a position in a JSON text, such as `data[3].name`.

/// Current position in an open list or object.
#[derive(Debug)]
enum Segment<'a> {
    Index(usize),
    /// `None` before the first key and after a comma.
    Key(Option<&'a str>),
}

/// Kind of the last token.
#[derive(PartialEq)]
enum LastToken {
    /// A value, complete or not.
    Value,
    /// A separator, a key, or the start of a list or an object.
    Other,
}

/// Returns the path of the innermost value that was being read, or had just been read, after `end` bytes;
/// `.` for the whole text. With `next`, a position between two values belongs to the next one.
pub(crate) fn path_at(json: &str, end: usize, next: bool) -> String {
    // Whitespace before the position belongs to no value.
    let read = json.get(..end.min(json.len())).unwrap_or(json).trim_ascii_end();
    let bytes = read.as_bytes();
    let mut open: Vec<Segment<'_>> = Vec::new();
    let mut last = LastToken::Other;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let start = at;
        at += 1;
        last = match byte {
            b'[' => {
                open.push(Segment::Index(0));
                LastToken::Other
            }
            b'{' => {
                open.push(Segment::Key(None));
                LastToken::Other
            }
            b']' | b'}' => {
                open.pop();
                LastToken::Value
            }
            b',' => {
                match open.last_mut() {
                    Some(Segment::Index(index)) => *index += 1,
                    Some(Segment::Key(key)) => *key = None,
                    None => {}
                }
                LastToken::Other
            }
            b'"' => {
                at += text_length(&bytes[at..]);
                match open.last_mut() {
                    Some(Segment::Key(key @ None)) => {
                        *key = Some(read[start..at].trim_matches('"'));
                        LastToken::Other
                    }
                    _ => LastToken::Value,
                }
            }
            b':' => LastToken::Other,
            // Whitespace counts as a value too, but a token follows it.
            _ => LastToken::Value,
        };
    }
    let has_next = next && !matches!(open.last(), None | Some(Segment::Key(None)));
    // After the start of a list or an object, the list or object itself is the value.
    let is_inside = last == LastToken::Value || has_next;
    let whole = if is_inside { open.len() } else { open.len().max(1) - 1 };
    written(&open[..whole])
}

/// Returns the length of a string after its opening quote, including its closing quote.
pub(crate) fn text_length(bytes: &[u8]) -> usize {
    let mut escaped = false;
    let end = bytes.iter().position(|byte| {
        let is_end = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        is_end
    });
    end.map_or(bytes.len(), |end| end + 1)
}

fn written(segments: &[Segment<'_>]) -> String {
    let mut path = String::new();
    for segment in segments {
        match segment {
            Segment::Index(index) => path.push_str(&format!("[{index}]")),
            Segment::Key(key) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(key.unwrap_or_default());
            }
        }
    }
    if path.is_empty() { ".".to_owned() } else { path }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    /// Returns the path at the position of `‸`.
    fn at(marked: &str, next: bool) -> String {
        let end = marked.find('‸').unwrap();
        path_at(&marked.replace('‸', ""), end, next)
    }

    #[test]
    fn names_the_value_that_was_read() {
        for (marked, path) in [
            (r#"7‸"#, "."),
            (r#"{"a":7‸}"#, "a"),
            (r#"{"a": "x"‸ }"#, "a"),
            (r#"{"a":"x"  ‸}"#, "a"),
            (r#"{"a":{"b":[1,2,nul‸l]}}"#, "a.b[2]"),
            (r#"[[1],[2,"x"‸]]"#, "[1][1]"),
            (r#"{"a":"\"]}"‸}"#, "a"),
            (r#"{"a":1,"b":[{"c":2},{"c":3}‸]}"#, "b[1]"),
            (r#"{"a":1,"b":[{"c":2}]}‸"#, "."),
            (r#"{"a":‸}"#, "."),
            (r#"[ ‸]"#, "."),
        ] {
            assert_eq!(at(marked, false), path, "{marked}");
        }
    }

    #[test]
    fn names_an_unfinished_value() {
        for (marked, path) in [
            (r#"{‸"a":7}"#, "."),
            (r#"{"a":{‸"b":7}}"#, "a"),
            (r#"{"a":[‸7]}"#, "a"),
            (r#"{"a":7,"b‸"#, "."),
            (r#"{"a":[7,‸"#, "a"),
            ("‸", "."),
        ] {
            assert_eq!(at(marked, false), path, "{marked}");
        }
    }

    #[test]
    fn names_the_next_value() {
        for (marked, path) in [
            (r#"{"a":‸{}}"#, "a"),
            (r#"{"a": ‸[7]}"#, "a"),
            (r#"{"a":[‸{}]}"#, "a[0]"),
            (r#"{"a":[1, ‸{}]}"#, "a[1]"),
            (r#"{"a":1,‸"b":2}"#, "."),
            (r#"{"a":1‸,"b":2}"#, "a"),
            ("‸", "."),
        ] {
            assert_eq!(at(marked, true), path, "{marked}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "[\\PC\n\"{}\\[\\]:,\\\\]{0,60}", end in 0_usize..80) {
            let _ = (path_at(&text, end, false), path_at(&text, end, true));
        }

        #[test]
        fn finds_the_path_of_every_number(numbers in proptest::collection::vec(0_u32..9, 1..6)) {
            let document: Value = serde_json::json!({
                "a": numbers.iter().map(|n| serde_json::json!({"n": n, "s": "7]\""})).collect::<Vec<_>>(),
            });
            let text = format!("{document:#}");
            let mut found = 0;
            for (end, _) in text.match_indices("\"n\": ") {
                let path = path_at(&text, end + 6, false);
                prop_assert_eq!(path, format!("a[{}].n", found));
                found += 1;
            }
            prop_assert_eq!(found, numbers.len());
        }
    }
}
