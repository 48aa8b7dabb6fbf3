//! What is known of an operation without a value of it.

use std::fmt;
use std::num::NonZeroU32;
use std::time::Duration;

use http::Method;

/// The constants of one operation of the service.
///
/// Every layer that has to tell operations apart reads them from here: the route becomes the URL
/// and the `url.template` of spans, the id names the operation in errors, spans and quota keys.
///
/// ```
/// use frameio_core::{Operation, Quota};
///
/// static SHOW_FILE: Operation = Operation::new(
///     "files.show",
///     http::Method::GET,
///     "/v4/accounts/{account_id}/files/{file_id}",
///     Quota::per_second(5),
/// );
/// assert!(SHOW_FILE.idempotent);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Operation {
    /// The documented name, `files.show`.
    pub id: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path template, `/v4/accounts/{account_id}/files/{file_id}`: the only source of the URL.
    pub path: &'static str,
    /// The documented calls per window.
    pub quota: Quota,
    /// Whose calls the quota counts. Default: each user of an account on its own.
    pub scope: QuotaScope,
    /// Whether sending the same request twice has the effect of sending it once.
    ///
    /// Default: true for every method but `POST`. The service's `PATCH` calls set what they name,
    /// so a replay changes nothing more.
    pub idempotent: bool,
    /// The value of the `api-version` header that the operation asks for, if any.
    pub api_version: Option<&'static str>,
    /// Whether the service advises against it. Default: no.
    pub deprecated: bool,
    /// JSON codec of the request type, without influence on equality.
    #[cfg(feature = "dynamic")]
    pub(crate) codec: Option<&'static crate::codec::Codec>,
}

impl Operation {
    /// An operation with the defaults of its method.
    pub const fn new(id: &'static str, method: Method, path: &'static str, quota: Quota) -> Self {
        let idempotent = !matches!(method, Method::POST);
        Self {
            id,
            method,
            path,
            quota,
            scope: QuotaScope::AccountUser,
            idempotent,
            api_version: None,
            deprecated: false,
            #[cfg(feature = "dynamic")]
            codec: None,
        }
    }

    /// Sets whose calls the quota counts.
    #[must_use]
    pub const fn scope(mut self, scope: QuotaScope) -> Self {
        self.scope = scope;
        self
    }

    /// Sets whether a replay is harmless, where the method does not tell.
    #[must_use]
    pub const fn idempotent(mut self, idempotent: bool) -> Self {
        self.idempotent = idempotent;
        self
    }

    /// Sets the `api-version` header that the operation asks for.
    #[must_use]
    pub const fn api_version(mut self, version: &'static str) -> Self {
        self.api_version = Some(version);
        self
    }

    /// Sets whether the service advises against it.
    #[must_use]
    pub const fn deprecated(mut self, deprecated: bool) -> Self {
        self.deprecated = deprecated;
        self
    }

    /// Sets how requests are made from JSON, if the request type can be.
    #[doc(hidden)]
    #[must_use]
    #[allow(unused_mut, unused_variables, reason = "without the feature `dynamic`")]
    pub const fn json_codec(mut self, codec: OptionalCodec) -> Self {
        #[cfg(feature = "dynamic")]
        {
            self.codec = codec.0;
        }
        self
    }
}

/// Two are equal that are the same in every documented respect.
impl PartialEq for Operation {
    fn eq(&self, other: &Self) -> bool {
        let facts = |it: &Self| {
            (it.id, it.path, it.quota, it.scope, it.idempotent, it.api_version, it.deprecated)
        };
        self.method == other.method && facts(self) == facts(other)
    }
}

impl Eq for Operation {}

/// The codec of a request type. Without the feature `dynamic` there is no codec, but the type exists:
/// what a derive expands to does not depend on the feature.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs, reason = "hidden")]
pub struct OptionalCodec(#[cfg(feature = "dynamic")] Option<&'static crate::codec::Codec>);

impl OptionalCodec {
    /// No codec.
    pub const NONE: Self = Self(
        #[cfg(feature = "dynamic")]
        None,
    );

    /// A codec.
    #[cfg(feature = "dynamic")]
    pub const fn some(codec: &'static crate::codec::Codec) -> Self {
        Self(Some(codec))
    }
}

/// A number of calls in a window of time.
///
/// The service counts with a leaky bucket: `calls` may come at once, and each leaks away after
/// `window / calls`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Quota {
    calls: NonZeroU32,
    window: Duration,
}

impl Quota {
    /// `calls` in each `window`.
    ///
    /// `None` if either is zero.
    pub const fn new(calls: u32, window: Duration) -> Option<Self> {
        match NonZeroU32::new(calls) {
            Some(calls) if !window.is_zero() => Some(Self { calls, window }),
            _ => None,
        }
    }

    /// `calls` in each second.
    ///
    /// # Panics
    /// If `calls` is zero; in a constant that is a compile error.
    pub const fn per_second(calls: u32) -> Self {
        match Self::new(calls, Duration::from_secs(1)) {
            Some(quota) => quota,
            None => panic!("a quota allows at least one call"),
        }
    }

    /// `calls` in each minute.
    ///
    /// # Panics
    /// If `calls` is zero; in a constant that is a compile error.
    pub const fn per_minute(calls: u32) -> Self {
        match Self::new(calls, Duration::from_secs(60)) {
            Some(quota) => quota,
            None => panic!("a quota allows at least one call"),
        }
    }

    /// The calls that fit one window.
    pub const fn calls(self) -> NonZeroU32 {
        self.calls
    }

    /// The length of the window.
    pub const fn window(self) -> Duration {
        self.window
    }

    /// The time after which one call is allowed again: `window / calls`, at least a nanosecond.
    pub fn interval(self) -> Duration {
        (self.window / self.calls.get()).max(Duration::from_nanos(1))
    }
}

impl fmt::Display for Quota {
    /// `100 per 60s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} per {:?}", self.calls, self.window)
    }
}

/// Whose calls a quota counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum QuotaScope {
    /// Each user of an account on its own.
    AccountUser,
    /// All users of an account together.
    Account,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_post_is_not_idempotent_by_default() {
        let idempotent = |method| Operation::new("x", method, "/", Quota::per_second(1)).idempotent;
        assert!(idempotent(Method::GET) && idempotent(Method::PATCH) && idempotent(Method::DELETE));
        assert!(!idempotent(Method::POST));
    }

    #[test]
    fn operations_are_equal_if_every_documented_constant_is() {
        let operation = || Operation::new("x", Method::POST, "/x", Quota::per_second(1));
        assert_eq!(operation(), operation());
        let others = [
            Operation { id: "y", ..operation() },
            Operation { method: Method::PUT, ..operation() },
            Operation { path: "/y", ..operation() },
            Operation { quota: Quota::per_second(2), ..operation() },
            operation().scope(QuotaScope::Account),
            operation().idempotent(true),
            operation().api_version("experimental"),
            operation().deprecated(true),
        ];
        for (i, other) in others.iter().enumerate() {
            assert_ne!(*other, operation(), "{i}");
        }
        let changed = operation().idempotent(true).deprecated(true).api_version("v");
        assert_eq!((changed.idempotent, changed.deprecated), (true, true));
        assert_eq!((changed.api_version, changed.scope), (Some("v"), QuotaScope::AccountUser));
    }

    #[test]
    fn the_interval_of_a_quota_is_at_least_a_nanosecond() {
        let quota = Quota::new(u32::MAX, Duration::from_nanos(1)).unwrap();
        assert_eq!(quota.interval(), Duration::from_nanos(1));
        assert_eq!((quota.calls().get(), quota.window()), (u32::MAX, Duration::from_nanos(1)));
        assert_eq!(Quota::per_second(4).interval(), Duration::from_millis(250));
    }

    #[test]
    fn a_quota_of_nothing_is_refused() {
        assert_eq!(Quota::new(0, Duration::from_secs(1)), None);
        assert_eq!(Quota::new(1, Duration::ZERO), None);
        assert_eq!(Quota::per_minute(100).interval(), Duration::from_millis(600));
    }
}
