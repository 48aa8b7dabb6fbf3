//! JSON input: from the command line, from a file, or from standard input.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use frameio::endpoint::dynamic::nearest;
use frameio::{Catalog, Operation};
use serde_json::{Map, Value};

use crate::exit::Failure;

/// Maximum size of an input; the longest annotation fits many times over.
const MAX_BYTES: u64 = 64 << 20;

/// Reads the object that `--input` is or names.
pub(crate) fn object(argument: &str) -> Result<Map<String, Value>, Failure> {
    object_of("--input", argument)
}

/// Reads the object that the value of `flag` is or names: JSON, `@FILE`, or `-`.
pub(crate) fn object_of(flag: &str, argument: &str) -> Result<Map<String, Value>, Failure> {
    let (about, json) = match argument {
        "-" => ("standard input".to_owned(), text(&mut std::io::stdin(), "standard input")?),
        _ => match argument.strip_prefix('@') {
            Some(path) => (path.to_owned(), file(Path::new(path))?),
            None => (flag.to_owned(), argument.to_owned()),
        },
    };
    match serde_json::from_str(&json) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(Failure::usage(about, "is not a JSON object, such as '{\"account_id\": …}'")),
        Err(error) => Err(Failure::usage(about, format!("is not JSON: {error}"))),
    }
}

/// Reads a file up to the size limit.
pub(crate) fn file(path: &Path) -> Result<String, Failure> {
    let about = path.display().to_string();
    let mut opened = File::open(path).map_err(|error| Failure::usage(&about, error))?;
    text(&mut opened, &about)
}

/// Reads text up to the size limit.
pub(crate) fn text(reader: &mut dyn Read, about: &str) -> Result<String, Failure> {
    let mut text = String::new();
    let read = reader.take(MAX_BYTES + 1).read_to_string(&mut text);
    match read {
        Ok(_) if text.len() as u64 > MAX_BYTES => {
            Err(Failure::usage(about, format!("is longer than {MAX_BYTES} bytes")))
        }
        Ok(_) => Ok(text),
        Err(error) => Err(Failure::usage(about, error)),
    }
}

/// Finds the operation with this documented name.
pub(crate) fn operation(id: &str) -> Result<&'static Operation, String> {
    Operation::find(id).ok_or_else(|| {
        let hint = match nearest(id, Operation::all().map(|operation| operation.id)) {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => "`frameio operations` lists them".to_owned(),
        };
        format!("no operation '{id}': {hint}")
    })
}
