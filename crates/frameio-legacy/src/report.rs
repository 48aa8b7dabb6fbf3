//! What the calls of one request report.

use std::sync::{Mutex, PoisonError};

use frameio_core::RateLimitInfo;

/// What the calls of one request report: the smallest remaining quota, and notes for the client.
#[derive(Default)]
pub(crate) struct Report(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    rate_limit: Option<RateLimitInfo>,
    ignored: Vec<String>,
    notes: Vec<String>,
}

impl Report {
    fn inner(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn add_rate_limit(&self, info: Option<RateLimitInfo>) {
        let Some(info) = info else { return };
        let mut inner = self.inner();
        let least = inner.rate_limit.and_then(|it| it.remaining).unwrap_or(u32::MAX);
        if inner.rate_limit.is_none() || info.remaining.is_some_and(|it| it < least) {
            inner.rate_limit = Some(info);
        }
    }

    /// Notes fields that were dropped, for the header `warning`.
    pub(crate) fn ignored(&self, names: &[&str]) {
        self.inner().ignored.extend(names.iter().map(|name| (*name).to_owned()));
    }

    /// Notes in which way the response differs from that of V2, for the header `x-frameio-legacy`.
    pub(crate) fn note(&self, note: impl Into<String>) {
        let mut inner = self.inner();
        let note = note.into();
        if !inner.notes.contains(&note) {
            inner.notes.push(note);
        }
    }

    pub(crate) fn rate_limit(&self) -> Option<RateLimitInfo> {
        self.inner().rate_limit
    }

    pub(crate) fn take_ignored(&self) -> Vec<String> {
        std::mem::take(&mut self.inner().ignored)
    }

    pub(crate) fn take_notes(&self) -> Vec<String> {
        std::mem::take(&mut self.inner().notes)
    }
}
