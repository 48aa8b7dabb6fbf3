//! Addresses to listen on.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};

use crate::exit::Failure;

/// Names the flag and its value, for errors.
pub(crate) fn flag(text: &str) -> String {
    format!("--listen {text}")
}

/// Resolves the value of `--listen`.
pub(crate) fn resolve(text: &str) -> Result<SocketAddr, Failure> {
    let expected = "expected an address and a port, such as 127.0.0.1:8080";
    let mut addresses = text.to_socket_addrs().map_err(|_| Failure::usage(flag(text), expected))?;
    addresses.next().ok_or_else(|| Failure::usage(flag(text), expected))
}

/// Returns the address by which this machine reaches a listener.
///
/// A listener on all interfaces is reached by the loopback address.
pub(crate) fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}
