//! JSON input: from the command line, from a file, or from standard input.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use frameio::endpoint::dynamic::nearest;
use frameio::{Catalog, Operation};
use serde_json::{Map, Value};

use crate::exit::Failure;

/// The most that an input may be; the longest annotation fits in many times.
const LONGEST: u64 = 64 << 20;

/// The object that `--input` is, or names.
pub(crate) fn object(argument: &str) -> Result<Map<String, Value>, Failure> {
    object_of("--input", argument)
}

/// The object that the argument of `flag` is, or names: JSON, `@FILE`, or `-`.
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
        Ok(_) => Err(Failure::usage(about, "is not a JSON object: '{\"account_id\": …}' is one")),
        Err(error) => Err(Failure::usage(about, format!("is not JSON: {error}"))),
    }
}

/// All that is in a file, if it is not too much.
pub(crate) fn file(path: &Path) -> Result<String, Failure> {
    let about = path.display().to_string();
    let mut opened = File::open(path).map_err(|error| Failure::usage(&about, error))?;
    text(&mut opened, &about)
}

/// All that can be read, if it is not too much.
pub(crate) fn text(reader: &mut dyn Read, about: &str) -> Result<String, Failure> {
    let mut text = String::new();
    let read = reader.take(LONGEST + 1).read_to_string(&mut text);
    match read {
        Ok(_) if text.len() as u64 > LONGEST => {
            Err(Failure::usage(about, format!("is longer than {LONGEST} bytes")))
        }
        Ok(_) => Ok(text),
        Err(error) => Err(Failure::usage(about, error)),
    }
}

/// The operation of this documented name.
pub(crate) fn operation(id: &str) -> Result<&'static Operation, String> {
    Operation::find(id).ok_or_else(|| {
        let hint = match nearest(id, Operation::all().map(|operation| operation.id)) {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => "`frameio operations` lists them".to_owned(),
        };
        format!("there is no operation `{id}`: {hint}")
    })
}
