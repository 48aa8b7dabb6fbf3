//! Contract of the service: its operations with their parameters and bodies.
//!
//! The first request compiles the documents of `frameio-openapi` into specifications for routing and
//! validation.

mod check;
pub(crate) mod cursor;
mod extra_rules;
mod flavours;
mod read;
mod schema;
pub(crate) mod timecode;

use std::sync::LazyLock;

use frameio_core::Operation;
use frameio_openapi::Document;
use serde_json::{Map, Value};

use self::schema::Schema;
use crate::response::Problem;

/// Value of `api-version` that experimental operations require.
pub(crate) const EXPERIMENTAL: &str = "experimental";

/// Specification of an operation.
#[derive(Debug)]
pub(crate) struct Spec {
    pub(crate) operation: Operation,
    /// Query parameters; an object has one for each of its keys, which are written in brackets.
    pub(crate) parameters: Vec<Parameter>,
    /// JSON body, if any.
    pub(crate) body: Option<Content>,
    /// Experimental flavour of a stable operation.
    pub(crate) flavour: Option<Flavour>,
}

/// Request of a stable operation with `api-version: experimental`.
#[derive(Debug)]
pub(crate) struct Flavour {
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Option<Content>,
}

impl Spec {
    /// Returns whether the operation requires `api-version: experimental`.
    pub(crate) fn is_experimental(&self) -> bool {
        self.operation.api_version == Some(EXPERIMENTAL)
    }

    /// Returns parameters and body of a request, or those of the experimental flavour.
    pub(crate) fn request(&self, experimental: bool) -> (&[Parameter], Option<&Content>) {
        match self.flavour.as_ref().filter(|_| experimental) {
            Some(flavour) => (&flavour.parameters, flavour.body.as_ref()),
            None => (&self.parameters, self.body.as_ref()),
        }
    }
}

/// Returns all operations, the stable ones first.
pub(crate) fn specs() -> &'static [Spec] {
    static SPECS: LazyLock<Vec<Spec>> = LazyLock::new(|| {
        let mut specs = read_specs();
        flavours::add(&mut specs, read_specs());
        specs
    });
    &SPECS
}

fn read_specs() -> Vec<Spec> {
    let (stable, experimental) = (Document::stable(), Document::experimental());
    let mut specs: Vec<Spec> = read::specs(stable).chain(read::specs(experimental)).collect();
    extra_rules::add(&mut specs);
    specs
}

/// Query parameter.
#[derive(Debug)]
pub(crate) struct Parameter {
    /// Name, such as `filters[user_id]` for a key of an object.
    pub(crate) name: Box<str>,
    /// Pointer for its problems, such as `/filters/user_id`.
    pointer: Box<str>,
    /// Whether the value is a list, separated by commas.
    list: bool,
    schema: Schema,
    /// Default value.
    pub(crate) default: Option<Value>,
}

impl Parameter {
    /// Parses and checks a value; adds its problems to `problems`.
    pub(crate) fn read(&self, text: &str, problems: &mut Vec<Problem>) -> Option<Value> {
        let before = problems.len();
        let mut read = |text: &str| match self.schema.parse(text) {
            Ok(mut value) => {
                self.schema.check(&mut value, &self.pointer, problems);
                value
            }
            Err(detail) => {
                problems.push(Problem::at(&*self.pointer, detail));
                Value::Null
            }
        };
        let value = if self.list { text.split(',').map(read).collect() } else { read(text) };
        (problems.len() == before).then_some(value)
    }

    /// Returns whether the parameter is a key of the object `name`.
    pub(crate) fn is_below(&self, name: &str) -> bool {
        self.name.strip_prefix(name).is_some_and(|rest| rest.starts_with('['))
    }
}

/// JSON body of an operation.
#[derive(Debug)]
pub(crate) struct Content {
    /// Whether the body is required.
    pub(crate) required: bool,
    envelope: Envelope,
    /// Schema of the content of the envelope, or of the whole body if there is no envelope.
    schema: Schema,
}

/// Whether the content is under the key `data`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Envelope {
    None,
    Optional,
    Required,
}

impl Content {
    /// Extracts and checks the content of a body.
    pub(crate) fn take(&self, body: Value) -> Result<Map<String, Value>, Vec<Problem>> {
        let mut problems = Vec::new();
        let Value::Object(mut body) = body else {
            let detail = match self.envelope {
                Envelope::None => "the body must be an object",
                _ => "the body must be an object with the key 'data'",
            };
            return Err(vec![Problem::at("", detail)]);
        };
        let (mut data, at) = match self.envelope {
            Envelope::None => (Some(body.into()), ""),
            _ => {
                let data = body.remove("data");
                // Some envelopes of the contract are open, but no other keys are documented.
                for name in body.keys().take(check::MAX_PROBLEMS) {
                    problems.push(check::unknown("", name));
                }
                (data, "/data")
            }
        };
        match &mut data {
            Some(data) => self.schema.check(data, at, &mut problems),
            None if self.envelope == Envelope::Required => {
                problems.push(Problem::at(at, "is missing"));
            }
            None => {}
        }
        match data {
            _ if !problems.is_empty() => Err(problems),
            Some(Value::Object(data)) => Ok(data),
            _ => Ok(Map::new()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn spec(id: &str) -> &'static Spec {
        specs().iter().find(|spec| spec.operation.id == id).unwrap()
    }

    #[test]
    fn contains_the_operations_of_both_documents() {
        let experimental = specs().iter().filter(|spec| spec.is_experimental()).count();
        assert_eq!((specs().len(), experimental), (124, 26));
        // The declarations of the SDK match.
        for operation in <Operation as frameio_api::Catalog>::all() {
            let Operation { id, method, path, quota, scope, api_version, .. } =
                &spec(operation.id).operation;
            assert_eq!((*id, method, *path), (operation.id, &operation.method, operation.path));
            assert_eq!((*quota, *scope), (operation.quota, operation.scope), "{id}");
            assert_eq!(*api_version, operation.api_version, "{id}");
        }
    }

    #[test]
    fn the_content_is_in_the_envelope_or_the_whole_body() {
        let take = |id, body: Value| {
            let taken = spec(id).body.as_ref().unwrap().take(body).map(Value::from);
            taken.map_err(|problems| problems.into_iter().map(|it| it.pointer.unwrap()).collect())
        };
        let wrong = |pointers: &[&str]| {
            Err::<Value, Vec<String>>(pointers.iter().map(|it| (*it).to_owned()).collect())
        };
        let search = json!({"engine": "nlp", "query": "sea"});
        assert_eq!(take("search.search", search.clone()), Ok(search));
        assert_eq!(
            take("search.search", json!({"data": {}})),
            wrong(&["/engine", "/query", "/data"])
        );
        assert_eq!(take("search.search", json!("sea")), wrong(&[""]));
        assert_eq!(take("files.copy", json!({})), Ok(json!({})));
        assert_eq!(take("files.copy", json!({"parent_id": "x"})), wrong(&["/parent_id"]));
        assert_eq!(take("files.move", json!({})), wrong(&["/data"]));
        assert_eq!(
            take("files.move", json!({"data": {"parent_id": 7}})),
            wrong(&["/data/parent_id"])
        );
    }
}
