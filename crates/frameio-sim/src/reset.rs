//! Back to the start.

use std::fmt;

use crate::faults::{Fault, Faults};
use crate::hooks::Deliveries;
use crate::ims::SavedIms;
use crate::record::Records;
use crate::sim::{Sim, lock};
use crate::state::State;

/// What a simulator began with.
pub(crate) struct Start {
    pub(crate) state: State,
    pub(crate) ims: SavedIms,
    /// How many tokens there were.
    pub(crate) tokens: usize,
    pub(crate) faults: Vec<Fault>,
    pub(crate) seed: u64,
}

/// What was granted is left out, and so are the secrets of the state.
impl fmt::Debug for Start {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Start").field("seed", &self.seed).finish_non_exhaustive()
    }
}

impl Sim {
    /// Makes everything as it was when the simulator was built, but the time, which goes on.
    ///
    /// The [`demo`](Sim::demo) keeps its ids and tokens. What was made, uploaded, recorded and
    /// counted is gone, and so are the tokens of IMS. The quotas are whole, the faults are those
    /// of the [builder](crate::Builder::fault), drawn anew by its seed, and what went on in the
    /// background, as deliveries do, ends. Of what a [file of state](crate::SavedState) began with, the
    /// bytes that were removed from a directory stay removed.
    pub fn reset(&self) {
        let shared = &self.shared;
        let start = &shared.start;
        lock(&shared.tasks).abort_all();
        {
            let state = &mut *lock(&shared.state);
            state.uploads.remove_files(&start.state.uploads);
            *state = start.state.clone();
        }
        lock(&shared.tokens).truncate(start.tokens);
        shared.ims.reset(&start.ims);
        lock(&shared.buckets).clear();
        *lock(&shared.faults) = Faults::new(start.seed, &start.faults);
        *lock(&shared.records) = Records::default();
        *lock(&shared.deliveries) = Deliveries::new(start.seed);
    }
}
