//! Comparison of a request with a recorded one, in which originals are replaced.

use std::collections::HashMap;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::scrub::is_replacement;

/// Originals that the caller has used for replacements of the cassette.
///
/// Both directions are unique: two originals never stand for one replacement, or one original for
/// two.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bindings {
    originals: HashMap<String, String>,
    replacements: HashMap<String, String>,
}

impl Bindings {
    /// Returns whether a text is the recorded one, or can stand for its replacement.
    pub(crate) fn text(&mut self, recorded: &str, actual: &str) -> bool {
        if recorded == actual {
            return true;
        }
        if !is_replacement(recorded) {
            let is_target = recorded.starts_with('/') || recorded.contains("://");
            return is_target && recorded.contains('/') && self.target(recorded, actual);
        }
        if is_replacement(actual) {
            return false;
        }
        match (self.originals.get(recorded), self.replacements.get(actual)) {
            (Some(original), _) => original == actual,
            (None, Some(_)) => false,
            (None, None) => {
                self.originals.insert(recorded.to_owned(), actual.to_owned());
                self.replacements.insert(actual.to_owned(), recorded.to_owned());
                true
            }
        }
    }

    /// Compares paths by segments, and queries by parameters in any order.
    pub(crate) fn target(&mut self, recorded: &str, actual: &str) -> bool {
        if recorded == actual {
            return true;
        }
        if is_replacement(recorded) {
            return self.text(recorded, actual);
        }
        let split = |target: &str| {
            let (path, query) = target.split_once('?').unwrap_or((target, ""));
            let segments = path.split('/').map(|it| percent_decode_str(it).decode_utf8_lossy());
            (segments.map(String::from).collect::<Vec<_>>(), sorted_pairs(query))
        };
        let ((path, query), (actual_path, actual_query)) = (split(recorded), split(actual));
        path.len() == actual_path.len()
            && query.len() == actual_query.len()
            && path.iter().zip(&actual_path).all(|(a, b)| a == b || self.segment(a, b))
            && query.iter().zip(&actual_query).all(|((name, a), (other, b))| {
                (name == other || self.segment(name, other)) && self.text(a, b)
            })
    }

    fn segment(&mut self, recorded: &str, actual: &str) -> bool {
        is_replacement(recorded) && self.text(recorded, actual)
    }

    /// Compares JSON values.
    pub(crate) fn json(&mut self, recorded: &Value, actual: &Value) -> bool {
        match (recorded, actual) {
            (Value::String(recorded), Value::String(actual)) => self.text(recorded, actual),
            (Value::Array(recorded), Value::Array(actual)) => {
                recorded.len() == actual.len()
                    && recorded.iter().zip(actual).all(|(a, b)| self.json(a, b))
            }
            (Value::Object(recorded), Value::Object(actual)) => {
                recorded.len() == actual.len()
                    && recorded.iter().all(|(name, value)| {
                        actual.get(name).is_some_and(|actual| self.json(value, actual))
                    })
            }
            _ => recorded == actual,
        }
    }

    /// Compares forms.
    pub(crate) fn form(&mut self, recorded: &str, actual: &str) -> bool {
        let (recorded, actual) = (sorted_pairs(recorded), sorted_pairs(actual));
        recorded.len() == actual.len()
            && recorded.iter().zip(&actual).all(|(a, b)| a.0 == b.0 && self.text(&a.1, &b.1))
    }

    /// Puts the originals of the caller into a response.
    pub(crate) fn restore(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Some(original) = self.originals.get(text) {
                    text.clone_from(original);
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.restore(item)),
            Value::Object(fields) => fields.values_mut().for_each(|field| self.restore(field)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// Returns the pairs of a query, sorted by name; pairs of the same name stay in order.
fn sorted_pairs(query: &str) -> Vec<(String, String)> {
    let pairs = form_urlencoded::parse(query.as_bytes());
    let mut pairs: Vec<(String, String)> = pairs.into_owned().collect();
    pairs.sort_by(|a, b| a.0.cmp(&b.0));
    pairs
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_replacement_stands_for_one_original() {
        let mut bindings = Bindings::default();
        assert!(bindings.text("name-1", "Kim"));
        assert!(bindings.text("name-1", "Kim") && bindings.text("name-1", "name-1"));
        assert!(!bindings.text("name-1", "Lee") && !bindings.text("name-2", "Kim"));
        assert!(!bindings.text("name-2", "name-1") && !bindings.text("editor", "Kim"));
    }

    #[test]
    fn compares_targets_by_segments_and_parameters() {
        let id = "0c2b7a10-1111-4222-8333-944455556666";
        let recorded =
            "/v4/accounts/00000000-0000-4000-8000-000000000001/files?page_size=2&after=cursor-1";
        let target = |actual: &str| Bindings::default().target(recorded, actual);
        assert!(target(recorded));
        assert!(target(&format!("/v4/accounts/{id}/files?after=g3QA&page_size=2")));
        for other in ["/v4/accounts/x/files", "/v4/accounts/x/files?after=g3QA&page_size=3"] {
            assert!(!target(other), "{other}");
        }
        assert!(!target(&format!("/v4/accounts/{id}/folders?after=g3QA&page_size=2")));
    }

    #[test]
    fn compares_bodies_and_restores_originals() {
        let mut bindings = Bindings::default();
        let recorded = json!({"data": {"name": "name-1", "size": 3, "list": ["text-1"]}});
        let actual = json!({"data": {"name": "Kim", "size": 3, "list": ["Hello"]}});
        assert!(bindings.json(&recorded, &actual));
        let mut response = json!({"data": {"name": "name-1", "other": "name-2"}});
        bindings.restore(&mut response);
        assert_eq!(response, json!({"data": {"name": "Kim", "other": "name-2"}}));
        assert!(!bindings.json(&json!({"a": 1}), &json!({"a": 1, "b": 2})));
        assert!(!bindings.json(&json!([1]), &json!([1.5])));
    }
}
