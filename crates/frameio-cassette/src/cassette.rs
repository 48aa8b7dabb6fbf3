//! The cassette, and its form as a text file.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::Path;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Supported version of the format.
const VERSION: u32 = 1;

/// Maximum size of a file, in bytes. A recorder stays below it.
const MAX_FILE: u64 = 256 << 20;

/// Recorded exchanges, in the order of their requests.
///
/// The text form has one JSON object in each line: first the version of the format, then each
/// exchange. It can be read, compared and edited line by line.
///
/// ```
/// use frameio_cassette::Cassette;
///
/// let cassette: Cassette = r#"
/// {"frameio_cassette":1}
/// {"n":1,"request":{"method":"GET","target":"/v4/me"},"response":{"status":401},"millis":12}
/// "#
/// .parse()?;
/// assert_eq!(cassette.exchanges()[0].request.target, "/v4/me");
/// # Ok::<(), frameio_cassette::CassetteError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cassette {
    exchanges: Vec<Exchange>,
    dropped: u64,
}

/// A request with its response.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Exchange {
    /// Number of the request, from 1.
    pub n: u64,
    /// Documented name of the operation, if the client knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// Request.
    pub request: RecordedRequest,
    /// Response; `None` if the request failed without one.
    pub response: Option<RecordedResponse>,
    /// Time from the request to the complete response, in milliseconds.
    #[serde(default)]
    pub millis: u64,
}

/// Request without secrets and personal data.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// HTTP method.
    pub method: String,
    /// Path and query of a route of the API, or the replacement of another URL.
    pub target: String,
    /// Recorded headers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// Body; `None` if it is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<RecordedBody>,
}

/// Response without secrets and personal data.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[non_exhaustive]
pub struct RecordedResponse {
    /// HTTP status.
    pub status: u16,
    /// Recorded headers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// Body; `None` if it is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<RecordedBody>,
}

/// Body of a request or a response.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RecordedBody {
    /// JSON.
    Json(Value),
    /// Form, as in `application/x-www-form-urlencoded`.
    Form(String),
    /// Body that was not recorded, because it is not text, too large, or a stream.
    Omitted {
        /// Size, if it is known.
        bytes: Option<u64>,
    },
}

/// First line of a file.
#[derive(Deserialize, Serialize)]
struct Header {
    frameio_cassette: u32,
    /// Number of exchanges beyond the limits of the recorder.
    #[serde(default, skip_serializing_if = "is_zero")]
    dropped: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "required by serde")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Cassette {
    /// Creates a cassette; orders the exchanges by their numbers.
    pub(crate) fn new(mut exchanges: Vec<Exchange>, dropped: u64) -> Self {
        exchanges.sort_by_key(|exchange| exchange.n);
        Self { exchanges, dropped }
    }

    /// Returns the exchanges in the order of their requests.
    pub fn exchanges(&self) -> &[Exchange] {
        &self.exchanges
    }

    /// Returns the number of exchanges that were not recorded, because the cassette had reached its
    /// limit.
    pub const fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Reads a file.
    ///
    /// # Errors
    /// Fails if the file cannot be read, is larger than 256 MiB, or is not a cassette.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, CassetteError> {
        let path = path.as_ref();
        let size = std::fs::metadata(path).map_err(Cause::Io)?.len();
        if size > MAX_FILE {
            return Err(Cause::TooLarge(size).into());
        }
        std::fs::read_to_string(path).map_err(Cause::Io)?.parse()
    }

    /// Writes the cassette to a file that only its owner can read. An existing file is replaced
    /// atomically.
    ///
    /// # Errors
    /// Fails if the file cannot be written.
    pub fn write(&self, path: impl AsRef<Path>) -> io::Result<()> {
        frameio_private_file::write(path.as_ref(), self.to_string().as_bytes())
    }
}

/// Parses the lines of a file. Empty lines are ignored.
impl FromStr for Cassette {
    type Err = CassetteError;

    fn from_str(text: &str) -> Result<Self, CassetteError> {
        let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
        let mut lines = lines.map(|(number, line)| (number, line.trim()));
        let first = lines.next().ok_or(Cause::Empty)?;
        let header: Header = read(first)?;
        if header.frameio_cassette != VERSION {
            return Err(Cause::Version(header.frameio_cassette).into());
        }
        let exchanges = lines.map(read).collect::<Result<_, _>>()?;
        Ok(Self::new(exchanges, header.dropped))
    }
}

fn read<'t, T: Deserialize<'t>>((number, line): (usize, &'t str)) -> Result<T, CassetteError> {
    serde_json::from_str(line).map_err(|error| Cause::Line(number, error).into())
}

/// Writes one line for the version and one for each exchange.
impl fmt::Display for Cassette {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = |text: serde_json::Result<String>| {
            f.write_str(&text.map_err(|_| fmt::Error)?)?;
            f.write_str("\n")
        };
        let header = Header { frameio_cassette: VERSION, dropped: self.dropped };
        line(serde_json::to_string(&header))?;
        self.exchanges.iter().try_for_each(|exchange| line(serde_json::to_string(exchange)))
    }
}

/// Error of reading a cassette.
#[derive(Debug)]
pub struct CassetteError(Cause);

#[derive(Debug)]
enum Cause {
    Io(io::Error),
    TooLarge(u64),
    Empty,
    Version(u32),
    Line(usize, serde_json::Error),
}

impl From<Cause> for CassetteError {
    fn from(cause: Cause) -> Self {
        Self(cause)
    }
}

impl fmt::Display for CassetteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Cause::Io(error) => error.fmt(f),
            Cause::TooLarge(size) => {
                write!(f, "the file has {size} bytes, more than the maximum of {MAX_FILE}")
            }
            Cause::Empty => f.write_str("the file is empty"),
            Cause::Version(version) => {
                write!(f, "unsupported version {version}, expected {VERSION}")
            }
            Cause::Line(number, error) => write!(f, "line {number}: {error}"),
        }
    }
}

impl std::error::Error for CassetteError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0 {
            Cause::Io(error) => Some(error),
            Cause::Line(_, error) => Some(error),
            Cause::TooLarge(_) | Cause::Empty | Cause::Version(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_line_and_the_version_in_errors() {
        let error = |text: &str| text.parse::<Cassette>().unwrap_err().to_string();
        assert_eq!(error("\n"), "the file is empty");
        assert_eq!(error(r#"{"frameio_cassette":2}"#), "unsupported version 2, expected 1");
        assert!(error("{}").starts_with("line 1: missing field `frameio_cassette`"));
        let text = "{\"frameio_cassette\":1}\n\n{\"n\":1}";
        assert!(error(text).starts_with("line 3: missing field `request`"), "{}", error(text));
    }

    #[test]
    fn orders_exchanges_by_their_numbers_and_writes_them_unchanged() {
        let text = r#"{"frameio_cassette":1,"dropped":3}
{"n":2,"request":{"method":"PUT","target":"https://example.invalid/url-1","body":{"omitted":{"bytes":7}}},"response":null,"millis":0}
{"n":1,"operation":"users.show","request":{"method":"GET","target":"/v4/me"},"response":{"status":200,"headers":{"content-type":"application/json"},"body":{"json":{"data":{}}}},"millis":4}
"#;
        let cassette: Cassette = text.parse().unwrap();
        assert_eq!(cassette.exchanges()[0].operation.as_deref(), Some("users.show"));
        assert_eq!(cassette.dropped(), 3);
        assert_eq!(cassette.to_string().parse::<Cassette>().unwrap(), cassette);
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        let (mut before, mut after) = (lines(text), lines(&cassette.to_string()));
        before.sort();
        after.sort();
        assert_eq!(before, after);
    }
}
