//! Files that were found and may still be written to.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::sync_state::stamp::Stamp;
use crate::upload::tree::listing::ListedFile;

/// Files whose size and modification time have to stay the same for some time.
#[derive(Debug)]
pub(super) struct Settling {
    time: Duration,
    files: HashMap<String, Sighting>,
    sweep: u64,
}

#[derive(Debug)]
struct Sighting {
    stamp: Stamp,
    /// When the file was first seen with this stamp.
    since: Instant,
    /// Number of the last sweep that saw the file.
    sweep: u64,
}

impl Settling {
    pub(super) fn new(time: Duration) -> Self {
        Self { time, files: HashMap::new(), sweep: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.files.len()
    }

    /// Begins a sweep through the directory.
    pub(super) const fn begin(&mut self) {
        self.sweep += 1;
    }

    /// Notes a file of the current sweep. Returns whether it has settled.
    pub(super) fn saw(&mut self, file: &ListedFile, now: Instant) -> bool {
        let new = Sighting { stamp: file.stamp, since: now, sweep: self.sweep };
        let sighting = self.files.entry(file.key.clone()).or_insert(new);
        if sighting.stamp != file.stamp {
            (sighting.stamp, sighting.since) = (file.stamp, now);
        }
        sighting.sweep = self.sweep;
        now.duration_since(sighting.since) >= self.time
    }

    /// Starts over with a file that is open for writing.
    pub(super) fn restart(&mut self, key: &str, now: Instant) {
        if let Some(sighting) = self.files.get_mut(key) {
            sighting.since = now;
        }
    }

    /// Removes a file that is uploaded now.
    pub(super) fn remove(&mut self, key: &str) {
        self.files.remove(key);
    }

    /// Ends a sweep: forgets files that no longer exist.
    pub(super) fn end(&mut self) {
        let sweep = self.sweep;
        self.files.retain(|_, sighting| sighting.sweep == sweep);
    }

    /// Forgets all files, because the directory is unavailable.
    pub(super) fn clear(&mut self) {
        self.files.clear();
    }

    /// Returns when the next file can have settled.
    pub(super) fn due(&self) -> Option<Instant> {
        self.files.values().map(|sighting| sighting.since + self.time).min()
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;
    use crate::RemotePath;

    fn file(key: &str, size: u64, modified: u64) -> ListedFile {
        let modified = Some(UNIX_EPOCH + Duration::from_secs(modified));
        ListedFile {
            key: key.to_owned(),
            local: key.into(),
            below: RemotePath::new([key]),
            stamp: Stamp { size, modified },
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_file_settles_when_size_and_time_stay_the_same() {
        let (mut settling, start) = (Settling::new(Duration::from_secs(10)), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        for (second, size, modified, settled) in [
            (0, 1, 1, false),
            (9, 1, 1, false),
            (10, 2, 1, false),
            (19, 2, 9, false),
            (28, 2, 9, false),
            (29, 2, 9, true),
        ] {
            settling.begin();
            assert_eq!(settling.saw(&file("a", size, modified), at(second)), settled, "{second}");
            settling.end();
        }
        assert_eq!(settling.due(), Some(at(29)));
        settling.restart("a", at(30));
        assert!(!settling.saw(&file("a", 2, 9), at(39)));
        assert!(settling.saw(&file("a", 2, 9), at(40)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_file_that_was_gone_starts_over() {
        let (mut settling, start) = (Settling::new(Duration::from_secs(10)), Instant::now());
        settling.begin();
        settling.saw(&file("a", 1, 1), start);
        settling.end();
        settling.begin();
        settling.end();
        assert_eq!((settling.len(), settling.due()), (0, None));
        settling.begin();
        assert!(!settling.saw(&file("a", 1, 1), start + Duration::from_secs(20)));
    }
}
