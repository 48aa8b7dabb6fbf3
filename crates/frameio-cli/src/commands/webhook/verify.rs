//! `frameio webhook verify`: verifies the signature of a body.

use std::io::Read;
use std::time::{Duration, SystemTime};

use frameio::webhook::{SIGNATURE_HEADER, TIMESTAMP_HEADER};
use http::{HeaderMap, HeaderValue};

use super::secrets::{WebhookSecrets, reason};
use crate::exit::{Failure, Status};

pub(super) const HELP: &str = "\
The body is verified byte by byte: an additional line end makes it another body.

Exit status:
  0  verified
  1  not verified; standard error has the reason
  2  wrong usage";

/// Maximum size of a body.
const MAX_BYTES: u64 = 64 << 20;

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
    /// Time of receipt: now, or seconds since 1970
    #[arg(long, value_name = "SECONDS|now", default_value = "now", value_parser = time)]
    at: SystemTime,
    /// Maximum difference between the timestamp and the time of receipt, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    tolerance: u64,
}

/// Parses a time.
pub(super) fn time(text: &str) -> Result<SystemTime, String> {
    if text == "now" {
        return Ok(SystemTime::now());
    }
    let seconds = text.parse().ok().map(Duration::from_secs);
    let time = seconds.and_then(|since| SystemTime::UNIX_EPOCH.checked_add(since));
    time.ok_or_else(|| "expected `now` or seconds since 1970".to_owned())
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let at = args.at;
    let verifier = args.secrets.verifier(args.tolerance)?.clock(move || at);
    let mut headers = HeaderMap::new();
    headers.insert(TIMESTAMP_HEADER, value("--timestamp", &args.timestamp)?);
    headers.insert(SIGNATURE_HEADER, value("--signature", &args.signature)?);
    let mut body = Vec::new();
    let read = std::io::stdin().take(MAX_BYTES + 1).read_to_end(&mut body);
    read.map_err(|error| Failure::usage("standard input", error))?;
    if body.len() as u64 > MAX_BYTES {
        let message = format!("is longer than {MAX_BYTES} bytes");
        return Err(Failure::usage("standard input", message));
    }
    match verifier.verify(&headers, body) {
        Ok(_) => Ok(()),
        Err(error) => Err(Failure::new(Status::Other, format!("not verified: {}", reason(&error)))),
    }
}

fn value(flag: &str, text: &str) -> Result<HeaderValue, Failure> {
    HeaderValue::from_str(text).map_err(|error| Failure::usage(flag, error))
}
