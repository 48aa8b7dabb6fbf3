//! Orders of lists, as the legacy API writes them: `-uploaded_at,name`.

use std::cmp::Ordering;

use serde_json::Value;

/// Fields to sort by, each with whether it is descending.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Order(Vec<(String, bool)>);

impl Order {
    pub(crate) fn parse(text: &str) -> Self {
        let keys = text.split(',').map(str::trim).filter(|key| !key.is_empty()).take(8);
        let key = |key: &str| match key.strip_prefix('-') {
            Some(key) => (key.to_owned(), true),
            None => (key.trim_start_matches('+').to_owned(), false),
        };
        Self(keys.map(key).filter(|(key, _)| key != "relevance").collect())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the order as V4 writes it, if it has one field of `fields`.
    pub(crate) fn as_v4(&self, fields: &[&str]) -> Option<String> {
        let [(key, descending)] = self.0.as_slice() else { return None };
        let field = match key.as_str() {
            "filesize" => "file_size",
            "uploaded_at" | "inserted_at" => "created_at",
            other => other,
        };
        let direction = if *descending { "desc" } else { "asc" };
        fields.contains(&field).then(|| format!("{field}_{direction}"))
    }

    /// Sorts translated objects. The key `user.email` is that of the object `user`.
    pub(crate) fn sort(&self, items: &mut [Value]) {
        items.sort_by(|a, b| {
            let compare = |(key, descending): &(String, bool)| {
                let order = compare(find(a, key), find(b, key));
                if *descending { order.reverse() } else { order }
            };
            self.0.iter().map(compare).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        });
    }
}

fn find<'a>(item: &'a Value, key: &str) -> &'a Value {
    key.split('.').fold(item, |item, key| item.get(key).unwrap_or(&Value::Null))
}

/// Numbers by size, text without regard to case, and absent values first.
fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            let number = |it: &serde_json::Number| it.as_f64().unwrap_or_default();
            number(a).total_cmp(&number(b))
        }
        (Value::String(a), Value::String(b)) => a.to_lowercase().cmp(&b.to_lowercase()),
        (a, b) => rank(a).cmp(&rank(b)),
    }
}

fn rank(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(false) => 1,
        Value::Bool(true) => 2,
        Value::Number(_) => 3,
        Value::String(_) => 4,
        Value::Array(_) | Value::Object(_) => 5,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn orders_that_v4_has_are_passed_on() {
        let fields = ["name", "created_at", "file_size"];
        let v4 = |text| Order::parse(text).as_v4(&fields);
        assert_eq!(v4("name").as_deref(), Some("name_asc"));
        assert_eq!(v4("-uploaded_at").as_deref(), Some("created_at_desc"));
        assert_eq!(v4("filesize").as_deref(), Some("file_size_asc"));
        for other in ["", "relevance", "name,id", "comment_count"] {
            assert_eq!(v4(other), None, "{other}");
        }
    }

    #[test]
    fn other_orders_sort_objects() {
        let item = |n: u32, email: &str| json!({"n": n, "user": {"email": email}});
        let mut items = [item(1, "b"), item(2, "a"), item(2, "B"), json!({})];
        Order::parse("-n,user.email").sort(&mut items);
        assert_eq!(items, [item(2, "a"), item(2, "B"), item(1, "b"), json!({})]);
    }
}
