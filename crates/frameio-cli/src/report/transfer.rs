//! Reports transfers: the outcome of each file, progress bars, and a summary.

mod callbacks;
mod ending;
mod state;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use frameio::transfer::{Item, Outcome, Progress, TransferErrorKind};
use serde_json::{Value, json};
use tokio::time::Instant;

pub(crate) use self::callbacks::Reading;
use self::state::State;
use super::bars::Bars;
use super::escape::Escaped;
use super::file::FileRecord;
use super::limit::Limits;
use super::meter::Meter;
use super::overall::Overall;
use super::retries::CallRetries;
use super::run_file::{ReportFormat, ReportRow, RunFile};
use super::{Record, Reporter, counted};
use crate::exit::{Failure, Status};

/// Output of transfers.
pub(crate) struct TransferOutput {
    pub(crate) reporter: Reporter,
    /// Whether only failures are printed.
    pub(crate) is_quiet: bool,
}

/// Interval at which the progress is measured, and redrawn on a terminal.
const TICK: Duration = Duration::from_millis(250);

/// How the progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ProgressDisplay {
    /// As bars on a terminal, and in lines elsewhere.
    BarsOrLines,
    Lines,
}

/// Prints the outcome of each file, shows progress, and counts files.
pub(crate) struct TransferReport {
    reporter: Reporter,
    is_quiet: bool,
    /// Directory that files are downloaded to.
    directory: Option<PathBuf>,
    is_dry_run: bool,
    state: Mutex<State>,
}

impl TransferReport {
    /// Starts the report of an upload, with the retries of its client. Must be called within a
    /// runtime.
    pub(crate) fn upload(
        output: TransferOutput,
        is_dry_run: bool,
        retries: &CallRetries,
    ) -> Arc<Self> {
        Self::start(output, None, is_dry_run, (ProgressDisplay::BarsOrLines, retries))
    }

    /// Starts the report of a download to a directory, with the retries of its client. Must be called
    /// within a runtime.
    pub(crate) fn download(
        output: TransferOutput,
        directory: &Path,
        is_dry_run: bool,
        retries: &CallRetries,
    ) -> Arc<Self> {
        let directory = Some(directory.to_owned());
        Self::start(output, directory, is_dry_run, (ProgressDisplay::BarsOrLines, retries))
    }

    /// Starts the report of a watcher, which downloads to `directory` or uploads. It prints lines on a
    /// terminal too, because bars would only show the latest files of a run without an end.
    pub(crate) fn watch(
        output: TransferOutput,
        directory: Option<&Path>,
        retries: &CallRetries,
    ) -> Arc<Self> {
        Self::start(output, directory.map(Path::to_owned), false, (ProgressDisplay::Lines, retries))
    }

    fn start(
        output: TransferOutput,
        directory: Option<PathBuf>,
        is_dry_run: bool,
        (display, retries): (ProgressDisplay, &CallRetries),
    ) -> Arc<Self> {
        let TransferOutput { mut reporter, is_quiet } = output;
        if !is_quiet && display == ProgressDisplay::BarsOrLines {
            reporter = reporter.with_bars();
        }
        let bars = reporter.bars.as_ref().and_then(Bars::new);
        // Only uploads create files.
        let overall = Overall::new(directory.is_none().then(Limits::of_uploads).flatten());
        let has_bars = bars.is_some();
        let retries = retries.clone();
        let state = Mutex::new(State { bars, overall, retries, ..State::default() });
        let this = Arc::new(Self { reporter, is_quiet, directory, is_dry_run, state });
        // A program that reads JSON expects only errors on standard error.
        let is_shown = has_bars || !this.reporter.is_json();
        if is_shown && !is_quiet && !is_dry_run {
            this.show_progress();
        }
        this
    }

    /// Shows the progress at intervals, until the run has ended.
    fn show_progress(self: &Arc<Self>) {
        let this = Arc::downgrade(self);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(TICK).await;
                let Some(this) = this.upgrade() else { return };
                let lines = this.state().progress();
                lines.iter().for_each(|line| this.reporter.status(line));
            }
        });
    }

    /// Records the progress of a file.
    pub(crate) fn progress(&self, remote: &str, progress: Progress) {
        let State { files, failed, .. } = &mut *self.state();
        if failed.contains(remote) {
            return;
        }
        let now = Instant::now();
        match files.get_mut(remote) {
            Some(meter) => meter.update(progress, now),
            None => drop(files.insert(remote.to_owned(), Meter::new(progress, now))),
        }
    }

    /// Returns the reason why the uploaded files are not shared after a run.
    pub(crate) fn not_shared(&self, is_complete: bool) -> Option<&'static str> {
        let counts = self.state().counts;
        match () {
            () if counts.has_unsent() && counts.failure(false).is_none() => Some(
                "changed files were not sent: send them as new versions with '--if-exists version'",
            ),
            () if !is_complete => Some("the upload is incomplete: run the same command again"),
            () if !counts.has_sent() => Some("no file was selected"),
            () => None,
        }
    }

    /// Calls `observer` with each file from now on.
    pub(crate) fn observe(&self, observer: impl Fn(&Item) + Send + Sync + 'static) {
        self.state().observers.push(Arc::new(observer));
    }

    /// Saves a report of all files at the end of the run.
    ///
    /// # Errors
    ///
    /// Fails if the directory of the file cannot be written.
    pub(crate) fn save(&self, file: Option<(PathBuf, ReportFormat)>) -> Result<(), Failure> {
        if let Some((path, format)) = file {
            self.state().file = Some(RunFile::create(path, format)?);
        }
        Ok(())
    }

    /// Reports a local file that differs from a hash list, as a failure.
    pub(crate) fn problem(&self, local: &Path, reason: &str) {
        let local = local.display().to_string();
        let row = ReportRow::failed(&local, reason);
        {
            let State { counts, file, .. } = &mut *self.state();
            counts.add_failure();
            if let Some(file) = file {
                file.add(&row);
            }
        }
        match self.reporter.is_json() {
            true => self.json(&json!({
                "outcome": "failed", "local": local,
                "error": {"kind": Status::Other.name(), "message": reason},
            })),
            false => self.reporter.status(&format!("failed      {local}: {reason}")),
        }
    }

    /// Reports a new version whose checksum differs from that of the earlier one in the hash list.
    pub(crate) fn new_checksum(&self, local: &Path, reason: &str) {
        let local = local.display().to_string();
        match self.reporter.is_json() {
            true => self.json(&json!({
                "outcome": "new_checksum", "local": local, "reason": reason,
            })),
            false if self.is_quiet => {}
            false => self.reporter.status(&format!("new version {local}: {reason}")),
        }
    }

    /// Reports a local file that is not in a hash list.
    pub(crate) fn unlisted(&self, local: &Path) {
        self.state().counts.add_unlisted();
        if !self.is_quiet {
            self.reporter.status(&format!("unlisted    {}", local.display()));
        }
    }

    /// Reports a hash list that was written.
    pub(crate) fn hash_list(&self, list: &Path) {
        self.state().hash_lists.push(list.display().to_string());
        if !self.is_quiet && !self.reporter.is_json() {
            self.reporter.note(&format!("wrote the hash list '{}'", list.display()));
        }
    }

    /// Sets the number of commands and moves after transfers that failed.
    pub(crate) fn set_failed_actions(&self, count: u64) {
        self.state().counts.set_failed_actions(count);
    }

    /// Prints a note on standard error.
    pub(crate) fn note(&self, text: &str) {
        self.reporter.note(text);
    }

    /// Asks on the terminal whether files are deleted.
    pub(crate) fn confirm(&self, paths: &[String]) -> bool {
        for path in paths {
            self.reporter.status(&format!("delete      {path}"));
        }
        self.state().is_asking = true;
        let answer = self.reporter.ask(&format!("Delete {}? [y/N] ", counted(paths.len(), "file")));
        self.state().is_asking = false;
        answer
    }

    fn item(&self, remote: &str, item: &Item) {
        if matches!(&item.outcome, Outcome::Failed(error) if error.kind() == TransferErrorKind::Stopped)
        {
            // It is still in flight when the run ends.
            let started = || Meter::new(Progress::default(), Instant::now());
            self.state().files.entry(remote.to_owned()).or_insert_with(started).record();
            return;
        }
        let record = FileRecord {
            outcome: &item.outcome,
            remote,
            local: &item.local,
            directory: self.directory.as_deref(),
            file_id: item.file_id.as_ref(),
            compared: item.compared.as_ref(),
            stacked: item.stacked,
            restarted: item.restarted.as_deref(),
            is_dry_run: self.is_dry_run,
        };
        let moved = self.file(&record);
        let observers = {
            let State { file, observers, .. } = &mut *self.state();
            if let Some(file) = file {
                file.add(&record.row(item, moved));
            }
            observers.clone()
        };
        observers.iter().for_each(|observer| observer(item));
    }

    /// Counts and prints a file. Returns the number of bytes that were transferred in this run, if the
    /// transfer was started.
    fn file(&self, record: &FileRecord<'_>) -> Option<u64> {
        let (has_bars, moved) = {
            let State { counts, bars, files, failed, overall, .. } = &mut *self.state();
            counts.add(record);
            let meter = files.remove(record.remote);
            let moved = match record.outcome {
                Outcome::Transferred { bytes, .. } => Some(*bytes),
                _ => meter.as_ref().map(Meter::moved),
            };
            if let Some(moved) = moved {
                overall.ended(meter.as_ref(), moved, record.stacked.is_some());
            }
            if matches!(record.outcome, Outcome::Failed(_) | Outcome::Conflict(_)) {
                failed.insert(record.remote.to_owned());
            }
            (bars.is_some(), moved)
        };
        // On a terminal, lines would repeat what the bars show.
        let with_lines = !has_bars || !std::io::stdout().is_terminal();
        if self.reporter.is_json() {
            self.json(&record.json());
        } else if record.is_wrong() || (record.needs_attention() && !with_lines && !self.is_quiet) {
            record.lines().iter().for_each(|line| self.reporter.status(line));
        } else if !self.is_quiet && with_lines && (record.needs_attention() || !record.is_ignored())
        {
            self.output(|| Ok(record.lines().iter().map(|line| Escaped::line(line)).collect()));
        }
        moved
    }

    /// Prints a JSON value, or the outputs of the filter for it.
    fn json(&self, value: &Value) {
        self.output(|| self.reporter.json_lines(value));
    }

    /// Prints lines on standard output. If that fails, the transfers continue and the run fails at its end,
    /// unless the reader has closed the output.
    fn output(&self, lines: impl FnOnce() -> Result<Vec<Escaped>, Failure>) {
        if let Some(failure) = self.reporter.print_or_keep(lines) {
            self.state().output_failure.get_or_insert(failure);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
