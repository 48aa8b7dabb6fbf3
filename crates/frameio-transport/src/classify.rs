//! Conversion of hyper's errors into those of the stack.

use frameio_core::BoxError;
use frameio_tower::error::{ConnectTimeout, TransportError, TransportStage, find};
use hyper_util::client::legacy;

use super::connect::ConnectError;
use super::{InsecureUrl, Unsendable, unsendable};

/// Converts an error of hyper, according to the stage that the request reached.
#[cold]
pub(super) fn classify(error: legacy::Error) -> BoxError {
    if let Some(timeout) = find::<ConnectTimeout>(&error) {
        return timeout.clone().into();
    }
    if let Some(insecure) = find::<InsecureUrl>(&error) {
        return unsendable(*insecure);
    }
    if let Some(fault) = find::<Unsendable>(&error) {
        return unsendable(fault.clone());
    }
    let peer = find::<ConnectError>(&error).map(|error| error.peer.clone());
    let error = TransportError::new(stage(&error), error);
    match peer {
        Some(peer) => error.peer(peer).into(),
        None => error.into(),
    }
}

fn stage(error: &legacy::Error) -> TransportStage {
    if error.is_connect() {
        return TransportStage::Connect;
    }
    #[cfg(feature = "http2")]
    if let Some(stage) = find::<h2::Error>(error).and_then(stage_of_stream) {
        return stage;
    }
    match find::<hyper::Error>(error) {
        Some(error) if error.is_canceled() || error.is_closed() => TransportStage::NotSent,
        // The runtime of the connection ended. hyper counts this as an error of the user, and has no
        // method that distinguishes it.
        Some(error) if error.to_string() == "dispatch task is gone" => TransportStage::Sent,
        // The only part of a request that the user can let fail this late.
        Some(error) if error.is_user() => TransportStage::RequestBody,
        _ => TransportStage::Sent,
    }
}

/// Returns the stage of a request over HTTP/2 whose stream ended without a response.
#[cfg(feature = "http2")]
fn stage_of_stream(error: &h2::Error) -> Option<TransportStage> {
    let is_refused = error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM);
    // h2 gives the error of a GOAWAY only to streams above its last stream. Lower ones continue, and fail
    // with an I/O error if the connection closes.
    if error.is_remote() && (is_refused || error.is_go_away()) {
        return Some(TransportStage::NotProcessed);
    }
    // hyper resets a stream whose body fails, and keeps the error of the body for itself.
    let is_own_reset = error.is_reset() && !error.is_remote() && !error.is_library();
    is_own_reset.then_some(TransportStage::RequestBody)
}
