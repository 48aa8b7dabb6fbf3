//! What a watcher reports: its status and events.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// What a watcher is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WatchActivity {
    /// Starting.
    #[default]
    Starting,
    /// Waiting until the directory is available.
    Unavailable,
    /// Waiting for new files.
    Idle,
    /// Waiting until new files are complete.
    Settling,
    /// Transferring files.
    Transferring,
    /// Waiting to try again after a failure that concerns all files.
    Retrying,
}

impl WatchActivity {
    /// Returns the name, as in `idle`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Unavailable => "unavailable",
            Self::Idle => "idle",
            Self::Settling => "settling",
            Self::Transferring => "transferring",
            Self::Retrying => "retrying",
        }
    }
}

impl fmt::Display for WatchActivity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Status of a watcher. Numbers count since its start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WatchStatus {
    /// Current activity.
    pub activity: WatchActivity,
    /// Number of new files that may still be written to.
    pub settling: u64,
    /// Number of complete files that are being transferred or wait for it.
    pub queued: u64,
    /// Number of sent files whose callback or move is not finished.
    pub pending_actions: u64,
    /// Number of files transferred.
    pub transferred: u64,
    /// Number of bytes of these files.
    pub bytes: u64,
    /// Number of files that existed at the other side already.
    pub skipped: u64,
    /// Number of files that differ from existing ones and were not transferred because the policy
    /// forbids it.
    pub changed: u64,
    /// Number of files in conflict.
    pub conflicts: u64,
    /// Number of files whose last transfer failed.
    pub failed: u64,
    /// Number of callbacks and moves that failed.
    pub failed_actions: u64,
    /// Last error.
    pub last_error: Option<String>,
}

/// Event of a watcher that does not concern the transfer of one file.
///
/// [`Display`](fmt::Display) prints one line.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WatchEvent {
    /// The watcher has started.
    Started {
        /// Time without changes after which a file is complete.
        settle: Duration,
        /// Interval between two looks at the whole directory.
        poll: Duration,
        /// Whether the directory is on a network share.
        is_network: bool,
    },
    /// The system reports no changes, so the directory is only polled.
    NoNotifications {
        /// Reason.
        reason: String,
        /// Interval between two looks at the whole directory.
        poll: Duration,
    },
    /// The directory is unavailable. The watcher waits for it.
    Unavailable {
        /// The directory.
        directory: PathBuf,
        /// Reason.
        reason: String,
    },
    /// The directory is available again.
    Available {
        /// The directory.
        directory: PathBuf,
    },
    /// Nothing can be transferred.
    Failed {
        /// Message of the error.
        error: String,
        /// Wait until the next attempt.
        retry_in: Duration,
    },
    /// A sent file was moved.
    Moved {
        /// Old path.
        from: PathBuf,
        /// New path.
        to: PathBuf,
    },
    /// The callback or the move of a sent file failed.
    ActionFailed {
        /// Local path.
        path: PathBuf,
        /// Reason.
        reason: String,
    },
    /// The remote folder was compared with the directory.
    Polled {
        /// Number of folders that were listed.
        folders: u64,
        /// Wait until the next comparison.
        next_in: Duration,
    },
}

impl fmt::Display for WatchEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Started { settle, poll, is_network } => {
                let place = if *is_network { "network share" } else { "local disk" };
                let (settle, poll) = (Seconds(*settle), Seconds(*poll));
                write!(
                    f,
                    "watching ({place}): a file is complete after {settle} without a change; \
                     the directory is checked at least every {poll}"
                )
            }
            Self::NoNotifications { reason, poll } => {
                let poll = Seconds(*poll);
                write!(f, "no notifications: {reason}; the directory is checked every {poll}")
            }
            Self::Unavailable { directory, reason } => {
                write!(f, "waiting for '{}': {reason}", directory.display())
            }
            Self::Available { directory } => {
                write!(f, "'{}' is available again", directory.display())
            }
            Self::Failed { error, retry_in } => {
                write!(f, "{error}; next attempt in {}", Seconds(*retry_in))
            }
            Self::Moved { from, to } => {
                write!(f, "moved '{}' to '{}'", from.display(), to.display())
            }
            Self::ActionFailed { path, reason } => write!(f, "{}: {reason}", path.display()),
            Self::Polled { folders, next_in } => {
                let plural = if *folders == 1 { "folder" } else { "folders" };
                write!(f, "checked {folders} {plural}; next check in {}", Seconds(*next_in))
            }
        }
    }
}

/// Prints a duration in seconds, as in `10 s`.
struct Seconds(Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.subsec_millis() {
            0 => write!(f, "{} s", self.0.as_secs()),
            _ => write!(f, "{:.1} s", self.0.as_secs_f64()),
        }
    }
}

type OnStatus = Arc<dyn Fn(&WatchStatus) + Send + Sync>;
type OnEvent = Arc<dyn Fn(&WatchEvent) + Send + Sync>;

/// Callbacks of a [`Watch`](crate::Watch) or [`WatchFolder`](crate::WatchFolder).
#[derive(Clone, Default)]
#[must_use = "the callbacks have no effect until they are passed to a watcher"]
pub struct WatchReports {
    on_status: Option<OnStatus>,
    on_event: Option<OnEvent>,
}

impl WatchReports {
    /// Creates reports without callbacks.
    pub fn new() -> Self {
        Self::default()
    }

    /// Calls `on_status` with the status after each change.
    pub fn on_status(mut self, on_status: impl Fn(&WatchStatus) + Send + Sync + 'static) -> Self {
        self.on_status = Some(Arc::new(on_status));
        self
    }

    /// Calls `on_event` for each event that does not concern the transfer of one file.
    pub fn on_event(mut self, on_event: impl Fn(&WatchEvent) + Send + Sync + 'static) -> Self {
        self.on_event = Some(Arc::new(on_event));
        self
    }

    pub(super) fn event(&self, event: &WatchEvent) {
        tracing::debug!(target: "frameio::transfer", %event, "watch.event");
        if let Some(on_event) = &self.on_event {
            on_event(event);
        }
    }

    pub(super) fn status(&self, status: &WatchStatus) {
        if let Some(on_status) = &self.on_status {
            on_status(status);
        }
    }
}

impl fmt::Debug for WatchReports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WatchReports")
            .field("on_status", &self.on_status.is_some())
            .field("on_event", &self.on_event.is_some())
            .finish()
    }
}
