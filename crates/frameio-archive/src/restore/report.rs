//! The result of a restoration.

use std::sync::{Mutex, MutexGuard, PoisonError};

use frameio_core::ProjectId;

use super::{OnEvent, RestoreEvent};
use crate::layout::Counts;

/// Result of a restoration.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Restored {
    /// The new project.
    pub project_id: ProjectId,
    /// Numbers of what the project has, from this run and earlier ones. Members and replies are always 0,
    /// because the API cannot create them.
    pub counts: Counts,
    /// Number of files whose metadata was set.
    pub metadata: u64,
    /// What the project does not have.
    pub not_restored: Vec<NotRestored>,
}

impl Restored {
    /// Returns whether nothing failed. What the API cannot create is no failure.
    pub fn is_complete(&self) -> bool {
        self.not_restored.iter().all(|it| !it.is_failure)
    }
}

/// Something that a restoration did not create.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotRestored {
    /// The item, or the kind of resource, such as `replies`.
    pub what: String,
    /// How many.
    pub count: u64,
    /// Reason.
    pub reason: String,
    /// Whether the run failed to create it. Otherwise the API cannot.
    pub is_failure: bool,
}

/// Counts what was restored, and collects what was not.
pub(super) struct Report {
    result: Mutex<(Counts, u64, Vec<NotRestored>)>,
    on_event: Option<OnEvent>,
}

impl Report {
    pub(super) fn new(on_event: Option<OnEvent>) -> Self {
        Self { result: Mutex::default(), on_event }
    }

    pub(super) fn event(&self, event: RestoreEvent<'_>) {
        if let Some(on_event) = &self.on_event {
            on_event(event);
        }
    }

    pub(super) fn count(&self, add: impl FnOnce(&mut Counts)) {
        add(&mut self.result().0);
    }

    /// Returns the number of restored files.
    pub(super) fn files(&self) -> u64 {
        self.result().0.files
    }

    pub(super) fn metadata(&self, files: u64) {
        self.result().1 += files;
    }

    pub(super) fn failed(&self, what: &str, reason: String) {
        self.add(NotRestored { what: what.to_owned(), count: 1, reason, is_failure: true });
    }

    /// Notes what the API cannot create, or the archive does not have.
    pub(super) fn impossible(&self, what: &str, count: u64, reason: &str) {
        if count > 0 {
            let (what, reason) = (what.to_owned(), reason.to_owned());
            self.add(NotRestored { what, count, reason, is_failure: false });
        }
    }

    fn add(&self, it: NotRestored) {
        self.event(RestoreEvent::NotRestored(&it));
        self.result().2.push(it);
    }

    pub(super) fn finish(self, project: &ProjectId) -> Restored {
        let result = self.result.into_inner().unwrap_or_else(PoisonError::into_inner);
        let (counts, metadata, not_restored) = result;
        Restored { project_id: project.clone(), counts, metadata, not_restored }
    }

    fn result(&self) -> MutexGuard<'_, (Counts, u64, Vec<NotRestored>)> {
        self.result.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
