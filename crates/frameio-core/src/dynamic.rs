//! Requests created from JSON, and schemas of operations.
//!
//! A request that derives [`EndpointFromJson`](crate::EndpointFromJson) in addition to `Endpoint` can
//! be created from a flat JSON object with the documented names of its parameters:
//!
//! ```
//! use frameio_core::dynamic::FromJson;
//! use frameio_core::{AccountId, Endpoint, EndpointFromJson};
//! use serde_json::json;
//!
//! /// Renames a moodboard.
//! #[derive(Debug, PartialEq, Endpoint, EndpointFromJson)]
//! #[endpoint(
//!     PATCH "/v4/accounts/{account_id}/moodboard",
//!     id = "moodboards.rename", response = (), quota = "10/min", crate = frameio_core,
//! )]
//! pub struct RenameMoodboard {
//!     /// Account that owns the moodboard.
//!     #[endpoint(path)]
//!     pub account_id: AccountId,
//!     /// Name, 1 to 255 characters.
//!     #[endpoint(body, len = 1..=255)]
//!     pub name: String,
//! }
//!
//! let input = json!({"account_id": "a", "data": {"name": "Sea"}});
//! let request = RenameMoodboard::from_json(input.as_object().unwrap())?;
//! assert_eq!(request, RenameMoodboard::new("a", "Sea"));
//!
//! let input = json!({"acount_id": "a"});
//! let error = RenameMoodboard::from_json(input.as_object().unwrap()).unwrap_err();
//! let expected = "`acount_id` is not a parameter: did you mean `account_id`?; `name` is missing";
//! assert_eq!(error.to_string(), expected);
//! # Ok::<_, frameio_core::EncodeError>(())
//! ```

mod operation_names;

use bytes::Bytes;
use http::Request;
use http::response::Parts;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::body::Body;
pub use crate::codec::{Codec, Parameter, ParameterLocation, Schema};
use crate::decode::{check_exact, decode_json};
use crate::endpoint::{Endpoint, FromResponse, encode_checked};
use crate::error::{DecodeError, EncodeError};
use crate::json_edit::{replace_values, whole_number};
use crate::limits::Limits;
use crate::operation::Operation;
use crate::options::CallOptions;
use crate::patch::Patch;

pub use self::operation_names::nearest_operation;

/// Request that can be created from JSON.
///
/// Derived with [`EndpointFromJson`](crate::EndpointFromJson).
pub trait FromJson: Endpoint + Sized {
    /// Parameters of the request, and form of its body and response.
    const SCHEMA: Schema;

    /// Creates the request from a flat object of its documented parameters.
    ///
    /// Parameters of the path and of the query are top-level fields. The body is the field `data`, or
    /// its fields are top-level fields if the operation has no `data`.
    ///
    /// A list in the query can be a list or a text with commas. Null means absent, except for a field
    /// that an update can clear.
    ///
    /// # Errors
    /// Fails if a name is unknown, or a value is missing or has the wrong type. The error names all such
    /// parameters.
    fn from_json(input: &Map<String, Value>) -> Result<Self, EncodeError>;
}

impl Codec {
    /// Creates the codec of a request type.
    pub const fn of<E: FromJson>() -> Self {
        Self {
            schema: E::SCHEMA,
            encode: |input, mut limits| match E::from_json(input) {
                Ok(request) => encode_checked(&request, limits),
                Err(error) => {
                    limits.refuse(error.clone());
                    Err(limits.into_result().err().unwrap_or(error))
                }
            },
            decode: |parts, body| E::Response::from_response(parts, body).map(drop),
        }
    }
}

/// Error of a parameter that is required.
const MISSING: &str = "is missing";

/// Schema of operations whose request type does not derive `EndpointFromJson`.
const UNKNOWN: Schema = Schema { type_name: "", envelope: true, paged: false, parameters: &[] };

impl Operation {
    /// Returns the parameters of the request, and the form of its body and response.
    ///
    /// Empty if the request type does not derive [`EndpointFromJson`](crate::EndpointFromJson).
    pub fn schema(&self) -> &Schema {
        self.codec.map_or(&UNKNOWN, |codec| &codec.schema)
    }

    /// Creates a request from a flat object of the documented parameters, with the options of the
    /// call. [`FromJson::from_json`] describes the object.
    ///
    /// # Errors
    /// Fails if the object has unknown or missing parameters, a value is outside the documented limits
    /// (unless [`CallOptions::unchecked`] skips them), or a header of the options is invalid. Fails as
    /// well if the request type does not derive [`EndpointFromJson`](crate::EndpointFromJson).
    pub fn request(
        &self,
        input: &Map<String, Value>,
        options: &CallOptions,
    ) -> Result<Request<Body>, EncodeError> {
        let codec = self.codec.ok_or_else(|| {
            let message =
                "cannot be created from JSON: its type does not derive `EndpointFromJson`";
            EncodeError::new(self.id, message)
        })?;
        let mut request = (codec.encode)(input, options.checker())?;
        options.apply(&mut request)?;
        Ok(request)
    }

    /// Validates a successful response against the operation's response type, and returns its JSON; null if
    /// it has no content. Fields are sorted by name, and the last of several with one name is kept.
    ///
    /// # Errors
    /// Fails if the response does not have the documented form.
    pub fn decode(&self, parts: &Parts, body: Bytes) -> Result<Value, DecodeError> {
        if let Some(codec) = self.codec {
            (codec.decode)(parts, body.clone())?;
        }
        match body.is_empty() {
            true => Ok(Value::Null),
            false => {
                let value = decode_json(&body)?;
                check_exact(&value)?;
                Ok(value)
            }
        }
    }
}

/// JSON object.
#[doc(hidden)]
pub type JsonObject = Map<String, Value>;

/// Input of a request with validated names.
#[doc(hidden)]
#[derive(Debug)]
pub struct Input<'a> {
    operation: &'static Operation,
    fields: &'a Map<String, Value>,
    body: Option<&'a Map<String, Value>>,
    /// Names that are unknown or in the wrong place.
    misplaced: Vec<EncodeError>,
    /// Parameters that are not missing: the user wrote them in another way.
    explained: Vec<&'static str>,
}

impl<'a> Input<'a> {
    /// Validates the names of `fields`, and separates the body.
    pub fn new(
        operation: &'static Operation,
        schema: &Schema,
        fields: &'a Map<String, Value>,
    ) -> Self {
        let in_data = |parameter: &&Parameter| {
            schema.envelope && parameter.location == ParameterLocation::Body
        };
        let names = |inside: bool| {
            let here = schema.parameters.iter().filter(move |it| in_data(it) == inside);
            here.map(|parameter| parameter.name)
        };
        let has_data = names(true).next().is_some();
        let outer: Vec<_> = names(false).chain(has_data.then_some("data")).collect();
        let mut input =
            Self { operation, fields, body: None, misplaced: Vec::new(), explained: Vec::new() };
        for name in fields.keys().filter(|name| !outer.contains(&name.as_str())) {
            match names(true).find(|inner| inner == name) {
                Some(inner) => {
                    input.misplaced.push(EncodeError::new(inner, "must be inside `data`"));
                    input.explained.push(inner);
                }
                None => input.add_unknown(name, "a parameter", &outer),
            }
        }
        match fields.get("data") {
            _ if !schema.envelope => input.body = Some(fields),
            _ if !has_data => {}
            Some(Value::Object(data)) => {
                let inner: Vec<_> = names(true).collect();
                for name in data.keys().filter(|name| !inner.contains(&name.as_str())) {
                    input.add_unknown(name, "a field of `data`", &inner);
                }
                input.body = Some(data);
            }
            None | Some(Value::Null) => {}
            Some(_) => {
                input.misplaced.push(EncodeError::new("data", "must be an object"));
                input.explained.extend(names(true));
            }
        }
        input
    }

    /// Adds the error of an unknown name. The name that it suggests is not reported as missing.
    fn add_unknown(&mut self, name: &str, what: &str, known: &[&'static str]) {
        self.misplaced.push(unknown(name, what, known));
        self.explained.extend(nearest(name, known.iter().copied()));
    }

    /// Checks all names and the `values` that were read.
    ///
    /// # Errors
    /// Returns all errors as one.
    pub fn check(&self, values: &[Option<&EncodeError>]) -> Result<(), EncodeError> {
        let mut limits = Limits::new();
        self.misplaced.iter().for_each(|error| limits.refuse(error.clone()));
        for error in values.iter().copied().flatten() {
            let is_explained =
                error.message == MISSING && self.explained.iter().any(|name| error.field == *name);
            if !is_explained {
                limits.refuse(error.clone());
            }
        }
        limits.into_result()
    }

    /// Returns the value of a field that is not sent.
    pub fn skipped<T: Default>(&self) -> Result<T, EncodeError> {
        Ok(T::default())
    }

    /// Reads an argument of the path.
    pub fn path<T: DeserializeOwned>(&self, name: &'static str) -> Result<T, EncodeError> {
        match self.fields.get(name) {
            Some(value) => read(name, value),
            None => Err(EncodeError::new(name, MISSING)),
        }
    }

    /// Reads an optional parameter of the query.
    pub fn query<T: DeserializeOwned>(&self, name: &'static str) -> Result<Option<T>, EncodeError> {
        let Some(value) = self.fields.get(name).filter(|value| !value.is_null()) else {
            return Ok(None);
        };
        let read_value = read(name, value);
        let list = |text: &String| {
            let items = text.split(',').map(|item| Value::from(item.trim())).collect();
            T::deserialize(Value::Array(items)).map_err(|_| ())
        };
        match (read_value, value) {
            (Err(error), Value::String(text)) => list(text).map(Some).map_err(|()| error),
            (value, _) => value.map(Some),
        }
    }

    /// Reads a required parameter of the query.
    pub fn required_query<T: DeserializeOwned>(
        &self,
        name: &'static str,
    ) -> Result<T, EncodeError> {
        self.query(name)?.ok_or_else(|| EncodeError::new(name, MISSING))
    }

    /// Reads a required field of the body.
    pub fn required<T: DeserializeOwned>(&self, name: &'static str) -> Result<T, EncodeError> {
        match self.body.and_then(|body| body.get(name)) {
            Some(value) => read(name, value),
            None => Err(EncodeError::new(name, MISSING)),
        }
    }

    /// Reads an optional field of the body.
    pub fn optional<F: FromInput>(&self, name: &'static str) -> Result<F, EncodeError> {
        F::from_input(name, self.body.and_then(|body| body.get(name)), self.operation)
    }

    /// Checks a field of the body that has only one valid value and may be omitted.
    pub fn constant(&self, name: &'static str, constant: &str) -> Result<(), EncodeError> {
        match self.body.and_then(|body| body.get(name)) {
            Some(value) if value != constant => {
                Err(EncodeError::new(name, format!("must be '{constant}'")))
            }
            _ => Ok(()),
        }
    }
}

/// Optional field of the body.
#[doc(hidden)]
pub trait FromInput: Sized {
    /// Reads the value; `None` if the input does not have the field.
    fn from_input(
        name: &'static str,
        value: Option<&Value>,
        operation: &Operation,
    ) -> Result<Self, EncodeError>;
}

/// Null means absent when something is created. An update rejects null, because an absent field keeps
/// its old value instead of clearing it.
impl<T: DeserializeOwned> FromInput for Option<T> {
    fn from_input(
        name: &'static str,
        value: Option<&Value>,
        operation: &Operation,
    ) -> Result<Self, EncodeError> {
        match value {
            None => Ok(None),
            Some(Value::Null) if operation.method == http::Method::PATCH => {
                Err(EncodeError::new(name, "cannot be cleared: omit it or set a value"))
            }
            Some(Value::Null) => Ok(None),
            Some(value) => read(name, value).map(Some),
        }
    }
}

impl<T: DeserializeOwned> FromInput for Patch<T> {
    fn from_input(
        name: &'static str,
        value: Option<&Value>,
        _: &Operation,
    ) -> Result<Self, EncodeError> {
        match value {
            None => Ok(Self::Keep),
            Some(Value::Null) => Ok(Self::Clear),
            Some(value) => read(name, value).map(Self::Set),
        }
    }
}

/// Decodes a value from its text, like a response, so that an error has a path. A whole number in any
/// notation is an integer.
fn read<T: DeserializeOwned>(name: &'static str, value: &Value) -> Result<T, EncodeError> {
    let text = value.to_string();
    let decoded = decode_json(text.as_bytes()).or_else(|error| {
        let (whole, _) = replace_values(&text, |_, number| {
            number.contains(['.', 'e']).then(|| whole_number(number))?
        });
        decode_json(whole.as_bytes()).map_err(|_| error)
    });
    decoded.map_err(|error| {
        let path = if error.path == "." { String::new() } else { error.path };
        // Line and column do not refer to the text that the user wrote.
        let message = error.message.split(" at line ").next().unwrap_or_default();
        // The error of a union that is read in two steps starts with the path inside the union.
        let inner = message.strip_prefix("at `").and_then(|rest| rest.split_once("`: "));
        let (inner, message) = inner.unwrap_or(("", message));
        let error = EncodeError::new(inner.to_owned(), message.to_owned());
        if path.is_empty() { error } else { error.within(&path) }.within(name)
    })
}

/// Creates the error of a name that is not among `known`, with the most similar name as a hint.
fn unknown(name: &str, what: &str, known: &[&'static str]) -> EncodeError {
    let hint = match nearest(name, known.iter().copied()) {
        Some(nearest) => format!(": did you mean `{nearest}`?"),
        None if known.is_empty() => ": the operation has none".to_owned(),
        None => format!(": expected one of {}", known.join(", ")),
    };
    EncodeError::new(name.to_owned(), format!("is not {what}{hint}"))
}

/// Returns the name among `known` that is most similar to `name`, or `None` if none is similar.
///
/// ```
/// use frameio_core::dynamic::nearest;
///
/// assert_eq!(nearest("fileid", ["account_id", "file_id"]), Some("file_id"));
/// assert_eq!(nearest("colour", ["account_id", "file_id"]), None);
/// ```
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let similarity = |known: &str| strsim::jaro_winkler(name, known);
    let all = known.into_iter().map(|known| (similarity(known), known));
    all.filter(|(similarity, _)| *similarity > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, known)| known)
}
