//! Reachability of the API and of the sign-in service, with proxy, TLS and clock.

use std::time::{Duration, Instant};

use frameio::auth::profile::Services;
use frameio::transport::Proxy;
use http::Uri;

use super::Doctor;
use super::finding::Finding;
use super::personal::origin;
use super::probe::{Probe, Reply};
use super::proxy;
use crate::exit::{Failure, Status};

/// What the service sends to a request without a token.
#[derive(Clone, Debug)]
pub(super) struct Reached {
    pub(super) reply: Reply,
    /// Time at which the response arrived.
    pub(super) at: jiff::Timestamp,
}

/// Checks both services at the same time. Returns the response of the API, if there is one.
pub(super) async fn check(
    doctor: &Doctor<'_>,
    services: &Services,
) -> (Vec<Finding>, Option<Reached>) {
    let probe = Probe::new(doctor.limit);
    let api = format!("{}/v4/me", services.api_url.trim_end_matches('/'));
    let sign_in =
        format!("{}/ims/.well-known/openid-configuration", services.ims_url.trim_end_matches('/'));
    let mut findings = vec![proxy(&services.api_url)];
    let (api, sign_in) =
        tokio::join!(reach(&probe, "api", &api), reach(&probe, "sign-in", &sign_in));
    findings.extend([api.0, sign_in.0]);
    (findings, api.1)
}

/// Reports the proxy of connections to the API.
fn proxy(url: &str) -> Finding {
    let proxy = url.parse::<Uri>().ok().and_then(|uri| Proxy::from_env().address_for(&uri));
    match proxy {
        Some(proxy) => Finding::ok("proxy")
            .read(format!("connections to {} go through {proxy}", origin(url)))
            .infer("from HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY"),
        None => Finding::ok("proxy").read(format!("none for {}", origin(url))),
    }
}

async fn reach(probe: &Probe, check: &'static str, url: &str) -> (Finding, Option<Reached>) {
    let begun = Instant::now();
    match probe.get(url).await {
        Ok(reply) => {
            let at = jiff::Timestamp::now();
            let fact = responded(url, &reply, begun.elapsed());
            let finding = match proxy::refused(check, &reply) {
                Some(finding) => finding.read(fact),
                None => Finding::ok(check).read(fact),
            };
            (finding, Some(Reached { reply, at }))
        }
        Err(failure) => (unreachable(check, url, failure), None),
    }
}

fn responded(url: &str, reply: &Reply, elapsed: Duration) -> String {
    let tls = if url.starts_with("https://") { " over TLS" } else { "" };
    let (origin, status) = (origin(url), reply.status.as_u16());
    format!("{origin} responded with {status}{tls} in {} ms", elapsed.as_millis())
}

/// Explains why no response arrived.
fn unreachable(check: &'static str, url: &str, failure: Failure) -> Finding {
    let message = failure.message.to_lowercase();
    let contains = |texts: &[&str]| texts.iter().any(|text| message.contains(text));
    let (cause, inferred, advice) = if contains(&["does not respond with tls"]) {
        (
            "no_tls",
            "the port serves http:// or another protocol",
            "check the scheme and the port of the URL; a simulator on this machine has http://",
        )
    } else if contains(&["certificate", "unknownissuer", "tls"]) {
        (
            "tls",
            "the certificate is not trusted: a proxy or a virus scanner may decrypt connections, \
             the clock may be wrong, or the system lacks its CA certificates",
            "add the certificate of the proxy to those of the system, and correct the clock",
        )
    } else if contains(&["dns", "lookup", "resolve", "name or service"]) {
        (
            "dns",
            "the name of the host cannot be resolved",
            "check the network, the DNS server and the URL",
        )
    } else if contains(&["proxy", "tunnel"]) && contains(&["connection refused"]) {
        (
            "proxy",
            "no program listens at the address of the proxy, or a firewall rejects the connection",
            "start the proxy, correct its address in HTTPS_PROXY, or add the host to NO_PROXY",
        )
    } else if contains(&["407", "proxy", "tunnel"]) {
        (
            "proxy",
            "the proxy refuses the connection",
            "check the URL, the user and the password in HTTPS_PROXY, or add the host to NO_PROXY",
        )
    } else if contains(&["refused"]) {
        (
            "connection_refused",
            "no program listens at this address, or a firewall rejects the connection",
            "check the URL; start `frameio sim` if it is the simulator",
        )
    } else if contains(&["no response within", "timed out", "timeout"]) {
        (
            "timeout",
            "the host or a firewall does not respond",
            "check the network and the firewall, or pass a longer '--timeout'",
        )
    } else {
        ("no_response", "the connection failed or broke", "check the network and try again")
    };
    let status = if failure.status == Status::Usage { Status::Usage } else { Status::NoResponse };
    Finding::problem(check, status, cause)
        .read(format!("{}: {}", origin(url), failure.message))
        .infer(inferred)
        .advise(advice)
}
