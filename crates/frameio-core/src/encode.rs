//! Writers for the parts of a request: path, query and JSON body.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use crate::Extra;
use crate::body::Body;
use crate::call::Call;
use crate::error::EncodeError;
use crate::limits::Limits;
use crate::operation::Operation;

/// All characters except the unreserved ones of RFC 3986, so that an id with `/`, `|`, `:` or `%` stays
/// one segment.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Writes the arguments of a path template, each as one percent-encoded segment.
#[derive(Debug)]
pub struct PathArgs<'a> {
    url: String,
    /// Remaining part of the template.
    rest: &'a str,
    call: Call,
    errors: Vec<EncodeError>,
}

impl PathArgs<'static> {
    pub(crate) fn new(operation: &'static Operation) -> Self {
        Self {
            url: String::with_capacity(operation.path.len() + 96),
            rest: operation.path,
            call: Call::new(operation),
            errors: Vec::new(),
        }
    }

    /// Returns the URL, and adds invalid and missing arguments to `limits`.
    pub(crate) fn finish(mut self, limits: &mut Limits) -> (String, Call) {
        if let (Some((_, missing)), true) = (self.rest.split_once('{'), self.errors.is_empty()) {
            let name = missing.split('}').next().unwrap_or(missing);
            limits.refuse(EncodeError::new(name.to_owned(), "is in the path but has no argument"));
        }
        self.errors.into_iter().for_each(|error| limits.refuse(error));
        self.url.push_str(self.rest);
        (self.url, self.call)
    }
}

impl PathArgs<'_> {
    /// Writes the next argument of the template, which must be `name`.
    ///
    /// [`encode`](crate::encode()) reports an invalid argument: a name that is not the next one of the
    /// template, or a value that is empty, `.` or `..`, which a proxy might resolve as a relative path.
    pub fn push(&mut self, name: &'static str, value: &str) {
        let rest = self.rest.split_once('{').and_then(|(literal, rest)| {
            Some((literal, rest.strip_prefix(name)?.strip_prefix('}')?))
        });
        let Some((literal, rest)) = rest else {
            self.errors.push(EncodeError::new(name, "is not the next argument of the path"));
            return;
        };
        self.rest = rest;
        if matches!(value, "" | "." | "..") {
            let message = format!("cannot be '{value}': an id is required");
            self.errors.push(EncodeError::new(name, message));
            return;
        }
        self.url.push_str(literal);
        self.url.extend(utf8_percent_encode(value, RESERVED));
        if name == "account_id" {
            self.call.account = Some(value.into());
        }
    }
}

/// Writes the query parameters of a URL, percent-encoded.
#[derive(Debug)]
pub struct Query<'a> {
    url: &'a mut String,
    first: bool,
}

impl<'a> Query<'a> {
    /// Creates a writer that appends to `url`, starting with `?`.
    pub(crate) fn new(url: &'a mut String) -> Self {
        Self { url, first: true }
    }

    /// Adds the parameter `name`, unless the value [is absent](QueryValue::is_absent).
    pub fn push<V: QueryValue + ?Sized>(&mut self, name: &str, value: &V) {
        if !value.is_absent() {
            value.push(name, self);
        }
    }

    /// Adds `name[field]=value` for each field of an object, except for null values.
    pub fn push_fields(&mut self, name: &str, fields: &Extra) {
        for (field, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            self.push(&format!("{name}[{field}]"), &text);
        }
    }

    /// Adds `name=value`.
    fn pair<V: QueryValue + ?Sized>(&mut self, name: &str, value: &V) {
        self.url.push(if self.first { '?' } else { '&' });
        self.first = false;
        self.text(name);
        self.url.push('=');
        value.write(self);
    }

    /// Appends percent-encoded text to the current value.
    pub fn text(&mut self, text: &str) {
        self.url.extend(utf8_percent_encode(text, RESERVED));
    }
}

/// Value of a query parameter.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a query parameter",
    label = "not a query parameter",
    note = "query parameters are texts, ids, `u32`, `bool`, enums declared with `open_enum!`, and `Vec` and `Option` of them",
    note = "other types can implement `QueryValue`"
)]
pub trait QueryValue {
    /// Known values of an enum; empty for other types.
    const VALUES: &'static [&'static str] = &[];

    /// Writes the value with [`Query::text`].
    fn write(&self, query: &mut Query<'_>);

    /// Adds the parameter `name`. Default: `name=value`.
    ///
    /// An object overrides it to add `name[field]=value` for each field, see [`Query::push_fields`].
    fn push(&self, name: &str, query: &mut Query<'_>) {
        query.pair(name, self);
    }

    /// Returns whether the parameter is omitted. Default: `false`.
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

/// Omitted if `None`.
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

/// Written as a list separated by commas; omitted if empty.
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

/// Writes a JSON object field by field, for the body of a request.
#[derive(Debug)]
pub struct JsonBody {
    json: Vec<u8>,
    envelope: bool,
    first: bool,
}

impl JsonBody {
    /// Creates an empty object: `{"data":{…}}` with an envelope, otherwise `{…}`.
    pub fn new(envelope: bool) -> Self {
        // Enough for most objects.
        let mut json = Vec::with_capacity(256);
        json.extend_from_slice(if envelope { b"{\"data\":{" } else { b"{" });
        Self { json, envelope, first: true }
    }

    /// Writes one field.
    ///
    /// # Errors
    /// Fails if the value cannot be serialized as JSON, such as a map whose keys are not text.
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

    /// Closes the object and returns it as a body.
    pub fn finish(mut self) -> Body {
        self.json.extend_from_slice(if self.envelope { b"}}" } else { b"}" });
        Body::from(self.json)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn query(write: impl FnOnce(&mut Query<'_>)) -> String {
        let mut url = String::new();
        write(&mut Query::new(&mut url));
        url
    }

    fn one<V: QueryValue + ?Sized>(value: &V) -> String {
        query(|query| query.push("q", value))
    }

    #[test]
    fn writes_values_by_type_and_omits_absent_ones() {
        assert_eq!(one("a&b"), "?q=a%26b");
        assert_eq!(one(&"a".to_owned()), "?q=a");
        assert_eq!((one(&true), one(&false)), ("?q=true".into(), "?q=false".into()));
        assert_eq!(one(&7_u32), "?q=7");
        assert_eq!((one(&Some(7_u32)), one(&None::<u32>)), ("?q=7".into(), String::new()));
        assert_eq!(one(&vec!["a".to_owned(), "b,c".to_owned()]), "?q=a,b%2Cc");
        assert_eq!((one(&Vec::<String>::new()), one(&Some(Vec::<u32>::new()))), Default::default());
        assert_eq!((one(&&7_u32), one(&&None::<u32>)), ("?q=7".into(), String::new()));
        assert_eq!(one(&Some(&vec![1_u32, 2])), "?q=1,2");
        assert_eq!(one(&&Vec::<u32>::new()), "");
        assert_eq!(one(&vec![&Some(1_u32), &Some(2)]), "?q=1,2");
    }

    #[test]
    fn writes_each_field_of_an_object_as_a_parameter() {
        let fields = json!({"a": "x", "b": null, "c": [1]});
        let written = query(|query| {
            query.push("first", &1_u32);
            query.push_fields("f", fields.as_object().unwrap());
        });
        assert_eq!(written, "?first=1&f%5Ba%5D=x&f%5Bc%5D=%5B1%5D");
    }

    #[test]
    fn writes_an_object_field_by_field() {
        let written = |envelope| {
            let mut body = JsonBody::new(envelope);
            body.field("a", &1).unwrap();
            body.field("b", "x").unwrap();
            String::from_utf8(body.finish().as_bytes().unwrap().to_vec()).unwrap()
        };
        assert_eq!(written(true), r#"{"data":{"a":1,"b":"x"}}"#);
        assert_eq!(written(false), r#"{"a":1,"b":"x"}"#);
        let map = std::collections::BTreeMap::from([(vec![1], 2)]);
        assert_eq!(JsonBody::new(true).field("a", &map).unwrap_err().field, "a");
    }

    #[test]
    fn path_arguments_must_be_valid_and_in_order() {
        static OPERATION: Operation = Operation::new(
            "x",
            http::Method::GET,
            "/v4/accounts/{account_id}/x/{id}/y",
            crate::Quota::per_second(1),
        );
        let written = |arguments: &[(&'static str, &str)]| {
            let mut args = PathArgs::new(&OPERATION);
            for (name, value) in arguments {
                args.push(name, value);
            }
            let mut limits = Limits::new();
            let (url, call) = args.finish(&mut limits);
            limits.into_result().map(|()| (url, call.account.map(|it| it.to_string())))
        };
        let valid = written(&[("account_id", "a/b"), ("id", "c")]).unwrap();
        assert_eq!(valid, ("/v4/accounts/a%2Fb/x/c/y".into(), Some("a/b".into())));
        let refused =
            |arguments: &[(&'static str, &str)]| written(arguments).unwrap_err().to_string();
        assert_eq!(refused(&[("account_id", "a")]), "`id` is in the path but has no argument");
        assert_eq!(refused(&[("id", "c")]), "`id` is not the next argument of the path");
        for value in ["", ".", ".."] {
            let error = refused(&[("account_id", value), ("id", "c")]);
            assert!(error.starts_with("`account_id` cannot be"), "{error}");
        }
        let both = refused(&[("account_id", ""), ("id", ".")]);
        assert!(both.contains("`account_id` cannot be ''") && both.contains("`id` cannot be '.'"));
    }
}
