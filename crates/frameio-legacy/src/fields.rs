//! Fields of a body, whose numbers and booleans may arrive as text.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::refusal::Refusal;

/// Reads fields of a body, and remembers which were read.
///
/// `fioctl --values` sends every value as text, and forms have nothing else.
pub(crate) struct Fields<'a> {
    fields: &'a Map<String, Value>,
}

impl<'a> Fields<'a> {
    pub(crate) fn new(fields: &'a Map<String, Value>) -> Self {
        Self { fields }
    }

    /// Returns a value; null counts as absent.
    pub(crate) fn get(&self, name: &str) -> Option<&'a Value> {
        self.fields.get(name).filter(|value| !value.is_null())
    }

    /// Returns whether the field is present and null.
    pub(crate) fn is_null(&self, name: &str) -> bool {
        self.fields.get(name).is_some_and(Value::is_null)
    }

    /// Returns a text; numbers are taken as text.
    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, Refusal> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(_) => Err(wrong(name, "text")),
        }
    }

    /// Returns a text that has to be present.
    pub(crate) fn required_text(&self, name: &str) -> Result<String, Refusal> {
        let text = self.text(name)?.filter(|text| !text.is_empty());
        text.ok_or_else(|| Refusal::invalid(format!("'{name}' is missing")))
    }

    /// Returns a whole number of at least 0; the fraction of `24.5` is dropped.
    pub(crate) fn integer(&self, name: &str) -> Result<Option<u64>, Refusal> {
        let Some(value) = self.get(name) else { return Ok(None) };
        integer(value).map(Some).ok_or_else(|| wrong(name, "a whole number of at least 0"))
    }

    /// Returns a boolean.
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, Refusal> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let flag = match value {
            Value::Bool(flag) => Some(*flag),
            Value::Number(number) => match number.as_u64() {
                Some(0) => Some(false),
                Some(1) => Some(true),
                _ => None,
            },
            Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
                "true" | "1" => Some(true),
                "false" | "0" | "" => Some(false),
                _ => None,
            },
            _ => None,
        };
        flag.map(Some).ok_or_else(|| wrong(name, "true or false"))
    }

    /// Returns a time.
    pub(crate) fn time(&self, name: &str) -> Result<Option<Timestamp>, Refusal> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let time = value.as_str().and_then(|text| text.trim().parse().ok());
        time.map(Some).ok_or_else(|| wrong(name, "a time with an offset"))
    }

    /// Returns a list of ids.
    pub(crate) fn ids(&self, name: &str) -> Result<Vec<String>, Refusal> {
        let list = self.get(name).and_then(Value::as_array);
        let list = list.ok_or_else(|| wrong(name, "a list of ids"))?;
        list.iter()
            .map(|id| id.as_str().map(str::to_owned).ok_or_else(|| wrong(name, "a list of ids")))
            .collect()
    }

    /// Returns the values of one field of each object of the list `batch`.
    pub(crate) fn batch(&self, field: &str) -> Result<Vec<String>, Refusal> {
        let expected = || wrong("batch", &format!("a list of objects with '{field}'"));
        let list = self.get("batch").and_then(Value::as_array).ok_or_else(expected)?;
        list.iter()
            .map(|item| item[field].as_str().map(str::to_owned).ok_or_else(expected))
            .collect()
    }

    /// Returns the names of fields that are not null and not among `known`.
    pub(crate) fn others(&self, known: &[&str]) -> Vec<&'a str> {
        let given = self.fields.iter().filter(|(_, value)| !value.is_null());
        given.map(|(name, _)| name.as_str()).filter(|name| !known.contains(name)).collect()
    }
}

/// Reads a whole number from a number or a text.
pub(crate) fn integer(value: &Value) -> Option<u64> {
    let from_float = |number: f64| {
        // Beyond this, a float does not represent every integer.
        let fits = (0.0..9_007_199_254_740_992.0).contains(&number);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in range")]
        fits.then_some(number as u64)
    };
    match value {
        Value::Number(number) => number.as_u64().or_else(|| number.as_f64().and_then(from_float)),
        Value::String(text) => {
            let text = text.trim();
            text.parse().ok().or_else(|| text.parse::<f64>().ok().and_then(from_float))
        }
        _ => None,
    }
}

fn wrong(name: &str, expected: &str) -> Refusal {
    Refusal::invalid(format!("'{name}' is not {expected}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_and_flags_may_be_text() {
        let body = json!({
            "a": "24", "b": 24.7, "c": "true", "d": 0, "e": -1, "f": "soon", "g": null,
            "h": "1e400", "i": [1],
        });
        let fields = Fields::new(body.as_object().unwrap());
        assert_eq!(fields.integer("a").unwrap(), Some(24));
        assert_eq!(fields.integer("b").unwrap(), Some(24));
        assert_eq!(fields.integer("g").unwrap(), None);
        assert_eq!(fields.integer("missing").unwrap(), None);
        for wrong in ["e", "f", "h", "i"] {
            let refusal = fields.integer(wrong).unwrap_err();
            assert_eq!(refusal.status, 422);
            assert!(refusal.detail.contains(wrong), "{refusal}");
        }
        assert_eq!(fields.flag("c").unwrap(), Some(true));
        assert_eq!(fields.flag("d").unwrap(), Some(false));
        assert!(fields.flag("f").is_err() && fields.flag("i").is_err());
        assert!(fields.is_null("g") && !fields.is_null("missing"));
        assert_eq!(fields.others(&["a", "b", "c", "d", "e", "f"]), ["h", "i"]);
    }
}
