//! What was typed into a form.

use std::fmt;
use std::str::FromStr;

use frameio_core::Extra;
use serde_json::Value;

/// What was typed into a form, read by the names of its fields.
///
/// An error names the field and what was wrong with it, and shows nothing of what was typed.
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
/// let sent = "the form sent no `titel`; it sent `copies`, `note`, `public`, `title`";
/// assert_eq!(error.to_string(), sent);
/// # Ok::<_, frameio_webhook::action::FieldError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Submission<'a>(&'a Extra);

impl<'a> Submission<'a> {
    pub(super) const fn new(data: &'a Extra) -> Self {
        Self(data)
    }

    /// The value as it came.
    pub fn get(&self, name: &str) -> Option<&'a Value> {
        self.0.get(name)
    }

    /// The text of a field, as it was typed; it may be empty.
    ///
    /// # Errors
    /// When there is no such field, or no text in it.
    pub fn text(&self, name: &str) -> Result<&'a str, FieldError> {
        match self.get(name) {
            Some(Value::String(text)) => Ok(text),
            Some(other) => Err(self.error(name, FieldProblem::NotText(kind(other)))),
            None => Err(self.error(name, self.missing())),
        }
    }

    /// The text of a field that may be left empty: `None` if it was, and if there is no such field.
    ///
    /// # Errors
    /// When there is something else than text in it.
    pub fn optional(&self, name: &str) -> Result<Option<&'a str>, FieldError> {
        match self.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(_) => self.text(name).map(|text| Some(text).filter(|text| !text.is_empty())),
        }
    }

    /// Whether a field is ticked: true and false, or these words as text.
    ///
    /// # Errors
    /// When there is no such field, or something else in it.
    pub fn boolean(&self, name: &str) -> Result<bool, FieldError> {
        match self.get(name) {
            Some(Value::Bool(value)) => Ok(*value),
            _ => self.parse(name),
        }
    }

    /// The chosen value of a field, one of those that the form has offered.
    ///
    /// # Errors
    /// When there is no such field, or something else in it.
    pub fn choice<'o>(
        &self,
        name: &str,
        options: impl IntoIterator<Item = &'o str>,
    ) -> Result<&'o str, FieldError> {
        let text = self.text(name)?;
        let chosen = options.into_iter().find(|option| *option == text);
        chosen.ok_or_else(|| self.error(name, FieldProblem::NotOffered))
    }

    /// The chosen values of a field that takes several.
    ///
    /// # Errors
    /// When there is no such field, or something else than texts in it.
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

    /// The text of a field as something else: a number, a URL.
    ///
    /// # Errors
    /// When there is no such field, or something else in it.
    pub fn parse<T: FromStr>(&self, name: &str) -> Result<T, FieldError> {
        let parsed = match self.get(name) {
            // The service may send numbers as such.
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

/// The names of the fields; what is typed may be of a kind that no log should have.
impl fmt::Debug for Submission<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Submission")?;
        f.debug_list().entries(self.0.keys()).finish()
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// A field of a form is not what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldError {
    /// The name of the field.
    pub field: Box<str>,
    /// What is wrong with it.
    pub problem: FieldProblem,
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FieldProblem {
    /// It is not there, but these are.
    Missing(Vec<Box<str>>),
    /// There is something else than text in it.
    NotText(&'static str),
    /// There is something else than a list of texts in it.
    NotList(&'static str),
    /// It cannot be read as this type.
    Unreadable(&'static str),
    /// It is none of the values that were offered.
    NotOffered,
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = &self.field;
        match &self.problem {
            FieldProblem::Missing(sent) if sent.is_empty() => {
                write!(f, "the form sent no `{field}`, nor anything else")
            }
            FieldProblem::Missing(sent) => {
                write!(f, "the form sent no `{field}`; it sent `{}`", sent.join("`, `"))
            }
            FieldProblem::NotText(found) => write!(f, "`{field}` is {found} in place of a text"),
            FieldProblem::NotList(found) => {
                write!(f, "`{field}` is or has in it {found} in place of a list of texts")
            }
            FieldProblem::Unreadable(wanted) => write!(f, "`{field}` cannot be read as {wanted}"),
            FieldProblem::NotOffered => write!(f, "`{field}` is none of the values offered"),
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
    fn values_are_read_as_they_may_come() {
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
    fn errors_tell_the_field_and_nothing_that_was_typed() {
        let data = data();
        let sent = Submission::new(&data);
        let text = |error: FieldError| error.to_string();
        for (error, expected) in [
            (sent.text("null").map_err(text).err(), "`null` is nothing in place of a text"),
            (sent.optional("true").map_err(text).err(), "`true` is a boolean in place of a text"),
            (sent.boolean("text").map_err(text).err(), "`text` cannot be read as bool"),
            (sent.parse::<u8>("text").map_err(text).err(), "`text` cannot be read as u8"),
            (
                sent.choice("text", ["x"]).map_err(text).err(),
                "`text` is none of the values offered",
            ),
            (
                sent.list("mixed").map_err(text).err(),
                "`mixed` is or has in it a number in place of a list of texts",
            ),
        ] {
            assert_eq!(error.as_deref(), Some(expected));
        }
        assert!(!format!("{sent:?}").contains("canary"));
        let nothing = Extra::new();
        let error = Submission::new(&nothing).text("x").unwrap_err();
        assert_eq!(error.to_string(), "the form sent no `x`, nor anything else");
    }
}
