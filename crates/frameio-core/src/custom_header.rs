//! Validation of headers that users set.

use http::header::{CONNECTION, CONTENT_LENGTH, HOST, TE, TRAILER, TRANSFER_ENCODING, UPGRADE};
use http::{HeaderName, HeaderValue};

use crate::api_error::describe_text;

/// Headers of the connection and the length of the body. A wrong value would let a request wait for bytes
/// that do not follow, or reach another host than the one for which it was signed.
const OF_TRANSPORT: [HeaderName; 7] =
    [CONNECTION, CONTENT_LENGTH, HOST, TE, TRAILER, TRANSFER_ENCODING, UPGRADE];

/// Converts a header, and marks its value as sensitive if the name suggests a secret, so that `Debug` does
/// not show it and HTTP/2 does not index it.
///
/// # Errors
/// Fails with the predicate of a sentence about the header if the name or the value is invalid, or if the
/// transport sets the header.
#[doc(hidden)]
pub fn custom_header<K, V>(name: K, value: V) -> Result<(HeaderName, HeaderValue), String>
where
    K: TryInto<HeaderName> + AsRef<str>,
    V: TryInto<HeaderValue>,
{
    // The result of the conversion does not depend on the types, so the rest is compiled once.
    let text = describe_text(name.as_ref());
    checked(&text, name.try_into().ok(), value.try_into().ok())
}

fn checked(
    text: &str,
    name: Option<HeaderName>,
    value: Option<HeaderValue>,
) -> Result<(HeaderName, HeaderValue), String> {
    let Some(name) = name else { return Err(format!("has the invalid name '{text}'")) };
    if OF_TRANSPORT.contains(&name) {
        return Err(format!("'{text}' is set by the transport"));
    }
    let Some(mut value) = value else {
        return Err(format!("'{text}' has a value with an invalid character"));
    };
    let secrets = ["auth", "cookie", "key", "password", "secret", "signature", "token"];
    if secrets.iter().any(|secret| name.as_str().contains(secret)) {
        value.set_sensitive(true);
    }
    Ok((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_invalid_headers_and_those_of_the_transport() {
        let refused = |name: &str, value: &str| custom_header(name, value).unwrap_err();
        assert_eq!(refused("a b\n", "x"), "has the invalid name 'a b'");
        assert_eq!(refused("x-a", "b\n"), "'x-a' has a value with an invalid character");
        for name in ["Content-Length", "host", "transfer-encoding"] {
            assert_eq!(refused(name, "7"), format!("'{name}' is set by the transport"));
        }
    }

    #[test]
    fn marks_secrets() {
        for (name, is_secret) in
            [("authorization", true), ("X-Api-Key", true), ("cookie", true), ("x-team", false)]
        {
            let (_, value) = custom_header(name, "x").unwrap();
            assert_eq!(value.is_sensitive(), is_secret, "{name}");
        }
    }
}
