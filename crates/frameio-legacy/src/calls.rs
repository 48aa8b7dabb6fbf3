//! Calls to V4, and their waits.

use std::time::Duration;

use frameio_core::{CallOptions, Cursor, CursorGuard, Endpoint, EndpointExt, Paged, RateLimitInfo};
use tokio::time::Instant;

use crate::context::Context;
use crate::refusal::Refusal;

/// Least time for a call, however short the maximum wait is.
const MIN_DEADLINE: Duration = Duration::from_secs(10);
/// Wait after a 429 that names none.
const DEFAULT_WAIT: Duration = Duration::from_secs(1);
/// Maximum number of items that are read of one list.
const MAX_ITEMS: usize = 20_000;

impl Context {
    /// Sends a V4 request. A 429 is waited for and sent again, up to the maximum wait.
    pub(crate) async fn send<E: Endpoint + Clone>(
        &self,
        endpoint: E,
    ) -> Result<E::Response, Refusal> {
        let until = Instant::now() + self.settings.max_wait;
        loop {
            let remaining = until.saturating_duration_since(Instant::now());
            let options = CallOptions::new().deadline(remaining.max(MIN_DEADLINE));
            let call = endpoint.clone().options(options).with_meta();
            match self.session.client.send(call).await {
                Ok(reply) => {
                    self.report.add_rate_limit(reply.rate_limit);
                    return Ok(reply.value);
                }
                Err(error) if error.is_rate_limited() => {
                    let wait = error.retry_after().unwrap_or(DEFAULT_WAIT).max(DEFAULT_WAIT);
                    self.report
                        .add_rate_limit(error.headers().and_then(RateLimitInfo::from_headers));
                    if wait > until.saturating_duration_since(Instant::now()) {
                        return Err(error.into());
                    }
                    tokio::time::sleep(wait).await;
                }
                Err(error) => {
                    self.report
                        .add_rate_limit(error.headers().and_then(RateLimitInfo::from_headers));
                    return Err(error.into());
                }
            }
        }
    }

    /// Returns all items of a list.
    pub(crate) async fn all<E: Paged>(&self, request: E) -> Result<Vec<E::Item>, Refusal> {
        let (mut items, mut cursor): (Vec<E::Item>, Option<Cursor>) = (Vec::new(), None);
        let mut guard = CursorGuard::for_request(&request);
        loop {
            let request = match cursor.take() {
                Some(cursor) => request.clone().after(cursor),
                None => request.clone(),
            };
            let page = E::into_page(self.send(request).await?);
            let next = guard
                .next_cursor(&page)
                .map_err(|error| Refusal::bad_gateway(error.to_string()))?;
            items.extend(page.data);
            match next {
                None => return Ok(items),
                Some(_) if items.len() >= MAX_ITEMS => {
                    let detail = format!("the list has more than {MAX_ITEMS} items");
                    return Err(Refusal::invalid(detail).instead(E::OPERATION.id));
                }
                next => cursor = next,
            }
        }
    }

    /// Returns the number of items of a list by a request for its smallest page.
    pub(crate) async fn count<E: Paged>(&self, request: E) -> Result<u64, Refusal> {
        let page = E::into_page(self.send(request).await?);
        match (page.total_count, page.next_cursor()) {
            (Some(total), _) => Ok(total),
            (None, Ok(None)) => Ok(page.data.len() as u64),
            _ => Err(Refusal::bad_gateway("V4 did not count the items of a list")),
        }
    }
}
