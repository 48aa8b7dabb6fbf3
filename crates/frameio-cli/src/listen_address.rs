//! The value of `--listen`.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};

use crate::exit::{Failure, io_reason};

/// Resolves the value of `--listen`.
pub(crate) fn resolve(text: &str) -> Result<SocketAddr, Failure> {
    let expected = "expected an address and a port, such as 127.0.0.1:8080";
    let invalid = || Failure::value("--listen", text, expected);
    text.to_socket_addrs().ok().and_then(|mut addresses| addresses.next()).ok_or_else(invalid)
}

/// Reports an address that cannot be listened on.
pub(crate) fn unavailable(address: &str, error: &io::Error) -> Failure {
    Failure::usage(format!("cannot listen on '{address}': {}", io_reason(error)))
}

/// Returns the URL at which this machine reaches a listener: that of the loopback address if it listens on
/// all interfaces.
pub(crate) fn url(address: SocketAddr) -> String {
    let ip = match address.ip() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    format!("http://{}", SocketAddr::new(ip, address.port()))
}
