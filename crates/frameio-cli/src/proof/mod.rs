//! Proof of transfers: hash lists that are verified before an upload, and hash lists of transferred files.

mod histories;
mod reading;
mod roots;
mod verification;

use std::future::Future;
use std::path::Path;
use std::sync::Arc;

use frameio::transfer::{Checksum, TransferError, Transfers, UploadTree};
use frameio_mhl::Process;

use self::histories::Histories;
pub(crate) use self::roots::Roots;
use self::verification::Verification;
use crate::args::MhlArgs;
use crate::exit::Failure;
use crate::report::TransferReport;
use crate::shutdown;

/// Checksum of transferred bytes in hash lists and reports.
pub(crate) const CHECKSUM: Checksum = Checksum::Xxh64;

/// Hash lists of a run.
pub(crate) struct Proof {
    histories: Option<Arc<Histories>>,
    verification: Option<Arc<Verification>>,
    report: Arc<TransferReport>,
}

impl Proof {
    /// Opens the hash lists of a download. A dry run writes none.
    pub(crate) fn of_download(
        args: &MhlArgs,
        roots: Roots,
        is_dry_run: bool,
        report: &Arc<TransferReport>,
    ) -> Result<Self, Failure> {
        Self::new((args, Process::Transfer), roots, is_dry_run, report)
    }

    /// Opens the hash lists of an upload. A dry run writes none, but verifies files.
    pub(crate) fn of_upload(
        args: &MhlArgs,
        (roots, is_verifying): (Roots, bool),
        is_dry_run: bool,
        report: &Arc<TransferReport>,
    ) -> Result<Self, Failure> {
        let verification = is_verifying.then(|| Verification::open(roots.clone(), report.clone()));
        let verification = verification.transpose()?;
        let this = Self::new((args, Process::InPlace), roots, is_dry_run, report)?;
        Ok(Self { verification: verification.map(Arc::new), ..this })
    }

    fn new(
        (args, process): (&MhlArgs, Process),
        roots: Roots,
        is_dry_run: bool,
        report: &Arc<TransferReport>,
    ) -> Result<Self, Failure> {
        let histories = match args.is_given() && !is_dry_run {
            true => Some(Arc::new(Histories::open(roots, process, args.directory())?)),
            false => None,
        };
        if let Some(histories) = histories.clone() {
            report.observe(move |item| histories.note(item));
        }
        Ok(Self { histories, verification: None, report: report.clone() })
    }

    /// Lets an upload verify files and compute checksums.
    pub(crate) fn apply(&self, mut tree: UploadTree) -> UploadTree {
        if self.histories.is_some() {
            tree = tree.checksum(CHECKSUM);
        }
        if let Some(verification) = self.verification.clone() {
            tree = tree.check_files(move |path: &Path| verification.clone().check(path.to_owned()));
        }
        tree
    }

    /// Runs transfers until they end or the user stops the run, and writes the hash lists in any case.
    pub(crate) async fn run<T>(
        self,
        transfers: &Transfers,
        transfer: impl Future<Output = Result<T, TransferError>>,
    ) -> Result<(), Failure> {
        let result = match shutdown::stopping(transfers, transfer).await {
            Ok(_) => shutdown::interruptible(self.complete()).await,
            Err(stopped) => Err(stopped.into()),
        };
        self.finish().await;
        result
    }

    /// Reads the files that the hash lists lack.
    async fn complete(&self) -> Result<(), Failure> {
        if let Some(histories) = &self.histories {
            histories.read(&self.report).await;
        }
        if let Some(verification) = &self.verification {
            let missing = verification.clone();
            let missing = tokio::task::spawn_blocking(move || missing.missing()).await;
            for local in missing.unwrap_or_default() {
                self.report.problem(&local, "it is in the hash list, but does not exist");
            }
        }
        Ok(())
    }

    /// Writes the hash lists, and reports what differs from them.
    async fn finish(self) {
        for local in self.verification.iter().flat_map(|verification| verification.unlisted()) {
            self.report.unlisted(&local);
        }
        let Some(histories) = self.histories else { return };
        let written = tokio::task::spawn_blocking(move || histories.write()).await;
        let Ok((lists, problems, new_versions)) = written else { return };
        for version in new_versions {
            self.report.new_checksum(&version.local, &version.reason);
        }
        for problem in problems {
            self.report.problem(&problem.local, &problem.reason);
        }
        lists.iter().for_each(|list| self.report.hash_list(list));
    }
}
