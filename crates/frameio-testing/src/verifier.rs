//! A verifier for webhook deliveries of the simulator.

use std::time::{Duration, SystemTime};

use frameio_sim::Sim;
use frameio_webhook::Verifier;

/// Creates a verifier that uses the clock of the simulator.
pub fn verifier(sim: &Sim, secret: &str) -> Verifier {
    let clock = sim.clock();
    Verifier::new(secret).unwrap().clock(move || {
        let millis = clock.now().as_millisecond().try_into().unwrap();
        SystemTime::UNIX_EPOCH + Duration::from_millis(millis)
    })
}
