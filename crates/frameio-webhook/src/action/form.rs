//! Forms and their validation.

use std::collections::HashSet;

use frameio_core::limits::{Check, Limits};
use frameio_core::{EncodeError, Extra, model, open_enum};

use super::response::ActionResponse;

open_enum! {
    /// Type of a field.
    pub enum FieldType {
        /// Single line of text.
        Text = "text",
        /// Several lines of text.
        Textarea = "textarea",
        /// Choice of one option.
        Select = "select",
        /// Check box.
        Boolean = "boolean",
        /// Link without an input.
        Link = "link",
    }
}

model! {
    /// Form that an action shows to the user.
    ///
    /// ```
    /// use frameio_webhook::action::{Field, Form};
    ///
    /// let response = Form::new("Send to review")
    ///     .description("The client gets an email.")
    ///     .field(Field::text("to", "Address").value("client@example.com"))
    ///     .field(Field::textarea("note", "Note"))
    ///     .field(Field::select("level", "Level", [("Rough cut", "rough"), ("Final", "final")]))
    ///     .field(Field::boolean("copy", "Send me a copy").value("true"))
    ///     .field(Field::link("terms", "Terms", "https://example.com/terms"))
    ///     .response()?;
    ///
    /// let error = Form::new("Twice")
    ///     .field(Field::text("to", "Address"))
    ///     .field(Field::text("to", "Another address"))
    ///     .response()
    ///     .unwrap_err();
    /// assert_eq!(error.to_string(), "`fields[1].name` is `to`, the name of another field");
    /// # Ok::<_, frameio_core::EncodeError>(())
    /// ```
    pub struct Form {
        /// Title of the dialog. At least 1 character.
        pub title: String,
        /// Text below the title.
        pub description: Option<String>,
        /// Fields in order. At least 1; names must be unique.
        pub fields: Vec<Field>,
    }
}

impl Form {
    /// Creates a form without fields.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), description: None, fields: Vec::new(), extra: Extra::new() }
    }

    /// Sets the text below the title.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Adds a field.
    pub fn field(mut self, field: Field) -> Self {
        self.fields.push(field);
        self
    }

    /// Validates the form and returns the response that shows it.
    ///
    /// # Errors
    /// Fails if the title or the fields are missing, a field has no name, no label or a duplicate name, a
    /// select field has no options, duplicate options or a value that is not an option, the value of a
    /// boolean field is not `true` or `false`, or a link is not an `http` or `https` URL.
    pub fn response(self) -> Result<ActionResponse, EncodeError> {
        Limits::of(&self)?;
        Ok(ActionResponse::json(&self))
    }
}

impl Check for Form {
    fn check(&self, limits: &mut Limits) {
        limits.check("title", &self.title, 1..=u64::MAX);
        limits.check("fields", &self.fields, 1..=u64::MAX);
        limits.nested("fields", &self.fields);
        if let Some((place, name)) = repeated(self.fields.iter().map(|field| &field.name)) {
            let message = format!("is `{name}`, the name of another field");
            limits.push(EncodeError::new("name", message).within(&format!("fields[{place}]")));
        }
    }
}

model! {
    /// Field of a form.
    pub struct Field {
        /// Type of the field.
        pub kind = "type": FieldType,
        /// Name of the value in the [`Submission`](super::Submission). At least 1 character.
        pub name: String,
        /// Label next to the field. At least 1 character.
        pub label: String,
        /// Initial value; the URL of a link.
        pub value: Option<String>,
        /// Options of a select field, in order.
        pub options: Option<Vec<FieldOption>>,
    }
}

impl Field {
    /// Creates a field of any type.
    pub fn new(kind: FieldType, name: impl Into<String>, label: impl Into<String>) -> Self {
        let (name, label, extra) = (name.into(), label.into(), Extra::new());
        Self { kind, name, label, value: None, options: None, extra }
    }

    /// Creates a field for a line of text.
    pub fn text(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(FieldType::Text, name, label)
    }

    /// Creates a field for several lines of text.
    pub fn textarea(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(FieldType::Textarea, name, label)
    }

    /// Creates a field for the choice of one option. Each option is a label and a value.
    pub fn select<N, V>(
        name: impl Into<String>,
        label: impl Into<String>,
        options: impl IntoIterator<Item = (N, V)>,
    ) -> Self
    where
        N: Into<String>,
        V: Into<String>,
    {
        Self::new(FieldType::Select, name, label).options(options)
    }

    /// Creates a check box. The [`value`](Self::value) `"true"` checks it initially.
    pub fn boolean(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(FieldType::Boolean, name, label)
    }

    /// Creates a link to `url`.
    pub fn link(name: impl Into<String>, label: impl Into<String>, url: impl Into<String>) -> Self {
        Self::new(FieldType::Link, name, label).value(url)
    }

    /// Sets the initial value. Default: none.
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = Some(value.into());
        self
    }

    /// Sets the options, each a label and a value.
    pub fn options<N, V>(mut self, options: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: Into<String>,
        V: Into<String>,
    {
        let option = |(name, value): (N, V)| FieldOption {
            name: name.into(),
            value: value.into(),
            extra: Extra::new(),
        };
        self.options = Some(options.into_iter().map(option).collect());
        self
    }
}

impl Check for Field {
    fn check(&self, limits: &mut Limits) {
        limits.check("name", &self.name, 1..=u64::MAX);
        limits.check("label", &self.label, 1..=u64::MAX);
        match self.kind {
            FieldType::Select => self.check_options(limits),
            FieldType::Boolean => match self.value.as_deref() {
                None | Some("true" | "false") => {}
                Some(_) => limits.push(EncodeError::new("value", "is not `true` or `false`")),
            },
            FieldType::Link => match self.value.as_deref() {
                Some(url) if is_web(url) => {}
                _ => limits.push(EncodeError::new("value", "is not an http or https URL")),
            },
            _ => {}
        }
    }
}

impl Field {
    fn check_options(&self, limits: &mut Limits) {
        let options = self.options.as_deref().unwrap_or_default();
        if options.is_empty() {
            return limits.push(EncodeError::new("options", "is empty"));
        }
        if let Some((place, value)) = repeated(options.iter().map(|option| &option.value)) {
            let message = format!("is `{value}`, the value of another option");
            limits.push(EncodeError::new("value", message).within(&format!("options[{place}]")));
        }
        match &self.value {
            Some(value) if options.iter().all(|option| option.value != *value) => {
                let message = format!("is `{value}`, which is not an option");
                limits.push(EncodeError::new("value", message));
            }
            _ => {}
        }
    }
}

model! {
    /// Option of a select field.
    pub struct FieldOption {
        /// Label of the option.
        pub name: String,
        /// Value in the [`Submission`](super::Submission).
        pub value: String,
    }
}

fn repeated<'a>(names: impl Iterator<Item = &'a String>) -> Option<(usize, &'a str)> {
    let mut seen = HashSet::new();
    names.enumerate().find(|(_, name)| !seen.insert(*name)).map(|(n, name)| (n, name.as_str()))
}

/// Returns whether a URL is that of a web page, unlike `javascript:` URLs.
fn is_web(url: &str) -> bool {
    let uri = url.parse::<http::Uri>().ok();
    uri.is_some_and(|uri| matches!(uri.scheme_str(), Some("https" | "http")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serializes_a_form_as_documented() {
        let response = Form::new("T")
            .description("D")
            .field(Field::text("a", "A").value("x"))
            .field(Field::textarea("b", "B"))
            .field(Field::select("c", "C", [("One", "1"), ("Two", "2")]).value("2"))
            .field(Field::boolean("d", "D").value("false"))
            .field(Field::link("e", "E", "https://example.com"))
            .field(Field::new("multi_select".into(), "f", "F").options([("One", "1")]))
            .response()
            .unwrap();
        let expected = r#"{"title":"T","description":"D","fields":[{"type":"text","name":"a","label":"A","value":"x"},{"type":"textarea","name":"b","label":"B"},{"type":"select","name":"c","label":"C","value":"2","options":[{"name":"One","value":"1"},{"name":"Two","value":"2"}]},{"type":"boolean","name":"d","label":"D","value":"false"},{"type":"link","name":"e","label":"E","value":"https://example.com"},{"type":"multi_select","name":"f","label":"F","options":[{"name":"One","value":"1"}]}]}"#;
        assert_eq!(std::str::from_utf8(response.as_bytes()).unwrap(), expected);
    }

    #[test]
    fn refuses_invalid_forms() {
        let ok = || Field::text("a", "A");
        let form = || Form::new("T").field(ok());
        let none: [(&str, &str); 0] = [];
        for (form, expected) in [
            (Form::new("").field(ok()), "`title` has 0 characters, expected 1 or more"),
            (Form::new("T"), "`fields` has 0 items, expected 1 or more"),
            (
                form().field(Field::text("", "B")),
                "`fields[1].name` has 0 characters, expected 1 or more",
            ),
            (
                form().field(Field::text("b", "")),
                "`fields[1].label` has 0 characters, expected 1 or more",
            ),
            (form().field(ok()), "`fields[1].name` is `a`, the name of another field"),
            (form().field(Field::select("s", "S", none)), "`fields[1].options` is empty"),
            (
                form().field(Field::select("s", "S", [("One", "1"), ("Uno", "1")])),
                "`fields[1].options[1].value` is `1`, the value of another option",
            ),
            (
                form().field(Field::select("s", "S", [("One", "1")]).value("One")),
                "`fields[1].value` is `One`, which is not an option",
            ),
            (
                form().field(Field::boolean("b", "B").value("yes")),
                "`fields[1].value` is not `true` or `false`",
            ),
            (
                form().field(Field::link("l", "L", "javascript:alert(1)")),
                "`fields[1].value` is not an http or https URL",
            ),
            (
                form().field(Field::link("l", "L", "/relative")),
                "`fields[1].value` is not an http or https URL",
            ),
        ] {
            assert_eq!(form.response().unwrap_err().to_string(), expected);
        }
    }
}
