//! Values of a submitted form.

use std::fmt;
use std::str::FromStr;

use frameio_core::Extra;
use serde_json::Value;

/// Values of a submitted form, by the names of its fields.
///
/// Errors name the field and the problem, but do not show values.
///
/// ```
/// use frameio_webhook::action::ActionRequest;
///
/// let request = ActionRequest::new("t", "x", "i", "a")
///     .submit([("title", "Trailer"), ("public", "false"), ("copies", "3"), ("note", "")]);
/// let sent = request.submission().unwrap();
/// assert_eq!(sent.text("title")?, "Trailer");
/// assert_eq!(sent.optional("note")?, None);
/// assert_eq!(sent.boolean("public")?, false);
/// assert_eq!(sent.parse::<u32>("copies")?, 3);
/// let error = sent.text("titel").unwrap_err();
/// let message = "the form has no field `titel`; it has `copies`, `note`, `public`, `title`";
/// assert_eq!(error.to_string(), message);
/// # Ok::<_, frameio_webhook::action::FieldError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Submission<'a>(&'a Extra);

impl<'a> Submission<'a> {
    pub(super) const fn new(data: &'a Extra) -> Self {
        Self(data)
    }

    /// Returns the value of a field as received.
    pub fn get(&self, name: &str) -> Option<&'a Value> {
        self.0.get(name)
    }

    /// Returns the text of a field, which may be empty.
    ///
    /// # Errors
    /// Fails if the field is missing or its value is not text.
    pub fn text(&self, name: &str) -> Result<&'a str, FieldError> {
        match self.get(name) {
            Some(Value::String(text)) => Ok(text),
            Some(other) => Err(self.error(name, FieldProblem::NotText(kind(other)))),
            None => Err(self.error(name, self.missing())),
        }
    }

    /// Returns the text of an optional field; `None` if it is empty or missing.
    ///
    /// # Errors
    /// Fails if the value is not text.
    pub fn optional(&self, name: &str) -> Result<Option<&'a str>, FieldError> {
        match self.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(_) => self.text(name).map(|text| Some(text).filter(|text| !text.is_empty())),
        }
    }

    /// Returns whether a check box is checked. Accepts booleans, and `true` and `false` as text.
    ///
    /// # Errors
    /// Fails if the field is missing or has another value.
    pub fn boolean(&self, name: &str) -> Result<bool, FieldError> {
        match self.get(name) {
            Some(Value::Bool(value)) => Ok(*value),
            _ => self.parse(name),
        }
    }

    /// Returns the chosen value of a select field, which must be one of `options`.
    ///
    /// # Errors
    /// Fails if the field is missing or has another value.
    pub fn choice<'o>(
        &self,
        name: &str,
        options: impl IntoIterator<Item = &'o str>,
    ) -> Result<&'o str, FieldError> {
        let text = self.text(name)?;
        let chosen = options.into_iter().find(|option| *option == text);
        chosen.ok_or_else(|| self.error(name, FieldProblem::NotOffered))
    }

    /// Returns the values of a field with several choices.
    ///
    /// # Errors
    /// Fails if the field is missing or its value is not a list of texts.
    pub fn list(&self, name: &str) -> Result<Vec<&'a str>, FieldError> {
        let not_list = |other| self.error(name, FieldProblem::NotList(kind(other)));
        match self.get(name) {
            Some(Value::Array(values)) => {
                let text = |value: &'a Value| value.as_str().ok_or_else(|| not_list(value));
                values.iter().map(text).collect()
            }
            Some(other) => Err(not_list(other)),
            None => Err(self.error(name, self.missing())),
        }
    }

    /// Parses the text of a field, such as a number or a URL.
    ///
    /// # Errors
    /// Fails if the field is missing or its value cannot be parsed.
    pub fn parse<T: FromStr>(&self, name: &str) -> Result<T, FieldError> {
        let parsed = match self.get(name) {
            // The service may send numbers as JSON numbers.
            Some(Value::Number(number)) => number.to_string().parse(),
            _ => self.text(name)?.trim().parse(),
        };
        parsed.map_err(|_| self.error(name, FieldProblem::Unreadable(std::any::type_name::<T>())))
    }

    fn missing(&self) -> FieldProblem {
        FieldProblem::Missing(self.0.keys().map(|key| key.as_str().into()).collect())
    }

    fn error(&self, name: &str, problem: FieldProblem) -> FieldError {
        FieldError { field: name.into(), problem }
    }
}

/// Shows the names of the fields only, because values may be confidential.
impl fmt::Debug for Submission<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Submission")?;
        f.debug_list().entries(self.0.keys()).finish()
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Error of a field of a submitted form.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldError {
    /// Name of the field.
    pub field: Box<str>,
    /// Problem of the field.
    pub problem: FieldProblem,
}

/// Problem of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FieldProblem {
    /// The field is missing. Contains the names of the submitted fields.
    Missing(Vec<Box<str>>),
    /// The value is not text. Contains its JSON type.
    NotText(&'static str),
    /// The value is not a list of texts. Contains the JSON type of the value or item.
    NotList(&'static str),
    /// The value cannot be parsed. Contains the name of the expected type.
    Unreadable(&'static str),
    /// The value is not one of the options.
    NotOffered,
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = &self.field;
        match &self.problem {
            FieldProblem::Missing(sent) if sent.is_empty() => {
                write!(f, "the form has no field `{field}`; it has no fields")
            }
            FieldProblem::Missing(sent) => {
                write!(f, "the form has no field `{field}`; it has `{}`", sent.join("`, `"))
            }
            FieldProblem::NotText(found) => write!(f, "`{field}` is {found}, expected text"),
            FieldProblem::NotList(found) => {
                write!(f, "`{field}` is or contains {found}, expected a list of texts")
            }
            FieldProblem::Unreadable(wanted) => write!(f, "`{field}` cannot be parsed as {wanted}"),
            FieldProblem::NotOffered => write!(f, "`{field}` is not one of the options"),
        }
    }
}

impl std::error::Error for FieldError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn data() -> Extra {
        let json = r#"{"text":"canary","empty":"","null":null,"true":true,"false":"false",
            "number":7,"padded":" 8 ","list":["a","b"],"mixed":["a",1]}"#;
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn reads_values_of_all_types() {
        let data = data();
        let sent = Submission::new(&data);
        assert_eq!(sent.text("empty"), Ok(""));
        assert_eq!(sent.optional("text"), Ok(Some("canary")));
        for none in ["empty", "null", "absent"] {
            assert_eq!(sent.optional(none), Ok(None), "{none}");
        }
        assert_eq!((sent.boolean("true"), sent.boolean("false")), (Ok(true), Ok(false)));
        assert_eq!((sent.parse("number"), sent.parse("padded")), (Ok(7), Ok(8)));
        assert_eq!(sent.choice("text", ["other", "canary"]), Ok("canary"));
        assert_eq!(sent.list("list"), Ok(vec!["a", "b"]));
    }

    #[test]
    fn errors_name_the_field_but_not_its_value() {
        let data = data();
        let sent = Submission::new(&data);
        let text = |error: FieldError| error.to_string();
        for (error, expected) in [
            (sent.text("null").map_err(text).err(), "`null` is null, expected text"),
            (sent.optional("true").map_err(text).err(), "`true` is a boolean, expected text"),
            (sent.boolean("text").map_err(text).err(), "`text` cannot be parsed as bool"),
            (sent.parse::<u8>("text").map_err(text).err(), "`text` cannot be parsed as u8"),
            (sent.choice("text", ["x"]).map_err(text).err(), "`text` is not one of the options"),
            (
                sent.list("mixed").map_err(text).err(),
                "`mixed` is or contains a number, expected a list of texts",
            ),
        ] {
            assert_eq!(error.as_deref(), Some(expected));
        }
        assert!(!format!("{sent:?}").contains("canary"));
        let nothing = Extra::new();
        let error = Submission::new(&nothing).text("x").unwrap_err();
        assert_eq!(error.to_string(), "the form has no field `x`; it has no fields");
    }
}
