//! Reports transfers: the outcome of each file, progress bars, and a summary.

use std::collections::{BTreeMap, HashSet};
use std::io::{ErrorKind, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use frameio::transfer::{
    HashedSide, Hashing, Item, Outcome, Progress, RemotePath, Totals, TransferErrorKind,
};
use serde_json::json;
use tokio::time::Instant;

use super::bars::{Bars, View};
use super::counts::Counts;
use super::escape::Escaped;
use super::file::FileRecord;
use super::hashing::{HashProgress, Phase};
use super::limit::Limits;
use super::meter::{Meter, stalled_lines};
use super::overall::Overall;
use super::retries::CallRetries;
use super::run_file::{ReportFormat, ReportRow, RunFile};
use super::width::terminal_size;
use super::{Record, Reporter, counted, output_failure};
use crate::exit::{Failure, Status};

/// Output options of transfers.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct OutputArgs {
    /// Print a line of JSON for each file, and a summary at the end
    #[arg(long)]
    pub(crate) json: bool,
    /// Print failures only
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// Interval at which the progress is measured, and redrawn on a terminal.
const TICK: Duration = Duration::from_millis(250);

/// Number of measurements for each line without a terminal, which is printed every 5 seconds.
const TICKS_PER_LINE: u32 = 20;

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

#[derive(Default)]
struct State {
    counts: Counts,
    /// Progress bars, on a terminal only.
    bars: Option<Bars>,
    /// Files in flight, by path.
    files: BTreeMap<String, Meter>,
    overall: Overall,
    hashing: HashProgress,
    retries: CallRetries,
    /// Measurements since the last line.
    ticks: u32,
    /// Last line, without a terminal.
    line: String,
    /// Paths that failed, for which late progress reports are ignored.
    failed: HashSet<String>,
    /// Whether the user is being asked a question.
    is_asking: bool,
    /// Whether the summary was printed.
    is_ended: bool,
    /// Failure to write results.
    output_failure: Option<Failure>,
    /// Report of all files.
    file: Option<RunFile>,
    /// Hash lists that were written.
    hash_lists: Vec<String>,
    observers: Vec<Observer>,
}

/// Callback for each file.
type Observer = Arc<dyn Fn(&Item) + Send + Sync>;

impl TransferReport {
    /// Starts the report of an upload, with the retries of its client. Must be called within a
    /// runtime.
    pub(crate) fn upload(output: OutputArgs, is_dry_run: bool, retries: &CallRetries) -> Arc<Self> {
        Self::start(output, None, is_dry_run, (ProgressDisplay::BarsOrLines, retries))
    }

    /// Starts the report of a download to a directory, with the retries of its client. Must be called
    /// within a runtime.
    pub(crate) fn download(
        output: OutputArgs,
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
        output: OutputArgs,
        directory: Option<&Path>,
        retries: &CallRetries,
    ) -> Arc<Self> {
        Self::start(output, directory.map(Path::to_owned), false, (ProgressDisplay::Lines, retries))
    }

    fn start(
        output: OutputArgs,
        directory: Option<PathBuf>,
        is_dry_run: bool,
        (display, retries): (ProgressDisplay, &CallRetries),
    ) -> Arc<Self> {
        let mut reporter = Reporter::new(output.json);
        if !output.quiet && display == ProgressDisplay::BarsOrLines {
            reporter = reporter.with_bars();
        }
        let bars = reporter.bars.as_ref().and_then(Bars::new);
        let is_quiet = output.quiet;
        // Only uploads create files.
        let overall = Overall::new(directory.is_none().then(Limits::of_uploads).flatten());
        let has_bars = bars.is_some();
        let retries = retries.clone();
        let state = Mutex::new(State { bars, overall, retries, ..State::default() });
        let this = Arc::new(Self { reporter, is_quiet, directory, is_dry_run, state });
        // A program that reads JSON expects only errors on standard error.
        let is_shown = has_bars || !output.json;
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

    /// Returns a callback for the outcomes in a tree whose paths begin with `root`.
    pub(crate) fn on_item(
        self: &Arc<Self>,
        root: &RemotePath,
    ) -> impl Fn(&Item) + Send + Sync + 'static {
        let (this, root) = (self.clone(), root.clone());
        move |item| this.item(&join(&root, &item.remote), item)
    }

    /// Returns a callback for the progress of files in a tree whose paths begin with `root`.
    pub(crate) fn on_progress(
        self: &Arc<Self>,
        root: &RemotePath,
    ) -> impl Fn(&RemotePath, Progress) + Send + Sync + 'static {
        let (this, root) = (self.clone(), root.clone());
        move |path, progress| this.progress(&join(&root, path), progress)
    }

    /// Returns a callback for the totals of a tree.
    pub(crate) fn on_totals(self: &Arc<Self>) -> impl Fn(Totals) + Send + Sync + 'static {
        let this = self.clone();
        move |totals| this.state().overall.found(totals)
    }

    /// Returns a callback for files that a tree reads to compare their content.
    pub(crate) fn on_hashing(self: &Arc<Self>) -> impl Fn(&Hashing) + Send + Sync + 'static {
        let this = self.clone();
        move |hashing| {
            let phase = match hashing.side {
                HashedSide::Remote => Phase::Comparing,
                _ => Phase::Hashing,
            };
            let progress = &mut this.state().hashing;
            match hashing.is_ended {
                true => progress.end(phase, &hashing.local),
                false => {
                    progress.update(phase, &hashing.local, (hashing.bytes, hashing.total));
                }
            }
        }
    }

    /// Announces the size of all files that the command itself will read.
    pub(crate) fn plan_reading(&self, phase: Phase, bytes: u64) {
        self.state().hashing.plan(phase, bytes);
    }

    /// Shows the progress of a file that the command itself reads, until the result is dropped.
    pub(crate) fn reading(self: &Arc<Self>, phase: Phase, local: &Path, total: u64) -> Reading {
        let (report, local) = (self.clone(), local.to_owned());
        self.state().hashing.update(phase, &local, (0, total));
        Reading { report, phase, local, bytes: 0, total }
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
            true => self.output(&Escaped::json(&json!({
                "outcome": "failed", "local": local,
                "error": {"kind": Status::Other.name(), "message": reason},
            }))),
            false => self.reporter.status(&format!("failed      {local}: {reason}")),
        }
    }

    /// Reports a new version whose checksum differs from that of the earlier one in the hash list.
    pub(crate) fn new_checksum(&self, local: &Path, reason: &str) {
        let local = local.display().to_string();
        match self.reporter.is_json() {
            true => self.output(&Escaped::json(&json!({
                "outcome": "new_checksum", "local": local, "reason": reason,
            }))),
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
        self.file(&record);
        let observers = {
            let State { file, observers, .. } = &mut *self.state();
            if let Some(file) = file {
                file.add(&record.row(item));
            }
            observers.clone()
        };
        observers.iter().for_each(|observer| observer(item));
    }

    fn file(&self, record: &FileRecord<'_>) {
        let has_bars = {
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
            bars.is_some()
        };
        // On a terminal, lines would repeat what the bars show.
        let with_lines = !has_bars || !std::io::stdout().is_terminal();
        if self.reporter.is_json() {
            self.output(&Escaped::json(&record.json()));
        } else if record.is_wrong() || (record.needs_attention() && !with_lines && !self.is_quiet) {
            record.lines().iter().for_each(|line| self.reporter.status(line));
        } else if !self.is_quiet && with_lines && (record.needs_attention() || !record.is_ignored())
        {
            record.lines().iter().for_each(|line| self.output(&Escaped::line(line)));
        }
    }

    /// Prints on standard output. If that fails, the transfers continue and the run fails at its end,
    /// unless the reader has closed the output.
    fn output(&self, text: &Escaped) {
        if let Err(error) = self.reporter.write(text)
            && error.kind() != ErrorKind::BrokenPipe
        {
            self.state().output_failure.get_or_insert_with(|| output_failure(&error));
        }
    }

    /// Prints the summary and returns the result of the run. `resume` is the hint that is printed
    /// after an interruption.
    pub(crate) fn finish(&self, result: Result<(), Failure>, resume: &str) -> Result<(), Failure> {
        let is_stopped = matches!(&result, Err(failure) if failure.status == Status::Interrupted);
        let (counts, hash_lists, run_file) = {
            let mut state = self.state();
            state.is_ended = true;
            if state.is_asking {
                // The run was interrupted at the question.
                self.reporter.status("");
            }
            if let Some(bars) = state.bars.take() {
                bars.clear();
            }
            let files = std::mem::take(&mut state.files);
            if is_stopped {
                files.values().for_each(|file| state.counts.add_incomplete(file.kept()));
                if let Some(file) = &mut state.file {
                    files.keys().for_each(|path| file.add(&ReportRow::incomplete(path)));
                }
            }
            (state.counts, std::mem::take(&mut state.hash_lists), state.file.take())
        };
        let summary = || {
            let mut summary = counts.json();
            summary["interrupted"] = is_stopped.into();
            if !hash_lists.is_empty() {
                summary["hash_lists"] = hash_lists.clone().into();
            }
            summary
        };
        let has_summary = result.is_ok() || is_stopped;
        if self.reporter.is_json() && has_summary {
            self.output(&Escaped::json(&json!({ "summary": summary() })));
        } else if !self.is_quiet && has_summary {
            self.reporter.status(&counts.to_string());
            for hint in counts.hints(self.directory.is_none()) {
                self.reporter.note(&hint);
            }
        }
        let result = match (result, counts.failure(self.directory.is_none())) {
            (Err(_), _) if is_stopped => {
                Err(Failure::new(Status::Interrupted, format!("interrupted: {resume}")))
            }
            (Ok(()), Some(status)) => Err(Failure::reported(status)),
            (result, _) => result,
        };
        if let Some(failure) = run_file.and_then(|file| file.finish(&summary()).err()) {
            self.state().output_failure.get_or_insert(failure);
        }
        match (result, self.state().output_failure.take()) {
            (Ok(()), Some(output_failure)) => Err(output_failure),
            (Err(failure), Some(output_failure)) => {
                self.reporter.note(&output_failure.message);
                Err(failure)
            }
            (result, None) => result,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Measures and draws the progress. Returns lines about it if there is no terminal and they are due.
    fn progress(&mut self) -> Vec<String> {
        let (now, retries) = (Instant::now(), self.retries.count());
        let overall = self.overall.now(self.files.values(), retries, now);
        if let Some(bars) = &self.bars {
            let (rows, columns) = terminal_size();
            let counts = self.counts.to_string();
            let hashing = self.hashing.lines(now, columns);
            let view = View { files: &self.files, hashing, overall: &overall, counts: &counts };
            bars.draw(&view, (rows, columns));
            return Vec::new();
        }
        self.ticks += 1;
        if self.ticks < TICKS_PER_LINE {
            return Vec::new();
        }
        self.ticks = 0;
        let line = overall.line(usize::MAX);
        // A watcher may have nothing to do for hours.
        let is_news = !overall.is_idle() || line != self.line;
        self.line.clone_from(&line);
        if self.is_ended || self.is_asking {
            return Vec::new();
        }
        let mut lines = self.hashing.lines(now, usize::MAX);
        lines.extend(stalled_lines(&self.files, now));
        lines.extend((is_news && !overall.is_empty()).then_some(line));
        lines
    }
}

/// A file that the command reads.
pub(crate) struct Reading {
    report: Arc<TransferReport>,
    phase: Phase,
    local: PathBuf,
    bytes: u64,
    total: u64,
}

impl Reading {
    /// Adds bytes that were read.
    pub(crate) fn add(&mut self, bytes: u64) {
        self.bytes += bytes;
        let progress = (self.bytes, self.total);
        self.report.state().hashing.update(self.phase, &self.local, progress);
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.report.state().hashing.end(self.phase, &self.local);
    }
}

fn join(root: &RemotePath, path: &RemotePath) -> String {
    RemotePath::new(root.names().iter().chain(path.names())).to_string()
}

#[cfg(test)]
mod tests;
