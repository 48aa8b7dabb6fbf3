//! The settings of a simulator.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use frameio_core::Quota;
use jiff::Timestamp;
use secrecy::SecretString;

use crate::clock::Clock;
use crate::faults::{Fault, Faults};
use crate::hooks::Deliveries;
use crate::ims::{self, Ims};
use crate::people::{self, Token, User};
use crate::quota::Buckets;
use crate::record::Records;
use crate::reset::{Start, give_tokens, take_own};
use crate::resources::collections::{self, Collection};
use crate::resources::metadata_fields::built_in;
use crate::resources::{accounts, groups, projects, users, workspaces};
use crate::roles::Role;
use crate::saved::Document;
use crate::signing::Signer;
use crate::sim::{Demo, Shared, Sim};
use crate::state::{By, Env, State, new_id};
use crate::storage::Storage;

/// Splits the file of the documented example into the three parts that it shows.
const PART_SIZE: u64 = 17_000_000;

/// Who is in the demo account besides its owner, and what they are in its workspace.
const DEMO_USERS: [(&str, &str, Role); 3] = [
    ("Demo Editor", "editor@example.com", Role::Editor),
    ("Demo Commenter", "commenter@example.com", Role::Commenter),
    ("Demo Viewer", "viewer@example.com", Role::Viewer),
];

/// The settings of a [`Sim`]; made by [`Sim::builder`].
#[derive(Clone, Debug)]
pub struct Builder {
    tokens: Vec<SecretString>,
    accounts: Vec<String>,
    pub(crate) users: Vec<User>,
    quotas: bool,
    own_quotas: HashMap<String, Quota>,
    storage: Storage,
    part_size: u64,
    transcode_after: Duration,
    pub(crate) ims: ims::Settings,
    seed: u64,
    faults: Vec<Fault>,
    pub(crate) state: Option<Document>,
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
            ims: ims::Settings::default(),
            seed: 0,
            faults: Vec::new(),
            state: None,
        }
    }
}

impl Builder {
    /// Takes this token; called again, this one too. Default: [`Sim::TOKEN`].
    ///
    /// All these tokens are the demo user's, but each has quotas of its own.
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
    /// Without, every answer says that the whole quota is left.
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

    /// Where the bytes of what is uploaded are kept. Default: in memory.
    #[must_use]
    pub fn storage(mut self, storage: Storage) -> Self {
        self.storage = storage;
        self
    }

    /// The longest a part of an upload gets, in bytes; at least one. Default: 17,000,000.
    ///
    /// All parts of a file have the same size, but the last may be smaller. A file of more than
    /// 10,000 such parts gets up to 10,000 larger ones.
    #[must_use]
    pub const fn part_size(mut self, bytes: u64) -> Self {
        self.part_size = if bytes == 0 { 1 } else { bytes };
        self
    }

    /// How long a file stays `uploaded` before it is `transcoded`. Default: not at all.
    #[must_use]
    pub const fn transcode_after(mut self, delay: Duration) -> Self {
        self.transcode_after = delay;
        self
    }

    /// By what faults of a [`chance`](crate::Fault::chance) are drawn, and the jitter before a
    /// delivery is repeated. Default: 0.
    ///
    /// With the same seed the same faults, injected in the same order, hit the same requests,
    /// counted for each fault. Requests that are sent at the same time may come in another order.
    #[must_use]
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Begins with a fault, after those that were added before; a [reset](Sim::reset) begins anew
    /// with it.
    #[must_use]
    pub fn fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }

    /// A simulator with the demo account in it, or with the [state](Self::state) it was given.
    pub fn build(mut self) -> Sim {
        let saved = self.state.take();
        let env = Env {
            clock: Clock::new(saved.as_ref().map_or(Duration::ZERO, Document::ahead)),
            signer: Signer::default(),
            storage: self.storage.clone(),
            part_size: self.part_size,
            transcode_after: self.transcode_after,
        };
        if let Some(key) = saved.as_ref().and_then(|saved| saved.signing_key.as_ref()) {
            env.signer.replace(key);
        }
        let now = env.clock.now();
        let ims = saved.as_ref().map(|saved| saved.ims.clone()).unwrap_or_default();
        let (mut state, demo, mut tokens) =
            saved.map_or_else(|| small(now), |saved| saved.begin(&env.storage));
        let (user, account) = (demo.user_id.as_str(), demo.account_id.as_str());
        take_own(&mut tokens, &self.tokens, user);
        for name in &self.accounts {
            accounts::add(&mut state, user, name, now);
        }
        for added in std::mem::take(&mut self.users) {
            tokens.push(people::add(&mut state, account, added, now).1);
        }
        give_tokens(&mut tokens, &state);
        // What is there from the start has not happened to anybody.
        state.events.clear();
        Sim {
            shared: Arc::new(Shared {
                tokens: Mutex::new(tokens.clone()),
                ims: Ims::new(&self.ims, &ims),
                legacy_tokens: self.ims.legacy_tokens,
                demo: Mutex::new(demo.clone()),
                env,
                state: Mutex::new(state.clone()),
                buckets: Mutex::new(Buckets::new(self.quotas, self.own_quotas)),
                faults: Mutex::new(Faults::new(self.seed, &self.faults)),
                records: Mutex::new(Records::default()),
                deliveries: Mutex::new(Deliveries::new(self.seed)),
                tasks: Mutex::default(),
                start: Mutex::new(Start {
                    state,
                    demo,
                    tokens,
                    own_tokens: self.tokens,
                    ims,
                    faults: self.faults,
                    seed: self.seed,
                }),
            }),
        }
    }
}

/// The small account that is there where no state is given; nobody in it has a token yet.
fn small(now: Timestamp) -> (State, Demo, Vec<Token>) {
    let mut state = State::default();
    let user = users::add(&mut state.users, "Demo User", "demo@example.com", now);
    let account = accounts::add(&mut state, &user, "Demo Account", now);
    let by = By { account: &account, user: &user, now };
    let workspace = workspaces::add(&mut state.workspaces, by, "Demo Workspace");
    let project = projects::add(&mut state, by, &workspace, "Demo Project");
    built_in::add(&mut state, by, |_| new_id());
    let selects = Collection::new("Selects").description("What goes into the cut");
    for collection in [selects, Collection::new("To Review").dynamic(true)] {
        collections::add(&mut state, by, &project, collection);
    }
    let mut tokens = Vec::new();
    let [editor, commenter, viewer] = DEMO_USERS.map(|(name, email, role)| {
        let (id, token) = people::add(&mut state, &account, User::member(name, email), now);
        state.access.give(&workspace, &id, role);
        tokens.push(token);
        id
    });
    let members = vec![editor.clone(), viewer.clone()];
    groups::add_to_adobe(&mut state, &account, "Demo Adobe Group", members);
    let demo = Demo {
        editor_id: editor.into(),
        commenter_id: commenter.into(),
        viewer_id: viewer.into(),
        user_id: user.into(),
        root_folder_id: state.projects[&project].text("root_folder_id").into(),
        account_id: account.into(),
        workspace_id: workspace.into(),
        project_id: project.into(),
    };
    (state, demo, tokens)
}
