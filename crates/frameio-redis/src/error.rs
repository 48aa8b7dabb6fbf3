//! Errors of the connection and of commands.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use redis::RedisError;

/// Error of a URL that is invalid or not that of a Redis server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RedisUrlError;

impl fmt::Display for RedisUrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The URL is not shown, because it can contain a password.
        f.write_str(
            "invalid Redis URL: expected redis://host:port, redis+unix:///path, or \
             rediss://host:port with the feature 'tls'",
        )
    }
}

impl StdError for RedisUrlError {}

/// Error of an unreachable Redis or of a failed command. The message has the address and the reason, but no
/// user or password.
#[derive(Clone, Debug)]
pub struct RedisUnavailable {
    address: Arc<str>,
    source: Arc<RedisError>,
}

impl RedisUnavailable {
    pub(crate) fn new(address: &Arc<str>, source: Arc<RedisError>) -> Self {
        Self { address: address.clone(), source }
    }
}

impl fmt::Display for RedisUnavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot use Redis at {}: {}", self.address, self.source)
    }
}

impl StdError for RedisUnavailable {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.source)
    }
}

/// Errors of the whole server that Redis 6 and earlier wrap in errors of the script.
const SERVER_ERRORS: [&str; 8] =
    ["READONLY", "LOADING", "MASTERDOWN", "CLUSTERDOWN", "MISCONF", "OOM", "NOPERM", "NOREPLICAS"];

/// Returns whether an error concerns the value of one key and does not affect other keys.
pub(crate) fn concerns_one_key(error: &RedisError) -> bool {
    let detail = error.detail().unwrap_or_default();
    let in_script = error.code() == Some("ERR") && detail.contains("user_script");
    error.code() == Some("WRONGTYPE")
        || (in_script && !SERVER_ERRORS.iter().any(|code| detail.contains(code)))
}

#[cfg(test)]
mod tests {
    use redis::parse_redis_value;

    use super::*;

    fn error_response(text: &str) -> RedisError {
        parse_redis_value(format!("-{text}\r\n").as_bytes()).unwrap().extract_error().unwrap_err()
    }

    #[test]
    fn errors_about_a_value_are_distinguished_from_errors_of_the_server() {
        for (text, one_key) in [
            ("WRONGTYPE Operation against a key holding the wrong kind of value", true),
            (
                "ERR user_script:31: attempt to compare nil with number script: ab, on @user_script:31.",
                true,
            ),
            ("ERR Error running script (call to f_ab): @user_script:9: attempt to call nil", true),
            (
                "READONLY You can't write against a read only replica. script: ab, on @user_script:1.",
                false,
            ),
            (
                "ERR Error running script (call to f_ab): @user_script: 1: -READONLY You can't write",
                false,
            ),
            ("LOADING Redis is loading the dataset in memory", false),
            (
                "OOM command not allowed when used memory > 'maxmemory'. script: ab, on @user_script:1.",
                false,
            ),
            ("NOAUTH Authentication required.", false),
            ("ERR unknown command 'EVALSHA'", false),
        ] {
            assert_eq!(concerns_one_key(&error_response(text)), one_key, "{text}");
        }
    }
}
