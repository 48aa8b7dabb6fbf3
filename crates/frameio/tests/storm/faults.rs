//! Faults of the simulator.

use std::time::Duration;

use frameio_sim::Fault;
use http::StatusCode;

/// Returns all faults of operations, with the total probability `share`.
pub(crate) fn spread(share: f64) -> Vec<Fault> {
    let faults = [
        Fault::status(StatusCode::INTERNAL_SERVER_ERROR),
        Fault::status(StatusCode::SERVICE_UNAVAILABLE).header("retry-after", 0),
        Fault::status(StatusCode::TOO_MANY_REQUESTS).header("retry-after", 0),
        Fault::status(StatusCode::REQUEST_TIMEOUT),
        Fault::status(StatusCode::FORBIDDEN),
        Fault::html(StatusCode::BAD_GATEWAY),
        Fault::body(StatusCode::GATEWAY_TIMEOUT, "text/plain", ""),
        Fault::delay(Duration::from_millis(20)),
        Fault::reset(),
        Fault::reset_in_body(),
        Fault::truncated(),
        Fault::no_rate_limit(),
        Fault::wrong_rate_limit(),
        Fault::expired_token(),
    ];
    let each = share / faults.len() as f64;
    faults.into_iter().map(|fault| fault.chance(each)).collect()
}

/// Returns all faults except those with this status.
pub(crate) fn spread_without(status: StatusCode, share: f64) -> Vec<Fault> {
    let mut faults = spread(share);
    faults.retain(|fault| !fault.to_string().starts_with(status.as_str()));
    faults
}
