//! A delivery: signed, sent, and repeated until it is taken.

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

use super::{MANY, RecordedDelivery};
use crate::clock::Clock;
use crate::outward::{client, loopback, within};
use crate::sim::{Shared, lock};
use crate::state::State;

/// How often something is sent, the first time included.
const ATTEMPTS: u32 = 5;

/// How long to wait after the first attempt; twice as long after each further one.
const FIRST_PAUSE: Duration = Duration::from_secs(15);

/// How much longer it may be by chance.
const JITTER: f64 = 0.2;

/// The longest answer that is read, in bytes.
const LONGEST_ANSWER: usize = 1 << 20;

const ELSEWHERE: &str =
    "was not sent: the simulator asks only plain `http://` servers on the loopback";

/// What is to be sent.
#[derive(Clone, Debug)]
pub(super) struct Post {
    /// The id of the webhook or of the custom action.
    pub(super) sender: String,
    pub(super) body: Bytes,
    /// How long an answer may take.
    pub(super) limit: Duration,
}

impl Post {
    /// Records a post that cannot be sent, for its URL or for too many others; tells whether it is.
    pub(super) fn goes_nowhere(&self, shared: &Shared, state: &State, now: Timestamp) -> bool {
        let Some(delivery) = self.sign(state, 1, now) else { return true };
        let error = if loopback(&delivery.url).is_none() {
            ELSEWHERE
        } else if state.hooks.unsent.len() + shared.under_way() >= MANY {
            "was not sent: too many others are under way"
        } else {
            return false;
        };
        let error = Some(error.to_owned());
        lock(&shared.deliveries).push(RecordedDelivery { error, ..delivery });
        true
    }

    /// Sends it until it is answered with success; gives the answer, or why there was none.
    ///
    /// Where it goes and what signs it is looked up each time, since both may change.
    pub(super) async fn deliver(
        self,
        shared: Weak<Shared>,
        clock: Clock,
        mut rng: Rng,
    ) -> Result<Bytes, String> {
        let (mut attempt, mut pause) = (1, FIRST_PAUSE);
        loop {
            let gone = || "it is gone, or was switched off".to_owned();
            let signed =
                |shared: Arc<Shared>| self.sign(&lock(&shared.state), attempt, clock.now());
            let mut delivery = shared.upgrade().and_then(signed).ok_or_else(gone)?;
            let answer = self.ask(&clock, &delivery).await;
            let result = match answer {
                Ok((status, body)) => {
                    delivery.status = Some(status);
                    status.is_success().then_some(body).ok_or_else(|| format!("{status}"))
                }
                Err(error) => {
                    delivery.error = Some(error.clone());
                    Err(error)
                }
            };
            let is_elsewhere = delivery.error.as_deref() == Some(ELSEWHERE);
            lock(&shared.upgrade().ok_or_else(gone)?.deliveries).push(delivery);
            if result.is_ok() || is_elsewhere || attempt == ATTEMPTS {
                return result;
            }
            clock.sleep(pause.mul_f64(1.0 + JITTER * rng.f64())).await;
            pause *= 2;
            attempt += 1;
        }
    }

    /// As it is sent now; nothing where nobody is to get it any more.
    fn sign(&self, state: &State, attempt: u32, now: Timestamp) -> Option<RecordedDelivery> {
        let receiver = state.webhooks.get(&self.sender).or_else(|| state.actions.get(&self.sender));
        let receiver = receiver.filter(|row| *row.field("active") == true)?;
        let secret = state.hooks.secrets.get(&self.sender)?;
        let signer = Signer::new(secrecy::ExposeSecret::expose_secret(secret)).ok()?;
        let seconds = u64::try_from(now.as_second()).unwrap_or_default();
        let request = signer.request_at(seconds, "/", self.body.clone()).ok()?;
        Some(RecordedDelivery {
            sender_id: self.sender.clone(),
            attempt,
            url: receiver.text("url").to_owned(),
            headers: request.into_parts().0.headers,
            body: self.body.clone(),
            status: None,
            error: None,
            time: now,
        })
    }

    /// Sends it once; gives the answer, or why there was none.
    async fn ask(
        &self,
        clock: &Clock,
        delivery: &RecordedDelivery,
    ) -> Result<(StatusCode, Bytes), String> {
        let uri = loopback(&delivery.url).ok_or(ELSEWHERE)?;
        let mut request = Request::new(Body::from(delivery.body.clone()));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = uri;
        *request.headers_mut() = delivery.headers.clone();
        let exchange = async {
            let (parts, body) = client().request(request).await.map_err(reason)?.into_parts();
            let body = Limited::new(body, LONGEST_ANSWER).collect().await;
            Ok((parts.status, body.map_err(|error| reason(&*error))?.to_bytes()))
        };
        let late = |_| format!("was not answered within {} s", self.limit.as_secs());
        within(clock, self.limit, exchange).await.map_err(late)?
    }
}

/// An error with what it comes from.
fn reason(error: impl Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}
