//! Selection of the experimental response of a stable operation.

use frameio_core::encode::{Query, QueryValue};
use serde::{Deserialize, Deserializer};

/// Whether to request the experimental response of a stable operation.
///
/// It is not sent as a parameter: `true` adds the header `api-version: experimental`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExperimentalResponse(bool);

impl From<bool> for ExperimentalResponse {
    fn from(requested: bool) -> Self {
        Self(requested)
    }
}

impl<'de> Deserialize<'de> for ExperimentalResponse {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        bool::deserialize(deserializer).map(Self)
    }
}

impl QueryValue for ExperimentalResponse {
    /// Writes nothing.
    fn write(&self, _: &mut Query<'_>) {}

    fn push(&self, _: &str, _: &mut Query<'_>) {}

    fn is_absent(&self) -> bool {
        !self.0
    }
}
