//! Events, with their actors and their pending deliveries.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use bytes::Bytes;
use frameio_core::Secret;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{State, secrets_serde};

/// Maximum number of recorded events.
pub(crate) const MAX_EVENTS: usize = 10_000;

/// Author of a change: the user and account, with the time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Actor<'a> {
    pub(crate) account: &'a str,
    pub(crate) user: &'a str,
    pub(crate) now: Timestamp,
}

/// Change of a resource.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Event {
    /// Type of the event for webhooks, such as `file.created`.
    pub(crate) kind: Cow<'static, str>,
    /// Type of the resource, such as `file`, and its id.
    pub(crate) resource: (Cow<'static, str>, String),
    pub(crate) account: String,
    pub(crate) workspace: Option<String>,
    pub(crate) project: Option<String>,
    pub(crate) user: String,
    pub(crate) at: Timestamp,
}

impl Event {
    /// Creates an event without a workspace and a project.
    pub(crate) fn new(
        actor: Actor<'_>,
        kind: &'static str,
        resource: (&'static str, &str),
    ) -> Self {
        Self {
            kind: kind.into(),
            resource: (resource.0.into(), resource.1.to_owned()),
            account: actor.account.to_owned(),
            workspace: None,
            project: None,
            user: actor.user.to_owned(),
            at: actor.now,
        }
    }
}

/// Recorded events, and the data needed to deliver them.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct EventLog {
    /// Secrets of webhooks and custom actions by their ids.
    #[serde(with = "secrets_serde")]
    pub(crate) secrets: BTreeMap<String, Secret>,
    /// Last events, oldest first.
    pub(crate) past: VecDeque<Event>,
    /// Files that will become ready.
    pub(crate) due: Vec<Due>,
    /// Events that are not dispatched yet.
    #[serde(skip)]
    pub(crate) pending: Vec<Event>,
    /// Deliveries that wait for a runtime.
    #[serde(skip)]
    pub(crate) unsent: Vec<PendingDelivery>,
}

/// File that becomes ready.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Due {
    pub(crate) file: String,
    pub(crate) at: Timestamp,
    /// Whether a task is waiting for that time.
    #[serde(skip)]
    pub(crate) awaited: bool,
}

/// Body to send to a webhook or a custom action.
#[derive(Clone, Debug)]
pub(crate) struct PendingDelivery {
    /// Id of the webhook or custom action.
    pub(crate) sender: String,
    pub(crate) body: Bytes,
    /// Time limit of one attempt.
    pub(crate) limit: Duration,
}

impl EventLog {
    /// Adds a dispatched event to the record.
    pub(crate) fn keep(&mut self, event: Event) {
        if self.past.len() == MAX_EVENTS {
            self.past.pop_front();
        }
        self.past.push_back(event);
    }
}

impl State {
    /// Records an event for webhooks and the audit log.
    pub(crate) fn record_event(
        &mut self,
        actor: Actor<'_>,
        kind: &'static str,
        resource: (&'static str, &str),
        project: &str,
    ) {
        let workspace = self.projects.get(project).map(|it| it.text("workspace_id").to_owned());
        let project = (!project.is_empty()).then(|| project.to_owned());
        let event = Event { workspace, project, ..Event::new(actor, kind, resource) };
        self.events.pending.push(event);
    }

    /// Records that a file was uploaded, and the time at which it becomes ready.
    pub(crate) fn record_upload(&mut self, file: &str, now: Timestamp, ready_at: Timestamp) {
        self.record_file_event("file.upload.completed", file, now);
        self.events.due.push(Due { file: file.to_owned(), at: ready_at, awaited: false });
    }

    /// Records the files that have become ready, except for deleted ones.
    pub(crate) fn record_ready_files(&mut self, now: Timestamp) {
        let mut due = std::mem::take(&mut self.events.due);
        due.sort_by_key(|due| due.at);
        let ready = due.iter().take_while(|due| due.at <= now).count();
        for due in due.drain(..ready) {
            self.record_file_event("file.ready", &due.file, due.at);
        }
        self.events.due = due;
    }

    /// Records an event of a file, with its creator as the actor.
    fn record_file_event(&mut self, kind: &'static str, file: &str, now: Timestamp) {
        let Some(row) = self.files.get(file) else { return };
        let (account, user) = (row.account.clone(), row.creator.clone());
        let project = row.text("project_id").to_owned();
        let actor = Actor { account: &account, user: &user, now };
        self.record_event(actor, kind, ("file", file), &project);
    }
}
