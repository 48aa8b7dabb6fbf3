//! State of a running simulator, under one lock.
//!
//! All mutable state is in [`World`], which one mutex protects: a request, a reset and a snapshot each
//! see it at one point in time. The lock is held while a handler runs or a copy is made, and never
//! across an `await`. Only the bytes of an upload have a separate lock, in
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

/// State shared by the clones of a [`Sim`](crate::Sim), its servers and its tasks.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) env: Env,
    world: Mutex<World>,
}

impl Shared {
    pub(crate) const fn new(env: Env, world: World) -> Self {
        Self { env, world: Mutex::new(world) }
    }

    /// Locks the state. A poisoned lock is used anyway, because a panicked handler fails the test.
    pub(crate) fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Immutable settings.
#[derive(Clone, Debug)]
pub(crate) struct Env {
    pub(crate) clock: Clock,
    pub(crate) storage: Storage,
    pub(crate) part_size: u64,
    pub(crate) transcode_after: Duration,
    /// Whether files join version stacks below the head.
    pub(crate) keep_version_heads: bool,
    /// Host names that a loopback server accepts, in addition to the local ones.
    pub(crate) hosts: Vec<String>,
}

/// Mutable state.
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
    /// State that a reset restores.
    pub(crate) initial: InitialState,
    /// Background tasks, aborted when the simulator is dropped.
    pub(crate) tasks: JoinSet<()>,
}

impl World {
    /// Spawns a background task. The task must not keep the simulator alive, with which it ends.
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

    /// Restores the initial state, and aborts all background tasks.
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

/// Omits everything that can be secret.
impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").field("demo", &self.demo).finish_non_exhaustive()
    }
}
