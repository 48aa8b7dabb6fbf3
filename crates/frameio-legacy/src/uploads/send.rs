//! Sending a part to the storage of V4.

use std::time::Duration;

use frameio_tower::{Backoff, HttpService};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{Request, StatusCode};
use tower::ServiceExt;

use super::Target;
use super::spool::Spool;
use crate::refusal::Refusal;

/// Old clients ignore a part that fails, so a part is worth a few attempts.
const ATTEMPTS: u32 = 4;

/// Sends a part with the content type of V4, and repeats what may succeed later.
pub(super) async fn put(
    storage: &HttpService,
    spool: &Spool,
    target: &Target,
    media_type: &str,
) -> Result<(), Refusal> {
    let backoff = Backoff::new(Duration::from_millis(500), Duration::from_secs(10));
    let mut attempt = 0;
    loop {
        let failure = match put_once(storage, spool, target, media_type).await {
            Ok(status) if status.is_success() => return Ok(()),
            Ok(status) if status.is_server_error() || status == 429 || status == 408 => {
                format!("the storage responded with {status}")
            }
            Ok(status) => {
                let detail = format!("the storage refused a part: {status}");
                return Err(Refusal::bad_gateway(detail));
            }
            Err(failure) => failure,
        };
        attempt += 1;
        if attempt == ATTEMPTS {
            return Err(Refusal::bad_gateway(failure));
        }
        tokio::time::sleep(backoff.full_jitter(attempt)).await;
    }
}

async fn put_once(
    storage: &HttpService,
    spool: &Spool,
    target: &Target,
    media_type: &str,
) -> Result<StatusCode, String> {
    let read = spool.read(target.start, target.size).await;
    let body = read.map_err(|error| format!("a part cannot be read: {error}"))?;
    let request = Request::put(target.url.clone())
        .header(CONTENT_TYPE, media_type)
        .header(CONTENT_LENGTH, target.size)
        .header("x-amz-acl", "private")
        .body(body)
        .map_err(|_| "the media type of the file is not one".to_owned())?;
    // The URL is a secret, and errors of the transport do not repeat it.
    let response = storage.clone().oneshot(request).await;
    response.map(|it| it.status()).map_err(|error| format!("the storage is unreachable: {error}"))
}
