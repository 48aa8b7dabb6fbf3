//! The end of a run: files in the order of the items, the summary, the page and the hash list.

use std::collections::HashMap;
use std::fs;
use std::io;

use frameio_core::FileId;
use serde::Deserialize;

use super::{Created, Run, comments, media};
use crate::complete::complete;
use crate::directory::Directory;
use crate::error::ArchiveError;
use crate::layout::{
    COMMENTS, Counts, FILES, ITEMS, Item, MEMBERS, MembersFile, SHARES, STATE, SUMMARY,
    SavedComments, SavedFile, SharesFile, SummaryFile,
};
use crate::lines::{Lines, NewFile};
use crate::page;
use crate::tasks::blocking;

impl Run {
    /// Writes the files that describe the whole archive, and completes it if nothing failed.
    pub(super) async fn finish(self) -> Result<Created, ArchiveError> {
        let Self { directory, missing, settings, .. } = self;
        let missing = missing.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        let is_complete = settings.allow_missing || missing.iter().all(|it| !it.is_failure);
        blocking(move || {
            let mut missing = missing;
            // Concurrent steps note it in any order.
            missing.sort_by(|a, b| (&a.what, &a.id).cmp(&(&b.what, &b.id)));
            let counts = assemble(&directory)?;
            let summary = SummaryFile { counts, missing };
            directory.write_json(SUMMARY, &summary)?;
            page::write(&directory)?;
            if is_complete {
                complete(&directory)?;
                remove_logs(&directory);
            }
            let SummaryFile { counts, missing } = summary;
            Ok(Created { counts, missing, is_complete, was_complete: false })
        })
        .await
    }
}

/// Writes the saved files and comments in the order of the items, so that the result does not depend
/// on the order in which they arrived.
fn assemble(directory: &Directory) -> Result<Counts, ArchiveError> {
    let mut counts = Counts::default();
    let mut saved = HashMap::new();
    for file in Lines::<SavedFile>::open(&directory.state(media::LOG))? {
        let file = file?;
        saved.insert(file.file_id.clone(), file);
    }
    let log = directory.state(comments::LOG);
    let offsets = offsets(Lines::open(&log)?)?;
    let mut log = Lines::<SavedComments>::open(&log)?;
    let state = directory.at(STATE);
    let mut files = NewFile::create(directory.at(FILES), &state)?;
    let mut comments = NewFile::create(directory.at(COMMENTS), &state)?;
    for item in Lines::<Item>::open(&directory.at(ITEMS))? {
        let item = item?;
        match item.asset {
            frameio_api::assets::Asset::Folder(_) => counts.folders += 1,
            frameio_api::assets::Asset::VersionStack(_) => counts.version_stacks += 1,
            _ => {}
        }
        for (file, local) in item.files() {
            counts.files += 1;
            if let Some(saved) = saved.get(&file.id).filter(|it| Some(&*it.path) == local) {
                counts.bytes += saved.size;
                files.line(saved)?;
            }
            let Some(offset) = offsets.get(&file.id) else { continue };
            if let Some(of_file) = log.at(*offset)?.filter(|it| !it.comments.is_empty()) {
                counts.comments += of_file.comments.len() as u64;
                let replies = of_file.comments.iter().filter_map(|it| it.replies.as_ref());
                counts.replies += replies.map(|replies| replies.len() as u64).sum::<u64>();
                comments.line(&of_file)?;
            }
        }
    }
    files.finish()?;
    comments.finish()?;
    counts.members = number(directory.read_json::<MembersFile>(MEMBERS)?);
    counts.shares = number(directory.read_json::<SharesFile>(SHARES)?);
    Ok(counts)
}

fn number<T>(list: Option<Vec<T>>) -> u64 {
    list.map_or(0, |list| list.len() as u64)
}

/// A line of the log without the comments.
#[derive(Deserialize)]
struct Of {
    file_id: FileId,
}

/// Returns the offset of the comments of each file.
fn offsets(mut log: Lines<Of>) -> Result<HashMap<FileId, u64>, ArchiveError> {
    let mut offsets = HashMap::new();
    loop {
        let offset = log.offset;
        let Some(line) = log.next().transpose()? else { return Ok(offsets) };
        offsets.insert(line.file_id, offset);
    }
}

/// Removes the state of the run, which a complete archive does not need. A failure is harmless.
fn remove_logs(directory: &Directory) {
    for name in [media::LOG, comments::LOG, "unlisted.json"] {
        match fs::remove_file(directory.state(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return,
            _ => {}
        }
    }
}
