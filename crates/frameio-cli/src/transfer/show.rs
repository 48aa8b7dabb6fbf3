//! What is shown of files: bars on a terminal, lines elsewhere, JSON for programs.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use frameio::FileId;
use frameio::transfer::{
    Digest, Downloaded, Ignored, Item, Outcome, Progress, RemotePath, TransferError,
};
use indicatif::{HumanBytes, MultiProgress, ProgressBar, ProgressStyle};
use serde_json::{Map, Value, json};

use super::Output;
use super::target::status;
use crate::exit::{Failure, Status};

/// What is so small that a bar would only flicker, in bytes.
const SMALL: u64 = 4 << 20;

/// Shows what becomes of files, and counts it.
pub(super) struct Show {
    output: Output,
    bars: Option<Bars>,
    state: Mutex<State>,
}

struct Bars {
    all: MultiProgress,
    style: ProgressStyle,
    total: ProgressBar,
}

#[derive(Default)]
struct State {
    tally: Tally,
    bars: HashMap<String, ProgressBar>,
    /// What failed, of which a late report may come.
    ended: HashSet<String>,
    /// Nothing more is shown.
    is_closed: bool,
}

#[derive(Clone, Copy, Default)]
struct Tally {
    transferred: u64,
    bytes: u64,
    skipped: u64,
    planned: u64,
    ignored: u64,
    unfinished: u64,
    failed: u64,
}

/// What became of something.
struct Line<'a> {
    word: &'static str,
    remote: &'a str,
    local: &'a Path,
    file_id: Option<&'a FileId>,
    bytes: Option<u64>,
    digest: Option<&'a Digest>,
    why: Option<String>,
    error: Option<&'a TransferError>,
    /// It was left out, and nobody said that it should be.
    is_odd: bool,
}

impl Show {
    pub(super) fn new(output: Output) -> Arc<Self> {
        let style = ProgressStyle::with_template(
            "{wide_msg} {bytes:>10}/{total_bytes:10} {bytes_per_sec:>12} {eta:>4}",
        );
        let with_bars = !output.quiet && std::io::stderr().is_terminal();
        let bars = style.ok().filter(|_| with_bars).map(|style| {
            let all = MultiProgress::new();
            let total = all.add(ProgressBar::no_length());
            total.set_style(
                ProgressStyle::with_template("{spinner} {msg}")
                    .unwrap_or_else(|_| ProgressStyle::default_spinner()),
            );
            Bars { all, style, total }
        });
        Arc::new(Self { output, bars, state: Mutex::default() })
    }

    /// A callback for what became of the files of a tree, whose paths begin with `above`.
    pub(super) fn on_item(
        self: &Arc<Self>,
        above: &RemotePath,
    ) -> impl Fn(&Item) + Send + Sync + 'static {
        let (this, above) = (self.clone(), above.clone());
        move |item| this.item(&within(&above, &item.remote), item)
    }

    /// A callback for how far the files of a tree are, whose paths begin with `above`.
    pub(super) fn on_progress(
        self: &Arc<Self>,
        above: &RemotePath,
    ) -> impl Fn(&RemotePath, Progress) + Send + Sync + 'static {
        let (this, above) = (self.clone(), above.clone());
        move |path, progress| this.progress(&within(&above, path), progress)
    }

    /// Shows how far a file is.
    pub(super) fn progress(&self, remote: &str, progress: Progress) {
        let Some(Bars { all, style, total }) = &self.bars else { return };
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let is_small = progress.total.is_some_and(|total| total < SMALL);
        if is_small || state.is_closed || state.ended.contains(remote) {
            return;
        }
        let bar = state.bars.entry(remote.to_owned()).or_insert_with(|| {
            let bar = all.insert_before(total, ProgressBar::new(0).with_style(style.clone()));
            bar.set_message(printable(remote));
            bar.reset_eta();
            bar
        });
        bar.set_length(progress.total.unwrap_or_default());
        bar.set_position(progress.bytes);
        total.tick();
    }

    fn item(&self, remote: &str, item: &Item) {
        let (word, bytes, why, error) = match &item.outcome {
            Outcome::Transferred { bytes } => ("transferred", Some(*bytes), None, None),
            Outcome::Skipped => ("skipped", None, None, None),
            Outcome::Planned { bytes } => ("planned", Some(*bytes), None, None),
            Outcome::Ignored(why) => ("ignored", None, Some(why.to_string()), None),
            Outcome::Unfinished => {
                let why = "a file of this name at the service is not complete, and stays there";
                ("unfinished", None, Some(why.to_owned()), None)
            }
            Outcome::Failed(error) => ("failed", None, None, Some(error)),
            _ => ("unknown", None, None, None),
        };
        let file_id = item.file_id.as_ref();
        let local = &item.local;
        let is_odd = match item.outcome {
            Outcome::Ignored(why) => !matches!(why, Ignored::Hidden | Ignored::Excluded),
            _ => false,
        };
        self.line(&Line { file_id, bytes, why, error, is_odd, ..Line::new(word, remote, local) });
    }

    /// Shows that a file was received, or was there already.
    pub(super) fn downloaded(&self, remote: &str, file_id: &FileId, done: &Downloaded) {
        let word = if done.skipped { "skipped" } else { "transferred" };
        self.line(&Line {
            file_id: Some(file_id),
            bytes: (!done.skipped).then_some(done.received),
            digest: done.digest.as_ref(),
            ..Line::new(word, remote, &done.path)
        });
    }

    /// Shows that a file would be received.
    pub(super) fn planned(&self, remote: &str, file_id: &FileId, local: &Path, bytes: u64) {
        let (file_id, bytes) = (Some(file_id), Some(bytes));
        self.line(&Line { file_id, bytes, ..Line::new("planned", remote, local) });
    }

    /// Shows that something failed.
    pub(super) fn failed(&self, remote: &str, local: &Path, error: &TransferError) {
        let (file_id, error) = (error.file_id(), Some(error));
        self.line(&Line { file_id, error, ..Line::new("failed", remote, local) });
    }

    fn line(&self, line: &Line<'_>) {
        let tally = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            if let (Some(bar), Some(bars)) = (state.bars.remove(line.remote), &self.bars) {
                bar.finish_and_clear();
                bars.all.remove(&bar);
            }
            if line.word == "failed" && self.bars.is_some() {
                state.ended.insert(line.remote.to_owned());
            }
            state.tally.add(line.word, line.bytes.unwrap_or_default());
            state.tally
        };
        if let Some(bars) = &self.bars {
            bars.total.set_message(tally.to_string());
            bars.total.tick();
        }
        let is_wrong = matches!(line.word, "failed" | "unfinished");
        // With bars there is no need for lines of what went well, if they went to the same place.
        let with_lines = self.bars.is_none() || !std::io::stdout().is_terminal();
        if self.output.json {
            self.say(&line.json().to_string(), false);
        } else if is_wrong || (line.is_odd && !with_lines) {
            self.say(&line.text(), true);
        } else if !self.output.quiet && with_lines && (line.is_odd || line.word != "ignored") {
            self.say(&line.text(), false);
        }
    }

    /// A line that stays, on standard error or output.
    fn say(&self, text: &str, is_error: bool) {
        let say = || match is_error {
            true => eprintln!("{text}"),
            // Whoever reads may have enough; the transfers go on.
            false => drop(writeln!(std::io::stdout(), "{text}")),
        };
        match &self.bars {
            Some(bars) => bars.all.suspend(say),
            None => say(),
        }
    }

    /// Sums up, and tells how the run ended. `again` says what goes on with what is left.
    pub(super) fn end(&self, result: Result<(), Failure>, again: &str) -> Result<(), Failure> {
        let tally = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.is_closed = true;
            state.tally
        };
        if let Some(bars) = &self.bars {
            drop(bars.all.clear());
        }
        let stopped = matches!(&result, Err(failure) if failure.status == Status::Interrupted);
        if self.output.json && (result.is_ok() || stopped) {
            let mut summary = tally.json();
            summary["interrupted"] = stopped.into();
            self.say(&json!({ "summary": summary }).to_string(), false);
        } else if !self.output.quiet && (result.is_ok() || stopped) {
            eprintln!("{tally}");
        }
        match result {
            Err(_) if stopped => {
                Err(Failure::new(Status::Interrupted, format!("interrupted: {again}")))
            }
            Ok(()) if tally.failed > 0 => Err(Failure::new(Status::Other, "")),
            result => result,
        }
    }
}

impl<'a> Line<'a> {
    const fn new(word: &'static str, remote: &'a str, local: &'a Path) -> Self {
        Self {
            word,
            remote,
            local,
            file_id: None,
            bytes: None,
            digest: None,
            why: None,
            error: None,
            is_odd: false,
        }
    }

    fn json(&self) -> Value {
        let mut object = Map::new();
        let mut put = |name: &str, value: Value| {
            if !value.is_null() {
                object.insert(name.to_owned(), value);
            }
        };
        put("outcome", self.word.into());
        put("remote", self.remote.into());
        let local = self.local.to_string_lossy();
        put("local", if local.is_empty() { Value::Null } else { local.into() });
        put("file_id", self.file_id.map(FileId::as_str).into());
        put("bytes", self.bytes.into());
        put("checksum", self.digest.map(Digest::as_str).into());
        put("reason", self.why.as_deref().into());
        let error = |error: &TransferError| json!({"kind": status(error).name(), "message": error.to_string()});
        put("error", self.error.map(error).into());
        Value::Object(object)
    }

    fn text(&self) -> String {
        let mut text = format!("{:11} {}", self.word, self.remote);
        if let Some(bytes) = self.bytes {
            text += &format!(" ({})", HumanBytes(bytes));
        }
        if let Some(digest) = self.digest {
            text += &format!(" {digest}");
        }
        if self.word == "unfinished"
            && let Some(id) = self.file_id
        {
            text += &format!(" {}", id.as_str());
        }
        if let Some(why) = &self.why {
            text += &format!(": {why}");
        }
        if let Some(error) = self.error {
            text += &format!(": {error}");
        }
        printable(&text)
    }
}

impl Tally {
    fn add(&mut self, word: &str, bytes: u64) {
        let count = match word {
            "transferred" => {
                self.bytes += bytes;
                &mut self.transferred
            }
            "skipped" => &mut self.skipped,
            "planned" => {
                self.bytes += bytes;
                &mut self.planned
            }
            "ignored" => &mut self.ignored,
            "unfinished" => &mut self.unfinished,
            _ => &mut self.failed,
        };
        *count += 1;
    }

    fn json(self) -> Value {
        json!({
            "transferred": self.transferred, "planned": self.planned, "bytes": self.bytes,
            "skipped": self.skipped, "ignored": self.ignored, "unfinished": self.unfinished,
            "failed": self.failed,
        })
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = HumanBytes(self.bytes);
        match self.planned {
            0 => write!(f, "{} transferred ({bytes})", self.transferred)?,
            planned => write!(f, "{planned} planned ({bytes})")?,
        }
        for (count, what) in [
            (self.skipped, "there already"),
            (self.ignored, "left out"),
            (self.unfinished, "unfinished at the service"),
            (self.failed, "failed"),
        ] {
            if count > 0 {
                write!(f, ", {count} {what}")?;
            }
        }
        Ok(())
    }
}

fn within(above: &RemotePath, path: &RemotePath) -> String {
    RemotePath::new(above.names().iter().chain(path.names())).to_string()
}

/// A text in one line that cannot control a terminal.
pub(super) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
