//! Hosts that requests may name.

use std::net::IpAddr;

use http::HeaderMap;
use http::header::HOST;

use crate::refusal::Refusal;

/// Host names that requests may be addressed to: this machine, and others that are given.
///
/// ```
/// use frameio_legacy::Hosts;
///
/// let hosts = Hosts::local().and("frameio.intranet.example");
/// # drop(hosts);
/// ```
#[derive(Clone, Debug)]
pub struct Hosts(Vec<String>);

impl Hosts {
    /// Accepts IP addresses, `localhost` and names below it.
    pub fn local() -> Self {
        Self(Vec::new())
    }

    /// Accepts another name.
    #[must_use]
    pub fn and(mut self, name: impl Into<String>) -> Self {
        self.0.push(name.into());
        self
    }

    /// Refuses a request to any other host.
    pub(crate) fn check(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let mut hosts = headers.get_all(HOST).iter();
        let host = match (hosts.next(), hosts.next()) {
            (None, _) => return Ok(()),
            (Some(host), None) => host.to_str().unwrap_or_default(),
            (Some(_), Some(_)) => "",
        };
        match self.accepts(host) {
            true => Ok(()),
            false => Err(Refusal::forbidden("requests to this host name are not accepted")),
        }
    }

    fn accepts(&self, host: &str) -> bool {
        let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
        let name = match host.rsplit_once(':') {
            Some((name, port)) if is_port(port) => name,
            _ => host,
        };
        let address = name.trim_start_matches('[').trim_end_matches(']');
        let lower = name.to_ascii_lowercase();
        address.parse::<IpAddr>().is_ok()
            || lower == "localhost"
            || lower.ends_with(".localhost")
            || self.0.iter().any(|known| known.eq_ignore_ascii_case(name))
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn only_this_machine_and_given_names_are_accepted() {
        let hosts = Hosts::local().and("facade.example");
        for host in ["127.0.0.1:8080", "localhost", "[::1]:80", "a.localhost", "FACADE.example:1"] {
            assert!(hosts.accepts(host), "{host}");
        }
        for host in ["", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80"] {
            assert!(!hosts.accepts(host), "{host}");
        }
        let mut headers = HeaderMap::new();
        assert!(hosts.check(&headers).is_ok());
        headers.append(HOST, HeaderValue::from_static("localhost"));
        assert!(hosts.check(&headers).is_ok());
        headers.append(HOST, HeaderValue::from_static("localhost"));
        assert_eq!(hosts.check(&headers).unwrap_err().status, 403);
    }
}
