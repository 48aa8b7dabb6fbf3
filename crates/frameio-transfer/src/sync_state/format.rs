//! The format of a state file: lines of JSON.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use frameio_core::{FileId, FolderId};
use frameio_private_file::open_regular;
use serde_json::{Value, json};

use super::stamp::{Stamp, Xxh64};
use super::{Files, Known, MAX_ENTRIES, Pair, Pending, Record};
use crate::file_time::{from_json, to_json};

/// Version of the format.
const VERSION: u64 = 2;

/// Maximum length of a line.
const LINE: u64 = 1 << 17;

/// Number of superseded lines that are kept, in addition to as many as there are files.
const SUPERSEDED: usize = 16;

/// Content of a state file.
#[derive(Debug, Default)]
pub(super) struct Content {
    pub(super) files: Files,
    /// Remote folders of the directories below.
    pub(super) folders: HashMap<Box<str>, FolderId>,
    /// Account, folder and directory; `None` if the first line is truncated.
    owner: Option<[String; 3]>,
    pub(super) device: Option<u64>,
    /// Whether the file has few superseded lines.
    pub(super) is_compact: bool,
}

/// Reads a state file. A missing file counts as empty, and incomplete lines are skipped.
pub(super) fn read(path: &Path) -> io::Result<Content> {
    let mut content = Content::default();
    let mut reader = match open_regular(path, std::fs::File::options().read(true)) {
        Ok(file) => BufReader::new(file),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(content),
        Err(error) => return Err(error),
    };
    let (mut line, mut lines) = (Vec::new(), 0_usize);
    loop {
        line.clear();
        if (&mut reader).take(LINE).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        let Some(text) = line.strip_suffix(b"\n").or((lines == 0).then_some(&*line)) else { break };
        if text.is_empty() {
            continue;
        }
        let parsed = serde_json::from_slice::<Value>(text).ok();
        if lines == 0 {
            check_head(parsed.as_ref(), text)?;
            content.owner = parsed.as_ref().and_then(owner);
        }
        lines += 1;
        let Some(parsed) = parsed else { continue };
        if parsed["path"].is_null() {
            content.device = parse_device(&parsed).or(content.device);
        }
        content.apply(&parsed);
        if content.files.len() > MAX_ENTRIES {
            return Err(invalid("it has too many entries; remove it"));
        }
    }
    let entries = content.files.len() + content.folders.len();
    content.is_compact = lines > 0 && lines <= 2 * entries + SUPERSEDED;
    Ok(content)
}

/// Verifies the first line. A truncated first line counts as an empty file.
fn check_head(parsed: Option<&Value>, line: &[u8]) -> io::Result<()> {
    let head = b"{\"frameio_sync\":";
    match parsed.map(|head| head["frameio_sync"].as_u64()) {
        Some(Some(VERSION)) => Ok(()),
        Some(Some(older)) if older < VERSION => {
            Err(invalid("it was written by an older version of this program; remove it"))
        }
        Some(Some(_)) => {
            Err(invalid("it was written by a newer version of this program; update, or remove it"))
        }
        // A line of a run that appended to a truncated file.
        Some(None) if parsed.is_some_and(|line| line["path"].is_string()) => Ok(()),
        None if head.starts_with(line) || line.starts_with(head) => Ok(()),
        _ => Err(invalid("it is not a state file; remove it")),
    }
}

fn invalid(message: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

/// Returns the account, the folder and the directory of the first line.
fn owner(head: &Value) -> Option<[String; 3]> {
    let [account, folder, directory] =
        ["account", "folder", "directory"].map(|name| head[name].as_str().map(str::to_owned));
    Some([account?, folder?, directory?])
}

impl Content {
    /// Refuses the file of another directory or folder.
    pub(super) fn check(&self, pair: &Pair) -> io::Result<()> {
        if self.owner.as_ref().is_none_or(|owner| *owner == pair.names()) {
            return Ok(());
        }
        Err(invalid("it belongs to another directory or folder; remove it"))
    }

    /// Returns the account, the folder and the directory.
    pub(super) fn owner(&self) -> Option<&[String; 3]> {
        self.owner.as_ref()
    }

    fn apply(&mut self, line: &Value) {
        let Some(path) = line["path"].as_str() else { return };
        if line["removed"] == true {
            self.files.remove(path);
        } else if let Some(folder) = line["folder"].as_str() {
            self.folders.insert(path.into(), folder.into());
        } else if line["pending"].is_object() {
            if let Some(pending) = parse_pending(&line["pending"]) {
                self.files.entry(path.into()).or_default().pending = Some(pending);
            }
        } else if line["arriving"].is_object() {
            if let Some(record) = parse_record(&line["arriving"]) {
                self.files.entry(path.into()).or_default().arriving = Some(record);
            }
        } else if line["copy"].is_object() {
            if let Some(record) = parse_record(&line["copy"]) {
                self.files.entry(path.into()).or_default().copy = Some(record);
            }
        } else if let Some(id) = line["differing"].as_str() {
            self.files.entry(path.into()).or_default().differing = Some(id.into());
        } else if let Some(record) = parse_record(line) {
            let device = parse_device(line);
            let known = Known { record: Some(record), device, ..Known::default() };
            self.files.insert(path.into(), known);
        }
    }
}

/// Returns the whole content of a state file.
pub(super) fn whole(
    pair: &Pair,
    device: Option<u64>,
    (files, folders): (&Files, &HashMap<Box<str>, FolderId>),
) -> Vec<u8> {
    // The version is first, so that a truncated first line is recognized.
    let mut text = format!("{{\"frameio_sync\":{VERSION},");
    let [account, remote_folder, directory] = pair.names();
    let rest = json!({
        "account": account,
        "folder": remote_folder,
        "directory": directory,
        "device": device_text(device),
    });
    text.extend(rest.to_string().chars().skip(1));
    text.push('\n');
    for (path, id) in folders {
        text += folder(path, id).trim_start();
    }
    for (path, known) in files {
        text += &lines(path, known);
    }
    text.into_bytes()
}

/// Returns the lines of everything that is known about a file.
pub(super) fn lines(path: &str, known: &Known) -> String {
    let mut text = String::new();
    if let Some(line) = known.record.as_ref().map(|it| record(path, it, known.device)) {
        text += line.trim_start();
    }
    if let Some(known) = &known.pending {
        text += pending(path, known).trim_start();
    }
    if let Some(known) = &known.arriving {
        text += arriving(path, known).trim_start();
    }
    if let Some(known) = &known.copy {
        text += copy(path, known).trim_start();
    }
    if let Some(id) = &known.differing {
        text += differing(path, id).trim_start();
    }
    text
}

/// Returns the line of the remote folder of a directory.
pub(super) fn folder(path: &str, id: &FolderId) -> String {
    format!("\n{}\n", json!({"path": path, "folder": id.as_str()}))
}

/// Returns the line of a record, after a newline that terminates a truncated line.
pub(super) fn record(path: &str, record: &Record, device: Option<u64>) -> String {
    let mut line = fields(record);
    line["path"] = path.into();
    line["device"] = device_text(device).into();
    format!("\n{line}\n")
}

pub(super) fn arriving(path: &str, record: &Record) -> String {
    format!("\n{}\n", json!({"path": path, "arriving": fields(record)}))
}

pub(super) fn copy(path: &str, record: &Record) -> String {
    format!("\n{}\n", json!({"path": path, "copy": fields(record)}))
}

pub(super) fn differing(path: &str, id: &FileId) -> String {
    format!("\n{}\n", json!({"path": path, "differing": id.as_str()}))
}

fn fields(record: &Record) -> Value {
    json!({
        "size": record.stamp.size,
        "modified": record.stamp.modified.and_then(to_json),
        "xxh64": record.xxh64.map(|hash| hash.to_string()),
        "file": record.file_id.as_str(),
        "equal": record.equal_at.to_string(),
    })
}

pub(super) fn pending(path: &str, pending: &Pending) -> String {
    let new = pending.new.as_ref().map(|(id, stamp, xxh64)| {
        json!({
            "file": id.as_str(),
            "size": stamp.size,
            "modified": stamp.modified.and_then(to_json),
            "xxh64": xxh64.map(|hash| hash.to_string()),
        })
    });
    let line = json!({
        "path": path,
        "pending": {
            "folder": pending.folder.as_str(),
            "old": pending.old.as_str(),
            "stack": pending.stack.as_ref().map(|stack| stack.as_str()),
            "new": new,
        },
    });
    format!("\n{line}\n")
}

pub(super) fn removed(path: &str) -> String {
    format!("\n{}\n", json!({"path": path, "removed": true}))
}

fn device_text(device: Option<u64>) -> Option<String> {
    device.map(|device| format!("{device:x}"))
}

fn parse_device(line: &Value) -> Option<u64> {
    u64::from_str_radix(line["device"].as_str()?, 16).ok()
}

fn parse_record(line: &Value) -> Option<Record> {
    Some(Record {
        stamp: parse_stamp(line)?,
        xxh64: line["xxh64"].as_str().and_then(Xxh64::parse),
        file_id: line["file"].as_str()?.into(),
        equal_at: line["equal"].as_str()?.parse().ok()?,
    })
}

fn parse_stamp(line: &Value) -> Option<Stamp> {
    Some(Stamp { size: line["size"].as_u64()?, modified: from_json(&line["modified"]) })
}

fn parse_pending(pending: &Value) -> Option<Pending> {
    let new = &pending["new"];
    let new = match new["file"].as_str() {
        Some(id) => {
            let hash = new["xxh64"].as_str().and_then(Xxh64::parse);
            Some((id.into(), parse_stamp(new)?, hash))
        }
        None => None,
    };
    Some(Pending {
        folder: pending["folder"].as_str()?.into(),
        old: pending["old"].as_str()?.into(),
        stack: pending["stack"].as_str().map(Into::into),
        new,
    })
}
