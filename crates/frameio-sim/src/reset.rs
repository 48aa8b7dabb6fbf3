//! Back to the start.

use crate::faults::{Fault, Faults};
use crate::hooks::Deliveries;
use crate::record::Records;
use crate::sim::{Sim, lock};
use crate::state::State;

/// What a simulator began with.
#[derive(Debug)]
pub(crate) struct Start {
    pub(crate) state: State,
    /// How many tokens there were.
    pub(crate) tokens: usize,
    pub(crate) faults: Vec<Fault>,
    pub(crate) seed: u64,
}

impl Sim {
    /// Makes everything as it was when the simulator was built, but the time, which goes on.
    ///
    /// The [`demo`](Sim::demo) keeps its ids and tokens. What was made, uploaded, recorded and
    /// counted is gone, and so are the tokens of IMS. The quotas are whole, the faults are those
    /// of the [builder](crate::Builder::fault), drawn anew by its seed, and what went on in the
    /// background, as deliveries do, ends.
    pub fn reset(&self) {
        let shared = &self.shared;
        let start = &shared.start;
        lock(&shared.tasks).abort_all();
        {
            let state = &mut *lock(&shared.state);
            state.uploads.remove_files();
            *state = start.state.clone();
        }
        lock(&shared.tokens).truncate(start.tokens);
        shared.ims.clear();
        lock(&shared.buckets).clear();
        *lock(&shared.faults) = Faults::new(start.seed, &start.faults);
        *lock(&shared.records) = Records::default();
        *lock(&shared.deliveries) = Deliveries::new(start.seed);
    }
}
