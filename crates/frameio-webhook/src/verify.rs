//! Verification of signatures.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use frameio_core::{AccountId, DecodeError, InvalidText, Secret};
use http::HeaderMap;

use crate::action::ActionRequest;
use crate::claim::Claim;
use crate::delivery_key::DeliveryKey;
use crate::error::{InvalidSecret, VerifyError};
use crate::event::Event;
use crate::payload::Payload;
use crate::signature::{Key, Stamp};

/// Verifies that requests come from the service, by the signature of their timestamp and body.
///
/// The signature does not cover the URL, the method or other headers. It is compared in constant time
/// with all secrets, so that the response time reveals nothing about them. `Debug` does not show
/// secrets.
///
/// ```
/// use frameio_webhook::{EventType, Verifier};
/// use http::HeaderMap;
///
/// fn receive(headers: &HeaderMap, body: Vec<u8>) -> Result<(), Box<dyn std::error::Error>> {
///     let verifier = Verifier::new(std::env::var("FRAMEIO_WEBHOOK_SECRET")?)?;
///     let event = verifier.verify(headers, body)?.event()?;
///     if event.kind == EventType::FileReady {
///         println!("{:?} is ready", event.resource());
///     }
///     Ok(())
/// }
/// ```
#[derive(Clone)]
pub struct Verifier {
    keys: Arc<[Key]>,
    window: Duration,
    clock: Option<Arc<dyn Fn() -> SystemTime + Send + Sync>>,
    account: Option<AccountId>,
}

impl Verifier {
    /// Default of [`window`](Self::window): 300 seconds.
    pub const WINDOW: Duration = Duration::from_secs(300);

    /// Accepts requests that are signed with `secret`, which the service returns when a webhook or an
    /// action is created. Whitespace around it is removed.
    ///
    /// # Errors
    /// Fails if the secret is blank or contains a control character.
    pub fn new(secret: impl Into<Secret>) -> Result<Self, InvalidSecret> {
        Self::any_of([secret])
    }

    /// Accepts requests that are signed with any of `secrets`, while a secret is rotated or if several
    /// webhooks share a URL.
    ///
    /// The owner of one secret can sign any request. For secrets of different customers, use
    /// [`Receiver::lookup`](crate::Receiver::lookup).
    ///
    /// # Errors
    /// Fails if `secrets` is empty, or if a secret is blank or contains a control character.
    ///
    /// ```
    /// use frameio_webhook::Verifier;
    ///
    /// let verifier = Verifier::any_of(["new secret", "old secret"])?;
    /// assert!(Verifier::any_of(["new secret", " "]).is_err());
    /// # Ok::<_, frameio_webhook::InvalidSecret>(())
    /// ```
    pub fn any_of<I>(secrets: I) -> Result<Self, InvalidSecret>
    where
        I: IntoIterator,
        I::Item: Into<Secret>,
    {
        let keys = secrets.into_iter().map(|secret| Key::new(&secret.into()));
        let keys = keys.collect::<Result<Arc<[Key]>, InvalidSecret>>()?;
        if keys.is_empty() {
            return Err(InvalidSecret(InvalidText::Empty));
        }
        Ok(Self { keys, window: Self::WINDOW, clock: None, account: None })
    }

    /// Sets the maximum difference between a timestamp and the current time, in both directions.
    /// Default: [`WINDOW`](Self::WINDOW).
    ///
    /// Within the window, a request can be replayed; see [`DeliveryStore`](crate::DeliveryStore).
    pub fn window(mut self, window: Duration) -> Self {
        self.window = window;
        self
    }

    /// Sets the clock. Default: the system clock.
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// Accepts requests of this account only. Default: any account.
    ///
    /// The owner of a secret can sign requests in the name of any account. If the secret of a customer
    /// is selected by anything but the account of the request, such as its URL, set the account, or
    /// customers can forge requests of each other.
    pub fn account(mut self, account: impl Into<AccountId>) -> Self {
        self.account = Some(account.into());
        self
    }

    /// Verifies a request by its headers and the unmodified bytes of its body.
    ///
    /// # Errors
    /// Returns the reason why the request is not verified.
    pub fn verify(
        &self,
        headers: &HeaderMap,
        body: impl Into<Bytes>,
    ) -> Result<Verified, VerifyError> {
        let body = body.into();
        self.check(&Stamp::read(headers)?, body)
    }

    /// Verifies the signature first: only the sender of an authentic request may learn that it expired.
    pub(crate) fn check(&self, stamp: &Stamp, body: Bytes) -> Result<Verified, VerifyError> {
        let matched = self.keys.iter().fold(false, |any, key| any | key.verify(stamp, &body));
        if !matched {
            return Err(VerifyError::Mismatch);
        }
        let now = self.clock.as_ref().map_or_else(SystemTime::now, |clock| clock());
        within(stamp, now, self.window)?;
        if self.account.is_some() && Claim::account_of(&body) != self.account {
            return Err(VerifyError::OtherAccount);
        }
        Ok(Verified { body, timestamp: stamp.seconds })
    }
}

fn within(stamp: &Stamp, now: SystemTime, window: Duration) -> Result<(), VerifyError> {
    let Some(at) = stamp.at() else { return Err(VerifyError::Expired { age: i64::MIN }) };
    let (distance, sign) = match now.duration_since(at) {
        Ok(ago) => (ago, 1),
        Err(ahead) => (ahead.duration(), -1),
    };
    if distance <= window {
        return Ok(());
    }
    let seconds = i64::try_from(distance.as_secs()).unwrap_or(i64::MAX);
    Err(VerifyError::Expired { age: sign * seconds })
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("secrets", &self.keys.len())
            .field("window", &self.window)
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}

/// Verified body of a request. Only this crate can create one.
///
/// The [layer](crate::VerifyLayer) inserts it into the extensions of the request. `Debug` does not show
/// the body.
///
/// ```
/// use frameio_webhook::{Event, Verified};
///
/// fn handle<B>(request: &http::Request<B>) -> Option<Event> {
///     request.extensions().get::<Verified>()?.event().ok()
/// }
/// ```
#[derive(Clone)]
pub struct Verified {
    body: Bytes,
    timestamp: u64,
}

impl Verified {
    /// Returns the unmodified bytes of the body.
    pub const fn body(&self) -> &Bytes {
        &self.body
    }

    /// Returns the time of the signature, in seconds since 1970.
    pub const fn timestamp(&self) -> u64 {
        self.timestamp
    }

    /// Returns the key that identifies this delivery.
    pub fn delivery_key(&self) -> DeliveryKey {
        DeliveryKey::new(self.timestamp, &self.body)
    }

    /// Decodes the event of a webhook.
    ///
    /// # Errors
    /// Fails if the body is not an event.
    pub fn event(&self) -> Result<Event, DecodeError> {
        self.decode()
    }

    /// Decodes the request of a custom action.
    ///
    /// # Errors
    /// Fails if the body is not the request of an action.
    pub fn action(&self) -> Result<ActionRequest, DecodeError> {
        self.decode()
    }

    /// Decodes an [`Event`] or an [`ActionRequest`].
    ///
    /// # Errors
    /// Fails if the body is not a `T`.
    pub fn decode<T: Payload>(&self) -> Result<T, DecodeError> {
        T::from_body(&self.body)
    }
}

impl fmt::Debug for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("timestamp", &self.timestamp)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
