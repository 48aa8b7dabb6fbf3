//! Identity of a job, which does not depend on its position in the file.

use std::collections::HashMap;
use std::fmt::Write;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// Number of bytes of a digest. 128 bits distinguish billions of jobs.
const BYTES: usize = 16;

/// Digest of the operation and the input of a job; the second of identical jobs ends with `-2`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct JobId(String);

impl JobId {
    /// Parses an ID in a result.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (digest, copy) = text.split_once('-').unwrap_or((text, "2"));
        let is_digest =
            digest.len() == 2 * BYTES && digest.bytes().all(|it| it.is_ascii_hexdigit());
        let is_copy = !copy.is_empty() && copy.bytes().all(|it| it.is_ascii_digit());
        (is_digest && is_copy).then(|| Self(text.to_owned()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Assigns IDs to the jobs of a file.
#[derive(Debug, Default)]
pub(super) struct JobIds {
    copies: HashMap<String, u64>,
}

impl JobIds {
    /// Returns the ID of the next job.
    pub(super) fn next(&mut self, operation: &str, input: &Map<String, Value>) -> JobId {
        let digest = digest(operation, input);
        let copy = self.copies.entry(digest.clone()).or_default();
        *copy += 1;
        JobId(if *copy == 1 { digest } else { format!("{digest}-{copy}") })
    }
}

fn digest(operation: &str, input: &Map<String, Value>) -> String {
    let mut text = String::new();
    write_value(&mut text, &operation.into());
    write_object(&mut text, input);
    let hash = Sha256::digest(text.as_bytes());
    let mut digest = String::new();
    for byte in hash.iter().take(BYTES) {
        // Writing to a `String` cannot fail.
        let _ = write!(digest, "{byte:02x}");
    }
    digest
}

/// Writes JSON with sorted keys, whether or not the feature `preserve_order` of serde_json is enabled.
fn write_value(text: &mut String, value: &Value) {
    match value {
        Value::Object(object) => write_object(text, object),
        Value::Array(items) => {
            text.push('[');
            for item in items {
                write_value(text, item);
                text.push(',');
            }
            text.push(']');
        }
        scalar => text.push_str(&scalar.to_string()),
    }
}

fn write_object(text: &mut String, object: &Map<String, Value>) {
    let mut fields: Vec<_> = object.iter().collect();
    fields.sort_unstable_by_key(|(name, _)| *name);
    text.push('{');
    for (name, value) in fields {
        write_value(text, &name.as_str().into());
        text.push(':');
        write_value(text, value);
        text.push(',');
    }
    text.push('}');
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn id(operation: &str, input: Value) -> JobId {
        JobIds::default().next(operation, input.as_object().unwrap())
    }

    #[test]
    fn depends_on_operation_and_input_but_not_on_the_order_of_fields() {
        let first = id("files.update", json!({"a": {"x": 1, "y": [1, 2]}, "b": "c"}));
        let text = r#"{"b": "c", "a": {"y": [1, 2], "x": 1}}"#;
        assert_eq!(id("files.update", serde_json::from_str(text).unwrap()), first);
        for (operation, other) in [
            ("files.show", json!({"a": {"x": 1, "y": [1, 2]}, "b": "c"})),
            ("files.update", json!({"a": {"x": 1, "y": [2, 1]}, "b": "c"})),
            ("files.update", json!({"a": {"x": 1, "y": [1, 2], "b": "c"}})),
            ("files.update", json!({"a": {"x": "1", "y": [1, 2]}, "b": "c"})),
            ("files.update", json!({"a": {"x": 1, "y": [[1], 2]}, "b": "c"})),
            ("files.update", json!({})),
        ] {
            assert_ne!(id(operation, other.clone()), first, "{operation} {other}");
        }
    }

    #[test]
    fn numbers_identical_jobs() {
        let mut ids = JobIds::default();
        let (one, other) = (Map::new(), json!({"a": 1}));
        let first = ids.next("users.show", &one);
        let between = ids.next("users.show", other.as_object().unwrap());
        let second = ids.next("users.show", &one);
        assert_eq!(second.as_str(), format!("{}-2", first.as_str()));
        for id in [&first, &between, &second] {
            assert_eq!(JobId::parse(id.as_str()).as_ref(), Some(id));
        }
        let hex = "0123456789abcdef0123456789abcdef";
        for other in
            ["", "7", &hex[1..], &format!("{hex}-"), &format!("{hex}-x"), &hex.replace('0', "g")]
        {
            assert_eq!(JobId::parse(other), None, "{other}");
        }
    }
}
