//! Deliveries: signing, sending, and retries until a response is successful.

use std::error::Error;
use std::sync::{Arc, Weak};
use std::time::Duration;

use bytes::Bytes;
use fastrand::Rng;
use frameio_core::Body;
use frameio_webhook::Signer;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Limited};
use jiff::Timestamp;

use crate::clock::Clock;
use crate::history::RecordedDelivery;
use crate::loopback_client::{client, loopback, within};
use crate::shared::{Shared, World};
use crate::state::{MAX_EVENTS, PendingDelivery, State};

/// Maximum number of attempts.
const ATTEMPTS: u32 = 5;

/// Pause after the first attempt; it doubles after each further one.
const FIRST_PAUSE: Duration = Duration::from_secs(15);

/// Maximum share of the pause that is added at random.
const JITTER: f64 = 0.2;

/// Maximum size of a response, in bytes.
const MAX_RESPONSE_SIZE: usize = 1 << 20;

/// Error of a delivery to a URL on another host.
pub(crate) const NOT_ON_LOOPBACK: &str =
    "not sent: the simulator sends only to plain 'http://' servers on the loopback interface";

/// Records a delivery that cannot be sent because of its URL or because too many are pending; returns
/// whether it did.
pub(super) fn record_undeliverable(
    world: &mut World,
    delivery: &PendingDelivery,
    now: Timestamp,
) -> bool {
    let Some(signed) = sign(delivery, &world.state, 1, now) else { return true };
    let error = if loopback(&signed.url).is_none() {
        NOT_ON_LOOPBACK
    } else if world.state.events.unsent.len() + world.running_tasks() >= MAX_EVENTS {
        "not sent: too many deliveries are in progress"
    } else {
        return false;
    };
    let error = Some(error.to_owned());
    world.deliveries.push(RecordedDelivery { error, ..signed });
    true
}

/// Sends a delivery until a response is successful; returns the response, or the error of the last
/// attempt.
///
/// Each attempt looks up the receiver, whose URL and secret can change.
pub(super) async fn deliver(
    delivery: PendingDelivery,
    shared: Weak<Shared>,
    clock: Clock,
    mut rng: Rng,
) -> Result<Bytes, String> {
    let (mut attempt, mut pause) = (1, FIRST_PAUSE);
    loop {
        let gone = || "the receiver was deleted or deactivated".to_owned();
        let signed =
            |shared: Arc<Shared>| sign(&delivery, &shared.lock().state, attempt, clock.now());
        let mut signed = shared.upgrade().and_then(signed).ok_or_else(gone)?;
        let response = send(&delivery, &clock, &signed).await;
        let result = match response {
            Ok((status, body)) => {
                signed.status = Some(status);
                status.is_success().then_some(body).ok_or_else(|| format!("{status}"))
            }
            Err(error) => {
                signed.error = Some(error.clone());
                Err(error)
            }
        };
        let is_elsewhere = signed.error.as_deref() == Some(NOT_ON_LOOPBACK);
        shared.upgrade().ok_or_else(gone)?.lock().deliveries.push(signed);
        if result.is_ok() || is_elsewhere || attempt == ATTEMPTS {
            return result;
        }
        clock.sleep(pause.mul_f64(1.0 + JITTER * rng.f64())).await;
        pause *= 2;
        attempt += 1;
    }
}

/// Signs a delivery for sending now; returns `None` if the receiver is deleted or deactivated.
fn sign(
    delivery: &PendingDelivery,
    state: &State,
    attempt: u32,
    now: Timestamp,
) -> Option<RecordedDelivery> {
    let PendingDelivery { sender, body, .. } = delivery;
    let receiver = state.webhooks.get(sender).or_else(|| state.actions.get(sender));
    let receiver = receiver.filter(|row| *row.field("active") == true)?;
    let signer = Signer::new(state.events.secrets.get(sender)?.clone()).ok()?;
    let seconds = u64::try_from(now.as_second()).unwrap_or_default();
    let request = signer.request_at(seconds, "/", body.clone()).ok()?;
    Some(RecordedDelivery {
        sender_id: sender.clone(),
        attempt,
        url: receiver.text("url").to_owned(),
        headers: request.into_parts().0.headers,
        body: body.clone(),
        status: None,
        error: None,
        time: now,
    })
}

/// Sends a delivery once.
async fn send(
    delivery: &PendingDelivery,
    clock: &Clock,
    signed: &RecordedDelivery,
) -> Result<(StatusCode, Bytes), String> {
    let uri = loopback(&signed.url).ok_or(NOT_ON_LOOPBACK)?;
    let mut request = Request::new(Body::from(signed.body.clone()));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = uri;
    *request.headers_mut() = signed.headers.clone();
    let exchange = async {
        let (parts, body) = client().request(request).await.map_err(reason)?.into_parts();
        let body = Limited::new(body, MAX_RESPONSE_SIZE).collect().await;
        Ok((parts.status, body.map_err(|error| reason(&*error))?.to_bytes()))
    };
    let late = |_| format!("no response within {} s", delivery.limit.as_secs());
    within(clock, delivery.limit, exchange).await.map_err(late)?
}

/// Returns the message of an error with its sources.
fn reason(error: impl Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}
