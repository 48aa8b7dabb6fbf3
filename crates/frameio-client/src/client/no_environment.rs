//! Replaces `environment` without the feature `env`.

use std::time::Duration;

use frameio_tower::{BuildError, StaticToken, Transport};

/// Sign-in of a client from the environment, which does not exist without the feature.
#[derive(Clone, Copy)]
pub(super) enum SignIn {}

impl SignIn {
    pub(super) const fn set_timeout(&mut self, _: Option<Duration>) {
        match *self {}
    }

    pub(super) const fn set_max_retries(&mut self, _: u32) {
        match *self {}
    }

    pub(super) fn provider(&self, _: impl Transport) -> Result<StaticToken, BuildError> {
        match *self {}
    }
}
