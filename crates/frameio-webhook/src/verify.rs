//! The check of a signature, and the proof of it.

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

/// Tells whether a request comes from the service: whether a secret has signed its body, and when.
///
/// The signature covers the timestamp and the bytes of the body, and nothing else: neither the URL
/// nor any other header. It is compared in constant time, and with every secret, so that the time
/// does not tell which one is near. `Debug` shows no secret.
///
/// ```
/// use frameio_webhook::{EventType, Verifier};
/// use http::HeaderMap;
///
/// fn receive(headers: &HeaderMap, body: Vec<u8>) -> Result<(), Box<dyn std::error::Error>> {
///     let verifier = Verifier::new(std::env::var("FRAMEIO_WEBHOOK_SECRET")?)?;
///     let event = verifier.verify(headers, body)?.event()?;
///     if event.kind == EventType::FileReady {
///         println!("{:?} can be watched", event.resource());
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
    /// How far from now a timestamp may be, if nothing else is said: 300 seconds.
    pub const WINDOW: Duration = Duration::from_secs(300);

    /// Takes what `secret` has signed: the one that the service gave when the webhook or the action
    /// was created. Whitespace around it is ignored.
    ///
    /// # Errors
    /// When it is blank, or contains a control character.
    pub fn new(secret: impl Into<Secret>) -> Result<Self, InvalidSecret> {
        Self::any_of([secret])
    }

    /// Takes what any of `secrets` has signed, as while one takes the place of another, or where
    /// several webhooks have one URL.
    ///
    /// They have to be of one trust: whoever knows one of them can sign anything. Secrets of
    /// several customers belong to [`Receiver::lookup`](crate::Receiver::lookup).
    ///
    /// # Errors
    /// When there is none, or when one is blank or contains a control character.
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

    /// How far from now a timestamp may be, into the past and into the future. Default:
    /// [`WINDOW`](Self::WINDOW).
    ///
    /// Within it a request can be sent again by whoever has seen it: see
    /// [`DeliveryStore`](crate::DeliveryStore).
    pub fn window(mut self, window: Duration) -> Self {
        self.window = window;
        self
    }

    /// What gives the time. Default: the clock of the system.
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// Takes only what this account sends. Default: any.
    ///
    /// Whoever knows the secret can sign the name of any account. Where a secret belongs to one of
    /// several customers and was found by something else than the account of the request, its URL
    /// for one, this is what keeps one customer from writing to another.
    pub fn account(mut self, account: impl Into<AccountId>) -> Self {
        self.account = Some(account.into());
        self
    }

    /// Verifies a request by its headers and the bytes of its body, exactly as they came.
    ///
    /// # Errors
    /// When it is not verified; the error says why.
    pub fn verify(
        &self,
        headers: &HeaderMap,
        body: impl Into<Bytes>,
    ) -> Result<Verified, VerifyError> {
        let body = body.into();
        self.check(&Stamp::read(headers)?, body)
    }

    /// The signature first: only an authentic request is told that it is late.
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

/// A body that is verified, which only this crate can say of one: to have it is the proof.
///
/// The [layer](crate::VerifyLayer) puts it into the extensions of the request. `Debug` shows nothing
/// of the body.
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
    /// The bytes as they came.
    pub const fn body(&self) -> &Bytes {
        &self.body
    }

    /// When it was signed, in seconds since 1970.
    pub const fn timestamp(&self) -> u64 {
        self.timestamp
    }

    /// What tells this delivery from others.
    pub fn delivery_key(&self) -> DeliveryKey {
        DeliveryKey::new(self.timestamp, &self.body)
    }

    /// The event of a webhook.
    ///
    /// # Errors
    /// When it is none.
    pub fn event(&self) -> Result<Event, DecodeError> {
        self.decode()
    }

    /// The request of a custom action.
    ///
    /// # Errors
    /// When it is none.
    pub fn action(&self) -> Result<ActionRequest, DecodeError> {
        self.decode()
    }

    /// Whichever of them is asked for.
    ///
    /// # Errors
    /// When it is none.
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
