//! Forms, and the limits of what can be asked.

use std::collections::HashSet;

use frameio_core::limits::{Check, Limits};
use frameio_core::{EncodeError, Extra, model, open_enum};

use super::answer::Answer;

open_enum! {
    /// The kind of a field.
    pub enum FieldType {
        /// A line of text.
        Text = "text",
        /// Several lines of text.
        Textarea = "textarea",
        /// One of several options.
        Select = "select",
        /// Yes or no.
        Boolean = "boolean",
        /// A link to open, which asks for nothing.
        Link = "link",
    }
}

model! {
    /// A form to fill in.
    ///
    /// ```
    /// use frameio_webhook::action::{Field, Form};
    ///
    /// let answer = Form::new("Send to review")
    ///     .description("The client gets a mail.")
    ///     .field(Field::text("to", "Address").value("client@example.com"))
    ///     .field(Field::textarea("note", "Note"))
    ///     .field(Field::select("level", "Level", [("Rough cut", "rough"), ("Final", "final")]))
    ///     .field(Field::boolean("copy", "Send me a copy").value("true"))
    ///     .field(Field::link("terms", "Terms", "https://example.com/terms"))
    ///     .answer()?;
    ///
    /// let error = Form::new("Twice")
    ///     .field(Field::text("to", "Address"))
    ///     .field(Field::text("to", "Another address"))
    ///     .answer()
    ///     .unwrap_err();
    /// assert_eq!(error.to_string(), "`fields[1].name` is `to`, as that of another field");
    /// # Ok::<_, frameio_core::EncodeError>(())
    /// ```
    pub struct Form {
        /// What it says at the top. At least 1 character.
        pub title: String,
        /// What it says below.
        pub description: Option<String>,
        /// What it asks for, in order. At least 1, each with a name of its own.
        pub fields: Vec<Field>,
    }
}

impl Form {
    /// A form that asks for nothing yet.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), description: None, fields: Vec::new(), extra: Extra::new() }
    }

    /// Says more below the title.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Asks for one more thing.
    pub fn field(mut self, field: Field) -> Self {
        self.fields.push(field);
        self
    }

    /// The answer that shows the form.
    ///
    /// # Errors
    /// When it could not be shown or read back: no title, no fields, a field without a name or with
    /// that of another, a choice of nothing, a value that is not among those to choose from, a link
    /// that leads nowhere.
    pub fn answer(self) -> Result<Answer, EncodeError> {
        Limits::of(&self)?;
        Ok(Answer::json(&self))
    }
}

impl Check for Form {
    fn check(&self, limits: &mut Limits) {
        limits.check("title", &self.title, 1..=u64::MAX);
        limits.check("fields", &self.fields, 1..=u64::MAX);
        limits.nested("fields", &self.fields);
        if let Some((place, name)) = repeated(self.fields.iter().map(|field| &field.name)) {
            let message = format!("is `{name}`, as that of another field");
            limits.push(EncodeError::new("name", message).within(&format!("fields[{place}]")));
        }
    }
}

model! {
    /// A field of a form.
    pub struct Field {
        /// What kind of field it is.
        pub kind = "type": FieldType,
        /// By what name its value comes back. At least 1 character.
        pub name: String,
        /// What it says beside it. At least 1 character.
        pub label: String,
        /// What is in it from the start; for a link, where it leads.
        pub value: Option<String>,
        /// What there is to choose from, in order.
        pub options: Option<Vec<FieldOption>>,
    }
}

impl Field {
    /// A field of a kind that has no constructor of its own.
    pub fn new(kind: FieldType, name: impl Into<String>, label: impl Into<String>) -> Self {
        let (name, label, extra) = (name.into(), label.into(), Extra::new());
        Self { kind, name, label, value: None, options: None, extra }
    }

    /// A line of text.
    pub fn text(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(FieldType::Text, name, label)
    }

    /// Several lines of text.
    pub fn textarea(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(FieldType::Textarea, name, label)
    }

    /// One of several options, each with what it says and the value that comes back.
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

    /// Yes or no; `"true"` as its [`value`](Self::value) ticks it from the start.
    pub fn boolean(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(FieldType::Boolean, name, label)
    }

    /// A link to `url`.
    pub fn link(name: impl Into<String>, label: impl Into<String>, url: impl Into<String>) -> Self {
        Self::new(FieldType::Link, name, label).value(url)
    }

    /// What is in it from the start; nothing if this is not called.
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = Some(value.into());
        self
    }

    /// What there is to choose from: what each says, and the value that comes back.
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
                Some(_) => limits.push(EncodeError::new("value", "is neither `true` nor `false`")),
            },
            FieldType::Link => match self.value.as_deref() {
                Some(url) if is_web(url) => {}
                _ => limits.push(EncodeError::new("value", "is no URL with https or http")),
            },
            _ => {}
        }
    }
}

impl Field {
    fn check_options(&self, limits: &mut Limits) {
        let options = self.options.as_deref().unwrap_or_default();
        if options.is_empty() {
            return limits.push(EncodeError::new("options", "has nothing to choose from"));
        }
        if let Some((place, value)) = repeated(options.iter().map(|option| &option.value)) {
            let message = format!("is `{value}`, as that of another option");
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
    /// One of the things to choose from.
    pub struct FieldOption {
        /// What it says.
        pub name: String,
        /// The value that comes back.
        pub value: String,
    }
}

fn repeated<'a>(names: impl Iterator<Item = &'a String>) -> Option<(usize, &'a str)> {
    let mut seen = HashSet::new();
    names.enumerate().find(|(_, name)| !seen.insert(*name)).map(|(n, name)| (n, name.as_str()))
}

/// A page to open: `javascript:` and its like are not for somebody else's browser.
fn is_web(url: &str) -> bool {
    let uri = url.parse::<http::Uri>().ok();
    uri.is_some_and(|uri| matches!(uri.scheme_str(), Some("https" | "http")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_written_as_the_service_takes_it() {
        let answer = Form::new("T")
            .description("D")
            .field(Field::text("a", "A").value("x"))
            .field(Field::textarea("b", "B"))
            .field(Field::select("c", "C", [("One", "1"), ("Two", "2")]).value("2"))
            .field(Field::boolean("d", "D").value("false"))
            .field(Field::link("e", "E", "https://example.com"))
            .field(Field::new("multi_select".into(), "f", "F").options([("One", "1")]))
            .answer()
            .unwrap();
        let expected = r#"{"title":"T","description":"D","fields":[{"type":"text","name":"a","label":"A","value":"x"},{"type":"textarea","name":"b","label":"B"},{"type":"select","name":"c","label":"C","value":"2","options":[{"name":"One","value":"1"},{"name":"Two","value":"2"}]},{"type":"boolean","name":"d","label":"D","value":"false"},{"type":"link","name":"e","label":"E","value":"https://example.com"},{"type":"multi_select","name":"f","label":"F","options":[{"name":"One","value":"1"}]}]}"#;
        assert_eq!(std::str::from_utf8(answer.as_bytes()).unwrap(), expected);
    }

    #[test]
    fn what_could_not_be_shown_or_read_back_is_refused() {
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
            (form().field(ok()), "`fields[1].name` is `a`, as that of another field"),
            (
                form().field(Field::select("s", "S", none)),
                "`fields[1].options` has nothing to choose from",
            ),
            (
                form().field(Field::select("s", "S", [("One", "1"), ("Uno", "1")])),
                "`fields[1].options[1].value` is `1`, as that of another option",
            ),
            (
                form().field(Field::select("s", "S", [("One", "1")]).value("One")),
                "`fields[1].value` is `One`, which is not an option",
            ),
            (
                form().field(Field::boolean("b", "B").value("yes")),
                "`fields[1].value` is neither `true` nor `false`",
            ),
            (
                form().field(Field::link("l", "L", "javascript:alert(1)")),
                "`fields[1].value` is no URL with https or http",
            ),
            (
                form().field(Field::link("l", "L", "/relative")),
                "`fields[1].value` is no URL with https or http",
            ),
        ] {
            assert_eq!(form.answer().unwrap_err().to_string(), expected);
        }
    }
}
