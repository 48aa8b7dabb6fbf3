//! Operations by their documented names: requests from JSON, and what can be asked about them.
//!
//! A request that derives [`EndpointFromJson`](crate::EndpointFromJson) next to `Endpoint` can be
//! made from one flat JSON object, with the documented names of its parameters:
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
//! assert_eq!(error.to_string(), "`acount_id` is not a parameter: did you mean `account_id`?");
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
use crate::operation::Operation;
use crate::options::CallOptions;
use crate::patch::Patch;

pub use self::operation_names::nearest_operation;

/// A request that can be made from JSON. Derived by [`EndpointFromJson`](crate::EndpointFromJson).
pub trait FromJson: Endpoint + Sized {
    /// What the request is made of.
    const SCHEMA: Schema;

    /// Makes the request from a flat object of its documented parameters: those of the path and of
    /// the query by their names, and the body as `data`, or by the names of its fields where the
    /// operation has no `data`.
    ///
    /// A list in a query may be given as a list, or as text with commas. Null is as good as
    /// absent, but for a field that an update can clear.
    ///
    /// # Errors
    /// When a name is unknown, a value is missing, or one is of another type; the error names it.
    fn from_json(input: &Map<String, Value>) -> Result<Self, EncodeError>;
}

impl Codec {
    /// The codec of one request type.
    pub const fn of<E: FromJson>() -> Self {
        Self {
            schema: E::SCHEMA,
            encode: |input, limits| encode_checked(&E::from_json(input)?, limits),
            decode: |parts, body| E::Response::from_response(parts, body).map(drop),
        }
    }
}

/// For operations whose request type does not derive `EndpointFromJson`.
const UNKNOWN: Schema = Schema { type_name: "", envelope: true, paged: false, parameters: &[] };

impl Operation {
    /// Returns the parameters of the request; none if its type does not derive
    /// [`EndpointFromJson`](crate::EndpointFromJson).
    pub fn schema(&self) -> &Schema {
        self.codec.map_or(&UNKNOWN, |codec| &codec.schema)
    }

    /// Creates a request from a flat object of the documented parameters, see
    /// [`FromJson::from_json`], with the options of the call.
    ///
    /// # Errors
    /// When the object has unknown or missing parameters, a value is outside the documented limits
    /// (unless [`CallOptions::unchecked`] skips them), or a header of the options is invalid.
    pub fn request(
        &self,
        input: &Map<String, Value>,
        options: &CallOptions,
    ) -> Result<Request<Body>, EncodeError> {
        let codec = self.codec.ok_or_else(|| {
            let message = "cannot be called with JSON: its type does not derive `EndpointFromJson`";
            EncodeError::new(self.id, message)
        })?;
        let mut request = (codec.encode)(input, options.checker())?;
        options.apply(&mut request)?;
        Ok(request)
    }

    /// Decodes a successful response as the operation's type, and returns it as the JSON that it
    /// came as: null if it has no content.
    ///
    /// # Errors
    /// When the response is not what the operation promises.
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

/// A JSON object.
#[doc(hidden)]
pub type JsonObject = Map<String, Value>;

/// The input of one request, its names checked.
#[doc(hidden)]
#[derive(Debug)]
pub struct Input<'a> {
    operation: &'static Operation,
    fields: &'a Map<String, Value>,
    body: Option<&'a Map<String, Value>>,
}

impl<'a> Input<'a> {
    /// Takes the object apart.
    pub fn new(
        operation: &'static Operation,
        schema: &Schema,
        fields: &'a Map<String, Value>,
    ) -> Result<Self, EncodeError> {
        let in_data = |parameter: &&Parameter| {
            schema.envelope && parameter.location == ParameterLocation::Body
        };
        let names = |inside: bool| {
            let here = schema.parameters.iter().filter(move |it| in_data(it) == inside);
            here.map(|parameter| parameter.name)
        };
        let has_data = names(true).next().is_some();
        let outer: Vec<_> = names(false).chain(has_data.then_some("data")).collect();
        if let Some(name) = fields.keys().find(|name| !outer.contains(&name.as_str())) {
            return Err(match names(true).any(|inner| inner == name) {
                true => EncodeError::new(name.clone(), "belongs into `data`"),
                false => unknown(name, "a parameter", &outer),
            });
        }
        let body = match fields.get("data") {
            _ if !schema.envelope => Some(fields),
            Some(Value::Object(data)) => {
                let inner: Vec<_> = names(true).collect();
                match data.keys().find(|name| !inner.contains(&name.as_str())) {
                    Some(name) => return Err(unknown(name, "a field of `data`", &inner)),
                    None => Some(data),
                }
            }
            None | Some(Value::Null) => None,
            Some(_) => return Err(EncodeError::new("data", "has to be an object")),
        };
        Ok(Self { operation, fields, body })
    }

    /// An argument of the path.
    pub fn path<T: DeserializeOwned>(&self, name: &'static str) -> Result<T, EncodeError> {
        match self.fields.get(name) {
            Some(value) => read(name, value),
            None => Err(EncodeError::new(name, "is missing")),
        }
    }

    /// A parameter of the query.
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

    /// A parameter of the query that is always sent.
    pub fn required_query<T: DeserializeOwned>(
        &self,
        name: &'static str,
    ) -> Result<T, EncodeError> {
        self.query(name)?.ok_or_else(|| EncodeError::new(name, "is missing"))
    }

    /// A field of the body that is always sent.
    pub fn required<T: DeserializeOwned>(&self, name: &'static str) -> Result<T, EncodeError> {
        match self.body.and_then(|body| body.get(name)) {
            Some(value) => read(name, value),
            None => Err(EncodeError::new(name, "is missing")),
        }
    }

    /// A field of the body that can be left out.
    pub fn optional<F: FromInput>(&self, name: &'static str) -> Result<F, EncodeError> {
        F::from_input(name, self.body.and_then(|body| body.get(name)), self.operation)
    }

    /// A field of the body that has one value; it need not be given.
    pub fn constant(&self, name: &'static str, constant: &str) -> Result<(), EncodeError> {
        match self.body.and_then(|body| body.get(name)) {
            Some(value) if value != constant => {
                Err(EncodeError::new(name, format!("can only be {constant:?}")))
            }
            _ => Ok(()),
        }
    }
}

/// A field of the body that can be left out.
#[doc(hidden)]
pub trait FromInput: Sized {
    /// Reads the value, if there is one.
    fn from_input(
        name: &'static str,
        value: Option<&Value>,
        operation: &Operation,
    ) -> Result<Self, EncodeError>;
}

/// Null is as good as absent where something is created. An update would keep the old value, which
/// is not what null says.
impl<T: DeserializeOwned> FromInput for Option<T> {
    fn from_input(
        name: &'static str,
        value: Option<&Value>,
        operation: &Operation,
    ) -> Result<Self, EncodeError> {
        match value {
            None => Ok(None),
            Some(Value::Null) if operation.method == http::Method::PATCH => {
                Err(EncodeError::new(name, "cannot be cleared: leave it out, or give a value"))
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

/// Reads a value from text, as responses are, so that an error has a path. A whole number is an
/// integer however it is written.
fn read<T: DeserializeOwned>(name: &'static str, value: &Value) -> Result<T, EncodeError> {
    let text = value.to_string();
    let decoded = decode_json(text.as_bytes()).or_else(|error| {
        let (whole, count) = replace_values(&text, |_, number| {
            number.contains(['.', 'e']).then(|| whole_number(number))?
        });
        (count > 0).then(|| decode_json(whole.as_bytes()).ok()).flatten().ok_or(error)
    });
    decoded.map_err(|error| {
        let path = if error.path == "." { String::new() } else { error.path };
        // The place in the text is of no use: the user wrote another one.
        let message = error.message.split(" at line ").next().unwrap_or_default();
        // The text of an error in a union that was read in two steps begins with the place in it.
        let inner = message.strip_prefix("at `").and_then(|rest| rest.split_once("`: "));
        let (inner, message) = inner.unwrap_or(("", message));
        let error = EncodeError::new(inner.to_owned(), message.to_owned());
        if path.is_empty() { error } else { error.within(&path) }.within(name)
    })
}

/// The error of a name that is not among `known`, with the one that is most like it.
fn unknown(name: &str, what: &str, known: &[&'static str]) -> EncodeError {
    let hint = match nearest(name, known.iter().copied()) {
        Some(nearest) => format!(": did you mean `{nearest}`?"),
        None if known.is_empty() => ": there is none".to_owned(),
        None => format!(": known are {}", known.join(", ")),
    };
    EncodeError::new(name.to_owned(), format!("is not {what}{hint}"))
}

/// The name among `known` that is most like `name`, if one is like it at all.
///
/// ```
/// use frameio_core::dynamic::nearest;
///
/// assert_eq!(nearest("fileid", ["account_id", "file_id"]), Some("file_id"));
/// assert_eq!(nearest("colour", ["account_id", "file_id"]), None);
/// ```
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let likeness = |known: &str| strsim::jaro_winkler(name, known);
    let all = known.into_iter().map(|known| (likeness(known), known));
    all.filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, known)| known)
}
