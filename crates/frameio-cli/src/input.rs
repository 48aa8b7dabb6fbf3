//! Input: JSON and secrets from arguments, files and standard input.

use std::env::VarError;
use std::fmt::Display;
use std::fs::File;
use std::io::{BufRead, Read};
use std::path::Path;

use frameio::endpoint::dynamic::nearest_operation;
use frameio::endpoint::{InvalidText, clean_text};
use frameio::{Catalog, Operation, Secret};
use serde_json::{Map, Value};

use crate::exit::Failure;

/// Maximum size of an input; the longest annotation fits many times over.
const MAX_BYTES: u64 = 64 << 20;

/// Subject of errors about standard input.
pub(crate) const STANDARD_INPUT: &str = "standard input";

/// Reads the object that `--input` is or names.
pub(crate) fn object(argument: &str) -> Result<Map<String, Value>, Failure> {
    object_of("--input", argument)
}

/// Reads the object that the value of `flag` is or names: JSON, `@FILE`, or `-`.
pub(crate) fn object_of(flag: &str, argument: &str) -> Result<Map<String, Value>, Failure> {
    let (about, json) = match argument {
        "-" => (STANDARD_INPUT.to_owned(), text(&mut std::io::stdin(), STANDARD_INPUT)?),
        _ => match argument.strip_prefix('@') {
            Some(path) => (path.to_owned(), file(Path::new(path))?),
            None => (flag.to_owned(), argument.to_owned()),
        },
    };
    match serde_json::from_str(&json) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(Failure::usage(about, "is not a JSON object, such as '{\"account_id\": …}'")),
        Err(_) if json.trim().is_empty() => Err(Failure::usage(about, "is empty")),
        Err(error) => Err(Failure::usage(about, format!("is not JSON: {error}"))),
    }
}

/// Reads a text file up to the size limit, see [`decode`].
pub(crate) fn file(path: &Path) -> Result<String, Failure> {
    let about = path.display().to_string();
    let mut opened = File::open(path).map_err(|error| Failure::usage(&about, error))?;
    text(&mut opened, &about)
}

/// Reads text up to the size limit, see [`decode`].
pub(crate) fn text(reader: &mut dyn Read, about: &str) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let read = reader.take(MAX_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|error| Failure::usage(about, error))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Failure::usage(about, format!("is longer than {MAX_BYTES} bytes")));
    }
    decode(bytes).map_err(|error| Failure::usage(about, error))
}

/// Returns a setting without surrounding whitespace, unless there is only whitespace; `about` names
/// the flag, the variable or the file.
pub(crate) fn setting(about: impl Display, text: &str) -> Result<Option<String>, Failure> {
    match clean_text(text) {
        Ok(text) => Ok(Some(text.to_owned())),
        Err(InvalidText::Empty) => Ok(None),
        Err(error) => Err(Failure::usage(about, error)),
    }
}

/// Returns the secret in a text, as [`setting`] does.
pub(crate) fn secret(about: impl Display, text: &str) -> Result<Option<Secret>, Failure> {
    Ok(setting(about, text)?.map(Secret::from))
}

/// Reads the secret in a file: its text without surrounding whitespace.
pub(crate) fn secret_file(path: &Path) -> Result<Secret, Failure> {
    let secret = secret(path.display(), &file(path)?)?;
    secret.ok_or_else(|| Failure::usage(path.display(), "contains no secret"))
}

/// Reads a variable as [`setting`] does.
pub(crate) fn variable(name: &str) -> Result<Option<String>, Failure> {
    match std::env::var(name) {
        Ok(text) => setting(name, &text),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(Failure::usage(name, "is not valid UTF-8")),
    }
}

/// Reads the first line, and no further: the other end may stay open.
pub(crate) fn line(reader: &mut dyn BufRead, about: &str) -> Result<String, Failure> {
    let failed = |error| Failure::usage(about, error);
    let (mut reader, mut bytes) = (reader.take(MAX_BYTES), Vec::new());
    reader.read_until(b'\n', &mut bytes).map_err(failed)?;
    if has_utf16_mark(&bytes) {
        // The byte of a line end is a part of other characters too.
        reader.read_to_end(&mut bytes).map_err(failed)?;
    }
    let text = decode(bytes).map_err(|error| Failure::usage(about, error))?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

/// Decodes text as editors and shells save it: UTF-8 with or without a byte order mark, or UTF-16
/// with one.
///
/// # Errors
/// The encoding, or the line of the first byte that is not text.
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
        format!("is not UTF-8 in line {line}")
    })
}

fn decode_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, String> {
    let (pairs, rest) = bytes.as_chunks();
    let mut text = String::with_capacity(pairs.len());
    let units = pairs.iter().map(|&pair| unit(pair)).chain((!rest.is_empty()).then_some(0xd800));
    for decoded in char::decode_utf16(units) {
        let line = || text.matches('\n').count() + 1;
        text.push(
            decoded.map_err(|_| format!("is UTF-16 with half a character in line {}", line()))?,
        );
    }
    Ok(text)
}

/// Finds the operation with this documented name.
pub(crate) fn operation(id: &str) -> Result<&'static Operation, String> {
    Operation::find(id).ok_or_else(|| {
        let mut known = Operation::all().map(|operation| operation.id);
        let is_group = known.any(|known| known.split('.').next() == Some(id));
        let nearest = nearest_operation(id, Operation::all().map(|operation| operation.id));
        let hint = match nearest {
            _ if is_group => format!("`frameio operations {id}.` lists those of {id}"),
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => "`frameio operations` lists them".to_owned(),
        };
        format!("no operation '{id}': {hint}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        format!("\u{feff}{text}").encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn decodes_what_editors_and_shells_save() {
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
    fn names_the_encoding_or_the_line_that_it_refuses() {
        let no_mark: Vec<_> = "{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for (bytes, message) in [
            (&no_mark[..], "is UTF-16 without a byte order mark: save it as UTF-8"),
            (b"\xff\xfe\0\0{\0\0\0", "is UTF-32: save it as UTF-8"),
            (b"{\n\"a\": \"\xe4\"}", "is not UTF-8 in line 2"),
            (b"\xff\xfe{\0\n\0}", "is UTF-16 with half a character in line 2"),
            (b"\xfe\xff\xd8\x3d\0x", "is UTF-16 with half a character in line 1"),
        ] {
            assert_eq!(decode(bytes.to_vec()), Err(message.to_owned()));
        }
    }

    #[test]
    fn a_line_ends_at_a_line_end_in_any_encoding() {
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
    fn a_secret_has_more_than_whitespace() {
        let secret = |text| secret("--secret", text).map_err(|failure| failure.message);
        assert_eq!(secret(" s3cret\r\n"), Ok(Some(Secret::from("s3cret"))));
        for blank in ["", " \t\r\n", "\u{a0}"] {
            assert_eq!(secret(blank), Ok(None));
        }
        assert_eq!(secret("s3\ncret"), Err("--secret: contains a line break".to_owned()));
    }

    #[test]
    fn suggests_what_was_meant_and_nothing_that_destroys() {
        for (typed, hint) in [
            ("projects.list", "did you mean `projects.index`?"),
            ("webhooks.list", "did you mean `webhooks.index`?"),
            ("comments.get", "did you mean `comments.show`?"),
            ("comments.add", "did you mean `comments.create`?"),
            ("comment.create", "did you mean `comments.create`?"),
            ("projects.delte", "did you mean `projects.delete`?"),
            ("comments.remove", "did you mean `comments.delete`?"),
            ("comments", "`frameio operations comments.` lists those of comments"),
            ("moodboards.paint", "`frameio operations` lists them"),
        ] {
            let message = operation(typed).err().unwrap_or_default();
            assert_eq!(message, format!("no operation '{typed}': {hint}"));
        }
        let groups = Operation::all().filter_map(|operation| operation.id.split('.').next());
        for group in groups.collect::<std::collections::BTreeSet<_>>() {
            for action in ["list", "get", "add", "new", "read", "edit", "ls", "all", "create", "x"]
            {
                let message = operation(&format!("{group}.{action}")).err().unwrap_or_default();
                for destructive in ["delete`", "remove_", "_delete"] {
                    assert!(!message.contains(destructive), "{message}");
                }
            }
        }
    }
}
