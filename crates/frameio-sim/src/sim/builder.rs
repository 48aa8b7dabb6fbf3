//! The settings of a simulator.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use frameio_core::Quota;
use frameio_core::Secret;
use tokio::task::JoinSet;

use super::{Sim, small_account};
use crate::clock::Clock;
use crate::faults::{Fault, Faults};
use crate::history::{Deliveries, RequestHistory};
use crate::ims::{self, Credential, Ims};
use crate::operations::accounts;
use crate::quota::Buckets;
use crate::shared::{Env, InitialState, Shared, World};
use crate::snapshot::{Document, SavedState};
use crate::state::{User, add_user, random_secret};
use crate::storage::{Signer, Storage};

/// Splits the file of the documented example into the three parts that it shows.
const PART_SIZE: u64 = 17_000_000;

/// The settings of a [`Sim`]; made by [`Sim::builder`].
#[derive(Clone, Debug)]
pub struct Builder {
    tokens: Vec<Secret>,
    accounts: Vec<String>,
    users: Vec<User>,
    quotas: bool,
    own_quotas: HashMap<String, Quota>,
    storage: Storage,
    part_size: u64,
    transcode_after: Duration,
    hosts: Vec<String>,
    ims: ims::Settings,
    seed: u64,
    faults: Vec<Fault>,
    state: Option<Document>,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            tokens: Vec::new(),
            accounts: Vec::new(),
            users: Vec::new(),
            quotas: true,
            own_quotas: HashMap::new(),
            storage: Storage::default(),
            part_size: PART_SIZE,
            transcode_after: Duration::ZERO,
            hosts: Vec::new(),
            ims: ims::Settings::default(),
            seed: 0,
            faults: Vec::new(),
            state: None,
        }
    }
}

impl Builder {
    /// Accepts this token; may be called several times. Default: [`Sim::TOKEN`].
    ///
    /// All these tokens belong to the demo user, and each has quotas of its own.
    #[must_use]
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.tokens.push(token.into().into());
        self
    }

    /// Adds an empty account after the demo account.
    #[must_use]
    pub fn account(mut self, name: impl Into<String>) -> Self {
        self.accounts.push(name.into());
        self
    }

    /// Whether the documented quotas are enforced. Default: yes.
    ///
    /// Otherwise every response says that the whole quota remains.
    #[must_use]
    pub const fn quotas(mut self, enforced: bool) -> Self {
        self.quotas = enforced;
        self
    }

    /// Sets the quota of an operation, by its id, in place of the documented one.
    #[must_use]
    pub fn quota(mut self, operation: impl Into<String>, quota: Quota) -> Self {
        self.own_quotas.insert(operation.into(), quota);
        self
    }

    /// Sets where uploaded bytes are kept. Default: in memory.
    #[must_use]
    pub fn storage(mut self, storage: Storage) -> Self {
        self.storage = storage;
        self
    }

    /// Sets the size of the parts of an upload in bytes, at most; at least one. Default: 17,000,000.
    ///
    /// All parts of a file have the same size, but the last may be smaller. A file of more than
    /// 10,000 such parts gets up to 10,000 larger ones.
    #[must_use]
    pub const fn part_size(mut self, bytes: u64) -> Self {
        self.part_size = if bytes == 0 { 1 } else { bytes };
        self
    }

    /// Sets how long a file stays `uploaded` before it is `transcoded`. Default: not at all.
    #[must_use]
    pub const fn transcode_after(mut self, delay: Duration) -> Self {
        self.transcode_after = delay;
        self
    }

    /// Accepts requests to this host name on a server on the loopback, as a proxy or a tunnel sends
    /// them; may be called several times. Default: none.
    ///
    /// IP addresses, `localhost` and names below it are always accepted. Other names are refused (403),
    /// because a page on the web could point its own name to this machine.
    #[must_use]
    pub fn host(mut self, name: impl Into<String>) -> Self {
        self.hosts.push(name.into());
        self
    }

    /// Sets the random seed of faults with a [`chance`](crate::Fault::chance), and of the jitter before a
    /// delivery is repeated. Default: 0.
    ///
    /// With the same seed the same faults, injected in the same order, hit the same requests,
    /// counted for each fault. Requests that are sent at the same time may come in another order.
    #[must_use]
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Starts with a fault, after those that were added before; a [reset](Sim::reset) starts with it
    /// again.
    #[must_use]
    pub fn fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }

    /// Adds a user to the demo account, after the existing users.
    #[must_use]
    pub fn user(mut self, user: User) -> Self {
        self.users.push(user);
        self
    }

    /// Starts with a state in place of the small account that is the default.
    ///
    /// The tokens of the builder belong to its demo user, in addition to those of the state, and users
    /// and accounts are added to it. Its credentials of IMS apply where the builder names none.
    #[must_use]
    pub fn state(mut self, state: SavedState) -> Self {
        self.state = Some(state.0);
        self
    }

    /// Registers an app that may sign in, in place of an earlier one of the same id; may be called
    /// several times. Default: one of each kind, [`Credential::DEMO_WEB`] and its like, redirected to
    /// `http://127.0.0.1/callback`, `http://localhost/callback` or `http://[::1]/callback` on any
    /// port.
    #[must_use]
    pub fn credential(mut self, credential: Credential) -> Self {
        self.ims.register(credential);
        self
    }

    /// Whether a page with a button for each user, and one to deny, is shown at sign-in.
    /// Default: no; the demo user approves at once.
    #[must_use]
    pub const fn login_page(mut self, shown: bool) -> Self {
        self.ims.login_page = shown;
        self
    }

    /// Sets the lifetime of access tokens, in whole seconds. Default: 86,399 seconds.
    #[must_use]
    pub const fn access_token_life(mut self, life: Duration) -> Self {
        self.ims.access_token_life = life;
        self
    }

    /// Accepts this legacy developer token, a `fio-u-…`, but only together with the header
    /// `x-frameio-legacy-token-auth: true`; may be called several times. Default: none.
    #[must_use]
    pub fn legacy_token(mut self, token: impl Into<String>) -> Self {
        self.ims.legacy_tokens.push(token.into().into());
        self
    }

    /// Creates a simulator with the demo account in it, or with the [state](Self::state) it was given.
    pub fn build(mut self) -> Sim {
        let document = self.state.take();
        let ahead = document.as_ref().map_or(Duration::ZERO, Document::ahead);
        let env = Env {
            clock: Clock::new(ahead),
            storage: self.storage.clone(),
            part_size: self.part_size,
            transcode_after: self.transcode_after,
            hosts: std::mem::take(&mut self.hosts),
        };
        let key = document.as_ref().and_then(|document| document.signing_key.clone());
        let signer = Signer::new(key.unwrap_or_else(random_secret));
        let initial = self.initial_state(&env, document);
        let world = World {
            state: initial.state.clone(),
            demo: initial.demo.clone(),
            tokens: initial.tokens.clone(),
            ims: Ims::new(self.ims, &initial.ims),
            signer,
            buckets: Buckets::new(self.quotas, self.own_quotas),
            faults: Faults::new(initial.seed, &initial.faults),
            requests: RequestHistory::default(),
            deliveries: Deliveries::new(initial.seed),
            initial,
            tasks: JoinSet::new(),
        };
        Sim { shared: Arc::new(Shared::new(env, world)) }
    }

    fn initial_state(&mut self, env: &Env, document: Option<Document>) -> InitialState {
        let now = env.clock.now();
        let ims = document.as_ref().map(|document| document.ims.clone()).unwrap_or_default();
        let (state, demo, tokens) = match document {
            Some(document) => document.restored(&env.storage),
            None => small_account::create(now),
        };
        let mut initial = InitialState {
            state,
            demo,
            tokens,
            builder_tokens: std::mem::take(&mut self.tokens),
            ims,
            faults: std::mem::take(&mut self.faults),
            seed: self.seed,
        };
        initial.add_builder_tokens();
        for name in &self.accounts {
            accounts::add(&mut initial.state, initial.demo.user_id.as_str(), name, now);
        }
        for added in std::mem::take(&mut self.users) {
            let account = initial.demo.account_id.as_str();
            initial.tokens.push(add_user(&mut initial.state, account, added, now).1);
        }
        initial.add_missing_tokens();
        // No event has happened before the start.
        initial.state.events.pending.clear();
        initial
    }
}
