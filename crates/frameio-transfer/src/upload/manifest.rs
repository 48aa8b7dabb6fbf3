//! Manifests, which contain the state that is needed to resume an upload.
//!
//! A manifest consists of lines of JSON: a line for each file that the upload may have created, written
//! before the call, a line with source and destination, a line for each part, a
//! line that marks the end of the parts, and a line for each part that is done. Lines are only
//! appended, so an upload of ten thousand parts does not write its URLs ten thousand times. The end
//! mark is written after everything before it is synced, and a manifest without it counts as empty. A
//! truncated last line is ignored, and its part is sent again.
//!
//! The file is not replaced by a rename, because its lock belongs to the file and not to the name.

use std::fs::File;
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use frameio_private_file::NotRegular;

use super::manifest_format::{Content, begin, read};
pub(crate) use super::manifest_format::{Intention, PartHash, Saved, SavedDestination};
use crate::local_file::reason;
use crate::lock_file::{self, Mode, Patience};
use crate::tasks::blocking;
use crate::{TransferError, TransferErrorKind};

/// Maximum wait for a manifest in use. An upload that was just stopped may still record its last
/// parts.
const STOPPING: Duration = Duration::from_secs(1);

/// Maximum wait of a tree upload for another run of the same upload that makes no progress.
const INACTIVE: Duration = Duration::from_secs(3600);

/// The manifest of an upload, locked until it is dropped.
#[derive(Clone)]
pub(crate) struct Manifest {
    inner: Arc<Locked>,
}

struct Locked {
    path: PathBuf,
    file: Mutex<Lines>,
}

/// An open manifest file.
struct Lines {
    file: File,
    /// Number of bytes of complete lines of an upload, and of the intentions before it; 0 without an
    /// upload.
    whole: u64,
    /// Intentions of earlier attempts, and of the next one, with the positions of their lines.
    intentions: Vec<(Intention, u64)>,
    intentions_end: u64,
    /// Position of the line of the upload's own intention, which is fulfilled.
    fulfilled: Option<u64>,
    /// Whether writing a line has failed; no more lines are written then.
    is_broken: bool,
}

pub(super) type Result<T> = std::result::Result<T, Failure>;

/// Error of a manifest that cannot be used.
pub(crate) enum Failure {
    Io(io::Error),
    InUse,
    Unreadable,
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Failure {
    pub(crate) fn at(self, path: &Path) -> TransferError {
        let path = path.display();
        let error = |text| TransferError::new(TransferErrorKind::Manifest, text);
        match self {
            Self::Io(source) => {
                let kind = source.get_ref().and_then(|kind| kind.downcast_ref::<NotRegular>());
                match kind {
                    Some(kind) => error(format!("the manifest '{path}' is {kind}")),
                    None => error(format!("cannot use the manifest '{path}': {}", reason(&source))),
                }
                .because(source)
            }
            Self::InUse => error(format!("the manifest '{path}' is in use by another upload")),
            Self::Unreadable => {
                error(format!("'{path}' is not a valid manifest; remove it to start over"))
            }
        }
    }
}

impl Manifest {
    /// Opens and locks the manifest at `path`, and reads its content, if any.
    pub(crate) async fn open(
        path: PathBuf,
        create: bool,
    ) -> std::result::Result<(Self, Option<Saved>), TransferError> {
        let opened = Self::wait_for(&path, create, Patience::within(STOPPING)).await;
        opened.map_err(|failure| failure.at(&path))
    }

    /// Opens and locks the manifest at `path`. Waits while another upload that uses it makes progress.
    pub(crate) async fn wait(path: &Path) -> Result<(Self, Option<Saved>)> {
        Self::wait_for(path, true, Patience::while_active(INACTIVE)).await
    }

    async fn wait_for(
        path: &Path,
        create: bool,
        mut patience: Patience,
    ) -> Result<(Self, Option<Saved>)> {
        loop {
            let file = path.to_owned();
            match blocking(move || Self::try_open(file, create)).await {
                Err(Failure::InUse) if patience.wait(path).await => {}
                opened => return opened,
            }
        }
    }

    fn try_open(path: PathBuf, create: bool) -> Result<(Self, Option<Saved>)> {
        let file = lock_file::try_lock(&path, create, Mode::Exclusive)?.ok_or(Failure::InUse)?;
        let Content { saved, intentions, intentions_end, fulfilled } = read(&file)?;
        let whole = if saved.is_some() { (&file).stream_position()? } else { 0 };
        let lines = Lines { file, whole, intentions, intentions_end, fulfilled, is_broken: false };
        let file = Mutex::new(lines);
        Ok((Self { inner: Arc::new(Locked { path, file }) }, saved))
    }

    /// Returns whether the manifest contains an upload that can be resumed, or files that an upload may
    /// have created.
    pub(crate) fn is_needed(&self) -> bool {
        let lines = self.inner.file.lock().unwrap_or_else(PoisonError::into_inner);
        lines.whole > 0 || !lines.intentions.is_empty()
    }

    /// Returns the files that earlier attempts may have created and that are not continued.
    pub(crate) fn intentions(&self) -> Vec<Intention> {
        let lines = self.inner.file.lock().unwrap_or_else(PoisonError::into_inner);
        lines.intentions.iter().map(|(intention, _)| intention.clone()).collect()
    }

    /// Reads the manifest at `path`, unless it is missing, unreadable, or in use by an upload.
    pub(crate) async fn peek(path: &Path) -> Option<Saved> {
        let file = path.to_owned();
        blocking(move || Self::try_open(file, false)).await.ok()?.1
    }

    /// Locks and reads the manifest at `path`, unless it is missing, unreadable, or in use by an upload.
    pub(crate) async fn unused(path: PathBuf) -> Option<(Self, Option<Saved>)> {
        blocking(move || Self::try_open(path, false)).await.ok()
    }

    /// Removes the manifest at `path`, unless an upload is using it.
    pub(crate) async fn remove_unused(path: PathBuf) {
        let removed = blocking(move || match lock_file::try_lock(&path, false, Mode::Exclusive)? {
            Some(_locked) => std::fs::remove_file(path),
            None => Ok(()),
        });
        report_kept(removed.await);
    }

    /// Records that a file is about to be created, after the file of a previous attempt that is not
    /// continued. Replaces an upload.
    pub(crate) async fn intend(
        &self,
        abandoned: Option<Intention>,
        intention: Intention,
    ) -> std::result::Result<(), TransferError> {
        let written = self.run(move |lines| {
            lines.whole = 0;
            lines.intentions_end = lines.fulfilled.take().unwrap_or(lines.intentions_end);
            lines.file.set_len(lines.intentions_end)?;
            lines.file.seek(io::SeekFrom::Start(lines.intentions_end))?;
            for intention in abandoned.into_iter().chain([intention]) {
                let line = intention.line();
                lines.file.write_all(line.as_bytes())?;
                lines.intentions.push((intention, lines.intentions_end));
                lines.intentions_end += line.len() as u64;
            }
            Ok(())
        });
        written.await.map_err(|failure| failure.at(&self.inner.path))
    }

    /// Forgets the last intention, because the service has refused the file.
    pub(crate) async fn retract(&self) {
        let removed = self.run(|lines| {
            if let Some((_, start)) = lines.intentions.pop() {
                lines.intentions_end = start;
                lines.file.set_len(start)?;
            }
            Ok(())
        });
        if let Err(Failure::Io(error)) = removed.await {
            tracing::warn!(target: "frameio::transfer", %error, "manifest.not_written");
        }
    }

    /// Replaces the content after the intentions with a new upload.
    pub(crate) async fn begin(&self, saved: Saved) -> std::result::Result<(), TransferError> {
        let written = self.run(move |lines| {
            lines.whole = 0;
            begin(&mut lines.file, lines.intentions_end, &saved)?;
            lines.whole = lines.file.stream_position()?;
            let own = lines.intentions.pop_if(|(intention, _)| intention.is_of(&saved));
            lines.fulfilled = own.map(|(_, start)| start);
            lines.is_broken = false;
            Ok(())
        });
        written.await.map_err(|failure| failure.at(&self.inner.path))
    }

    /// Records that a part is done, with the hash of the bytes that were sent.
    ///
    /// The line is not synced. If it is lost in a crash or the disk is full, the part is sent again.
    pub(crate) async fn done(&self, index: usize, hash: PartHash) {
        let line = hash.line(index);
        if let Err(Failure::Io(error)) = self.run(move |lines| lines.append(&line)).await {
            tracing::warn!(target: "frameio::transfer", %error, "manifest.not_written");
        }
    }

    /// Records that all parts must be sent again.
    pub(crate) async fn forget(&self) -> std::result::Result<(), TransferError> {
        let noted = self.run(|lines| lines.append("{\"forget\":true}\n")).await;
        noted.map_err(|failure| failure.at(&self.inner.path))
    }

    /// Removes the file. A failure is only logged, because the upload is complete.
    pub(crate) async fn remove(&self) {
        let path = self.inner.path.clone();
        report_kept(blocking(move || std::fs::remove_file(path)).await);
    }

    async fn run(
        &self,
        change: impl FnOnce(&mut Lines) -> Result<()> + Send + 'static,
    ) -> Result<()> {
        let inner = self.inner.clone();
        let run = move || change(&mut inner.file.lock().unwrap_or_else(PoisonError::into_inner));
        blocking(run).await
    }
}

fn report_kept(removed: io::Result<()>) {
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            tracing::warn!(target: "frameio::transfer", %error, "manifest.not_removed");
        }
        _ => {}
    }
}

impl Lines {
    /// Appends a line completely or not at all.
    fn append(&mut self, line: &str) -> Result<()> {
        if self.is_broken {
            return Ok(());
        }
        if let Err(error) = self.file.write_all(line.as_bytes()) {
            self.is_broken = true;
            // A truncated line is only tolerated at the end of the file.
            self.file.set_len(self.whole)?;
            return Err(error.into());
        }
        self.whole += line.len() as u64;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::super::manifest_format::tests::example;
    use super::*;

    #[tokio::test]
    async fn reads_the_manifest_after_any_truncation() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("m");
        let (manifest, nothing) = Manifest::open(path.clone(), true).await.unwrap();
        assert!(nothing.is_none());
        manifest.begin(example("/x")).await.unwrap();
        manifest.done(2, PartHash(2)).await;
        let used = Manifest::open(path.clone(), true).await.err().unwrap();
        assert!(used.to_string().contains("is in use by another upload"), "{used}");
        manifest.done(0, PartHash(0)).await;
        drop(manifest);

        let whole = std::fs::read(&path).unwrap();
        let begun = whole.windows(5).position(|window| window == b"begun").unwrap();
        for length in (0..=whole.len()).rev() {
            std::fs::write(&path, &whole[..length]).unwrap();
            let (manifest, saved) = Manifest::open(path.clone(), true).await.unwrap();
            let Some(saved) = saved else {
                assert!(length < begun + 14, "{length}");
                continue;
            };
            assert!(saved.parts.iter().eq(example("/x").parts.iter()), "{length}");
            let line = PartHash(0).line(0).len();
            let done = [
                (length == whole.len()).then_some(PartHash(0)),
                None,
                (length >= whole.len() - line).then_some(PartHash(2)),
            ];
            assert_eq!(saved.done, done, "{length}");
            manifest.done(1, PartHash(u64::MAX)).await;
            drop(manifest);
            let (_, again) = Manifest::open(path.clone(), false).await.unwrap();
            assert_eq!(again.unwrap().done, [done[0], Some(PartHash(u64::MAX)), done[2]]);
        }
    }

    #[tokio::test]
    async fn keeps_intentions_until_the_file_is_known() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("m");
        let intention = Intention {
            file_id: None,
            known: vec!["y".into()],
            at: UNIX_EPOCH + Duration::from_secs(5),
            ..example("/x").abandoned().unwrap()
        };
        let open = || async { Manifest::open(path.clone(), true).await.unwrap() };
        // A kill before the response to the creation, twice.
        for count in 1..=2 {
            let (manifest, saved) = open().await;
            assert!(saved.is_none() && manifest.is_needed() == (count > 1));
            manifest.intend(None, intention.clone()).await.unwrap();
            assert_eq!(manifest.intentions(), vec![intention.clone(); count]);
        }
        // The service refuses the next one.
        let (manifest, _) = open().await;
        manifest.intend(None, Intention { size: 1, ..intention.clone() }).await.unwrap();
        manifest.retract().await;
        manifest.intend(None, intention.clone()).await.unwrap();
        manifest.begin(example("/x")).await.unwrap();
        drop(manifest);
        let whole = std::fs::read(&path).unwrap();
        let (manifest, saved) = open().await;
        assert_eq!(manifest.intentions(), vec![intention.clone(); 2], "the last file is known");
        // The upload is restarted.
        let abandoned = saved.and_then(|saved| saved.abandoned());
        manifest.intend(abandoned.clone(), intention.clone()).await.unwrap();
        drop(manifest);
        let (manifest, saved) = open().await;
        assert!(saved.is_none());
        let ids: Vec<_> = manifest.intentions().into_iter().map(|it| it.file_id).collect();
        assert_eq!(ids, [None, None, Some("x|2".into()), None]);
        drop(manifest);
        // A kill while the upload is written.
        let begun = whole.windows(5).position(|window| window == b"begun").unwrap();
        std::fs::write(&path, &whole[..begun]).unwrap();
        let (manifest, saved) = open().await;
        assert!(saved.is_none());
        let ids: Vec<_> = manifest.intentions().into_iter().map(|it| it.file_id).collect();
        assert_eq!(ids, [None, None, Some("x|2".into())]);
    }

    #[tokio::test]
    async fn refuses_other_files_and_keeps_them_unchanged() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("m");
        for content in ["{}\n", "hello\n", "{\"frameio_upload\":2}\n", "\u{1}\n"] {
            std::fs::write(&path, content).unwrap();
            let error = Manifest::open(path.clone(), true).await.err().unwrap();
            assert_eq!(error.kind(), TransferErrorKind::Manifest);
            assert!(error.to_string().contains("remove it to start over"), "{error}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
        }
        assert!(Manifest::open(directory.path().join("none"), false).await.is_err());
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn only_the_owner_can_read_it() {
        use std::os::unix::fs::PermissionsExt;

        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("m");
        std::fs::write(&path, "").unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
        let (manifest, _) = Manifest::open(path.clone(), true).await.unwrap();
        manifest.begin(example("/x")).await.unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        manifest.remove().await;
        assert!(!path.exists());
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn recording_a_part_does_not_fail_on_a_full_disk() {
        let file = File::options().read(true).write(true).open("/dev/full").unwrap();
        let lines = Mutex::new(Lines {
            file,
            whole: 0,
            intentions: Vec::new(),
            intentions_end: 0,
            fulfilled: None,
            is_broken: false,
        });
        let inner = Arc::new(Locked { path: "/dev/full".into(), file: lines });
        let manifest = Manifest { inner };
        manifest.done(0, PartHash(0)).await;
        assert!(manifest.inner.file.lock().unwrap().is_broken);
        manifest.done(1, PartHash(u64::MAX)).await;
    }

    #[tokio::test]
    async fn keeps_times_before_1970() {
        let second = Duration::from_secs(1);
        for time in [
            UNIX_EPOCH,
            UNIX_EPOCH - Duration::from_nanos(1),
            UNIX_EPOCH - second,
            UNIX_EPOCH - Duration::new(2_082_844_800, 5),
            UNIX_EPOCH - Duration::from_secs(11_644_473_600),
            UNIX_EPOCH + Duration::new(4_000_000_000, 999_999_999),
        ] {
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join("m");
            let mut saved = example("/x");
            saved.fingerprint.modified = Some(time);
            let (manifest, _) = Manifest::open(path.clone(), true).await.unwrap();
            manifest.begin(saved).await.unwrap();
            drop(manifest);
            let (_, saved) = Manifest::open(path, false).await.unwrap();
            assert_eq!(saved.unwrap().fingerprint.modified, Some(time));
        }
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn refuses_links_and_pipes_without_touching_them() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        std::os::unix::fs::symlink(at("created"), at("link")).unwrap();
        std::fs::write(at("precious"), "precious").unwrap();
        std::fs::hard_link(at("precious"), at("hard")).unwrap();
        let status = std::process::Command::new("mkfifo").arg(at("pipe")).status();
        assert!(status.unwrap().success());
        for (name, kind) in
            [("link", "is a symbolic link"), ("hard", "hard links"), ("pipe", "is a named pipe")]
        {
            let error = Manifest::open(at(name), true).await.err().unwrap();
            assert_eq!(error.kind(), TransferErrorKind::Manifest);
            assert!(error.to_string().contains(kind), "{error}");
        }
        assert!(!at("created").exists());
        assert_eq!(std::fs::read_to_string(at("precious")).unwrap(), "precious");
    }
}
