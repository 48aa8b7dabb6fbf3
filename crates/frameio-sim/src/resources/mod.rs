//! The operations, one file a resource: the rules of what they take, and what they do.

pub(crate) mod accounts;
pub(crate) mod comments;
pub(crate) mod files;
pub(crate) mod folders;
pub(crate) mod projects;
pub(crate) mod users;
pub(crate) mod workspaces;

use crate::query::Param;
use crate::respond::Outcome;
use crate::state::{Ctx, State};
use crate::validate::{Field, Kind, Object};

/// An operation as the simulator knows it; its route and quota are those of `frameio-api`.
#[derive(Debug)]
pub(crate) struct Simulated {
    pub(crate) id: &'static str,
    pub(crate) query: &'static [Param],
    pub(crate) body: Option<&'static Object>,
    pub(crate) handle: fn(&mut State, &Ctx<'_>) -> Outcome,
}

impl Simulated {
    const fn new(id: &'static str, handle: fn(&mut State, &Ctx<'_>) -> Outcome) -> Self {
        Self { id, query: &[], body: None, handle }
    }

    const fn query(mut self, params: &'static [Param]) -> Self {
        self.query = params;
        self
    }

    const fn body(mut self, data: &'static Object) -> Self {
        self.body = Some(data);
        self
    }
}

/// All operations.
pub(crate) fn all() -> impl Iterator<Item = &'static Simulated> {
    [
        users::OPERATIONS,
        accounts::OPERATIONS,
        workspaces::OPERATIONS,
        projects::OPERATIONS,
        folders::OPERATIONS,
        files::OPERATIONS,
        comments::OPERATIONS,
    ]
    .into_iter()
    .flatten()
}

/// A body of which a name is all that can be given.
const NAME: Object = Object::closed(&[Field::optional("name", Kind::NAME)]);

/// What a record is called that was made without a name.
const UNTITLED: &str = "Untitled";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;

    /// The names of a JSON array.
    fn names(array: &Value) -> BTreeSet<&str> {
        array.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
    }

    fn set<'a>(names: &[&'a str]) -> BTreeSet<&'a str> {
        names.iter().copied().collect()
    }

    struct Contract(Value);

    impl Contract {
        fn read() -> Self {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/contract/openapi.json");
            let text = std::fs::read_to_string(path).unwrap();
            Self(serde_json::from_str(&text).unwrap())
        }

        fn operation(&self, id: &str) -> &Value {
            let paths = self.0["paths"].as_object().unwrap();
            let mut operations = paths.values().flat_map(|path| path.as_object().unwrap().values());
            operations.find(|operation| operation["operationId"] == id).unwrap()
        }

        /// Follows references and takes null away; tells whether it was there.
        fn resolve<'c>(&'c self, schema: &'c Value) -> (&'c Value, bool) {
            if let Some(pointer) = schema["$ref"].as_str() {
                return self.resolve(self.0.pointer(pointer.trim_start_matches('#')).unwrap());
            }
            match schema["anyOf"].as_array() {
                Some(any) => {
                    let schema = any.iter().find(|schema| schema["type"] != "null").unwrap();
                    (self.resolve(schema).0, true)
                }
                None => (schema, names(&schema["type"]).contains("null")),
            }
        }

        fn compare(&self, at: &str, kind: &Kind, nullable: bool, schema: &Value) {
            let (schema, contract_nullable) = self.resolve(schema);
            assert_eq!(nullable, contract_nullable, "{at}: null");
            let types = names(&schema["type"]);
            let is = |name| schema["type"] == name || types.contains(name);
            let count = |name: &str, default| schema[name].as_u64().unwrap_or(default) as usize;
            let ok = match kind {
                Kind::Boolean => is("boolean"),
                Kind::OneOf(one_of) => set(one_of) == names(&schema["enum"]),
                &Kind::Text { min, max } => {
                    let most = schema["maxLength"].as_u64().map_or(usize::MAX, |max| max as usize);
                    is("string") && min == count("minLength", 0) && max == most
                }
                &Kind::Integer { min, max } => {
                    is("integer")
                        && schema["minimum"].as_i64() == Some(min)
                        && schema["maximum"].as_i64().unwrap_or(i64::MAX) == max
                }
                &Kind::Number { min, max } => {
                    is("number")
                        && schema["minimum"].as_f64().unwrap_or(f64::MIN) == min
                        && schema["maximum"].as_f64().unwrap_or(f64::MAX) == max
                }
                &Kind::List { of, min } => {
                    self.compare(&format!("{at}/0"), of, false, &schema["items"]);
                    is("array") && min == count("minItems", 0)
                }
                Kind::Object(object) => {
                    self.compare_object(at, object, schema);
                    is("object")
                }
                Kind::TimeStamp => {
                    let types = schema["oneOf"].as_array().unwrap();
                    types.iter().map(|t| &t["type"]).eq(["string", "integer"])
                }
            };
            assert!(ok, "{at}: {kind:?} is not {schema}");
        }

        fn compare_object(&self, at: &str, object: &Object, schema: &Value) {
            let properties = schema["properties"].as_object().unwrap();
            let known: BTreeSet<_> = object.fields.iter().map(|field| field.name).collect();
            assert_eq!(known, properties.keys().map(String::as_str).collect(), "{at}");
            let required = object.fields.iter().filter(|field| field.required);
            let required: BTreeSet<_> = required.map(|field| field.name).collect();
            assert_eq!(required, names(&schema["required"]), "{at}: required");
            assert_eq!(object.closed, schema["additionalProperties"] == false, "{at}: closed");
            assert_eq!(object.filled, schema["minProperties"] == 1, "{at}: filled");
            for field in object.fields {
                let at = format!("{at}/{}", field.name);
                self.compare(&at, &field.kind, field.nullable, &properties[field.name]);
            }
        }

        fn compare_query(&self, simulated: &Simulated) {
            let parameters = self.operation(simulated.id)["parameters"].as_array();
            let query = parameters.into_iter().flatten().filter(|p| p["in"] == "query");
            let mut left: BTreeSet<_> = query.clone().filter_map(|p| p["name"].as_str()).collect();
            let mut schema = |name: &str| {
                assert!(left.remove(name), "{}: {name} is not in the contract", simulated.id);
                let parameter = query.clone().find(|p| p["name"] == name).unwrap();
                self.resolve(&parameter["schema"]).0
            };
            for param in simulated.query {
                match param {
                    Param::Include(known) => {
                        assert_eq!(set(known), names(&schema("include")["enum"]));
                    }
                    Param::Sort(known) => assert_eq!(set(known), names(&schema("sort")["enum"])),
                    Param::Types(_) => assert_eq!(schema("type")["type"], "string"),
                    Param::Page(max) => {
                        assert_eq!(schema("after")["type"], "string");
                        assert_eq!(schema("page_size")["maximum"], *max);
                        assert_eq!(schema("include_total_count")["type"], "boolean");
                    }
                    Param::AsTimecode => {
                        assert_eq!(schema("timestamp_as_timecode")["type"], "boolean");
                    }
                }
            }
            assert_eq!(left, BTreeSet::new(), "{}", simulated.id);
        }
    }

    #[test]
    fn the_rules_are_those_of_the_contract() {
        let contract = Contract::read();
        for simulated in all() {
            contract.compare_query(simulated);
            let body = &contract.operation(simulated.id)["requestBody"];
            let schema = &body["content"]["application/json"]["schema"]["properties"]["data"];
            match simulated.body {
                Some(object) => {
                    contract.compare_object(simulated.id, object, contract.resolve(schema).0);
                }
                None => assert!(body.is_null(), "{} takes a body", simulated.id),
            }
        }
    }
}
