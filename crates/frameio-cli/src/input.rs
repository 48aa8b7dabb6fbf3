//! Reads JSON, settings and secrets from arguments, variables, files and standard input.
//!
//! Errors begin with the subject that they are about: a quoted flag or file, a variable, or standard
//! input.

use std::env::VarError;
use std::fmt::Display;
use std::fs::File;
use std::io::{BufRead, Read};
use std::path::Path;

use frameio::endpoint::dynamic::nearest_operation;
use frameio::endpoint::{InvalidText, clean_text};
use frameio::{Catalog, Operation, Secret};
use serde_json::{Map, Value};

use crate::exit::{Failure, io_reason};

/// Maximum size of an input, far above any request.
const MAX_BYTES: u64 = 64 << 20;

/// Subject of errors about standard input.
pub(crate) const STANDARD_INPUT: &str = "standard input";

/// Returns the subject of errors about a flag or a file.
pub(crate) fn quoted(name: impl Display) -> String {
    format!("'{name}'")
}

/// Reads the JSON object in the value of `--input`, see [`object_of`].
pub(crate) fn object(argument: &str) -> Result<Map<String, Value>, Failure> {
    object_of("--input", argument)
}

/// Reads the JSON object in the value of a flag, in the file of `@FILE`, or in standard input for `-`.
pub(crate) fn object_of(flag: &str, argument: &str) -> Result<Map<String, Value>, Failure> {
    let (subject, json) = match argument {
        "-" => (STANDARD_INPUT.to_owned(), text(&mut std::io::stdin(), STANDARD_INPUT)?),
        _ => match argument.strip_prefix('@') {
            Some(path) => (quoted(path), file(Path::new(path))?),
            None => (quoted(flag), argument.to_owned()),
        },
    };
    let problem = match serde_json::from_str(&json) {
        Ok(Value::Object(object)) => return Ok(object),
        Ok(_) => "is not a JSON object, such as '{\"account_id\": …}'".to_owned(),
        Err(_) if json.trim().is_empty() => "is empty: expected a JSON object".to_owned(),
        Err(error) => format!("is not valid JSON: {error}"),
    };
    Err(Failure::usage(format!("{subject} {problem}")))
}

/// Reads a text file up to the size limit, see [`decode`].
pub(crate) fn file(path: &Path) -> Result<String, Failure> {
    let mut opened = File::open(path).map_err(|error| Failure::file("read", path, &error))?;
    text(&mut opened, &quoted(path.display()))
}

/// Returns the text of an argument: the content of the file of `@FILE`, or else the argument itself, of
/// which `@@` stands for an `@` at the beginning.
pub(crate) fn text_or_file(argument: &str) -> Result<String, Failure> {
    let Some(path) = argument.strip_prefix('@') else { return Ok(argument.to_owned()) };
    if path.starts_with('@') {
        return Ok(path.to_owned());
    }
    file(Path::new(path)).map_err(|failure| {
        let hint = "'@@' begins a text with '@'";
        Failure::new(failure.status, format!("{}; {hint}", failure.message))
    })
}

/// Reads text up to the size limit, see [`decode`].
pub(crate) fn text(reader: &mut dyn Read, subject: &str) -> Result<String, Failure> {
    decode(bytes(reader, subject)?)
        .map_err(|problem| Failure::usage(format!("{subject} {problem}")))
}

/// Reads bytes up to the size limit.
pub(crate) fn bytes(reader: &mut dyn Read, subject: &str) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = reader.take(MAX_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|error| unreadable(subject, &error))?;
    if bytes.len() as u64 > MAX_BYTES {
        let limit = format!("the limit is {} MiB", MAX_BYTES >> 20);
        return Err(Failure::usage(format!("{subject} is too large: {limit}")));
    }
    Ok(bytes)
}

fn unreadable(subject: &str, error: &std::io::Error) -> Failure {
    Failure::usage(format!("cannot read {subject}: {}", io_reason(error)))
}

/// Returns a setting without surrounding whitespace; `None` if it is blank.
pub(crate) fn setting(subject: impl Display, text: &str) -> Result<Option<String>, Failure> {
    match clean_text(text) {
        Ok(text) => Ok(Some(text.to_owned())),
        Err(InvalidText::Empty) => Ok(None),
        Err(problem) => Err(Failure::usage(format!("{subject} {problem}"))),
    }
}

/// Returns a secret as [`setting`] does.
pub(crate) fn secret(subject: impl Display, text: &str) -> Result<Option<Secret>, Failure> {
    Ok(setting(subject, text)?.map(Secret::from))
}

/// Reads the secret in a file, without surrounding whitespace.
pub(crate) fn secret_file(path: &Path) -> Result<Secret, Failure> {
    let subject = quoted(path.display());
    let secret = secret(&subject, &file(path)?)?;
    secret.ok_or_else(|| Failure::usage(format!("{subject} is empty")))
}

/// Reads an environment variable as [`setting`] does.
pub(crate) fn variable(name: &str) -> Result<Option<String>, Failure> {
    match std::env::var(name) {
        Ok(text) => setting(name, &text),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(Failure::usage(format!("{name} is not valid UTF-8"))),
    }
}

/// Reads the first line only, because the writer may keep its end open.
pub(crate) fn line(reader: &mut dyn BufRead, subject: &str) -> Result<String, Failure> {
    let failed = |error| unreadable(subject, &error);
    let (mut reader, mut bytes) = (reader.take(MAX_BYTES), Vec::new());
    reader.read_until(b'\n', &mut bytes).map_err(failed)?;
    if has_utf16_mark(&bytes) {
        // In UTF-16, the byte 0x0A occurs within other characters too.
        reader.read_to_end(&mut bytes).map_err(failed)?;
    }
    let text = decode(bytes).map_err(|problem| Failure::usage(format!("{subject} {problem}")))?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

/// Decodes text in UTF-8, with or without a byte order mark, or in UTF-16 with one: the encodings in
/// which editors and shells save text.
///
/// # Errors
/// Returns what is wrong: an unsupported encoding, or the line of the first invalid byte.
pub(crate) fn decode(bytes: Vec<u8>) -> Result<String, String> {
    match *bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => {
            Err("is UTF-32: save it as UTF-8".to_owned())
        }
        [0xff, 0xfe, ref rest @ ..] => decode_utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, ref rest @ ..] => decode_utf16(rest, u16::from_be_bytes),
        [0, _, ..] | [_, 0, ..] => {
            Err("is UTF-16 without a byte order mark: save it as UTF-8".to_owned())
        }
        [0xef, 0xbb, 0xbf, ref rest @ ..] => decode_utf8(rest.to_vec()),
        _ => decode_utf8(bytes),
    }
}

fn has_utf16_mark(bytes: &[u8]) -> bool {
    matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..])
}

fn decode_utf8(bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let before = error.as_bytes().iter().take(valid);
        let line = before.filter(|&&byte| byte == b'\n').count() + 1;
        format!("is not valid UTF-8 in line {line}")
    })
}

fn decode_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, String> {
    let (pairs, rest) = bytes.as_chunks();
    let mut text = String::with_capacity(pairs.len());
    let units = pairs.iter().map(|&pair| unit(pair)).chain((!rest.is_empty()).then_some(0xd800));
    for decoded in char::decode_utf16(units) {
        let line = || text.matches('\n').count() + 1;
        text.push(decoded.map_err(|_| format!("is not valid UTF-16 in line {}", line()))?);
    }
    Ok(text)
}

/// Finds an operation by its documented name.
pub(crate) fn operation(id: &str) -> Result<&'static Operation, String> {
    Operation::find(id).ok_or_else(|| {
        let mut known = Operation::all().map(|operation| operation.id);
        let is_group = known.any(|known| known.split('.').next() == Some(id));
        let nearest = nearest_operation(id, Operation::all().map(|operation| operation.id));
        let hint = match nearest {
            _ if is_group => format!("`frameio operations {id}.` lists those of '{id}'"),
            Some(nearest) => format!("did you mean '{nearest}'?"),
            None => "`frameio operations` lists all".to_owned(),
        };
        format!("no such operation '{id}': {hint}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        format!("\u{feff}{text}").encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn decodes_the_encodings_of_editors_and_shells() {
        let text = "{\"name\": \"Größe 日本 👩\"}\r\n";
        assert_eq!(decode(text.into()).as_deref(), Ok(text));
        assert_eq!(decode(format!("\u{feff}{text}").into()).as_deref(), Ok(text));
        assert_eq!(decode(utf16(text, u16::to_le_bytes)).as_deref(), Ok(text));
        assert_eq!(decode(utf16(text, u16::to_be_bytes)).as_deref(), Ok(text));
        for empty in [&b""[..], b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"] {
            assert_eq!(decode(empty.to_vec()).as_deref(), Ok(""));
        }
    }

    #[test]
    fn names_the_refused_encoding_or_line() {
        let no_mark: Vec<_> = "{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for (bytes, message) in [
            (&no_mark[..], "is UTF-16 without a byte order mark: save it as UTF-8"),
            (b"\xff\xfe\0\0{\0\0\0", "is UTF-32: save it as UTF-8"),
            (b"{\n\"a\": \"\xe4\"}", "is not valid UTF-8 in line 2"),
            (b"\xff\xfe{\0\n\0}", "is not valid UTF-16 in line 2"),
            (b"\xfe\xff\xd8\x3d\0x", "is not valid UTF-16 in line 1"),
        ] {
            assert_eq!(decode(bytes.to_vec()), Err(message.to_owned()));
        }
    }

    #[test]
    fn reads_one_line_in_any_encoding() {
        for bytes in [
            b"s3cret".to_vec(),
            b"s3cret\r\nmore\n".to_vec(),
            b"\xef\xbb\xbfs3cret\n".to_vec(),
            utf16("s3cret\r\nmore \u{a0a}", u16::to_le_bytes),
            utf16("s3cret\n", u16::to_be_bytes),
        ] {
            assert_eq!(line(&mut &*bytes, "token").unwrap(), "s3cret");
        }
    }

    #[test]
    fn a_blank_secret_counts_as_missing() {
        let secret = |text| secret("'--secret'", text).map_err(|failure| failure.message);
        assert_eq!(secret(" s3cret\r\n"), Ok(Some(Secret::from("s3cret"))));
        for blank in ["", " \t\r\n", "\u{a0}"] {
            assert_eq!(secret(blank), Ok(None));
        }
        assert_eq!(secret("s3\ncret"), Err("'--secret' contains a line break".to_owned()));
    }

    #[test]
    fn suggests_a_similar_operation_but_no_destructive_one() {
        for (typed, hint) in [
            ("projects.list", "did you mean 'projects.index'?"),
            ("webhooks.list", "did you mean 'webhooks.index'?"),
            ("comments.get", "did you mean 'comments.show'?"),
            ("comments.add", "did you mean 'comments.create'?"),
            ("comment.create", "did you mean 'comments.create'?"),
            ("projects.delte", "did you mean 'projects.delete'?"),
            ("comments.remove", "did you mean 'comments.delete'?"),
            ("comments", "`frameio operations comments.` lists those of 'comments'"),
            ("moodboards.paint", "`frameio operations` lists all"),
        ] {
            let message = operation(typed).err().unwrap_or_default();
            assert_eq!(message, format!("no such operation '{typed}': {hint}"));
        }
        let groups = Operation::all().filter_map(|operation| operation.id.split('.').next());
        for group in groups.collect::<std::collections::BTreeSet<_>>() {
            for action in ["list", "get", "add", "new", "read", "edit", "ls", "all", "create", "x"]
            {
                let message = operation(&format!("{group}.{action}")).err().unwrap_or_default();
                for destructive in ["delete'", "remove_", "_delete"] {
                    assert!(!message.contains(destructive), "{message}");
                }
            }
        }
    }
}
