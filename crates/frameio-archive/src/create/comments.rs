//! The comments of all files.

use std::collections::HashSet;

use frameio_comments::{CommentReader, CommentsErrorKind};
use frameio_core::FileId;
use futures_util::stream::{FuturesUnordered, StreamExt};
use serde::Deserialize;

use super::{CreateEvent, Run};
use crate::error::{ArchiveError, ArchiveErrorKind};
use crate::layout::{ITEMS, Item, SavedComments};
use crate::lines::{Batches, Lines, Log};
use crate::scrub;
use crate::tasks::blocking;

/// Files whose comments were read, in that order.
pub(super) const LOG: &str = "comments.jsonl";

/// A line of the log without the comments.
#[derive(Deserialize)]
struct Of {
    file_id: FileId,
}

impl Run {
    /// Saves the comments that earlier runs have not.
    pub(super) async fn comments(&self) -> Result<(), ArchiveError> {
        let path = self.directory.state(LOG);
        let (log, earlier) = blocking(move || {
            let log = Log::open(path.clone())?;
            let earlier = Lines::<Of>::open(&path)?.map(|line| line.map(|of| of.file_id));
            Ok((log, earlier.collect::<Result<HashSet<_>, _>>()?))
        })
        .await?;
        let reader = CommentReader::new(self.client.clone(), &self.settings.account);
        let mut items = Batches::<Item>::open(self.directory.at(ITEMS)).await?;
        let mut reads = FuturesUnordered::new();
        loop {
            let batch = items.next().await?;
            if batch.is_empty() {
                break;
            }
            for item in &batch {
                for (file, _) in item.files().filter(|(file, _)| !earlier.contains(&file.id)) {
                    while reads.len() >= self.settings.comments_in_flight {
                        reads.next().await.transpose()?;
                    }
                    let (path, id) = (item.path.clone(), file.id.clone());
                    let (reader, log) = (&reader, &log);
                    reads.push(Box::pin(async move {
                        match self.read(reader, &id, log).await {
                            Ok(()) => Ok(()),
                            Err(error) => self.failed(&path, &id, error),
                        }
                    }));
                }
            }
        }
        while let Some(read) = reads.next().await {
            read?;
        }
        Ok(())
    }

    async fn read(
        &self,
        reader: &CommentReader,
        file: &FileId,
        log: &Log,
    ) -> Result<(), ArchiveError> {
        let read = reader.comments(file).await.map_err(|error| match error.kind {
            CommentsErrorKind::Call(error) => ArchiveError::call(error),
            _ => ArchiveError::new(ArchiveErrorKind::Service, error.to_string()),
        });
        let (mut comments, _) = read?;
        comments.iter_mut().for_each(scrub::comment);
        let count = comments.len() as u64;
        log.append(&SavedComments { file_id: file.clone(), comments }).await?;
        self.event(CreateEvent::CommentsSaved { comments: count });
        Ok(())
    }
}
