//! A verifier of what the simulator delivers.

use std::time::{Duration, SystemTime};

use frameio::webhook::Verifier;
use frameio_sim::Sim;

/// By the simulator's clock, which tests move.
pub(crate) fn verifier(sim: &Sim, secret: &str) -> Verifier {
    let clock = sim.clock();
    Verifier::new(secret).unwrap().clock(move || {
        let millis = clock.now().as_millisecond().try_into().unwrap();
        SystemTime::UNIX_EPOCH + Duration::from_millis(millis)
    })
}
