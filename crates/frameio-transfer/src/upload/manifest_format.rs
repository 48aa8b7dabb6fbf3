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
use super::source::Fingerprint;
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
    pub(crate) created: SystemTime,
    pub(crate) parts: Arc<Parts>,
    pub(crate) done: Vec<bool>,
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
}
/// Replaces the content with a new upload.
pub(super) fn begin(file: &mut File, saved: &Saved) -> Result<()> {
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
        "size": saved.fingerprint.size,
        "modified": saved.fingerprint.modified.and_then(to_json),
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

/// Reads the content. Returns `None` if the beginning was not written completely.
pub(super) fn read(file: &File) -> Result<Option<Saved>> {
    let mut lines = LineReader { reader: BufReader::new(file), line: Vec::new(), whole: 0 };
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
        Some(line) if line["begun"] == true && parts.size() == saved.fingerprint.size => {}
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
    // A truncated line is overwritten.
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
