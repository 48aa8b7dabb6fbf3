//! `frameio webhook verify`: whether a body was signed.

use std::io::Read;
use std::time::{Duration, SystemTime};

use frameio::webhook::{SIGNATURE_HEADER, TIMESTAMP_HEADER};
use http::{HeaderMap, HeaderValue};

use super::secrets::{Secrets, reason};
use crate::exit::{Failure, Status};

pub(super) const HELP: &str = "\
The body is read as it is, to its last byte: one more line end, and it is another.

Exit status:
  0  it is verified
  1  it is not; the reason is on standard error
  2  wrong usage";

/// The longest body that is read.
const LONGEST: u64 = 64 << 20;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The header X-Frameio-Request-Timestamp
    #[arg(long, value_name = "SECONDS")]
    timestamp: String,
    /// The header X-Frameio-Signature
    #[arg(long, value_name = "v0=HEX")]
    signature: String,
    #[command(flatten)]
    secrets: Secrets,
    /// When it is taken to be received: now, or in seconds since 1970
    #[arg(long, value_name = "SECONDS|now", default_value = "now", value_parser = time)]
    at: SystemTime,
    /// How far from that the timestamp may be, both ways, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    tolerance: u64,
}

/// A time as it is typed.
pub(super) fn time(text: &str) -> Result<SystemTime, String> {
    if text == "now" {
        return Ok(SystemTime::now());
    }
    let seconds = text.parse().ok().map(Duration::from_secs);
    let time = seconds.and_then(|since| SystemTime::UNIX_EPOCH.checked_add(since));
    time.ok_or_else(|| "`now` or seconds since 1970 are needed".to_owned())
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let at = args.at;
    let verifier = args.secrets.verifier(args.tolerance)?.clock(move || at);
    let mut headers = HeaderMap::new();
    headers.insert(TIMESTAMP_HEADER, value("--timestamp", &args.timestamp)?);
    headers.insert(SIGNATURE_HEADER, value("--signature", &args.signature)?);
    let mut body = Vec::new();
    let read = std::io::stdin().take(LONGEST + 1).read_to_end(&mut body);
    read.map_err(|error| Failure::usage("standard input", error))?;
    if body.len() as u64 > LONGEST {
        let message = format!("is longer than {LONGEST} bytes");
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
