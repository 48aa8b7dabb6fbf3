//! Responses with their status, headers and rate limit.

use std::time::Duration;

use bytes::Bytes;
use http::response::Parts;
use http::{HeaderMap, StatusCode};

use crate::call::Attempts;
use crate::endpoint::FromResponse;
use crate::error::DecodeError;

/// Decoded response with its status, headers, number of attempts and rate limit.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Reply<T> {
    /// Decoded response.
    pub value: T,
    /// Status of the response.
    pub status: StatusCode,
    /// Headers of the response.
    pub headers: HeaderMap,
    /// Number of attempts of the call, at least 1.
    pub attempts: u32,
    /// Rate limit reported by the response; `None` without a valid `x-ratelimit-limit` header.
    pub rate_limit: Option<RateLimitInfo>,
}

impl<T> Reply<T> {
    /// Creates a reply of a first attempt with status 200 and no headers, for tests. All fields can be
    /// set.
    pub fn new(value: T) -> Self {
        let (status, headers) = (StatusCode::OK, HeaderMap::new());
        Self { value, status, headers, attempts: 1, rate_limit: None }
    }
}

impl<T: FromResponse> FromResponse for Reply<T> {
    fn from_response(parts: &Parts, body: Bytes) -> Result<Self, DecodeError> {
        Ok(Self {
            value: T::from_response(parts, body)?,
            status: parts.status,
            headers: parts.headers.clone(),
            attempts: parts.extensions.get::<Attempts>().map_or(1, |attempts| attempts.0),
            rate_limit: RateLimitInfo::from_headers(&parts.headers),
        })
    }
}

/// Quota of an operation as reported by a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimitInfo {
    /// Maximum number of calls in a window, from `x-ratelimit-limit`.
    pub limit: u32,
    /// Number of remaining calls, from `x-ratelimit-remaining`.
    pub remaining: Option<u32>,
    /// Length of the window, from `x-ratelimit-window` in milliseconds.
    pub window: Option<Duration>,
}

impl RateLimitInfo {
    /// Creates the information of a response that has only a limit, for tests. All fields can be set.
    pub const fn new(limit: u32) -> Self {
        Self { limit, remaining: None, window: None }
    }

    /// Reads the `x-ratelimit-*` headers. Returns `None` without a valid limit.
    pub fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let (mut limit, mut remaining, mut window) = (None, None, None);
        // Called for every response. One pass is cheaper than three look-ups by name.
        for (name, value) in headers {
            let number = match name.as_str() {
                "x-ratelimit-limit" => &mut limit,
                "x-ratelimit-remaining" => &mut remaining,
                "x-ratelimit-window" => &mut window,
                _ => continue,
            };
            // The first occurrence of a header counts.
            number.get_or_insert_with(|| digits(value.as_bytes()));
        }
        Some(Self {
            limit: limit.flatten()?.try_into().ok()?,
            remaining: remaining.flatten().and_then(|remaining| remaining.try_into().ok()),
            window: window.flatten().map(Duration::from_millis),
        })
    }
}

/// Parses a number that consists of decimal digits. Whitespace around it is ignored.
fn digits(text: &[u8]) -> Option<u64> {
    // Most values have no whitespace, so the common case skips `trim_ascii`.
    let text = if let [b'0'..=b'9', .., b'0'..=b'9'] = text { text } else { text.trim_ascii() };
    // 19 digits always fit, and the service sends no longer numbers.
    if text.is_empty() || text.len() > 19 {
        return None;
    }
    let mut number = 0;
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number = number * 10 + u64::from(digit);
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::digits;

    #[test]
    fn only_decimal_digits_are_a_number() {
        for (text, number) in [
            ("0", Some(0)),
            ("9", Some(9)),
            (" 17 ", Some(17)),
            ("9999999999999999999", Some(9_999_999_999_999_999_999)),
            ("10000000000000000000", None),
            ("", None),
            (" ", None),
            ("-1", None),
            ("1:2", None),
            ("1x2", None),
        ] {
            assert_eq!(digits(text.as_bytes()), number, "{text}");
        }
    }
}
