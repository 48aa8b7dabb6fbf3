//! Parsing of the `Retry-After` header.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::RETRY_AFTER;

/// Minimum delay that counts as a request of the service. A date can be in the past because the clocks
/// differ, and zero would disable the backoff of all clients.
pub(crate) const MIN_RETRY_AFTER: Duration = Duration::from_secs(1);

/// Returns the delay requested by the first valid `Retry-After` header, in seconds or as an HTTP date.
///
/// Returns `None` if no header is valid, and zero for a date before `now`. A number of seconds that is
/// too large counts as the largest one. The service does not document the header, but a proxy or load
/// balancer may send it.
pub fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    headers.get_all(RETRY_AFTER).iter().find_map(|value| parse(value.to_str().ok()?.trim(), now))
}

fn parse(value: &str, now: SystemTime) -> Option<Duration> {
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // Only an overflow fails.
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
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
        for wrong in ["", "soon", "-1", "+1", "1.5"] {
            assert_eq!(read(wrong, date), None, "{wrong}");
        }
        assert_eq!(read("99999999999999999999999", date), Some(Duration::from_secs(u64::MAX)));
        assert_eq!(retry_after(&HeaderMap::new(), date), None);
    }

    #[test]
    fn the_first_valid_header_counts() {
        let mut headers = HeaderMap::new();
        for value in ["soon", "5", "6"] {
            headers.append(RETRY_AFTER, HeaderValue::from_static(value));
        }
        assert_eq!(retry_after(&headers, UNIX_EPOCH), Some(Duration::from_secs(5)));
    }

    proptest! {
        #[test]
        fn never_panics(value in "\\PC{0,40}") {
            read(&value, UNIX_EPOCH);
        }
    }
}
