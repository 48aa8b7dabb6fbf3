//! Everything that a running simulator consists of, under one lock.
//!
//! All that changes is in [`World`], which one mutex protects: a request, a reset and a snapshot
//! each see the whole of it at one point in time. The lock is held while a handler runs or a copy is
//! made, and never across an `await`. Only the bytes of an upload have a lock of their own, in
//! [`UploadedObject`](crate::storage::UploadedObject), because parts are written while they arrive.

mod initial_state;

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::JoinSet;

pub(crate) use self::initial_state::{DEFAULT_TOKEN, InitialState};
use crate::clock::Clock;
use crate::faults::Faults;
use crate::history::{Deliveries, RequestHistory};
use crate::ims::Ims;
use crate::quota::Buckets;
use crate::state::{Demo, State, Token};
use crate::storage::{Signer, Storage};

/// What the clones of a [`Sim`](crate::Sim), its servers and its tasks share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) env: Env,
    world: Mutex<World>,
}

impl Shared {
    pub(crate) const fn new(env: Env, world: World) -> Self {
        Self { env, world: Mutex::new(world) }
    }

    /// A handler that panicked has left nothing half done that matters to a test.
    pub(crate) fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What does not change while the simulator runs.
#[derive(Clone, Debug)]
pub(crate) struct Env {
    pub(crate) clock: Clock,
    pub(crate) storage: Storage,
    pub(crate) part_size: u64,
    pub(crate) transcode_after: Duration,
    /// Host names by which a server on the loopback is known, in addition to the local ones.
    pub(crate) hosts: Vec<String>,
}

/// What changes while the simulator runs.
pub(crate) struct World {
    pub(crate) state: State,
    pub(crate) demo: Demo,
    pub(crate) tokens: Vec<Token>,
    pub(crate) ims: Ims,
    pub(crate) signer: Signer,
    pub(crate) buckets: Buckets,
    pub(crate) faults: Faults,
    pub(crate) requests: RequestHistory,
    pub(crate) deliveries: Deliveries,
    /// What a reset goes back to.
    pub(crate) initial: InitialState,
    /// Background tasks, which end with the simulator.
    pub(crate) tasks: JoinSet<()>,
}

impl World {
    /// Runs a task in the background. It ends with the simulator, so it must not keep that alive.
    pub(crate) fn spawn(
        &mut self,
        runtime: &Handle,
        task: impl Future<Output = ()> + Send + 'static,
    ) {
        self.running_tasks();
        self.tasks.spawn_on(task, runtime);
    }

    /// Returns the number of background tasks.
    pub(crate) fn running_tasks(&mut self) -> usize {
        while self.tasks.try_join_next().is_some() {}
        self.tasks.len()
    }

    /// Goes back to the initial state, and ends all background tasks.
    pub(crate) fn reset(&mut self) {
        let initial = &self.initial;
        self.tasks.abort_all();
        self.state.uploads.remove_files(&initial.state.uploads);
        self.state = initial.state.clone();
        self.demo = initial.demo.clone();
        self.tokens.clone_from(&initial.tokens);
        self.ims.reset(&initial.ims);
        self.buckets.clear();
        self.faults = Faults::new(initial.seed, &initial.faults);
        self.requests = RequestHistory::default();
        self.deliveries = Deliveries::new(initial.seed);
    }
}

/// Leaves out everything that may be secret.
impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").field("demo", &self.demo).finish_non_exhaustive()
    }
}
