//! `frameio webhook verify`: verifies the signature of a body.

use std::time::{Duration, SystemTime};

use frameio::webhook::{SIGNATURE_HEADER, TIMESTAMP_HEADER};
use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};

use super::secrets::{WebhookSecrets, reason};
use crate::args::JsonArgs;
use crate::exit::{Failure, Status};
use crate::input;
use crate::report::Record;

pub(super) const HELP: &str = "\
Example:
  frameio webhook verify --timestamp 1700000000 --signature v0=… --secret-file secret < body.json

The body must be exactly the one that was received: an additional line end invalidates the signature.

Exit status:
    0  The signature is valid
    1  The signature is not valid; the reason is on standard error
    2  Invalid arguments";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Value of the header X-Frameio-Request-Timestamp
    #[arg(long, value_name = "SECONDS")]
    timestamp: String,
    /// Value of the header X-Frameio-Signature
    #[arg(long, value_name = "v0=HEX")]
    signature: String,
    #[command(flatten)]
    secrets: WebhookSecrets,
    /// Time of receipt: 'now' or a Unix timestamp
    #[arg(long, value_name = "SECONDS|now", default_value = "now", value_parser = time)]
    at: SystemTime,
    /// Maximum difference between the timestamp and the time of receipt, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    tolerance: u64,
    #[command(flatten)]
    json: JsonArgs,
}

/// Parses a time.
pub(super) fn time(text: &str) -> Result<SystemTime, String> {
    if text == "now" {
        return Ok(SystemTime::now());
    }
    let seconds = text.parse().ok().map(Duration::from_secs);
    let time = seconds.and_then(|since| SystemTime::UNIX_EPOCH.checked_add(since));
    time.ok_or_else(|| "expected 'now' or a Unix timestamp in seconds".to_owned())
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let at = args.at;
    let verifier = args.secrets.verifier(args.tolerance)?.clock(move || at);
    let mut headers = HeaderMap::new();
    headers.insert(TIMESTAMP_HEADER, value("--timestamp", &args.timestamp)?);
    headers.insert(SIGNATURE_HEADER, value("--signature", &args.signature)?);
    let body = input::bytes(&mut std::io::stdin(), input::STANDARD_INPUT)?;
    let reason = verifier.verify(&headers, body).err().map(|error| reason(&error));
    args.json.print(&Verification { reason: reason.as_deref() })?;
    let failed = |reason| Failure::new(Status::Other, format!("not verified: {reason}"));
    reason.map_or(Ok(()), |reason| Err(failed(reason)))
}

/// Result of a verification.
struct Verification<'a> {
    /// Why the signature is not valid.
    reason: Option<&'a str>,
}

impl Record for Verification<'_> {
    /// The exit status is enough for people.
    fn lines(&self) -> Vec<String> {
        Vec::new()
    }

    fn json(&self) -> Value {
        json!({"valid": self.reason.is_none(), "reason": self.reason})
    }
}

fn value(flag: &str, text: &str) -> Result<HeaderValue, Failure> {
    let reason = "it is not a valid header value";
    HeaderValue::from_str(text).map_err(|_| Failure::value(flag, text, reason))
}
