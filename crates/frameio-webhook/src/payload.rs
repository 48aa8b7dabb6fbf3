//! Types of verified bodies.

use frameio_core::DecodeError;
use frameio_core::decode::decode_json;

use crate::action::ActionRequest;
use crate::event::Event;

/// Body of a request of the service: an [`Event`] or an [`ActionRequest`]. Sealed.
pub trait Payload: sealed::Sealed + Sized {}

impl Payload for Event {}
impl Payload for ActionRequest {}

mod sealed {
    use super::*;

    pub trait Sealed: Sized {
        fn from_body(body: &[u8]) -> Result<Self, DecodeError>;
    }

    impl Sealed for Event {
        fn from_body(body: &[u8]) -> Result<Self, DecodeError> {
            decode_json(body)
        }
    }

    impl Sealed for ActionRequest {
        fn from_body(body: &[u8]) -> Result<Self, DecodeError> {
            decode_json(body)
        }
    }
}
