//! Classification of errors, for retries, spans and error predicates.

use std::error::Error as StdError;

use tower::load_shed::error::Overloaded;
use tower::timeout::error::Elapsed;

use crate::error::{
    AttemptTimeout, AuthError, ConnectTimeout, DeadlineExceeded, InvalidContent, QuotaExhausted,
    QuotaStoreError, ResponseTooLarge, TransportError, TransportStage, chain,
};

/// Kind of a failure without a response.
///
/// If an error has several sources that have a kind, the outermost determines the kind: a
/// token request that cannot connect is [`Auth`](Self::Auth), not
/// [`Transport`](Self::Transport). [`error_type`] returns the name of the kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureKind {
    /// [`DeadlineExceeded`]: the call reached its deadline.
    Deadline,
    /// [`AttemptTimeout`]: the attempt reached its time limit.
    AttemptTimeout,
    /// [`ConnectTimeout`]: the connection was not established in time.
    ConnectTimeout,
    /// [`QuotaExhausted`]: no slot is free within the time that the call may wait.
    QuotaExhausted,
    /// [`QuotaStoreError`]: the shared quota store is unavailable.
    QuotaStore,
    /// [`AuthError`]: no usable token.
    Auth,
    /// [`ResponseTooLarge`]: the response exceeds the size limit.
    ResponseTooLarge,
    /// [`InvalidContent`]: the body of the response cannot be decompressed.
    InvalidContent,
    /// [`TransportError`], with the stage that failed.
    Transport(TransportStage),
    /// [`Elapsed`]: a timeout layer of tower ended the call or the attempt.
    LayerTimeout,
    /// [`Overloaded`]: a load-shedding layer of tower refused the request, because an inner layer is not
    /// ready.
    LoadShed,
    /// Any other error, such as one of custom middleware.
    Other,
}

impl FailureKind {
    /// Classifies `error` by the outermost source that has a kind.
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
        } else if error.is::<InvalidContent>() {
            Some(Self::InvalidContent)
        } else if error.is::<Elapsed>() {
            Some(Self::LayerTimeout)
        } else if error.is::<Overloaded>() {
            Some(Self::LoadShed)
        } else {
            None
        }
    }

    /// Returns `false` if a failure of this kind implies that the request was not sent, or not processed.
    ///
    /// With a [sending marker](crate::sending) in the stack,
    /// [`CallRecord::may_have_been_sent`](crate::CallRecord::may_have_been_sent) is more precise.
    pub const fn may_have_been_sent(self) -> bool {
        match self {
            Self::QuotaExhausted
            | Self::QuotaStore
            | Self::Auth
            | Self::ConnectTimeout
            | Self::LoadShed
            | Self::Transport(
                TransportStage::Unsendable
                | TransportStage::Connect
                | TransportStage::NotSent
                | TransportStage::NotProcessed,
            ) => false,
            Self::Deadline
            | Self::AttemptTimeout
            | Self::ResponseTooLarge
            | Self::InvalidContent
            | Self::LayerTimeout
            | Self::Transport(_)
            | Self::Other => true,
        }
    }

    /// Returns the name for the attribute `error.type`; [`error_type`] lists all names.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Deadline => "deadline_exceeded",
            Self::AttemptTimeout => "timeout",
            Self::ConnectTimeout => "connect_timeout",
            Self::QuotaExhausted => "quota_exhausted",
            Self::QuotaStore => "quota_store",
            Self::Auth => "auth",
            Self::ResponseTooLarge => "response_too_large",
            Self::InvalidContent => "invalid_content",
            Self::Transport(TransportStage::Unsendable) => "unsendable",
            Self::Transport(TransportStage::RequestBody) => "request_body",
            Self::Transport(TransportStage::Connect) => "connect",
            Self::Transport(TransportStage::NotSent) => "not_sent",
            Self::Transport(TransportStage::NotProcessed) => "not_processed",
            Self::Transport(TransportStage::Sent) => "connection_lost",
            Self::Transport(TransportStage::Body) => "body",
            Self::LayerTimeout => "layer_timeout",
            Self::LoadShed => "load_shed",
            Self::Other => "_OTHER",
        }
    }
}

/// Returns the name of a failure for the OpenTelemetry attribute `error.type`.
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
/// | [`InvalidContent`] | `invalid_content` |
/// | [`TransportError`], by stage | `unsendable`, `request_body`, `connect`, `not_sent`, `not_processed`, `connection_lost`, `body` |
/// | [`Elapsed`] of a timeout layer of tower | `layer_timeout` |
/// | [`Overloaded`] of a load-shedding layer of tower | `load_shed` |
/// | any other | `_OTHER`, OpenTelemetry's name for unknown errors |
///
/// An error is classified by its outermost source in this table.
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
    fn every_error_has_a_name_and_a_default_for_whether_it_was_sent() {
        let after = Duration::from_secs(1);
        let transport = |stage| BoxError::from(TransportError::new(stage, "reset"));
        let table: [(BoxError, &str, bool); 18] = [
            (AttemptTimeout::new(after).into(), "timeout", true),
            (ConnectTimeout::new(after).into(), "connect_timeout", false),
            (DeadlineExceeded::new(after, Phase::Start).into(), "deadline_exceeded", true),
            (QuotaExhausted::new(after).into(), "quota_exhausted", false),
            (QuotaStoreError::new("unreachable").into(), "quota_store", false),
            (AuthError::new(transport(TransportStage::Sent)).into(), "auth", false),
            (ResponseTooLarge::new(1).into(), "response_too_large", true),
            (InvalidContent::new("crc").into(), "invalid_content", true),
            (transport(TransportStage::Unsendable), "unsendable", false),
            (transport(TransportStage::RequestBody), "request_body", true),
            (transport(TransportStage::Connect), "connect", false),
            (transport(TransportStage::NotSent), "not_sent", false),
            (transport(TransportStage::NotProcessed), "not_processed", false),
            (transport(TransportStage::Sent), "connection_lost", true),
            (transport(TransportStage::Body), "body", true),
            (Elapsed::new().into(), "layer_timeout", true),
            (Overloaded::new().into(), "load_shed", false),
            ("unknown error".into(), "_OTHER", true),
        ];
        for (error, name, sent) in table {
            assert_eq!(error_type(&*error), name);
            assert_eq!(FailureKind::of(&*error).may_have_been_sent(), sent, "{name}");
            let stack = HttpError::new(error);
            assert_eq!(error_type(&stack), name, "inside an HttpError");
        }
    }
}
