//! What has happened is told: to webhooks, to the audit log, and to tests.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Weak};
use std::time::Duration;

use frameio_webhook::{Event as Told, Resource};
use jiff::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;

mod deliver;
mod record;
mod trigger;

pub(crate) use record::Deliveries;
pub use record::{RecordedDelivery, RecordedEvent};
pub use trigger::{Interaction, Shown, TriggerError};

use crate::saved::secrets;
use crate::sim::{Shared, lock};
use crate::state::{By, Event, Row, State};
use deliver::Post;

/// How many events, deliveries and tasks are kept.
const MANY: usize = 10_000;

/// How long a webhook has to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// What there is to tell, and what is needed for it.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Hooks {
    /// The secrets of webhooks and custom actions by their ids.
    #[serde(with = "secrets")]
    pub(crate) secrets: BTreeMap<String, SecretString>,
    /// The last of what has happened, the oldest first.
    pub(crate) past: VecDeque<Event>,
    /// The files that are ready at a time to come.
    due: Vec<Due>,
    /// What waits for a runtime to be sent in.
    #[serde(skip)]
    unsent: Vec<Post>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
struct Due {
    file: String,
    at: Timestamp,
    /// Whether a task waits for it.
    #[serde(skip)]
    awaited: bool,
}

impl Hooks {
    pub(crate) fn history(&self) -> Vec<RecordedEvent> {
        let recorded = |event: &Event| RecordedEvent { event: told(event), time: event.at };
        self.past.iter().map(recorded).collect()
    }

    fn remember(&mut self, event: Event) {
        if self.past.len() == MANY {
            self.past.pop_front();
        }
        self.past.push_back(event);
    }
}

impl State {
    /// Notes that the bytes of a file are there, and when it is ready.
    pub(crate) fn uploaded(&mut self, file: &str, now: Timestamp, ready_at: Timestamp) {
        self.happened_to_file("file.upload.completed", file, now);
        self.hooks.due.push(Due { file: file.to_owned(), at: ready_at, awaited: false });
    }

    /// Notes which files have become ready; one that is deleted before does not.
    fn become_ready(&mut self, now: Timestamp) {
        let mut due = std::mem::take(&mut self.hooks.due);
        due.sort_by_key(|due| due.at);
        let ready = due.iter().take_while(|due| due.at <= now).count();
        for due in due.drain(..ready) {
            self.happened_to_file("file.ready", &due.file, due.at);
        }
        self.hooks.due = due;
    }

    /// By nobody but the one whose file it is.
    fn happened_to_file(&mut self, kind: &'static str, file: &str, now: Timestamp) {
        let Some(row) = self.files.get(file) else { return };
        let (account, user) = (row.account.clone(), row.creator.clone());
        let project = row.text("project_id").to_owned();
        let by = By { account: &account, user: &user, now };
        self.happened_by(by, kind, ("file", file), &project);
    }

    /// What is to be sent to webhooks for an event. What belongs to an account alone is told in all
    /// of its workspaces.
    fn posts(&self, event: &Event) -> Vec<Post> {
        let of_account = event.workspace.is_none() && event.project.is_none();
        let asks = |hook: &&Row| {
            let mut events = hook.field("events").as_array().into_iter().flatten();
            let workspace = event.workspace.as_deref();
            hook.account == event.account
                && (of_account || workspace == Some(hook.text("workspace_id")))
                && *hook.field("active") == true
                && events.any(|wanted| *wanted == *event.kind)
        };
        let post = |hook: &Row| {
            let told = told(event).workspace(hook.text("workspace_id"));
            let body = serde_json::to_vec(&told).unwrap_or_default().into();
            Post { sender: hook.id().to_owned(), body, limit: PATIENCE }
        };
        self.webhooks.values().filter(asks).map(post).collect()
    }
}

/// Tells all that has happened until now. Deliveries begin only inside of a runtime, and wait for
/// one outside.
pub(crate) fn settle(shared: &Arc<Shared>) {
    let now = shared.env.clock.now();
    let runtime = Handle::try_current().ok();
    let state = &mut *lock(&shared.state);
    if !state.hooks.due.is_empty() {
        state.become_ready(now);
    }
    for event in std::mem::take(&mut state.events) {
        for post in state.posts(&event) {
            if !post.goes_nowhere(shared, state, now) {
                state.hooks.unsent.push(post);
            }
        }
        state.hooks.remember(event);
    }
    let Some(runtime) = runtime else { return };
    for due in state.hooks.due.iter_mut().filter(|due| !due.awaited) {
        due.awaited = true;
        shared.spawn(
            &runtime,
            settle_at(Arc::downgrade(shared), shared.env.clock.sleep_until(due.at)),
        );
    }
    for post in std::mem::take(&mut state.hooks.unsent) {
        let rng = lock(&shared.deliveries).rng();
        let sent = post.deliver(Arc::downgrade(shared), shared.env.clock.clone(), rng);
        shared.spawn(&runtime, async { drop(sent.await) });
    }
}

async fn settle_at(shared: Weak<Shared>, moment: impl Future<Output = ()> + Send) {
    moment.await;
    if let Some(shared) = shared.upgrade() {
        settle(&shared);
    }
}

/// An event as webhooks tell it.
fn told(event: &Event) -> Told {
    let (kind, id) = (&*event.resource.0, &event.resource.1);
    let told = Told::new((&*event.kind).into(), Resource::new(kind, id), event.account.as_str());
    let mut told = match event.user.as_str() {
        // Whoever visits a share need not be known.
        "" => told,
        user => told.user(user),
    };
    if let Some(workspace) = &event.workspace {
        told = told.workspace(workspace.as_str());
    }
    match &event.project {
        Some(project) => told.project(project.as_str()),
        None => told,
    }
}
