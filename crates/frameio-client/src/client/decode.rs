//! Decoding of responses, with repair of harmless deviations.

use bytes::Bytes;
use frameio_core::repair::{self, Decoded, Repair, Skipped, Undecodable};
use frameio_core::{DecodeError, Operation};
use http::response::Parts;

/// Event: a response deviated from the documentation and was repaired.
pub(crate) const REPAIRED: &str = "decode.repaired";
/// Event: an item of a list could not be decoded and was skipped, as the caller requested.
pub(crate) const SKIPPED: &str = "decode.skipped";
/// Target of [`REPAIRED`] and [`SKIPPED`].
pub(crate) const TARGET: &str = "frameio::decode";

/// Decodes a response, strictly first, so that a correct response pays nothing for the repair.
pub(super) fn decode<T>(
    operation: &'static Operation,
    parts: &Parts,
    body: Bytes,
    decode: impl Fn(&Parts, Bytes) -> Result<T, DecodeError>,
) -> Result<T, DecodeError> {
    match decode(parts, body.clone()) {
        Ok(value) => Ok(value),
        Err(error) => {
            let decode = |body| decode(parts, body);
            let decoded = repair::retry(body, error, Undecodable::Fail, decode)?;
            report(operation, &decoded.repairs, &decoded.skipped);
            Ok(decoded.value)
        }
    }
}

/// Decodes a page, and returns items that were skipped separately. If it is strict, a list that may be
/// incomplete is an error.
pub(super) fn decode_page<T>(
    operation: &'static Operation,
    parts: &Parts,
    body: Bytes,
    (undecodable, is_strict): (Undecodable, bool),
    decode: impl Fn(&Parts, Bytes) -> Result<T, DecodeError>,
) -> Result<(T, Vec<Skipped>), DecodeError> {
    match decode(parts, body.clone()) {
        Ok(value) => Ok((value, Vec::new())),
        Err(error) => {
            let decode = |body| decode(parts, body);
            let decoded = repair::retry(body, error.clone(), undecodable, decode)?;
            let Decoded { value, repairs, skipped, .. } = decoded;
            if is_strict && repairs.iter().any(Repair::may_hide_items) {
                return Err(error);
            }
            report(operation, &repairs, &skipped);
            Ok((value, skipped))
        }
    }
}

/// Emits an event for each deviation. Not generic, so it is compiled only once.
#[cold]
fn report(operation: &'static Operation, repairs: &[Repair], skipped: &[Skipped]) {
    let operation = operation.id;
    for Repair { kind, path, count, .. } in repairs {
        tracing::warn!(
            name: REPAIRED, target: TARGET, operation, path, repair = kind.as_str(), count,
            "{REPAIRED}"
        );
    }
    for Skipped { error, .. } in skipped {
        let (path, reason) = (&error.path, &error.message);
        tracing::warn!(name: SKIPPED, target: TARGET, operation, path, reason, "{SKIPPED}");
    }
}
