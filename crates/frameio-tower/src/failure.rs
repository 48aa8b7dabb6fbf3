//! What an error is, for those who have to decide by it.

use std::error::Error as StdError;

use crate::error::{
    AttemptTimeout, AuthError, ConnectTimeout, DeadlineExceeded, QuotaExhausted, QuotaStoreError,
    ResponseTooLarge, TransportError, TransportStage, chain,
};

/// The errors that layers fail with, told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    Deadline,
    Timeout,
    ConnectTimeout,
    Quota,
    QuotaStore,
    Auth,
    TooLarge,
    Transport(TransportStage),
    Unknown,
}

impl Failure {
    /// What `error` is: the outermost of its sources that is known says it, so that a token that
    /// could not be fetched is a failure of the authentication and not of the transport.
    pub(crate) fn of(error: &(dyn StdError + 'static)) -> Self {
        chain(error).find_map(Self::known).unwrap_or(Self::Unknown)
    }

    fn known(error: &(dyn StdError + 'static)) -> Option<Self> {
        if let Some(transport) = error.downcast_ref::<TransportError>() {
            Some(Self::Transport(transport.stage))
        } else if error.is::<AttemptTimeout>() {
            Some(Self::Timeout)
        } else if error.is::<ConnectTimeout>() {
            Some(Self::ConnectTimeout)
        } else if error.is::<DeadlineExceeded>() {
            Some(Self::Deadline)
        } else if error.is::<QuotaExhausted>() {
            Some(Self::Quota)
        } else if error.is::<QuotaStoreError>() {
            Some(Self::QuotaStore)
        } else if error.is::<AuthError>() {
            Some(Self::Auth)
        } else if error.is::<ResponseTooLarge>() {
            Some(Self::TooLarge)
        } else {
            None
        }
    }

    /// Whether the service may have got the request. What is unknown may be anything.
    pub(crate) const fn may_have_been_sent(self) -> bool {
        match self {
            Self::Quota
            | Self::QuotaStore
            | Self::Auth
            | Self::ConnectTimeout
            | Self::Transport(TransportStage::Connect | TransportStage::NotSent) => false,
            Self::Deadline
            | Self::Timeout
            | Self::TooLarge
            | Self::Transport(_)
            | Self::Unknown => true,
        }
    }

    /// The value of `error.type`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Deadline => "deadline_exceeded",
            Self::Timeout => "timeout",
            Self::ConnectTimeout => "connect_timeout",
            Self::Quota => "quota_exhausted",
            Self::QuotaStore => "quota_store",
            Self::Auth => "auth",
            Self::TooLarge => "response_too_large",
            Self::Transport(TransportStage::Connect) => "connect",
            Self::Transport(TransportStage::NotSent) => "not_sent",
            Self::Transport(TransportStage::Sent) => "connection_lost",
            Self::Transport(TransportStage::Body) => "body",
            Self::Unknown => "_OTHER",
        }
    }
}

/// The value of `error.type` for a failure without a status, one of a few names.
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
/// Where an error has others among its sources, the outermost that is known counts.
pub fn error_type(error: &(dyn StdError + 'static)) -> &'static str {
    Failure::of(error).name()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use frameio_core::BoxError;

    use super::*;
    use crate::HttpError;
    use crate::record::Phase;

    #[test]
    fn every_error_has_a_name_and_tells_whether_it_was_sent() {
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
            assert_eq!(Failure::of(&*error).may_have_been_sent(), sent, "{name}");
            let stack = HttpError::new(error);
            assert_eq!(error_type(&stack), name, "inside the error of a stack");
        }
    }
}
