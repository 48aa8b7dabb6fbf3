//! [`Builder`]: settings of a simulator.

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

/// Splits the file of the service's documented example into three parts, as documented.
const PART_SIZE: u64 = 17_000_000;

/// Settings of a [`Sim`], created by [`Sim::builder`].
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
    keep_version_heads: bool,
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
            keep_version_heads: false,
            hosts: Vec::new(),
            ims: ims::Settings::default(),
            seed: 0,
            faults: Vec::new(),
            state: None,
        }
    }
}

impl Builder {
    /// Adds an accepted token of the demo user. Default: [`Sim::TOKEN`] only.
    ///
    /// Each token has separate quotas.
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

    /// Sets whether quotas are enforced. Default: yes.
    ///
    /// Without enforcement every response reports a full quota.
    #[must_use]
    pub const fn quotas(mut self, enforced: bool) -> Self {
        self.quotas = enforced;
        self
    }

    /// Overrides the documented quota of an operation, by its id.
    #[must_use]
    pub fn quota(mut self, operation: impl Into<String>, quota: Quota) -> Self {
        self.own_quotas.insert(operation.into(), quota);
        self
    }

    /// Sets where uploaded bytes are stored. Default: in memory.
    #[must_use]
    pub fn storage(mut self, storage: Storage) -> Self {
        self.storage = storage;
        self
    }

    /// Sets the size of upload parts in bytes. Default: 17,000,000; 0 counts as 1.
    ///
    /// All parts of a file have the same size, except that the last may be smaller. A file that would
    /// need more than 10,000 parts gets larger ones.
    #[must_use]
    pub const fn part_size(mut self, bytes: u64) -> Self {
        self.part_size = if bytes == 0 { 1 } else { bytes };
        self
    }

    /// Sets how long a file stays `uploaded` before it becomes `transcoded`. Default: zero.
    #[must_use]
    pub const fn transcode_after(mut self, delay: Duration) -> Self {
        self.transcode_after = delay;
        self
    }

    /// Sets whether a file that joins a version stack becomes an earlier version instead of the head.
    /// Default: no.
    ///
    /// The service does not document which file becomes the head.
    #[must_use]
    pub const fn keep_version_heads(mut self, keep: bool) -> Self {
        self.keep_version_heads = keep;
        self
    }

    /// Adds a host name that a server on the loopback interface accepts, such as that of a proxy or
    /// tunnel. Default: none.
    ///
    /// IP addresses, `localhost` and its subdomains are always accepted. Other names are refused (403),
    /// because a web page could point its own host name to this machine.
    #[must_use]
    pub fn host(mut self, name: impl Into<String>) -> Self {
        self.hosts.push(name.into());
        self
    }

    /// Sets the random seed of faults with a [`chance`](crate::Fault::chance), and of the jitter between
    /// delivery attempts. Default: 0.
    ///
    /// With the same seed, the same faults in the same order hit the same requests, counted for each
    /// fault. The order of concurrent requests is not deterministic.
    #[must_use]
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Adds a fault, active from the start and after each [reset](Sim::reset).
    #[must_use]
    pub fn fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }

    /// Adds a user to the demo account.
    #[must_use]
    pub fn user(mut self, user: User) -> Self {
        self.users.push(user);
        self
    }

    /// Starts with a state in place of the default small account.
    ///
    /// The builder's tokens, users and accounts are added to those of the state; the tokens belong to
    /// its demo user. The state's IMS credentials apply unless the builder has credentials.
    #[must_use]
    pub fn state(mut self, state: SavedState) -> Self {
        self.state = Some(state.0);
        self
    }

    /// Registers an app that may sign in, and replaces an earlier one with the same id.
    ///
    /// Default: one credential of each kind, such as [`Credential::DEMO_WEB`], with the redirect URIs
    /// `http://127.0.0.1/callback`, `http://localhost/callback` and `http://[::1]/callback` on any port.
    #[must_use]
    pub fn credential(mut self, credential: Credential) -> Self {
        self.ims.register(credential);
        self
    }

    /// Sets whether sign-in shows a page with a button for each user and one to deny.
    ///
    /// Default: no; the demo user approves immediately.
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

    /// Adds an accepted legacy developer token (`fio-u-…`), valid only together with the header
    /// `x-frameio-legacy-token-auth: true`. Default: none.
    #[must_use]
    pub fn legacy_token(mut self, token: impl Into<String>) -> Self {
        self.ims.legacy_tokens.push(token.into().into());
        self
    }

    /// Creates the simulator, with the [state](Self::state) or the default account.
    pub fn build(mut self) -> Sim {
        let document = self.state.take();
        let ahead = document.as_ref().map_or(Duration::ZERO, Document::ahead);
        let env = Env {
            clock: Clock::new(ahead),
            storage: self.storage.clone(),
            part_size: self.part_size,
            transcode_after: self.transcode_after,
            keep_version_heads: self.keep_version_heads,
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
        // Creating the initial records is not an event.
        initial.state.events.pending.clear();
        initial
    }
}
