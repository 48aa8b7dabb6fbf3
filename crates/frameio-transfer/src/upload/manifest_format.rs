//! The format of a manifest: lines of JSON.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Seek, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use frameio_api::comments::Attachment;
use frameio_core::{AccountId, CommentId, FileId, FolderId};
use serde_json::{Value, json};

use super::manifest::{Failure, Result};
use super::parts::Parts;
use super::source::{Fingerprint, Identity};
use crate::file_time::{from_json, to_json};

/// Time for which the service accepts parts of an upload.
const LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// Maximum length of a line. A URL has a few kilobytes.
const LINE: u64 = 1 << 20;

/// Content of a manifest.
#[derive(Clone, Debug)]
pub(crate) struct Saved {
    pub(crate) account_id: AccountId,
    pub(crate) destination: SavedDestination,
    pub(crate) name: String,
    pub(crate) media_type: String,
    pub(crate) path: PathBuf,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) identity: Option<Identity>,
    pub(crate) created: SystemTime,
    pub(crate) parts: Arc<Parts>,
    /// For each part that was sent, the hash of the bytes that were sent.
    pub(crate) done: Vec<Option<PartHash>>,
}

/// XXH3 of the bytes of a part that were sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PartHash(pub(crate) u64);

impl PartHash {
    /// Returns the line of a part that is done.
    pub(super) fn line(self, index: usize) -> String {
        format!("{{\"done\":{index},\"xxh3\":\"{:016x}\"}}\n", self.0)
    }

    fn parse(line: &Value) -> Option<Self> {
        u64::from_str_radix(line["xxh3"].as_str()?, 16).ok().map(Self)
    }
}

/// A file that an upload may have created at the service, and does not continue.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Intention {
    pub(crate) account_id: AccountId,
    pub(crate) folder_id: FolderId,
    pub(crate) name: String,
    pub(crate) size: u64,
    /// Local path of the source.
    pub(crate) path: PathBuf,
    /// Time before the call that creates the file.
    pub(crate) at: SystemTime,
    /// The file, if the response to the call was read.
    pub(crate) file_id: Option<FileId>,
    /// Incomplete files with this name that existed before the call.
    pub(crate) known: Vec<FileId>,
}

/// Content of a manifest file.
#[derive(Debug, Default)]
pub(super) struct Content {
    /// Upload to resume; `None` if its beginning was not written completely.
    pub(super) saved: Option<Saved>,
    /// Intentions, each with the position of its line.
    pub(super) intentions: Vec<(Intention, u64)>,
    /// End of their lines.
    pub(super) intentions_end: u64,
    /// Position of the line of the upload's own intention, which is fulfilled.
    pub(super) fulfilled: Option<u64>,
}

/// Destination, and the object that the service created in it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum SavedDestination {
    File(FolderId, FileId),
    Attachment(CommentId, Box<Attachment>),
}

impl Saved {
    /// Returns whether the service no longer accepts parts of the upload.
    pub(crate) fn is_expired(&self) -> bool {
        // If the clock was set back, the upload counts as new.
        self.created.elapsed().is_ok_and(|age| age >= LIFETIME)
    }

    /// Returns the file of the upload as one that is not continued.
    pub(crate) fn abandoned(&self) -> Option<Intention> {
        let SavedDestination::File(folder_id, file_id) = &self.destination else { return None };
        Some(Intention {
            account_id: self.account_id.clone(),
            folder_id: folder_id.clone(),
            name: self.name.clone(),
            size: self.fingerprint.size,
            path: self.path.clone(),
            at: self.created,
            file_id: Some(file_id.clone()),
            known: Vec::new(),
        })
    }
}

impl Intention {
    /// Returns its line.
    pub(super) fn line(&self) -> String {
        let line = json!({
            "frameio_intention": 1,
            "account_id": self.account_id.as_str(),
            "folder_id": self.folder_id.as_str(),
            "name": self.name,
            "size": self.size,
            "path": self.path.to_string_lossy(),
            "at": to_json(self.at),
            "file_id": self.file_id.as_ref().map(FileId::as_str),
            "known": self.known.iter().map(FileId::as_str).collect::<Vec<_>>(),
        });
        format!("{line}\n")
    }

    fn parse(line: &Value) -> Option<Self> {
        let text = |name: &str| line[name].as_str();
        Some(Self {
            account_id: text("account_id")?.into(),
            folder_id: text("folder_id")?.into(),
            name: text("name")?.to_owned(),
            size: line["size"].as_u64()?,
            path: text("path")?.into(),
            at: from_json(&line["at"])?,
            file_id: text("file_id").map(Into::into),
            known: line["known"]
                .as_array()?
                .iter()
                .filter_map(|id| id.as_str().map(Into::into))
                .collect(),
        })
    }

    /// Returns whether a saved upload is the one that was intended.
    pub(super) fn is_of(&self, saved: &Saved) -> bool {
        let abandoned = saved.abandoned();
        self.file_id.is_none()
            && abandoned.is_some_and(|it| {
                (it.folder_id, it.name) == (self.folder_id.clone(), self.name.clone())
            })
    }
}

/// Replaces the content after `at` with a new upload.
pub(super) fn begin(file: &mut File, at: u64, saved: &Saved) -> Result<()> {
    file.set_len(at)?;
    file.seek(io::SeekFrom::Start(at))?;
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
        "size": saved.fingerprint.size,
        "modified": saved.fingerprint.modified.and_then(to_json),
        "changed": saved.identity.map(|identity| identity.changed),
        "inode": saved.identity.map(|identity| identity.inode),
        "created": to_json(saved.created),
        "parts": saved.parts.len(),
    });
    match &saved.destination {
        SavedDestination::File(folder_id, file_id) => {
            head["folder_id"] = folder_id.as_str().into();
            head["file_id"] = file_id.as_str().into();
        }
        SavedDestination::Attachment(comment_id, attachment) => {
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

/// Reads the content.
pub(super) fn read(file: &File) -> Result<Content> {
    let mut lines = LineReader { reader: BufReader::new(file), line: Vec::new(), whole: 0 };
    let mut content = Content::default();
    let head = loop {
        let start = lines.whole;
        let Some(line) = lines.next()? else { return Ok(content) };
        if line["frameio_intention"] != 1 {
            break line;
        }
        let intention = Intention::parse(&line).ok_or(Failure::Unreadable)?;
        content.intentions.push((intention, start));
        content.intentions_end = lines.whole;
    };
    let (saved, count) = saved(&head).ok_or(Failure::Unreadable)?;
    let last = content.intentions.pop_if(|(intention, _)| intention.is_of(&saved));
    let abandoned = saved.abandoned();
    match read_upload(&mut lines, saved, count)? {
        Some(saved) => {
            content.saved = Some(saved);
            content.fulfilled = last.map(|(_, start)| start);
        }
        // The upload has to be restarted, but its file is known.
        None => {
            let intention = last.zip(abandoned);
            content.intentions.extend(intention.map(|((_, start), known)| (known, start)));
            return Ok(content);
        }
    }
    // A truncated line is overwritten.
    let whole = lines.whole;
    file.set_len(whole)?;
    (&*file).seek(io::SeekFrom::Start(whole))?;
    Ok(content)
}

/// Reads the lines of an upload after the first one. Returns `None` if they were not written completely.
fn read_upload(lines: &mut LineReader<'_>, mut saved: Saved, count: u64) -> Result<Option<Saved>> {
    let mut parts = Parts::default();
    for _ in 0..count {
        let Some(part) = lines.next()? else { return Ok(None) };
        let pushed = part["size"].as_u64().zip(part["url"].as_str());
        pushed.and_then(|(size, url)| parts.push(size, url)).ok_or(Failure::Unreadable)?;
    }
    match lines.next()? {
        None => return Ok(None),
        Some(line) if line["begun"] == true && parts.size() == saved.fingerprint.size => {}
        Some(_) => return Err(Failure::Unreadable),
    }
    saved.done = vec![None; parts.len()];
    saved.parts = Arc::new(parts);
    while let Some(line) = lines.next()? {
        let done = line["done"].as_u64().and_then(|index| usize::try_from(index).ok());
        if let Some(done) = done.and_then(|index| saved.done.get_mut(index)) {
            // A part without a hash, of an earlier version of this crate, is sent again.
            *done = PartHash::parse(&line);
        } else if line["forget"] == true {
            saved.done.fill(None);
        } else {
            return Err(Failure::Unreadable);
        }
    }
    Ok(Some(saved))
}

fn saved(head: &Value) -> Option<(Saved, u64)> {
    if head["frameio_upload"] != 1 {
        return None;
    }
    let text = |name: &str| head[name].as_str();
    let saved = Saved {
        account_id: text("account_id")?.into(),
        destination: match text("comment_id") {
            Some(comment_id) => {
                let attachment: Attachment =
                    serde_json::from_value(head["attachment"].clone()).ok()?;
                SavedDestination::Attachment(comment_id.into(), Box::new(attachment))
            }
            None => SavedDestination::File(text("folder_id")?.into(), text("file_id")?.into()),
        },
        name: text("name")?.to_owned(),
        media_type: text("media_type")?.to_owned(),
        path: text("path")?.into(),
        fingerprint: Fingerprint {
            size: head["size"].as_u64()?,
            modified: from_json(&head["modified"]),
        },
        identity: Identity::parse(&head["changed"], &head["inode"]),
        created: from_json(&head["created"])?,
        parts: Arc::default(),
        done: Vec::new(),
    };
    Some((saved, head["parts"].as_u64()?))
}

/// Reads the complete lines of a manifest.
struct LineReader<'a> {
    reader: BufReader<&'a File>,
    line: Vec<u8>,
    /// Number of bytes of the complete lines read.
    whole: u64,
}

impl LineReader<'_> {
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
pub(super) mod tests {
    use super::*;

    pub(in crate::upload) fn example(path: &str) -> Saved {
        let mut parts = Parts::default();
        for number in 0..3 {
            parts.push(10 + number, &format!("https://s3/?n={number}&sig={number}")).unwrap();
        }
        Saved {
            account_id: "a".into(),
            destination: SavedDestination::File("f".into(), "x|2".into()),
            name: "ä.mov".into(),
            media_type: "video/quicktime".into(),
            path: path.into(),
            fingerprint: Fingerprint {
                size: parts.size(),
                modified: Some(SystemTime::UNIX_EPOCH + Duration::new(7, 9)),
            },
            identity: Some(Identity { changed: (7, 9), inode: 5 }),
            created: SystemTime::now(),
            parts: Arc::new(parts),
            done: Vec::new(),
        }
    }

    #[test]
    fn expires_after_a_day() {
        let mut saved = example("/x");
        assert!(!saved.is_expired());
        saved.created -= LIFETIME;
        assert!(saved.is_expired());
    }
}
