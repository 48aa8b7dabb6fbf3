//! Notifications of the system that something in a directory has changed.
//!
//! They only make a sweep through the directory happen sooner. A missing notification is harmless: the
//! next poll finds the change.

use std::path::Path;
use std::task::{Context, Poll};

use tokio::sync::mpsc;

/// Notifications of one directory.
pub(super) struct Notifications {
    changes: mpsc::Receiver<()>,
    #[cfg(feature = "notify")]
    _watcher: notify::RecommendedWatcher,
}

impl Notifications {
    /// Returns the next notification. Several changes can be reported as one.
    pub(super) fn poll_changed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match self.changes.poll_recv(cx) {
            Poll::Ready(Some(())) => Poll::Ready(()),
            Poll::Ready(None) | Poll::Pending => Poll::Pending,
        }
    }

    /// Starts notifications. Returns the reason if the system refuses them.
    #[cfg(feature = "notify")]
    pub(super) async fn start(directory: &Path) -> Result<Self, String> {
        let directory = directory.to_owned();
        // On some systems, this walks through the directory.
        let started = crate::tasks::blocking(move || {
            Self::start_blocking(&directory).map_err(|error| std::io::Error::other(reason(&error)))
        });
        started.await.map_err(|error| error.to_string())
    }

    #[cfg(feature = "notify")]
    fn start_blocking(directory: &Path) -> notify::Result<Self> {
        use notify::Watcher;

        let (sender, changes) = mpsc::channel(1);
        let mut watcher =
            notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
                if event.is_ok_and(|event| !is_change(&event)) {
                    return;
                }
                // A full channel has a notification that was not handled yet.
                let _ = sender.try_send(());
            })?;
        watcher.watch(directory, notify::RecursiveMode::Recursive)?;
        Ok(Self { changes, _watcher: watcher })
    }

    #[cfg(not(feature = "notify"))]
    pub(super) async fn start(_: &Path) -> Result<Self, String> {
        Err("this program was built without the feature 'notify'".to_owned())
    }
}

/// Returns whether an event is a change. Reading a file, as uploads do, is not.
#[cfg(feature = "notify")]
const fn is_change(event: &notify::Event) -> bool {
    use notify::EventKind;
    use notify::event::{AccessKind, AccessMode};
    match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) => false,
        _ => true,
    }
}

/// Returns the reason of an error without the paths.
#[cfg(feature = "notify")]
fn reason(error: &notify::Error) -> String {
    match &error.kind {
        notify::ErrorKind::Io(error) => crate::local_file::reason(error),
        notify::ErrorKind::MaxFilesWatch => {
            "the system watches no more directories; raise fs.inotify.max_user_watches".to_owned()
        }
        _ => error.to_string(),
    }
}
