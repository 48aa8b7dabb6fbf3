//! Watchers that are killed again and again, while files are written.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastrand::Rng;
use frameio::transfer::{AfterUpload, Transfers, Watch};
use futures_util::future::select;

use crate::sync_support::Pair;
use crate::watch_support::{seconds, watch};

/// Number of kills of each case.
const KILLS: usize = 50;

/// Seconds between two writes to a file, which is less than the time after which it is complete.
const PAUSE: u64 = 4;

/// Writes files slowly, and renames some while they are written.
struct Writer {
    directory: PathBuf,
    rng: Rng,
    copies: Vec<Copy>,
    /// Number of files created.
    files: usize,
    /// Contents of all complete files by their last names.
    complete: BTreeMap<String, Vec<u8>>,
}

/// A file that is being written.
struct Copy {
    name: String,
    content: String,
    written: usize,
}

impl Writer {
    fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    fn create(&mut self) {
        self.files += 1;
        let folder = ["", "Day 1/", "Day 1/A/"][self.rng.usize(..3)];
        let name = format!("{folder}{}.mov", self.files);
        // Contents are unique, and some have several parts.
        let content = format!("{name} {}", "x".repeat(self.rng.usize(..30)));
        std::fs::create_dir_all(self.path(folder)).unwrap();
        self.copies.push(Copy { name, content, written: 0 });
    }

    /// Continues all copies.
    fn write(&mut self) {
        for mut copy in std::mem::take(&mut self.copies) {
            let left = copy.content.len() - copy.written;
            copy.written += if self.rng.bool() { left } else { self.rng.usize(1..=left) };
            std::fs::write(self.path(&copy.name), &copy.content[..copy.written]).unwrap();
            if copy.written == copy.content.len() {
                self.complete.insert(copy.name, copy.content.into_bytes());
                continue;
            }
            if self.rng.u8(..4) == 0 {
                let name = format!("{}.renamed", copy.name);
                std::fs::rename(self.path(&copy.name), self.path(&name)).unwrap();
                copy.name = name;
            }
            self.copies.push(copy);
        }
    }

    async fn run(&mut self) {
        loop {
            if self.rng.u8(..4) == 0 {
                self.create();
            }
            self.write();
            seconds(PAUSE).await;
        }
    }
}

struct Case {
    pair: Pair,
    moves: bool,
    /// Remote paths for which the callback was called.
    called: Arc<Mutex<BTreeSet<String>>>,
}

impl Case {
    fn watch(&self) -> Watch {
        let called = self.called.clone();
        let watch = watch(&self.pair).on_sent(move |file| {
            called.lock().unwrap().insert(file.remote.to_string());
            async {
                seconds(2).await;
                Ok(())
            }
        });
        match self.moves {
            true => watch.after(AfterUpload::Move(self.pair.states.path().join("sent"))),
            false => watch,
        }
    }

    /// Runs a watcher until it is killed at a request or after some seconds.
    async fn run_and_kill(&self, writer: &mut Writer) {
        let (at, before) = (writer.rng.i64(1..60), writer.rng.bool());
        let time = Duration::from_millis(writer.rng.u64(..90_000));
        let run = async |transfers: Transfers| {
            let watching = pin!(tokio::time::timeout(time, transfers.watch(self.watch())));
            select(watching, pin!(writer.run())).await;
        };
        self.pair.killed(at, before, run).await;
    }

    /// Verifies that the last pass sends what is missing, and the one after it nothing.
    async fn finish(&self, writer: &Writer, context: &str) {
        for pass in 0..2 {
            let status = self.pair.transfers().watch(self.watch().once(true)).await.unwrap();
            assert_eq!((status.failed, status.failed_actions), (0, 0), "{context}: {status:?}");
            assert!(pass == 0 || status.transferred == 0, "{context}: sent again: {status:?}");
        }
        let remote = self.pair.remote_contents().await;
        assert_eq!(remote, writer.complete, "{context}");
        let all: BTreeSet<_> = writer.complete.keys().map(|name| format!("/{name}")).collect();
        assert_eq!(*self.called.lock().unwrap(), all, "{context}");
        let local = self.pair.local();
        match self.moves {
            true => assert!(local.is_empty(), "{context}: {local:?}"),
            false => assert_eq!(local, writer.complete, "{context}"),
        }
    }
}

async fn check(seed: u64, moves: bool) {
    let case = Case { pair: Pair::new(), moves, called: Arc::default() };
    let mut writer = Writer {
        directory: case.pair.directory.path().to_owned(),
        rng: Rng::with_seed(seed),
        copies: Vec::new(),
        files: 0,
        complete: BTreeMap::new(),
    };
    for _ in 0..KILLS {
        case.run_and_kill(&mut writer).await;
    }
    while !writer.copies.is_empty() {
        writer.write();
    }
    assert!(writer.complete.len() > 30, "too few files: {}", writer.complete.len());
    case.finish(&writer, &format!("seed {seed}, moves {moves}")).await;
}

fn seeds() -> u64 {
    let seeds = std::env::var("FRAMEIO_TEST_SEEDS").ok().and_then(|seeds| seeds.parse().ok());
    seeds.unwrap_or(1)
}

#[tokio::test(start_paused = true)]
async fn no_file_is_lost_or_doubled_by_fifty_kills() {
    for seed in 0..seeds() {
        check(seed, false).await;
    }
}

#[tokio::test(start_paused = true)]
async fn no_moved_file_is_lost_or_doubled_by_fifty_kills() {
    for seed in 0..seeds() {
        check(1000 + seed, true).await;
    }
}
