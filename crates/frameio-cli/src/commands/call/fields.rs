//! Parameters in arguments: `-f KEY=VALUE`, `-F KEY=VALUE` and `--path KEY=PLACE`.

use std::collections::HashSet;
use std::fmt;
use std::path::Path;

use frameio::Operation;
use frameio::endpoint::dynamic::{ParameterLocation, nearest};
use serde_json::{Map, Value};

use crate::completion;
use crate::exit::{Failure, Status};
use crate::input::{self, STANDARD_INPUT};

/// Maximum number of names in a key.
const MAX_DEPTH: usize = 16;

/// Parameters of a call, in addition to those of `--input`.
#[derive(Debug, Default, clap::Args)]
pub(super) struct Fields {
    /// Set a parameter to a text
    #[arg(long = "raw-field", short = 'f', value_name = "KEY=VALUE", add = completion::parameter())]
    raw: Vec<String>,
    /// Set a parameter to true, false, null, a number, the content of @FILE, @- for standard input, or
    /// else a text
    #[arg(long = "field", short = 'F', value_name = "KEY=VALUE", add = completion::parameter())]
    typed: Vec<String>,
    /// Set a parameter to the ID of a place, such as folder_id=/Workspace/Project/Folder
    #[arg(long = "path", value_name = "KEY=PLACE", add = completion::place_of_parameter())]
    places: Vec<String>,
}

impl Fields {
    /// Fails if several arguments read standard input.
    pub(super) fn check_standard_input(&self, input: &str) -> Result<(), Failure> {
        let fields = self.typed.iter().filter(|it| it.ends_with("=@-")).count();
        match fields + usize::from(input == "-") {
            0 | 1 => Ok(()),
            _ => Err(Failure::usage("only one argument can read standard input")),
        }
    }

    /// Adds what to do to the reason why the input of an operation is refused, if it is known.
    pub(super) fn explain(&self, operation: &Operation, mut reason: String) -> String {
        if reason.ends_with("is missing") {
            let id = operation.id;
            reason += &format!(
                "; `frameio operations --show {id}` lists the parameters, with an example"
            );
        } else if !self.typed.is_empty() && reason.contains("expected a string") {
            reason += "; '-f' sets a text that looks like a number";
        } else if !self.raw.is_empty() && reason.contains("invalid type: string") {
            reason += "; '-f' sets a text: pass a number, true or false with '-F', and an item of a list \
                       with KEY[]=VALUE";
        }
        reason
    }

    /// Adds what to do to the failure of a call that has a path as the value of an ID.
    pub(super) fn advised(&self, mut failure: Failure) -> Failure {
        let is_path_as_id = |field: &&String| {
            let is_id = |key: &str| ["_id", "_ids", "_ids[]"].iter().any(|end| key.ends_with(end));
            field.split_once('=').is_some_and(|(key, value)| is_id(key) && value.starts_with('/'))
        };
        let is_refused = matches!(failure.status, Status::NotFound | Status::Refused);
        let field = self.raw.iter().chain(&self.typed).find(is_path_as_id);
        if let Some(field) = field.filter(|_| is_refused) {
            failure.message += &format!("; '--path {field}' passes the ID of the place");
        }
        failure
    }

    /// Adds the values to the input of an operation. Returns the places, whose IDs belong in it.
    pub(super) fn add_to(
        &self,
        operation: &Operation,
        object: &mut Map<String, Value>,
    ) -> Result<Vec<(FieldPath, String)>, Failure> {
        let mut set = HashSet::new();
        for (flag, fields) in [("--raw-field", &self.raw), ("--field", &self.typed)] {
            for field in fields {
                let (path, text) = split(flag, field, operation, &mut set)?;
                let value = match flag {
                    "--field" => typed(text)?,
                    _ => text.into(),
                };
                path.insert(object, value)?;
            }
        }
        let places = self.places.iter().map(|field| {
            let (path, place) = split("--path", field, operation, &mut set)?;
            Ok((path, place.to_owned()))
        });
        places.collect()
    }
}

/// Splits an argument, and notes that it sets its parameter.
fn split<'a>(
    flag: &str,
    field: &'a str,
    operation: &Operation,
    set: &mut HashSet<FieldPath>,
) -> Result<(FieldPath, &'a str), Failure> {
    let Some((key, value)) = field.split_once('=') else {
        return Err(Failure::value(flag, field, "expected KEY=VALUE"));
    };
    let path = FieldPath::parse(key).ok_or_else(|| {
        Failure::value(flag, key, "expected KEY, KEY[SUBKEY] or KEY[] before the '='")
    })?;
    path.check(operation)?;
    let path = path.of(operation);
    if !path.is_list() && !set.insert(path.clone()) {
        return Err(Failure::usage(format!("'{path}' is set twice")));
    }
    Ok((path, value))
}

/// Returns the value of a typed field.
fn typed(text: &str) -> Result<Value, Failure> {
    match text {
        "true" => Ok(Value::Bool(true)),
        "false" => Ok(Value::Bool(false)),
        "null" => Ok(Value::Null),
        "@-" => Ok(input::text(&mut std::io::stdin(), STANDARD_INPUT)?.into()),
        _ => match text.strip_prefix('@') {
            Some(path) => Ok(input::file(Path::new(path))?.into()),
            None => Ok(serde_json::from_str(text).map_or_else(|_| text.into(), Value::Number)),
        },
    }
}

/// Position of a value in the input of an operation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::commands) struct FieldPath(Vec<Segment>);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Segment {
    Name(String),
    /// An additional item of a list.
    Item,
}

impl FieldPath {
    /// Parses a key such as `data.name`, `reviewers[emails][]` or `file_ids[]`.
    pub(in crate::commands) fn parse(key: &str) -> Option<Self> {
        let (names, mut rest) = key.split_at(key.find('[').unwrap_or(key.len()));
        let mut segments: Vec<_> =
            names.split('.').map(|name| Segment::Name(name.to_owned())).collect();
        while let Some(inside) = rest.strip_prefix('[') {
            let (name, after) = inside.split_once(']')?;
            segments.push(match name {
                "" => Segment::Item,
                name => Segment::Name(name.to_owned()),
            });
            rest = after;
        }
        let is_name = |it: &Segment| !matches!(it, Segment::Name(name) if name.is_empty());
        let is_valid = rest.is_empty() && segments.len() <= MAX_DEPTH;
        (is_valid && segments.iter().all(is_name)).then_some(Self(segments))
    }

    /// Adds `data` in front of the name of a field of the body, if the operation has `data`.
    pub(in crate::commands) fn of(mut self, operation: &Operation) -> Self {
        let schema = operation.schema();
        let has = |name: &str, in_body: bool| {
            let is_in_body = |it| it == ParameterLocation::Body;
            schema.parameters.iter().any(|it| it.name == name && is_in_body(it.location) == in_body)
        };
        let is_field = match self.0.first() {
            Some(Segment::Name(name)) => has(name, true) && !has(name, false) && name != "data",
            _ => false,
        };
        if schema.envelope && is_field {
            self.0.insert(0, Segment::Name("data".to_owned()));
        }
        self
    }

    /// Refuses a parameter that the operation does not have. Fields of the body are accepted without `data.`.
    fn check(&self, operation: &Operation) -> Result<(), Failure> {
        let Some(Segment::Name(name)) = self.0.first() else { return Ok(()) };
        let schema = operation.schema();
        let known: Vec<_> = schema.parameters.iter().map(|it| it.name).collect();
        if known.contains(&name.as_str()) || (schema.envelope && name == "data") {
            return Ok(());
        }
        let hint = match nearest(name, known.iter().copied()) {
            Some(nearest) => format!("did you mean '{nearest}'?"),
            None if known.is_empty() => "the operation has none".to_owned(),
            None => format!("expected one of {}", known.join(", ")),
        };
        Err(Failure::usage(format!("{}: '{name}' is not a parameter: {hint}", operation.id)))
    }

    /// Returns the position of additional items in the list at this position.
    pub(in crate::commands) fn items(mut self) -> Self {
        self.0.push(Segment::Item);
        self
    }

    /// Returns whether values are added to a list.
    fn is_list(&self) -> bool {
        self.0.contains(&Segment::Item)
    }

    /// Returns the last name, such as `file_ids` of `data[file_ids][]`.
    pub(in crate::commands) fn last_name(&self) -> &str {
        let names = self.0.iter().rev().find_map(|it| match it {
            Segment::Name(name) => Some(name.as_str()),
            Segment::Item => None,
        });
        names.unwrap_or_default()
    }

    /// Sets or adds the value in an object.
    pub(in crate::commands) fn insert(
        &self,
        object: &mut Map<String, Value>,
        value: Value,
    ) -> Result<(), Failure> {
        let Some((Segment::Name(first), rest)) = self.0.split_first() else { return Ok(()) };
        let mut at = object.entry(first.as_str()).or_insert(Value::Null);
        for (number, segment) in rest.iter().enumerate() {
            let is_list = *segment == Segment::Item;
            if at.is_null() {
                *at = if is_list { Value::Array(Vec::new()) } else { Value::Object(Map::new()) };
            }
            at = match (segment, at) {
                (Segment::Name(name), Value::Object(object)) => {
                    object.entry(name.as_str()).or_insert(Value::Null)
                }
                (Segment::Item, Value::Array(items)) => {
                    if !rest.get(number + 1).is_some_and(|next| completes(next, items)) {
                        items.push(Value::Null);
                    }
                    let Some(item) = items.last_mut() else { return Ok(()) };
                    item
                }
                _ => {
                    let expected = if is_list { "a list" } else { "an object" };
                    return Err(Failure::usage(format!("'{self}': a part is not {expected}")));
                }
            };
        }
        *at = value;
        Ok(())
    }
}

/// Returns whether the field belongs in the last object of a list, because that one lacks it.
fn completes(field: &Segment, items: &[Value]) -> bool {
    match (field, items.last()) {
        (Segment::Name(name), Some(Value::Object(last))) => !last.contains_key(name),
        _ => false,
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Name(name) if number == 0 => f.write_str(name)?,
                // As `frameio operations` prints it.
                Segment::Name(name) if number == 1 && self.is_in_data() => write!(f, ".{name}")?,
                Segment::Name(name) => write!(f, "[{name}]")?,
                Segment::Item => f.write_str("[]")?,
            }
        }
        Ok(())
    }
}

impl FieldPath {
    fn is_in_data(&self) -> bool {
        matches!(self.0.first(), Some(Segment::Name(name)) if name == "data")
    }
}

#[cfg(test)]
mod tests {
    use frameio::Catalog;
    use serde_json::json;

    use super::*;

    fn added(operation: &str, fields: &Fields, input: Value) -> Result<Value, String> {
        let Value::Object(mut object) = input else { return Err("no object".to_owned()) };
        let operation = Operation::find(operation).ok_or("no such operation")?;
        let added = fields.add_to(operation, &mut object);
        added.map(|_| object.into()).map_err(|failure| failure.message)
    }

    fn owned(fields: &[&str]) -> Vec<String> {
        fields.iter().map(|it| (*it).to_owned()).collect()
    }

    #[test]
    fn raw_fields_are_texts_and_typed_fields_are_json() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "two\nlines\n").unwrap();
        let from_file = format!("text=@{}", file.path().display());
        let fields = Fields {
            raw: owned(&["file_id=7", "name=true", "account_id=a=b"]),
            ..Fields::default()
        };
        let expected = json!({"file_id": "7", "data": {"name": "true"}, "account_id": "a=b"});
        assert_eq!(added("files.update", &fields, json!({})), Ok(expected));
        let typed = owned(&[
            "data[a]=true",
            "data[b]=false",
            "data[c]=null",
            "data[d]=12",
            "data[e]=-1.5",
            "data[f]=007",
            "data[g]=",
            "data[h]=12a",
            &from_file,
        ]);
        let fields = Fields { typed, ..Fields::default() };
        let expected = json!({
            "data": {
                "a": true, "b": false, "c": null, "d": 12, "e": -1.5, "f": "007", "g": "", "h": "12a",
                "text": "two\nlines\n",
            },
        });
        assert_eq!(added("comments.create", &fields, json!({})), Ok(expected));
    }

    #[test]
    fn fields_are_added_to_data_to_lists_and_to_objects() {
        let raw =
            owned(&["share_id=s", "reviewers[emails][]=a@b.c", "data.reviewers[emails][]=d@e.f"]);
        let fields = Fields { raw, ..Fields::default() };
        let expected = json!({
            "share_id": "s", "data": {"reviewers": {"emails": ["a@b.c", "d@e.f"]}},
        });
        assert_eq!(added("shares.add_reviewers", &fields, json!({})), Ok(expected));
        let raw =
            owned(&["values[][id]=a", "values[][value]=1", "values[][id]=b", "values[][value]=2"]);
        let fields = Fields { raw, ..Fields::default() };
        let expected =
            json!({"data": {"values": [{"id": "a", "value": "1"}, {"id": "b", "value": "2"}]}});
        assert_eq!(added("metadata.update", &fields, json!({})), Ok(expected));
        let fields = Fields { raw: owned(&["name=b", "data.x=c"]), ..Fields::default() };
        let input = json!({"data": {"name": "a", "other": 1}});
        let expected = json!({"data": {"name": "b", "other": 1, "x": "c"}});
        assert_eq!(added("folders.update", &fields, input), Ok(expected));
    }

    #[test]
    fn refuses_invalid_keys_and_values_that_are_set_twice() {
        for (raw, message) in [
            (&["name"][..], "expected KEY=VALUE"),
            (&["=x"], "expected KEY, KEY[SUBKEY] or KEY[]"),
            (&["a[=x"], "expected KEY, KEY[SUBKEY] or KEY[]"),
            (&["a[b]c=x"], "expected KEY, KEY[SUBKEY] or KEY[]"),
            (&["name=x", "data.name=y"], "'data.name' is set twice"),
            (&["name=x", "name[a]=y"], "'data.name[a]': a part is not an object"),
            (
                &["acount_id=x"],
                "files.update: 'acount_id' is not a parameter: did you mean 'account_id'?",
            ),
            (&["zork=2"], "'zork' is not a parameter: expected one of account_id, file_id, name"),
        ] {
            let fields = Fields { raw: owned(raw), ..Fields::default() };
            let error = added("files.update", &fields, json!({})).unwrap_err();
            assert!(error.contains(message), "{raw:?}: {error}");
        }
    }
}
