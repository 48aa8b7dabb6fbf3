//! Files whose names have version numbers: they are sent in the order of their numbers, each as a new
//! version of the preceding one.

use std::collections::HashMap;

use super::decide::{Action, Base, Candidate, Decider, Decision};
use super::driver::{Driver, LocalFile};
use super::file::{FileUpload, Finished};
use super::queue::Job;
use super::remote::RemoteFile;
use crate::versions::pattern::{Number, Numbered};
use crate::versions::stack::Stacker;
use crate::{
    Compared, IfExists, OnConflict, Outcome, Remedy, TransferError, TransferErrorKind, Verdict,
};

/// Files with version numbers of one folder, by base and extension.
#[derive(Default)]
pub(super) struct Numbering(HashMap<(String, String), Group>);

/// Versions of one file.
pub(super) struct Group {
    /// Remote file with the highest number.
    head: Option<(Number, RemoteFile)>,
    /// Local files in the order of their numbers.
    pub(super) files: Vec<(Number, LocalFile)>,
}

impl Numbering {
    /// Adds a local file, and the highest remote version of its base.
    pub(super) fn add(
        &mut self,
        numbered: Numbered,
        head: Option<(Number, RemoteFile)>,
        file: LocalFile,
    ) {
        let group = self.0.entry(numbered.base).or_insert(Group { head, files: Vec::new() });
        group.files.push((numbered.number, file));
    }

    pub(super) fn into_groups(self) -> impl Iterator<Item = Group> {
        self.0.into_values().map(|mut group| {
            group.files.sort_by(|a, b| a.0.cmp(&b.0));
            group
        })
    }
}

impl Group {
    /// Starts the chain of new versions at the remote head.
    pub(super) fn chain(&self) -> Chain {
        let base = self.head.clone().map(|(number, head)| {
            let base = Base { old: head.id, stack: head.stack };
            (number, Some(base))
        });
        Chain { head: base }
    }
}

/// The version that the next one is stacked on.
pub(super) struct Chain {
    /// Number of the head, and the head itself unless it is sent in this run.
    head: Option<(Number, Option<Base>)>,
}

impl Chain {
    /// Changes the decision on a file without a remote file of its name into one on a new version.
    pub(super) async fn apply(
        &mut self,
        number: Number,
        mut decision: Decision,
        decider: &Decider,
        file: &Candidate,
    ) -> Result<Decision, TransferError> {
        if !matches!(decision.action, Action::Send) || decision.compared.verdict != Verdict::New {
            return Ok(decision);
        }
        let Some((highest, base)) = &self.head else {
            self.head = Some((number, None));
            return Ok(decision);
        };
        if number <= *highest {
            if let Some(stack) = base.as_ref().and_then(|base| base.stack.as_ref())
                && let Some(version) = decider.find_version(stack, file).await?
            {
                return Ok(version);
            }
            decision.compared = Compared::new(
                Verdict::LowerVersion,
                "its version number is not above that of the head, so it is uploaded next to it",
            );
            return Ok(decision);
        }
        match file.if_exists {
            IfExists::Version => {}
            IfExists::KeepBoth => return Ok(decision),
            IfExists::Skip | IfExists::Fail => {
                let reason = "it is a later version of an existing file";
                let compared = Compared {
                    remedy: Some(Remedy::IfExists),
                    ..Compared::new(Verdict::Changed, reason)
                };
                let (action, recorded) = (Action::List, None);
                return Ok(Decision { action, compared, file_id: None, recorded });
            }
        }
        // The file before it in this run is the head when this one is sent.
        let base = base.clone().unwrap_or_else(Base::of_preceding);
        let file_id = Some(base.old.clone()).filter(|_| !base.is_preceding());
        self.head = Some((number, None));
        let reason = "its version number is above that of the head";
        let compared = Compared::new(Verdict::NewVersion, reason);
        Ok(Decision { action: Action::Version(base), compared, file_id, recorded: None })
    }
}

impl Driver {
    /// Uploads the files with version numbers of the current folder.
    pub(super) async fn send_groups(&mut self) {
        let groups = self.levels.last_mut().map(|level| std::mem::take(&mut level.groups));
        for group in groups.into_iter().flat_map(Numbering::into_groups) {
            self.group(group).await;
        }
    }

    /// Uploads the versions of one file. Each is stacked before the next one is sent.
    async fn group(&mut self, group: Group) {
        let mut jobs = Vec::new();
        let (mut chain, decider) = (group.chain(), self.decider.clone());
        for (number, file) in group.files {
            let decided = self.reporting(Box::pin(decider.decide(file.1.clone()))).await;
            let decided = match decided {
                Ok(decision) => chain.apply(number, decision, &decider, &file.1).await,
                Err(error) => Err(error),
            };
            if let Some(job) = self.prepare(file, decided).await {
                jobs.push(job);
            }
        }
        if !jobs.is_empty() {
            self.enqueue(Job::Group(jobs)).await;
        }
    }
}

/// Uploads versions of a file in their order.
pub(super) async fn send(
    jobs: Vec<FileUpload>,
    stacker: Stacker,
    on_conflict: OnConflict,
) -> Finished {
    let (mut items, mut created) = (Vec::new(), Vec::new());
    let mut preceding: Option<Base> = None;
    for mut job in jobs {
        if let Some(base) = job.base.as_mut().filter(|base| base.is_preceding()) {
            match preceding.take() {
                Some(sent) => *base = sent,
                // The next run continues with the preceding version.
                None => {
                    let message = "not sent, because the preceding version failed";
                    let error = TransferError::new(TransferErrorKind::Invalid, message);
                    items.push(job.failed(error));
                    continue;
                }
            }
        }
        let finished = job.run(stacker.clone(), on_conflict).await;
        match finished.stack {
            Some(stack) => {
                let (item, base) = stack.run().await;
                items.push(item);
                preceding = base;
            }
            None => {
                let sent = finished
                    .items
                    .first()
                    .filter(|item| matches!(item.outcome, Outcome::Transferred { .. }));
                preceding =
                    sent.and_then(|item| item.file_id.clone()).map(|old| Base { old, stack: None });
            }
        }
        items.extend(finished.items);
        created.extend(finished.created);
    }
    Finished { items, stack: None, created }
}
