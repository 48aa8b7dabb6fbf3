//! The status of a watcher in a file, for monitoring.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use frameio::transfer::{TransferError, WatchStatus};
use frameio_private_file::Replacement;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Args;
use crate::exit::Failure;

/// Minimum interval between two writes.
const INTERVAL: Duration = Duration::from_secs(1);

/// Number of these intervals after which an unchanged status is written, with the current time.
const UNCHANGED: u32 = 60;

/// The latest status, and the file to which it is written.
#[derive(Clone)]
pub(super) struct StatusFile {
    path: Option<PathBuf>,
    /// Fields that do not change.
    fixed: Arc<Value>,
    latest: Arc<Mutex<Latest>>,
}

#[derive(Default)]
struct Latest {
    status: WatchStatus,
    last_error_at: Option<Timestamp>,
    is_written: bool,
}

impl StatusFile {
    /// Writes the first status, if the arguments name a file.
    pub(super) fn create(args: &Args) -> Result<Self, Failure> {
        let fixed = json!({
            "source": args.source,
            "target": args.target,
            "pid": std::process::id(),
            "started_at": Timestamp::now().to_string(),
        });
        let path = args.status.clone();
        let this = Self { path, fixed: Arc::new(fixed), latest: Arc::default() };
        if let Some(path) = &this.path {
            let content = this.content(None);
            write(path, &content).map_err(|error| Failure::file("write", path, &error))?;
        }
        Ok(this)
    }

    pub(super) fn set(&self, status: &WatchStatus) {
        let mut latest = self.latest();
        if status.last_error.is_some() && status.last_error != latest.status.last_error {
            latest.last_error_at = Some(Timestamp::now());
        }
        latest.status.clone_from(status);
        latest.is_written = false;
    }

    /// Writes changes of the status while a watcher runs, and its end.
    pub(super) async fn keep_while(
        &self,
        watching: impl Future<Output = Result<Option<WatchStatus>, TransferError>>,
    ) -> Result<Option<WatchStatus>, TransferError> {
        let mut watching = std::pin::pin!(watching);
        let result = loop {
            tokio::select! {
                result = &mut watching => break result,
                () = self.keep() => {}
            }
        };
        let end = match &result {
            Ok(None) => "stopped",
            Ok(Some(_)) => "done",
            Err(error) => {
                let mut status = self.latest().status.clone();
                status.last_error = Some(error.to_string());
                self.set(&status);
                "failed"
            }
        };
        self.write(Some(end)).await;
        result
    }

    /// Writes the status after its next change, or after a minute without one.
    async fn keep(&self) {
        for _ in 0..UNCHANGED {
            tokio::time::sleep(INTERVAL).await;
            if !std::mem::replace(&mut self.latest().is_written, true) {
                break;
            }
        }
        self.write(None).await;
    }

    /// Writes the status. A failure is not reported again and again: the file is then out of date, which
    /// its time shows.
    async fn write(&self, end: Option<&str>) {
        let Some(path) = self.path.clone() else { return };
        let content = self.content(end);
        let _ = tokio::task::spawn_blocking(move || write(&path, &content)).await;
    }

    fn content(&self, end: Option<&str>) -> Value {
        let latest = self.latest();
        let status = &latest.status;
        let mut content = json!({
            "state": end.unwrap_or(status.activity.as_str()),
            "updated_at": Timestamp::now().to_string(),
            "settling": status.settling,
            "queued": status.queued,
            "pending_actions": status.pending_actions,
            "transferred": status.transferred,
            "bytes": status.bytes,
            "skipped": status.skipped,
            "changed": status.changed,
            "conflicts": status.conflicts,
            "failed": status.failed,
            "failed_actions": status.failed_actions,
            "last_error": status.last_error,
            "last_error_at": latest.last_error_at.map(|time| time.to_string()),
        });
        if let (Some(content), Some(fixed)) = (content.as_object_mut(), self.fixed.as_object()) {
            content.extend(fixed.clone());
        }
        content
    }

    fn latest(&self) -> MutexGuard<'_, Latest> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Replaces a file atomically. Other users, such as that of a monitoring agent, can read it.
fn write(path: &Path, content: &Value) -> io::Result<()> {
    let mut file = Replacement::readable(path)?;
    serde_json::to_writer_pretty(&mut file, content)?;
    file.write_all(b"\n")?;
    file.finish()
}
