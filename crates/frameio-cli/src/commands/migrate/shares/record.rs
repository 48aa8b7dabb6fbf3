//! The file of results: what was created for each link, so that a run that was interrupted continues.
//!
//! A line is written before a share is created, and another one after it. A share whose second line is
//! missing is found again by its name: the first line has the shares that existed before.

use std::collections::{HashMap, HashSet};
use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use frameio_private_file as private_file;
use serde::{Deserialize, Serialize};

use crate::exit::Failure;

/// A line of the file.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(super) enum Line {
    /// A share is about to be created.
    Creating {
        old: String,
        account: String,
        project: String,
        name: String,
        /// Shares of the project with this name.
        before: Vec<String>,
    },
    Created(Created),
}

/// A share that was created for an old link.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub(super) struct Created {
    pub(super) old: String,
    pub(super) id: String,
    pub(super) name: String,
    pub(super) link: Option<String>,
}

impl Line {
    fn old(&self) -> &str {
        match self {
            Self::Creating { old, .. } => old,
            Self::Created(created) => &created.old,
        }
    }
}

/// Results of earlier runs, and the file for those of this run, if anything is created.
#[derive(Debug, Default)]
pub(super) struct Record {
    last: HashMap<String, Line>,
    file: Option<File>,
}

impl Record {
    /// Reads the results of earlier runs; none if the file is missing.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        match File::open(path) {
            Ok(mut file) => {
                let (last, _) = read(&mut file, path)?;
                Ok(Self { last, file: None })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(Failure::file("read", path, &error)),
        }
    }

    /// Opens or creates the file, and locks it until the end of the run.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        // Not opened for appending: Windows would refuse to remove a line that was cut off.
        let mut options = private_file::options();
        let options = options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(path).map_err(|error| Failure::file("open", path, &error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let message = format!("'{}' is in use by another run", path.display());
                return Err(Failure::usage(message));
            }
            Err(TryLockError::Error(error)) => return Err(Failure::file("lock", path, &error)),
        }
        let (last, end) = read(&mut file, path)?;
        // A line that was cut off is either about a share that was not created yet, or about one that
        // is found again.
        let repaired = file.set_len(end).and_then(|()| file.seek(SeekFrom::End(0)));
        repaired.map_err(|error| Failure::file("repair", path, &error))?;
        Ok(Self { last, file: Some(file) })
    }

    /// Returns the share that was created for a link.
    pub(super) fn created(&self, old: &str) -> Option<&Created> {
        match self.last.get(old) {
            Some(Line::Created(created)) => Some(created),
            _ => None,
        }
    }

    /// Returns the line of a creation whose end is unknown.
    pub(super) fn interrupted(&self, old: &str) -> Option<&Line> {
        self.last.get(old).filter(|line| matches!(line, Line::Creating { .. }))
    }

    /// Returns the IDs of all shares that were created for links.
    pub(super) fn ids(&self) -> HashSet<&str> {
        let created = self.last.values().filter_map(|line| match line {
            Line::Created(created) => Some(created.id.as_str()),
            Line::Creating { .. } => None,
        });
        created.collect()
    }

    /// Appends a line in one call, so that only the last one can be cut off.
    pub(super) fn append(&mut self, line: Line) -> io::Result<()> {
        let mut text = serde_json::to_string(&line)?;
        text.push('\n');
        if let Some(file) = &mut self.file {
            file.write_all(text.as_bytes())?;
        }
        self.last.insert(line.old().to_owned(), line);
        Ok(())
    }
}

/// Returns the last line about each link, and the length of the complete lines.
fn read(file: &mut File, path: &Path) -> Result<(HashMap<String, Line>, u64), Failure> {
    let failed = |error| Failure::file("read", path, &error);
    let mut bytes = Vec::new();
    file.rewind().and_then(|()| file.read_to_end(&mut bytes)).map_err(failed)?;
    let complete = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    let (lines, rest) = bytes.split_at(complete);
    let foreign = |line: usize| {
        let reason = format!("line {line} is not a result of `frameio migrate shares`");
        Failure::usage(format!("cannot continue from '{}': {reason}", path.display()))
    };
    let mut last = HashMap::new();
    for (index, line) in lines.split(|&byte| byte == b'\n').enumerate() {
        if line.is_empty() {
            continue;
        }
        let line: Line = serde_json::from_slice(line).map_err(|_| foreign(index + 1))?;
        last.insert(line.old().to_owned(), line);
    }
    // The beginning of a line of this file, and not the text of somebody else.
    let begin = br#"{"state":"#;
    if !rest.iter().zip(begin).all(|(byte, expected)| byte == expected) {
        return Err(foreign(last.len() + 1));
    }
    Ok((last, complete as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn creating(old: &str) -> Line {
        let text = |text: &str| text.to_owned();
        let (old, before) = (text(old), vec![text("s0")]);
        Line::Creating { old, account: text("a"), project: text("p"), name: text("n"), before }
    }

    fn created(old: &str, id: &str) -> Line {
        Line::Created(Created { old: old.into(), id: id.into(), name: "n".into(), link: None })
    }

    #[test]
    fn a_file_cut_off_at_any_byte_loses_the_last_line_only() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("results");
        let mut record = Record::open(&path).unwrap();
        for line in [creating("x"), created("x", "s1"), creating("y"), created("y", "s2")] {
            record.append(line).unwrap();
        }
        drop(record);
        let whole = std::fs::read(&path).unwrap();
        for cut in 0..=whole.len() {
            std::fs::write(&path, &whole[..cut]).unwrap();
            let lines = whole[..cut].iter().filter(|&&byte| byte == b'\n').count();
            let mut record = Record::open(&path).unwrap();
            assert_eq!(record.created("x").is_some(), lines >= 2, "{cut}");
            assert_eq!(record.interrupted("y").is_some(), lines == 3, "{cut}");
            record.append(created("z", "s3")).unwrap();
            drop(record);
            let record = Record::read(&path).unwrap();
            assert!(record.ids().contains("s3"), "{cut}");
        }
    }

    #[test]
    fn other_files_are_refused_and_kept() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("results");
        for content in ["precious\n", "precious", "{\"state\":\"other\"}\n", "{}\n"] {
            std::fs::write(&path, content).unwrap();
            let refused = Record::open(&path).unwrap_err();
            assert!(refused.message.contains("is not a result of"), "{refused:?}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
        }
    }

    #[test]
    fn only_one_run_at_a_time_writes() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("results");
        let first = Record::open(&path).unwrap();
        assert!(Record::open(&path).unwrap_err().message.contains("in use by another run"));
        drop(first);
        Record::open(&path).unwrap();
    }
}
