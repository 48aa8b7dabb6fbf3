//! Parsing of the `Retry-After` header.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::RETRY_AFTER;

/// Returns the delay requested by the `Retry-After` header, in seconds or as an HTTP date.
///
/// Returns `None` if the header is missing or invalid, and zero for a date before `now`. The service
/// does not document the header, but a proxy or load balancer may send it.
pub fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn read(value: &str, now: SystemTime) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_bytes(value.as_bytes()).ok()?);
        retry_after(&headers, now)
    }

    #[test]
    fn parses_seconds_and_dates() {
        // Sun, 06 Nov 1994 08:49:37 GMT.
        let date = UNIX_EPOCH + Duration::from_secs(784_111_777);
        let before = date - Duration::from_secs(90);
        let text = "Sun, 06 Nov 1994 08:49:37 GMT";
        assert_eq!(read("7", date), Some(Duration::from_secs(7)));
        assert_eq!(read(text, before), Some(Duration::from_secs(90)));
        assert_eq!(read(text, date + Duration::from_secs(1)), Some(Duration::ZERO));
        for wrong in ["", "soon", "-1", "1.5", "99999999999999999999999"] {
            assert_eq!(read(wrong, date), None, "{wrong}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), date), None);
    }

    proptest! {
        #[test]
        fn never_panics(value in "\\PC{0,40}") {
            read(&value, UNIX_EPOCH);
        }
    }
}
