//! tokio's clock for governor, so that quotas follow paused time.

use std::time::Instant;

use governor::clock::Clock;

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TokioClock;

impl Clock for TokioClock {
    type Instant = Instant;

    fn now(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }
}
