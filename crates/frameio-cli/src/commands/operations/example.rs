//! An example of `frameio call` for each operation.

use frameio::Operation;
use frameio::endpoint::dynamic::{Parameter, ParameterLocation};
use frameio_openapi::{Schema, SchemaType};

use super::fields;
use crate::commands::call::quoted;
use crate::commands::input_ids::ItemKind;

/// Maximum depth of objects in objects.
const MAX_DEPTH: usize = 4;

/// Maximum number of items in a list.
const MAX_ITEMS: u64 = 2;

/// Fields of operations that need one of several optional fields.
const ONE_OF: [(&str, &str); 1] = [("version_stacks.reorder", "data[move_to]=top")];

/// Files of the demo account.
const POSTER: &str = "/Film/The Crossing/Stills/Poster.png";
const HARBOUR: &str = "/Film/The Crossing/Stills/Harbour at dawn.jpg";

/// Returns the arguments of a call with the required parameters, and with a field if an update has no
/// required one.
pub(super) fn arguments(operation: &Operation) -> Vec<String> {
    let mut arguments = Vec::new();
    let parameters = operation.schema().parameters;
    let is_body = |it: &&Parameter| it.location == ParameterLocation::Body;
    let required = parameters.iter().filter(|it| it.required && it.name != "account_id");
    let optional = parameters
        .iter()
        .filter(is_body)
        .filter(|_| !parameters.iter().filter(is_body).any(|it| it.required));
    for parameter in required.chain(optional.take(1)) {
        let schema = fields::schema(operation, parameter);
        add(&mut arguments, parameter.name, parameter.name, parameter.values, schema, 0);
    }
    let more = ONE_OF.iter().filter(|(id, _)| *id == operation.id);
    arguments.extend(more.flat_map(|(_, field)| ["-f".to_owned(), (*field).to_owned()]));
    arguments
}

/// Returns the example as a line of a shell.
pub(super) fn line(operation: &Operation) -> String {
    let words = arguments(operation).into_iter().map(|word| match word.split_once('=') {
        // Quotes around the value are easier to read.
        Some((key, value)) if quoted(key) == key => format!("{key}={}", quoted(value)),
        _ => quoted(&word),
    });
    let words: Vec<_> = words.collect();
    format!("frameio call {} {}", operation.id, words.join(" ")).trim_end().to_owned()
}

/// Adds the arguments that set the parameter `key`, whose last name is `name`.
fn add(
    arguments: &mut Vec<String>,
    key: &str,
    name: &str,
    values: &[&str],
    schema: Option<Schema<'_>>,
    depth: usize,
) {
    if depth > MAX_DEPTH {
        return;
    }
    if let Some((list, items)) = schema.and_then(|it| Some((it, it.items()?))) {
        for number in 0..list.item_counts().min.unwrap_or(1).clamp(1, MAX_ITEMS) {
            add(arguments, &format!("{key}[]"), name, values, Some(items), depth + 1);
            if number > 0
                && let Some(last) = arguments.last_mut()
            {
                // Items are unique.
                *last = last.replace(POSTER, HARBOUR);
            }
        }
        return;
    }
    let first_member = schema.and_then(Schema::members).and_then(|it| it.into_iter().next());
    if let Some(member) = first_member {
        return add(arguments, key, name, values, Some(member), depth + 1);
    }
    let known = || schema?.values()?.first().map(|it| (*it).to_owned());
    let value = values.first().map(|it| (*it).to_owned()).or_else(known);
    let mut push = |flag: &str, value: &str| {
        arguments.extend([flag.to_owned(), format!("{key}={value}")]);
    };
    let kind = schema.and_then(Schema::kind);
    match (value, ItemKind::of_name(name).and_then(place), kind) {
        (Some(value), _, _) => push("-f", &value),
        (None, Some(place), _) => push("--path", place),
        (None, None, Some(SchemaType::Integer | SchemaType::Number)) => push("-F", "1"),
        (None, None, Some(SchemaType::Boolean)) => push("-F", "true"),
        (None, None, Some(SchemaType::Object)) => {
            add_object(arguments, key, schema, depth);
        }
        _ => push("-f", text(name, schema)),
    }
}

/// Adds the required fields of an object, or its first one.
fn add_object(arguments: &mut Vec<String>, key: &str, schema: Option<Schema<'_>>, depth: usize) {
    let Some(schema) = schema else { return };
    let required = schema.properties().filter(|(name, _)| schema.requires(name));
    let mut parts: Vec<_> = required.collect();
    if parts.is_empty() {
        parts.extend(schema.properties().next());
    }
    for (name, part) in parts {
        add(arguments, &format!("{key}[{name}]"), name, &[], Some(part), depth + 1);
    }
}

/// Returns an item of the demo account.
const fn place(kind: ItemKind) -> Option<&'static str> {
    match kind {
        ItemKind::Account => None,
        ItemKind::Workspace => Some("/Film"),
        ItemKind::Project => Some("/Film/The Crossing"),
        ItemKind::Folder | ItemKind::Parent => Some("/Film/The Crossing/Dailies"),
        ItemKind::File | ItemKind::Asset => Some(POSTER),
        ItemKind::VersionStack => Some("/Film/The Crossing/Cuts/The Crossing - cut 3.mp4"),
    }
}

/// Returns a text that fits the name and the format.
fn text(name: &str, schema: Option<Schema<'_>>) -> &'static str {
    match schema.and_then(Schema::format) {
        Some("date-time") => "2026-12-01T12:00:00Z",
        Some("date") => "2026-12-01",
        Some("uuid") => "ID",
        _ if name == "storage_location" => "00000000-0000-4000-8000-000000000000",
        _ if name.ends_with("_id") || name.ends_with("_ids") => "ID",
        _ if name == "events" => "file.ready",
        _ if name.contains("email") => "person@example.com",
        _ if name.contains("url") => "https://example.com/",
        _ if name.contains("color") => "#ff0000",
        _ if name.contains("name") => "Name",
        _ => "text",
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use frameio::Catalog;

    use super::*;
    use crate::commands::{Cli, call};

    #[test]
    fn the_example_of_every_operation_is_a_valid_call() {
        let mut invalid = Vec::new();
        for operation in Operation::all() {
            let mut words = vec!["frameio".to_owned(), "call".to_owned(), operation.id.to_owned()];
            words.extend(arguments(operation));
            let cli = Cli::try_parse_from(&words).map_err(|error| error.to_string());
            let checked = cli.and_then(|cli| call::check(cli.call_args().ok_or("no call")?));
            if let Err(error) = checked {
                invalid.push(format!("{error}: {}", line(operation)));
            }
        }
        assert!(invalid.is_empty(), "{invalid:#?}");
    }
}
