//! Lock files that coordinate uploads of several processes.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use frameio_private_file::is_at;
use tokio::time::Instant;

/// Maximum number of attempts to open a file that is being replaced.
const ATTEMPTS: u32 = 8;

/// First and maximum wait between attempts to lock a file.
const WAITS: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Shared,
    Exclusive,
}

/// Opens and locks the file at `path`. Returns `None` if the lock is held elsewhere. Symbolic links,
/// hard links, pipes and devices are refused.
///
/// A lock belongs to the file and not to its name, so this verifies that the name still refers to the
/// file.
pub(crate) fn try_lock(path: &Path, create: bool, mode: Mode) -> io::Result<Option<File>> {
    let mut options = frameio_private_file::options();
    options.read(true).write(true).create(create).truncate(false);
    for _ in 0..ATTEMPTS {
        let file = frameio_private_file::open_regular(path, &mut options)?;
        let locked = match mode {
            Mode::Shared => file.try_lock_shared(),
            Mode::Exclusive => file.try_lock(),
        };
        match locked {
            Ok(()) if is_at(path, &file)? => return Ok(Some(file)),
            // Another process removed the file after it was opened here.
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Ok(None)
}

/// Limit of the wait for a lock that is held elsewhere.
pub(crate) struct Patience {
    wait: Duration,
    limit: Duration,
    since: Instant,
    /// Size and modification time of the file, if a change renews the limit.
    activity: Option<Activity>,
}

type Activity = Option<(u64, Option<SystemTime>)>;

impl Patience {
    /// Waits at most `limit`.
    pub(crate) fn within(limit: Duration) -> Self {
        Self { wait: WAITS.0, limit, since: Instant::now(), activity: None }
    }

    /// Waits until the holder has not written to the file for `limit`.
    pub(crate) fn while_active(limit: Duration) -> Self {
        Self { activity: Some(None), ..Self::within(limit) }
    }

    /// Waits until the next attempt to lock the file at `path`. Returns `false` if the limit is
    /// reached.
    pub(crate) async fn wait(&mut self, path: &Path) -> bool {
        if let Some(before) = self.activity {
            let path = path.to_owned();
            let read = crate::tasks::blocking(move || {
                let metadata = std::fs::metadata(path)?;
                Ok::<_, io::Error>((metadata.len(), metadata.modified().ok()))
            });
            let now = read.await.ok();
            if now != before {
                (self.activity, self.since) = (Some(now), Instant::now());
            }
        }
        if self.since.elapsed() >= self.limit {
            return false;
        }
        tokio::time::sleep(self.wait).await;
        self.wait = self.wait.saturating_mul(2).min(WAITS.1);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exclusive_lock_excludes_others_and_a_removed_file_is_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("lock");
        assert!(try_lock(&path, false, Mode::Exclusive).is_err(), "it does not exist");
        let held = try_lock(&path, true, Mode::Exclusive).unwrap().unwrap();
        assert!(try_lock(&path, true, Mode::Exclusive).unwrap().is_none());
        assert!(try_lock(&path, true, Mode::Shared).unwrap().is_none());
        std::fs::remove_file(&path).unwrap();
        assert!(try_lock(&path, true, Mode::Exclusive).unwrap().is_some());
        drop(held);
        let shared = try_lock(&path, true, Mode::Shared).unwrap().unwrap();
        assert!(try_lock(&path, true, Mode::Shared).unwrap().is_some());
        assert!(try_lock(&path, true, Mode::Exclusive).unwrap().is_none());
        drop(shared);
    }

    #[tokio::test(start_paused = true)]
    async fn patience_ends_when_the_holder_is_inactive() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("lock");
        std::fs::write(&path, "").unwrap();
        let mut patience = Patience::while_active(Duration::from_secs(60));
        let start = Instant::now();
        for round in 0..1000 {
            if start.elapsed() < Duration::from_secs(50) {
                std::fs::write(&path, "x".repeat(round)).unwrap();
            }
            if !patience.wait(&path).await {
                break;
            }
        }
        let took = start.elapsed().as_secs();
        assert!((109..=112).contains(&took), "{took} s");
        let (mut patience, start) = (Patience::within(Duration::from_secs(1)), Instant::now());
        while patience.wait(&path).await {
            std::fs::write(&path, format!("{:?}", start.elapsed())).unwrap();
        }
        assert!(start.elapsed() < Duration::from_secs(3));
    }
}
