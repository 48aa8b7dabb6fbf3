//! What an upload needs to go on after a crash.
//!
//! A manifest is a file of lines of JSON: what is uploaded to where, the parts, a line that says
//! that this is all, and then a line for each part that is done. Lines are only appended, so that
//! an upload of ten thousand parts does not write its URLs ten thousand times. The file counts only
//! from the third kind of line on, which is written when all before it is on the disk; a last line
//! that broke off is left out: its part is sent once more.
//!
//! It is not replaced by a rename, since its lock belongs to the file and not to the name.

use std::fs::{File, TryLockError};
use std::io::{self, BufRead, BufReader, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use frameio_api::comments::Attachment;
use frameio_core::{AccountId, CommentId, FileId, FolderId};
use serde_json::{Value, json};

use super::parts::Parts;
use super::source::Stamp;
use crate::tasks::blocking;
use crate::{TransferError, TransferErrorKind};

/// How long the service takes parts of an upload.
const LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// The longest line that is read: a URL has some kilobytes at most.
const LINE: u64 = 1 << 20;

/// How often a manifest that is in use is tried again, and after how long: what was stopped just now
/// may still be noting its last parts.
const TRIES: u32 = 20;
const AGAIN: Duration = Duration::from_millis(50);

/// The manifest of one upload, locked for as long as this lives.
#[derive(Clone)]
pub(crate) struct Manifest {
    inner: Arc<Locked>,
}

struct Locked {
    path: PathBuf,
    file: Mutex<File>,
}

/// What a manifest says.
#[derive(Clone, Debug)]
pub(crate) struct Saved {
    pub(crate) account_id: AccountId,
    pub(crate) place: Place,
    pub(crate) name: String,
    pub(crate) media_type: String,
    pub(crate) path: PathBuf,
    pub(crate) stamp: Stamp,
    pub(crate) created: SystemTime,
    pub(crate) parts: Arc<Parts>,
    pub(crate) done: Vec<bool>,
}

/// Where it goes, and what the service has made of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Place {
    File(FolderId, FileId),
    Attachment(CommentId, Box<Attachment>),
}

impl Saved {
    /// Whether the service takes no more parts of it.
    pub(crate) fn is_expired(&self) -> bool {
        // A clock that was set back does not make it older.
        self.created.elapsed().is_ok_and(|age| age >= LIFETIME)
    }
}

type Result<T> = std::result::Result<T, Failure>;

/// What is wrong with a manifest.
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
    fn at(self, path: &Path) -> TransferError {
        let path = path.display();
        let error = |text| TransferError::new(TransferErrorKind::Manifest, text);
        match self {
            Self::Io(source) => error(format!("manifest {path}: {source}")).because(source),
            Self::InUse => error(format!("manifest {path}: another upload is using it")),
            Self::Unreadable => error(format!(
                "manifest {path}: it is none of this version: remove it to begin anew"
            )),
        }
    }
}

impl Manifest {
    /// Opens and locks the manifest at `path`, and reads what is in it: nothing where it is new.
    pub(crate) async fn open(
        path: PathBuf,
        create: bool,
    ) -> std::result::Result<(Self, Option<Saved>), TransferError> {
        for _ in 0..TRIES {
            let here = path.clone();
            let opened = blocking(move || {
                let file = lock(&here, create)?;
                let saved = read(&file)?;
                let inner = Arc::new(Locked { path: here, file: Mutex::new(file) });
                Ok((Self { inner }, saved))
            });
            match opened.await {
                Ok(opened) => return Ok(opened),
                Err(Failure::InUse) => tokio::time::sleep(AGAIN).await,
                Err(failure) => return Err(failure.at(&path)),
            }
        }
        Err(Failure::InUse.at(&path))
    }

    /// Writes the beginning, in place of what was there.
    pub(crate) async fn begin(&self, saved: Saved) -> std::result::Result<(), TransferError> {
        self.run(move |file| begin(file, &saved)).await
    }

    /// Notes that a part is done.
    ///
    /// It is not forced to the disk: should it get lost with the machine, the part is sent again.
    pub(crate) async fn done(&self, index: usize) -> std::result::Result<(), TransferError> {
        self.run(move |file| Ok(file.write_all(format!("{{\"done\":{index}}}\n").as_bytes())?))
            .await
    }

    /// Notes that no part is to be thought done.
    pub(crate) async fn forget(&self) -> std::result::Result<(), TransferError> {
        self.run(|file| Ok(file.write_all(b"{\"forget\":true}\n")?)).await
    }

    /// Removes the file.
    pub(crate) async fn remove(self) -> std::result::Result<(), TransferError> {
        let path = self.inner.path.clone();
        self.run(move |_| match std::fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        })
        .await
    }

    async fn run(
        &self,
        change: impl FnOnce(&mut File) -> Result<()> + Send + 'static,
    ) -> std::result::Result<(), TransferError> {
        let inner = self.inner.clone();
        let run = move || change(&mut inner.file.lock().unwrap_or_else(PoisonError::into_inner));
        blocking(run).await.map_err(|failure| failure.at(&self.inner.path))
    }
}

fn lock(path: &Path, create: bool) -> Result<File> {
    let mut options = frameio_private_file::options();
    options.read(true).write(true).create(create).truncate(false);
    // Another may have removed what was opened before it was locked.
    for _ in 0..8 {
        let file = options.open(path)?;
        match file.try_lock() {
            Ok(()) if is_linked(&file)? => return Ok(file),
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Failure::InUse),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
    }
    Err(Failure::InUse)
}

#[cfg(unix)]
fn is_linked(file: &File) -> io::Result<bool> {
    Ok(std::os::unix::fs::MetadataExt::nlink(&file.metadata()?) > 0)
}

#[cfg(not(unix))]
fn is_linked(_: &File) -> io::Result<bool> {
    Ok(true)
}

fn begin(file: &mut File, saved: &Saved) -> Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    let path = saved.path.to_str().ok_or_else(|| {
        io::Error::new(io::ErrorKind::InvalidInput, "the path of the source is not UTF-8")
    })?;
    let mut head = json!({
        "frameio_upload": 1,
        "account_id": saved.account_id.as_str(),
        "name": saved.name,
        "media_type": saved.media_type,
        "path": path,
        "size": saved.stamp.size,
        "modified": saved.stamp.modified.and_then(seconds),
        "created": seconds(saved.created),
        "parts": saved.parts.len(),
    });
    match &saved.place {
        Place::File(folder_id, file_id) => {
            head["folder_id"] = folder_id.as_str().into();
            head["file_id"] = file_id.as_str().into();
        }
        Place::Attachment(comment_id, attachment) => {
            head["comment_id"] = comment_id.as_str().into();
            head["attachment"] = serde_json::to_value(attachment).map_err(io::Error::from)?;
        }
    }
    let mut lines = BufWriter::new(&mut *file);
    writeln!(lines, "{head}")?;
    for part in saved.parts.iter() {
        writeln!(lines, "{}", json!({"size": part.size, "url": part.url}))?;
    }
    lines.flush()?;
    drop(lines);
    file.sync_all()?;
    file.write_all(b"{\"begun\":true}\n")?;
    Ok(file.sync_all()?)
}

/// Seconds and nanoseconds since 1970.
fn seconds(time: SystemTime) -> Option<(u64, u32)> {
    let since = time.duration_since(UNIX_EPOCH).ok()?;
    Some((since.as_secs(), since.subsec_nanos()))
}

fn time(value: &Value) -> Option<SystemTime> {
    let nanos =
        u32::try_from(value.get(1)?.as_u64()?).ok().filter(|nanos| *nanos < 1_000_000_000)?;
    UNIX_EPOCH.checked_add(Duration::new(value.get(0)?.as_u64()?, nanos))
}

/// What is written, or nothing where it was not written to its end.
fn read(file: &File) -> Result<Option<Saved>> {
    let mut lines = Lines { reader: BufReader::new(file), line: Vec::new(), whole: 0 };
    let Some(head) = lines.next()? else { return Ok(None) };
    let (mut saved, count) = saved(&head).ok_or(Failure::Unreadable)?;
    let mut parts = Parts::default();
    for _ in 0..count {
        let Some(part) = lines.next()? else { return Ok(None) };
        let pushed = part["size"].as_u64().zip(part["url"].as_str());
        pushed.and_then(|(size, url)| parts.push(size, url)).ok_or(Failure::Unreadable)?;
    }
    match lines.next()? {
        None => return Ok(None),
        Some(line) if line["begun"] == true && parts.size() == saved.stamp.size => {}
        Some(_) => return Err(Failure::Unreadable),
    }
    saved.done = vec![false; parts.len()];
    saved.parts = Arc::new(parts);
    while let Some(line) = lines.next()? {
        let done = line["done"].as_u64().and_then(|index| usize::try_from(index).ok());
        if let Some(done) = done.and_then(|index| saved.done.get_mut(index)) {
            *done = true;
        } else if line["forget"] == true {
            saved.done.fill(false);
        } else {
            return Err(Failure::Unreadable);
        }
    }
    // What broke off is written over.
    let whole = lines.whole;
    file.set_len(whole)?;
    (&*file).seek(io::SeekFrom::Start(whole))?;
    Ok(Some(saved))
}

fn saved(head: &Value) -> Option<(Saved, u64)> {
    if head["frameio_upload"] != 1 {
        return None;
    }
    let text = |name: &str| head[name].as_str();
    let saved = Saved {
        account_id: text("account_id")?.into(),
        place: match text("comment_id") {
            Some(comment_id) => {
                let attachment: Attachment =
                    serde_json::from_value(head["attachment"].clone()).ok()?;
                Place::Attachment(comment_id.into(), Box::new(attachment))
            }
            None => Place::File(text("folder_id")?.into(), text("file_id")?.into()),
        },
        name: text("name")?.to_owned(),
        media_type: text("media_type")?.to_owned(),
        path: text("path")?.into(),
        stamp: Stamp { size: head["size"].as_u64()?, modified: time(&head["modified"]) },
        created: time(&head["created"])?,
        parts: Arc::default(),
        done: Vec::new(),
    };
    Some((saved, head["parts"].as_u64()?))
}

/// The lines of a manifest that are whole.
struct Lines<'a> {
    reader: BufReader<&'a File>,
    line: Vec<u8>,
    /// How many bytes the lines so far have.
    whole: u64,
}

impl Lines<'_> {
    fn next(&mut self) -> Result<Option<Value>> {
        self.line.clear();
        let mut limited = io::Read::take(&mut self.reader, LINE);
        let read = limited.read_until(b'\n', &mut self.line)? as u64;
        if !self.line.ends_with(b"\n") {
            return if read == LINE { Err(Failure::Unreadable) } else { Ok(None) };
        }
        self.whole += read;
        serde_json::from_slice(&self.line).map(Some).map_err(|_| Failure::Unreadable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(path: &str) -> Saved {
        let mut parts = Parts::default();
        for number in 0..3 {
            parts.push(10 + number, &format!("https://s3/?n={number}&sig={number}")).unwrap();
        }
        Saved {
            account_id: "a".into(),
            place: Place::File("f".into(), "x|2".into()),
            name: "ä.mov".into(),
            media_type: "video/quicktime".into(),
            path: path.into(),
            stamp: Stamp { size: parts.size(), modified: Some(UNIX_EPOCH + Duration::new(7, 9)) },
            created: SystemTime::now(),
            parts: Arc::new(parts),
            done: Vec::new(),
        }
    }

    #[tokio::test]
    async fn what_is_written_is_read_whatever_breaks_off() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("m");
        let (manifest, nothing) = Manifest::open(path.clone(), true).await.unwrap();
        assert!(nothing.is_none());
        manifest.begin(example("/x")).await.unwrap();
        manifest.done(2).await.unwrap();
        let used = Manifest::open(path.clone(), true).await.err().unwrap();
        assert!(used.to_string().contains("another upload is using it"), "{used}");
        manifest.done(0).await.unwrap();
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
            let done = [length == whole.len(), false, length >= whole.len() - 11];
            assert_eq!(saved.done, done, "{length}");
            manifest.done(1).await.unwrap();
            drop(manifest);
            let (_, again) = Manifest::open(path.clone(), false).await.unwrap();
            assert_eq!(again.unwrap().done, [done[0], true, done[2]]);
        }
    }

    #[tokio::test]
    async fn what_is_no_manifest_is_told_and_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("m");
        for content in ["{}\n", "hello\n", "{\"frameio_upload\":2}\n", "\u{1}\n"] {
            std::fs::write(&path, content).unwrap();
            let error = Manifest::open(path.clone(), true).await.err().unwrap();
            assert_eq!(error.kind(), TransferErrorKind::Manifest);
            assert!(error.to_string().contains("remove it to begin anew"), "{error}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
        }
        assert!(Manifest::open(directory.path().join("none"), false).await.is_err());
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn nobody_else_may_read_it() {
        use std::os::unix::fs::PermissionsExt;

        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("m");
        std::fs::write(&path, "").unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
        let (manifest, _) = Manifest::open(path.clone(), true).await.unwrap();
        manifest.begin(example("/x")).await.unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        manifest.remove().await.unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn it_lasts_a_day() {
        let mut saved = example("/x");
        assert!(!saved.is_expired());
        saved.created -= LIFETIME;
        assert!(saved.is_expired());
    }
}
