//! Files of an upload that wait for their turn.

use super::driver::Driver;
use super::file::FileUpload;
use super::versions;
use crate::backlog::Rank;

/// A file, or versions of one file that are sent one after the other.
pub(super) enum Job {
    One(Box<FileUpload>),
    Group(Vec<FileUpload>),
}

impl Job {
    fn ranks(&self) -> Vec<Rank> {
        match self {
            Self::One(file) => vec![file.rank()],
            Self::Group(files) => files.iter().map(FileUpload::rank).collect(),
        }
    }
}

impl FileUpload {
    fn rank(&self) -> Rank {
        Rank {
            path: self.remote.clone(),
            size: self.size.unwrap_or_default(),
            time: self.modified,
            needs_stack: self.base.as_ref().is_some_and(|base| base.stack.is_none()),
        }
    }
}

impl Driver {
    /// Queues a job. Waits while too many files are waiting.
    pub(super) async fn enqueue(&mut self, job: Job) {
        self.queue.push(&job.ranks(), job);
        self.start();
        while self.queue.is_full() {
            match self.uploads.join_next().await {
                Some(finished) => self.uploaded(finished),
                None => break,
            }
        }
    }

    /// Starts waiting uploads while the limit of concurrent files allows it.
    pub(super) fn start(&mut self) {
        while self.uploads.len() < self.tree.files_in_flight
            && let Some(job) = self.queue.pop()
        {
            let (stacker, on_conflict) =
                (self.decider.stacker.clone(), self.tree.options.on_conflict);
            match job {
                Job::One(file) => self.uploads.spawn(file.run(stacker, on_conflict)),
                Job::Group(files) => {
                    self.uploads.spawn(versions::send(files, stacker, on_conflict))
                }
            };
        }
    }

    /// Uploads all waiting files.
    pub(super) async fn send_waiting(&mut self) {
        self.queue.complete();
        self.start();
        while let Some(finished) = self.uploads.join_next().await {
            self.uploaded(finished);
        }
    }
}
