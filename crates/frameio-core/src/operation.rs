//! Constants of operations: route, quota, idempotency.

use std::fmt;
use std::num::NonZeroU32;
use std::time::Duration;

use http::Method;

/// Constants of an operation of the service.
///
/// Encoding and all layers read them: the path template becomes the URL and the `url.template` of
/// spans, and the id names the operation in errors, spans, metrics and quotas.
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
    /// Documented name, such as `files.show`.
    pub id: &'static str,
    /// HTTP method.
    pub method: Method,
    /// Path template, such as `/v4/accounts/{account_id}/files/{file_id}`.
    pub path: &'static str,
    /// Documented quota.
    pub quota: Quota,
    /// Calls that share the quota. Default: [`QuotaScope::AccountUser`].
    pub scope: QuotaScope,
    /// Whether sending a request twice has the same effect as sending it once.
    ///
    /// Default: `true` for every method except `POST`. `PATCH` is included because the service's
    /// updates set fields to given values.
    pub idempotent: bool,
    /// Value of the `api-version` header; `None` sends no such header.
    pub api_version: Option<&'static str>,
    /// Whether the service has deprecated the operation. Default: `false`.
    pub deprecated: bool,
    /// JSON codec of the request type, which equality ignores.
    #[cfg(feature = "dynamic")]
    pub(crate) codec: Option<&'static crate::codec::Codec>,
}

impl Operation {
    /// Creates an operation; all other constants have the defaults of its method.
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

    /// Sets which calls share the quota. Default: [`QuotaScope::AccountUser`].
    #[must_use]
    pub const fn scope(mut self, scope: QuotaScope) -> Self {
        self.scope = scope;
        self
    }

    /// Sets whether sending a request twice has the same effect as sending it once. Default: `true`
    /// except for `POST`.
    #[must_use]
    pub const fn idempotent(mut self, idempotent: bool) -> Self {
        self.idempotent = idempotent;
        self
    }

    /// Sets the value of the `api-version` header. Default: not sent.
    #[must_use]
    pub const fn api_version(mut self, version: &'static str) -> Self {
        self.api_version = Some(version);
        self
    }

    /// Sets whether the service has deprecated the operation. Default: `false`.
    #[must_use]
    pub const fn deprecated(mut self, deprecated: bool) -> Self {
        self.deprecated = deprecated;
        self
    }

    /// Sets the codec that creates requests from JSON.
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

/// Compares all documented constants.
impl PartialEq for Operation {
    fn eq(&self, other: &Self) -> bool {
        let facts = |it: &Self| {
            (it.id, it.path, it.quota, it.scope, it.idempotent, it.api_version, it.deprecated)
        };
        self.method == other.method && facts(self) == facts(other)
    }
}

impl Eq for Operation {}

/// Codec of a request type. It exists without the feature `dynamic` too, because the expansion of the
/// derive does not depend on the feature.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs, reason = "hidden")]
pub struct OptionalCodec(#[cfg(feature = "dynamic")] Option<&'static crate::codec::Codec>);

impl OptionalCodec {
    /// Absent codec.
    pub const NONE: Self = Self(
        #[cfg(feature = "dynamic")]
        None,
    );

    /// Wraps a codec.
    #[cfg(feature = "dynamic")]
    pub const fn some(codec: &'static crate::codec::Codec) -> Self {
        Self(Some(codec))
    }
}

/// Number of calls in a window of time.
///
/// The service counts with a leaky bucket: up to `calls` calls may arrive at once, and the bucket
/// leaks one call every `window / calls`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Quota {
    calls: NonZeroU32,
    window: Duration,
}

impl Quota {
    /// Creates a quota of `calls` calls in each `window`. Returns `None` if either is zero.
    pub const fn new(calls: u32, window: Duration) -> Option<Self> {
        match NonZeroU32::new(calls) {
            Some(calls) if !window.is_zero() => Some(Self { calls, window }),
            _ => None,
        }
    }

    /// Creates a quota of `calls` calls per second.
    ///
    /// # Panics
    /// Panics if `calls` is zero, which is a compile error in a constant.
    pub const fn per_second(calls: u32) -> Self {
        match Self::new(calls, Duration::from_secs(1)) {
            Some(quota) => quota,
            None => panic!("a quota allows at least one call"),
        }
    }

    /// Creates a quota of `calls` calls per minute.
    ///
    /// # Panics
    /// Panics if `calls` is zero, which is a compile error in a constant.
    pub const fn per_minute(calls: u32) -> Self {
        match Self::new(calls, Duration::from_secs(60)) {
            Some(quota) => quota,
            None => panic!("a quota allows at least one call"),
        }
    }

    /// Returns the maximum number of calls in a window.
    pub const fn calls(self) -> NonZeroU32 {
        self.calls
    }

    /// Returns the length of the window.
    pub const fn window(self) -> Duration {
        self.window
    }

    /// Returns the time in which one more call becomes possible: `window / calls`, at least 1 ns.
    pub fn interval(self) -> Duration {
        (self.window / self.calls.get()).max(Duration::from_nanos(1))
    }
}

impl fmt::Display for Quota {
    /// Formats the quota as `100 per 60s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} per {:?}", self.calls, self.window)
    }
}

/// Calls that share a quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum QuotaScope {
    /// Calls of one user in an account.
    AccountUser,
    /// Calls of all users of an account.
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
    fn equality_compares_every_documented_constant() {
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
    fn a_quota_of_zero_calls_or_zero_time_is_none() {
        assert_eq!(Quota::new(0, Duration::from_secs(1)), None);
        assert_eq!(Quota::new(1, Duration::ZERO), None);
        assert_eq!(Quota::per_minute(100).interval(), Duration::from_millis(600));
    }
}
