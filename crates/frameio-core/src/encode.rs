//! Writers of the parts of a request: path, query and JSON body.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use crate::Extra;
use crate::body::Body;
use crate::call::Call;
use crate::error::EncodeError;
use crate::operation::Operation;

/// All but the unreserved characters of RFC 3986: an id with `/`, `|`, `:` or `%` stays one segment.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Fills a path template; each argument becomes one percent-encoded segment.
#[derive(Debug)]
pub struct PathArgs<'a> {
    url: String,
    /// What of the template is still to be written.
    rest: &'a str,
    call: Call,
    error: Option<EncodeError>,
}

impl PathArgs<'static> {
    pub(crate) fn new(operation: &'static Operation) -> Self {
        Self {
            url: String::with_capacity(operation.path.len() + 96),
            rest: operation.path,
            call: Call::new(operation),
            error: None,
        }
    }

    pub(crate) fn finish(mut self) -> Result<(String, Call), EncodeError> {
        if let Some(error) = self.error {
            return Err(error);
        }
        if let Some((_, missing)) = self.rest.split_once('{') {
            let name = missing.split('}').next().unwrap_or(missing);
            return Err(EncodeError::new(name.to_owned(), "is in the path but has no argument"));
        }
        self.url.push_str(self.rest);
        Ok((self.url, self.call))
    }
}

impl PathArgs<'_> {
    /// Writes the next argument of the template, which has to be `name`.
    ///
    /// What is wrong is reported by [`encode`](crate::encode()): an empty value, `.` or `..` (which a proxy would
    /// take for a folder), or a name that is not the next one.
    pub fn push(&mut self, name: &'static str, value: &str) {
        if self.error.is_some() {
            return;
        }
        let rest = self.rest.split_once('{').and_then(|(literal, rest)| {
            Some((literal, rest.strip_prefix(name)?.strip_prefix('}')?))
        });
        let Some((literal, rest)) = rest else {
            self.error = Some(EncodeError::new(name, "is not the next argument of the path"));
            return;
        };
        if matches!(value, "" | "." | "..") {
            self.error =
                Some(EncodeError::new(name, format!("cannot be {value:?}: give the id of one")));
            return;
        }
        self.rest = rest;
        self.url.push_str(literal);
        self.url.extend(utf8_percent_encode(value, RESERVED));
        if name == "account_id" {
            self.call.account = Some(value.into());
        }
    }
}

/// Writes query parameters.
#[derive(Debug)]
pub struct Query<'a> {
    url: &'a mut String,
    first: bool,
}

impl<'a> Query<'a> {
    /// Writes the first parameter after `?`.
    pub(crate) fn new(url: &'a mut String) -> Self {
        Self { url, first: true }
    }

    /// Adds `name=value`, unless the value [is absent](QueryValue::is_absent).
    pub fn push<V: QueryValue + ?Sized>(&mut self, name: &str, value: &V) {
        if !value.is_absent() {
            value.push(name, self);
        }
    }

    /// Adds `name[field]=value` for each field of an object that is not null.
    pub fn push_fields(&mut self, name: &str, fields: &Extra) {
        for (field, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            self.push(&format!("{name}[{field}]"), &text);
        }
    }

    /// Adds `name=value` for a value of which there is one.
    fn pair<V: QueryValue + ?Sized>(&mut self, name: &str, value: &V) {
        self.url.push(if self.first { '?' } else { '&' });
        self.first = false;
        self.text(name);
        self.url.push('=');
        value.write(self);
    }

    /// Writes text, percent-encoded.
    pub fn text(&mut self, text: &str) {
        self.url.extend(utf8_percent_encode(text, RESERVED));
    }
}

/// A value of a query parameter.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a query parameter",
    label = "not a query parameter",
    note = "query parameters are texts, ids, `u32`, `bool`, enums declared with `open_enum!`, and `Vec` and `Option` of them",
    note = "other types can implement `QueryValue`"
)]
pub trait QueryValue {
    /// Every value that this version knows of an enum; empty where the values are not counted.
    const VALUES: &'static [&'static str] = &[];

    /// Writes the value through [`Query::text`].
    fn write(&self, query: &mut Query<'_>);

    /// Adds the parameter `name`. Default: as `name=value`; an object adds `name[field]=value` for
    /// each of its fields.
    fn push(&self, name: &str, query: &mut Query<'_>) {
        query.pair(name, self);
    }

    /// Whether the parameter is left out. Default: no.
    fn is_absent(&self) -> bool {
        false
    }
}

impl QueryValue for str {
    fn write(&self, query: &mut Query<'_>) {
        query.text(self);
    }
}

impl<V: QueryValue + ?Sized> QueryValue for &V {
    const VALUES: &'static [&'static str] = V::VALUES;

    fn write(&self, query: &mut Query<'_>) {
        (**self).write(query);
    }

    fn push(&self, name: &str, query: &mut Query<'_>) {
        (**self).push(name, query);
    }

    fn is_absent(&self) -> bool {
        (**self).is_absent()
    }
}

impl QueryValue for String {
    fn write(&self, query: &mut Query<'_>) {
        query.text(self);
    }
}

impl QueryValue for bool {
    fn write(&self, query: &mut Query<'_>) {
        query.url.push_str(if *self { "true" } else { "false" });
    }
}

impl QueryValue for u32 {
    fn write(&self, query: &mut Query<'_>) {
        // Writing to a `String` does not fail.
        let _ = write!(query.url, "{self}");
    }
}

/// Left out where there is none.
impl<V: QueryValue> QueryValue for Option<V> {
    const VALUES: &'static [&'static str] = V::VALUES;

    fn write(&self, query: &mut Query<'_>) {
        if let Some(value) = self {
            value.write(query);
        }
    }

    fn push(&self, name: &str, query: &mut Query<'_>) {
        if let Some(value) = self {
            value.push(name, query);
        }
    }

    fn is_absent(&self) -> bool {
        self.as_ref().is_none_or(QueryValue::is_absent)
    }
}

/// A list separated by commas; left out where it is empty.
impl<V: QueryValue> QueryValue for Vec<V> {
    const VALUES: &'static [&'static str] = V::VALUES;

    fn write(&self, query: &mut Query<'_>) {
        for (i, value) in self.iter().enumerate() {
            if i > 0 {
                query.url.push(',');
            }
            value.write(query);
        }
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

/// Writes a JSON object field by field.
#[derive(Debug)]
pub struct JsonBody {
    json: Vec<u8>,
    envelope: bool,
    first: bool,
}

impl JsonBody {
    /// An object, in the usual envelope or without one: `{"data":{…}}` or `{…}`.
    pub fn new(envelope: bool) -> Self {
        // Most objects are no longer, and do not grow step by step.
        let mut json = Vec::with_capacity(256);
        json.extend_from_slice(if envelope { b"{\"data\":{" } else { b"{" });
        Self { json, envelope, first: true }
    }

    /// Writes one field.
    ///
    /// # Errors
    /// When the value cannot be JSON, such as a map whose keys are not text.
    pub fn field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), EncodeError> {
        if !self.first {
            self.json.push(b',');
        }
        self.first = false;
        self.json.push(b'"');
        self.json.extend_from_slice(name.as_bytes());
        self.json.extend_from_slice(b"\":");
        serde_json::to_writer(&mut self.json, value)
            .map_err(|error| EncodeError::new(name, format!("cannot be written as JSON: {error}")))
    }

    /// Closes the object.
    pub fn finish(mut self) -> Body {
        self.json.extend_from_slice(if self.envelope { b"}}" } else { b"}" });
        Body::from(self.json)
    }
}
