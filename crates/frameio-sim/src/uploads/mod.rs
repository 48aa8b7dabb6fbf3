//! Storage endpoints next to the API: uploads of parts and downloads, with signed URLs.

mod fetch;
mod get;
mod put;
mod range;

use http::header::{self, HeaderMap};
use http::request::Parts;

pub(crate) use self::fetch::start_pending as start_pending_fetches;
use crate::response::StorageError;
use crate::shared::{Shared, World};
use crate::storage::Refused;

pub(crate) use self::get::get;
pub(crate) use self::put::put;

/// Refuses a request unless a valid signed URL is its only credential.
fn authorize(shared: &Shared, world: &World, parts: &Parts) -> Result<(), StorageError> {
    if parts.headers.contains_key(header::AUTHORIZATION) {
        return Err(StorageError::TWO_CREDENTIALS);
    }
    let query = parts.uri.query().unwrap_or_default();
    match world.signer.check(parts.uri.path(), query, shared.env.clock.now()) {
        Ok(()) => Ok(()),
        Err(Refused::WrongSignature) => Err(StorageError::SIGNATURE),
        Err(Refused::Unsigned) => Err(StorageError::UNSIGNED),
        Err(Refused::Expired) => Err(StorageError::EXPIRED),
    }
}

fn text(headers: &HeaderMap, name: impl header::AsHeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}
