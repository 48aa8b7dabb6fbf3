//! A verifier of what the simulator delivers.

use std::time::{Duration, SystemTime};

use frameio_sim::Sim;
use frameio_webhook::Verifier;

/// By the simulator's clock, which tests move.
pub fn verifier(sim: &Sim, secret: &str) -> Verifier {
    let clock = sim.clock();
    Verifier::new(secret).unwrap().clock(move || {
        let millis = clock.now().as_millisecond().try_into().unwrap();
        SystemTime::UNIX_EPOCH + Duration::from_millis(millis)
    })
}
