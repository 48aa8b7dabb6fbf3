//! Text form of faults.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use http::StatusCode;
use http::header::{HeaderName, HeaderValue};
use jiff::SignedDuration;

use super::{Fault, Kind, When};
use crate::operation_ids::{self, DOWNLOAD, UPLOAD_PART};

/// Error of parsing a [`Fault`]; its message names the invalid part and what is expected there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseFaultError(String);

impl fmt::Display for ParseFaultError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ParseFaultError {}

fn error<T>(text: String) -> Result<T, ParseFaultError> {
    Err(ParseFaultError(text))
}

const NAMED: [(&str, Kind); 9] = [
    ("reset", Kind::Reset),
    ("reset-in-body", Kind::ResetInBody),
    ("truncated", Kind::Truncated),
    ("no-rate-limit", Kind::NoRateLimit),
    ("wrong-rate-limit", Kind::WrongRateLimit),
    ("dropped-part", Kind::DroppedPart),
    ("expired-token", Kind::ExpiredToken),
    ("expired-url", Kind::ExpiredUrl),
    ("stripped-headers", Kind::StrippedHeaders),
];

impl FromStr for Fault {
    type Err = ParseFaultError;

    fn from_str(text: &str) -> Result<Self, ParseFaultError> {
        let mut headers = text.split(';');
        let fault = headers.next().unwrap_or_default();
        let (target, fault) = match fault.split_once('=') {
            Some((target, fault)) => (Some(operation(target.trim())?), fault),
            None => (None, fault),
        };
        let (fault, how_often) = match fault.split_once(':') {
            Some((fault, how_often)) => (fault, when(how_often.trim())?),
            None => (fault, When::Next(1)),
        };
        let (kind, delay) = match fault.split_once('+') {
            Some((kind, delay)) => (kind, duration(delay.trim())?),
            None => (fault, Duration::ZERO),
        };
        let mut fault = self::kind(kind.trim())?;
        fault.when = how_often;
        fault.delay += delay;
        fault.operation = target.map(|target| fault.check(target)).transpose()?;
        for header in headers {
            let (name, value) = self::header(header.trim())?;
            fault.headers.insert(name, value);
        }
        Ok(fault)
    }
}

/// Finds an operation by its id.
pub(super) fn operation(id: &str) -> Result<&'static str, ParseFaultError> {
    let known = || {
        let operations = crate::contract::specs().iter().map(|spec| spec.operation.id);
        operations.chain(operation_ids::ALL)
    };
    if let Some(known) = known().find(|known| *known == id) {
        return Ok(known);
    }
    let resource = |id: &str| id.split_once('.').map(|(resource, _)| resource.to_owned());
    let similar: Vec<_> = known().filter(|known| resource(known) == resource(id)).collect();
    match resource(id) {
        Some(resource) if !similar.is_empty() => error(format!(
            "unknown operation '{id}': the operations of '{resource}' are {}",
            similar.join(", ")
        )),
        _ => error(format!(
            "unknown operation '{id}': expected an id such as 'files.show', or {UPLOAD_PART} or \
             {DOWNLOAD} for the storage"
        )),
    }
}

/// Reports a fault that does not apply to an operation.
pub(super) fn misplaced(kind: &Kind, operation: &str) -> ParseFaultError {
    let place = match kind {
        Kind::DroppedPart => "to upload parts (sim.upload_part)",
        Kind::ExpiredUrl => "to signed URLs (sim.upload_part, sim.download)",
        _ => "to operations of the API, such as 'files.show'",
    };
    let name = NAMED.iter().find(|(_, known)| same(known, kind)).map_or("", |(name, _)| name);
    ParseFaultError(format!(
        "fault '{name}' cannot apply to '{operation}': it applies only {place}"
    ))
}

fn same(a: &Kind, b: &Kind) -> bool {
    std::mem::discriminant(a) == std::mem::discriminant(b)
}

fn kind(text: &str) -> Result<Fault, ParseFaultError> {
    if let Some((_, kind)) = NAMED.into_iter().find(|(name, _)| *name == text) {
        return Ok(Fault::new(kind));
    }
    if let Some(delay) = text.strip_prefix("delay-") {
        return Ok(Fault::delay(duration(delay)?));
    }
    let (status, html) = match text.strip_suffix("-html") {
        Some(status) => (status, true),
        None => (text, false),
    };
    match status.parse().ok().and_then(|status| StatusCode::from_u16(status).ok()) {
        // Statuses below 200 are interim responses.
        Some(status) if status.as_u16() < 200 => {
            error(format!("invalid status '{text}': expected 200 to 999"))
        }
        Some(status) if html => Ok(Fault::html(status)),
        Some(status) => Ok(Fault::status(status)),
        None => {
            let names: Vec<_> = NAMED.iter().map(|(name, _)| *name).collect();
            error(format!(
                "unknown fault '{text}': expected a status ('503'), an HTML page ('502-html'), \
                 'delay-2s', {}",
                names.join(", ")
            ))
        }
    }
}

fn duration(text: &str) -> Result<Duration, ParseFaultError> {
    let duration: Option<SignedDuration> = text.parse().ok();
    match duration.and_then(|duration| Duration::try_from(duration).ok()) {
        Some(duration) => Ok(duration),
        None => error(format!(
            "invalid delay '{text}': expected a duration such as '500ms', '2s' or '1m 30s'"
        )),
    }
}

fn when(text: &str) -> Result<When, ParseFaultError> {
    let count = |prefix: &str| text.strip_prefix(prefix)?.parse::<u64>().ok().filter(|n| *n > 0);
    let percent = || text.strip_suffix('%')?.parse::<f64>().ok();
    match (count("next"), count("every"), percent()) {
        (Some(count), ..) => Ok(When::Next(count)),
        (_, Some(nth), _) => Ok(When::Every(nth)),
        (.., Some(percent)) if (0.0..=100.0).contains(&percent) => {
            Ok(When::Chance(percent / 100.0))
        }
        _ => error(format!(
            "invalid frequency '{text}': expected 'next3', 'every10' or a percentage up to '100%'"
        )),
    }
}

fn header(text: &str) -> Result<(HeaderName, HeaderValue), ParseFaultError> {
    let pair = || {
        let (name, value) = text.split_once('=')?;
        Some((name.trim().parse().ok()?, value.trim().parse().ok()?))
    };
    match pair() {
        Some(pair) => Ok(pair),
        None => {
            error(format!("invalid header '{text}': expected NAME=VALUE, such as 'retry-after=2'"))
        }
    }
}

impl fmt::Display for Fault {
    /// Writes the form that is parsed. A custom [`body`](Fault::body) is written like `502-html`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.operation {
            write!(f, "{operation}=")?;
        }
        let delay = SignedDuration::try_from(self.delay).unwrap_or(SignedDuration::MAX);
        let mut delay = (!delay.is_zero()).then_some(delay);
        match &self.kind {
            Kind::Response { status, content: None } => write!(f, "{}", status.as_u16())?,
            Kind::Response { status, content: Some(_) } => write!(f, "{}-html", status.as_u16())?,
            Kind::Nothing => write!(f, "delay-{:#}", delay.take().unwrap_or_default())?,
            kind => {
                let name = NAMED.iter().find(|(_, known)| same(known, kind));
                f.write_str(name.map_or("", |(name, _)| name))?;
            }
        }
        if let Some(delay) = delay {
            write!(f, "+{delay:#}")?;
        }
        match self.when {
            When::Next(1) => {}
            When::Next(count) => write!(f, ":next{count}")?,
            When::Every(nth) => write!(f, ":every{nth}")?,
            When::Chance(probability) => {
                write!(f, ":{}%", (probability * 100_000_000.0).round() / 1_000_000.0)?;
            }
        }
        for (name, value) in &self.headers {
            write!(f, ";{name}={}", String::from_utf8_lossy(value.as_bytes()))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn displayed_faults_parse_to_the_same_fault() {
        for text in [
            "503",
            "files.show=503:10%",
            "users.show=429+500ms:next2;retry-after=2;x-a=b c",
            "502-html:0.5%",
            "sim.upload_part=reset:every3",
            "delay-1m 30s:every2",
            "reset-in-body:7%",
            "truncated+2s",
            "no-rate-limit",
            "wrong-rate-limit;x-ratelimit-limit=7",
            "sim.upload_part=dropped-part:next4",
            "files.show=expired-token",
            "sim.download=expired-url:100%",
            "sim.upload_part=stripped-headers",
        ] {
            let fault: Fault = text.parse().unwrap();
            assert_eq!(fault.to_string(), text);
        }
        let loose: Fault = " users.show = 503 : next1 ; a = b".parse().unwrap();
        assert_eq!(loose.to_string(), "users.show=503;a=b");
    }

    #[test]
    fn errors_name_the_invalid_part_and_what_is_expected() {
        for (text, expected) in [
            ("", "unknown fault '': expected a status ('503')"),
            ("5O3", "'delay-2s', reset, reset-in-body, truncated"),
            ("1000", "unknown fault '1000'"),
            ("100", "invalid status '100': expected 200 to 999"),
            ("files.shwo=503", "'files.shwo': the operations of 'files' are files."),
            ("moods.shwo=503", "an id such as 'files.show'"),
            ("sim.upload=503", "the operations of 'sim' are sim.upload_part, sim.download"),
            ("ims.tokens=503", "the operations of 'ims' are ims.authorize, ims.token"),
            ("503:sometimes", "invalid frequency 'sometimes': expected 'next3', 'every10' or a"),
            ("503:next0", "'next3'"),
            ("503:101%", "up to '100%'"),
            ("503:nan%", "up to '100%'"),
            ("503+soon", "'500ms', '2s' or '1m 30s'"),
            ("delay--2s", "invalid delay '-2s'"),
            ("503;retry-after", "'retry-after=2'"),
            ("files.show=dropped-part", "'dropped-part' cannot apply to 'files.show': it applies"),
            ("sim.download=expired-token", "only to operations of the API"),
            ("ims.token=no-rate-limit", "only to operations of the API"),
        ] {
            let error = text.parse::<Fault>().unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
