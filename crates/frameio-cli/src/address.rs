//! Addresses to listen on.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};

use crate::exit::Failure;

/// What `--listen` was given, also in errors of listening on it.
pub(crate) fn flag(text: &str) -> String {
    format!("--listen {text}")
}

/// The address that `--listen` names.
pub(crate) fn resolve(text: &str) -> Result<SocketAddr, Failure> {
    let needed = "an address and a port are needed, such as 127.0.0.1:8080";
    let mut addresses = text.to_socket_addrs().map_err(|_| Failure::usage(flag(text), needed))?;
    addresses.next().ok_or_else(|| Failure::usage(flag(text), needed))
}

/// The address by which this machine reaches it: what listens on all has none of its own.
pub(crate) fn here(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}
