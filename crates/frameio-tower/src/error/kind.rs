//! Classification of errors, for retries, spans and error predicates.

use std::error::Error as StdError;

use crate::error::{
    AttemptTimeout, AuthError, ConnectTimeout, DeadlineExceeded, QuotaExhausted, QuotaStoreError,
    ResponseTooLarge, TransportError, TransportStage, chain,
};

/// Kind of a failure without a response, of which [`error_type`] is the name.
///
/// An error is classified by the outermost of its sources that this crate knows: a token that
/// cannot be fetched because a connection failed is a failure of the authentication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FailureKind {
    /// [`DeadlineExceeded`]: the call reached its deadline.
    Deadline,
    /// [`AttemptTimeout`]: the attempt reached its time limit.
    AttemptTimeout,
    /// [`ConnectTimeout`]: the connection was not established in time.
    ConnectTimeout,
    /// [`QuotaExhausted`]: the quota has no room within the time that the call may wait.
    QuotaExhausted,
    /// [`QuotaStoreError`]: the store of the quotas is unavailable.
    QuotaStore,
    /// [`AuthError`]: no token is available.
    Auth,
    /// [`ResponseTooLarge`]: the response is larger than the limit.
    ResponseTooLarge,
    /// [`TransportError`], with the stage that failed.
    Transport(TransportStage),
    /// Any other error, for example of custom middleware.
    Other,
}

impl FailureKind {
    /// Classifies `error` by the outermost of its sources that is known.
    pub fn of(error: &(dyn StdError + 'static)) -> Self {
        chain(error).find_map(Self::of_known).unwrap_or(Self::Other)
    }

    fn of_known(error: &(dyn StdError + 'static)) -> Option<Self> {
        if let Some(transport) = error.downcast_ref::<TransportError>() {
            Some(Self::Transport(transport.stage))
        } else if error.is::<AttemptTimeout>() {
            Some(Self::AttemptTimeout)
        } else if error.is::<ConnectTimeout>() {
            Some(Self::ConnectTimeout)
        } else if error.is::<DeadlineExceeded>() {
            Some(Self::Deadline)
        } else if error.is::<QuotaExhausted>() {
            Some(Self::QuotaExhausted)
        } else if error.is::<QuotaStoreError>() {
            Some(Self::QuotaStore)
        } else if error.is::<AuthError>() {
            Some(Self::Auth)
        } else if error.is::<ResponseTooLarge>() {
            Some(Self::ResponseTooLarge)
        } else {
            None
        }
    }

    /// Returns whether the service may have received the request, as far as the kind alone tells;
    /// `true` if it does not.
    ///
    /// The [sending marker](crate::sending) knows better where there is one:
    /// [`CallRecord::may_have_been_sent`](crate::CallRecord::may_have_been_sent).
    pub const fn may_have_been_sent(self) -> bool {
        match self {
            Self::QuotaExhausted
            | Self::QuotaStore
            | Self::Auth
            | Self::ConnectTimeout
            | Self::Transport(TransportStage::Connect | TransportStage::NotSent) => false,
            Self::Deadline
            | Self::AttemptTimeout
            | Self::ResponseTooLarge
            | Self::Transport(_)
            | Self::Other => true,
        }
    }

    /// Returns the value of `error.type`, see [`error_type`].
    pub const fn name(self) -> &'static str {
        match self {
            Self::Deadline => "deadline_exceeded",
            Self::AttemptTimeout => "timeout",
            Self::ConnectTimeout => "connect_timeout",
            Self::QuotaExhausted => "quota_exhausted",
            Self::QuotaStore => "quota_store",
            Self::Auth => "auth",
            Self::ResponseTooLarge => "response_too_large",
            Self::Transport(TransportStage::Connect) => "connect",
            Self::Transport(TransportStage::NotSent) => "not_sent",
            Self::Transport(TransportStage::Sent) => "connection_lost",
            Self::Transport(TransportStage::Body) => "body",
            Self::Other => "_OTHER",
        }
    }
}

/// Returns the value of `error.type` for a failure without a status.
///
/// | error | name |
/// |---|---|
/// | [`AttemptTimeout`] | `timeout` |
/// | [`ConnectTimeout`] | `connect_timeout` |
/// | [`DeadlineExceeded`] | `deadline_exceeded` |
/// | [`QuotaExhausted`] | `quota_exhausted` |
/// | [`QuotaStoreError`] | `quota_store` |
/// | [`AuthError`] | `auth` |
/// | [`ResponseTooLarge`] | `response_too_large` |
/// | [`TransportError`], by its stage | `connect`, `not_sent`, `connection_lost`, `body` |
/// | any other | `_OTHER`, as OpenTelemetry has it |
///
/// An error is classified by the outermost of its sources that is known.
pub fn error_type(error: &(dyn StdError + 'static)) -> &'static str {
    FailureKind::of(error).name()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use frameio_core::BoxError;

    use super::*;
    use crate::error::HttpError;
    use crate::record::Phase;

    #[test]
    fn every_error_has_a_name_and_says_whether_it_may_have_been_sent() {
        let after = Duration::from_secs(1);
        let transport = |stage| BoxError::from(TransportError::new(stage, "reset"));
        let table: [(BoxError, &str, bool); 12] = [
            (AttemptTimeout::new(after).into(), "timeout", true),
            (ConnectTimeout::new(after).into(), "connect_timeout", false),
            (DeadlineExceeded::new(after, Phase::Start).into(), "deadline_exceeded", true),
            (QuotaExhausted::new(after).into(), "quota_exhausted", false),
            (QuotaStoreError::new("away").into(), "quota_store", false),
            (AuthError::new(transport(TransportStage::Sent)).into(), "auth", false),
            (ResponseTooLarge::new(1).into(), "response_too_large", true),
            (transport(TransportStage::Connect), "connect", false),
            (transport(TransportStage::NotSent), "not_sent", false),
            (transport(TransportStage::Sent), "connection_lost", true),
            (transport(TransportStage::Body), "body", true),
            ("from elsewhere".into(), "_OTHER", true),
        ];
        for (error, name, sent) in table {
            assert_eq!(error_type(&*error), name);
            assert_eq!(FailureKind::of(&*error).may_have_been_sent(), sent, "{name}");
            let stack = HttpError::new(error);
            assert_eq!(error_type(&stack), name, "inside the error of a stack");
        }
    }
}
