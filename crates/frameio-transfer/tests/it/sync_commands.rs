//! Uploads, downloads and syncs that use the same records, of one user and of two.

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;
use frameio::FolderId;
use frameio::assets::Asset;
use frameio::transfer::{
    DownloadTree, IfExists, OnConflict, Remedy, Summary, TransferErrorKind, Transfers, UploadTree,
};
use frameio_sim::Sim;

use crate::support::place;
use crate::sync_support::Pair;
use crate::walk::folder;

const NAMES: [&str; 4] = ["t/a", "t/b", "t/Day 1/a", "t/Day 1/b"];

/// What a user runs in the directory that has the directory `t`.
#[derive(Clone, Copy, Debug)]
enum Command {
    UploadFile(&'static str),
    UploadDirectory,
    SyncUp,
    /// A sync of `t/Day 1` alone.
    SyncUpBelow,
    SyncDown,
    SyncDownBelow,
    DownloadFolder,
    DownloadFile(&'static str),
}

impl Command {
    const fn is_upload(self) -> bool {
        matches!(
            self,
            Self::UploadFile(_) | Self::UploadDirectory | Self::SyncUp | Self::SyncUpBelow
        )
    }
}

/// Folders at the service: `t`, and `t/Day 1`.
#[derive(Clone, Debug)]
struct Folders {
    top: FolderId,
    day: FolderId,
}

impl Folders {
    async fn new(sim: &Sim) -> Self {
        let (_, root) = place(sim);
        let top = folder(sim, &root, "t").await;
        let day = folder(sim, &top, "Day 1").await;
        Self { top, day }
    }

    fn of(&self, name: &str) -> &FolderId {
        if name.starts_with("t/Day 1/") { &self.day } else { &self.top }
    }
}

impl Pair {
    fn paths(&self, to: &FolderId, path: &str) -> UploadTree {
        let tree = UploadTree::paths(&place(&self.sim).0, to, [self.path(path)]);
        tree.state(self.states.path()).if_exists(IfExists::Version)
    }

    fn within(&self, path: &str, to: &FolderId) -> UploadTree {
        let tree = UploadTree::new(&place(&self.sim).0, to, self.path(path));
        tree.state(self.states.path()).if_exists(IfExists::Version)
    }

    fn to_directory(&self, from: &FolderId, path: &str) -> DownloadTree {
        let tree = DownloadTree::new(&place(&self.sim).0, from, self.path(path));
        tree.state(self.states.path())
    }

    /// Downloads a file or a folder to the directory that it was uploaded from.
    async fn item(&self, transfers: &Transfers, path: &str) -> DownloadTree {
        let place = format!("/Demo Workspace/Demo Project/{path}");
        let item = transfers.resolve(place.parse().unwrap()).await.unwrap();
        let local = self.path(path);
        DownloadTree::items([item], local.parent().unwrap()).state(self.states.path())
    }

    async fn execute(&self, transfers: &Transfers, folders: &Folders, command: Command) -> Summary {
        let (_, root) = place(&self.sim);
        let result = match command {
            Command::UploadFile(name) => {
                transfers.upload_tree(self.paths(folders.of(name), name)).await
            }
            Command::UploadDirectory => transfers.upload_tree(self.paths(&root, "t")).await,
            Command::SyncUp => transfers.upload_tree(self.within("t", &folders.top)).await,
            Command::SyncUpBelow => {
                transfers.upload_tree(self.within("t/Day 1", &folders.day)).await
            }
            Command::SyncDown => {
                transfers.download_tree(self.to_directory(&folders.top, "t")).await
            }
            Command::SyncDownBelow => {
                transfers.download_tree(self.to_directory(&folders.day, "t/Day 1")).await
            }
            Command::DownloadFolder => {
                let tree = self.item(transfers, "t").await;
                transfers.download_tree(tree).await
            }
            Command::DownloadFile(name) => {
                let tree = self.item(transfers, name).await;
                transfers.download_tree(tree).await
            }
        };
        result.unwrap_or_else(|error| panic!("{command:?}: {error}"))
    }
}

/// Two users with one folder.
struct Model {
    users: [Pair; 2],
    folders: Folders,
    rng: Rng,
    contents: usize,
    /// Contents of the heads of each path so far.
    heads: BTreeMap<String, Vec<Vec<u8>>>,
}

impl Model {
    async fn new(seed: u64) -> Self {
        let sim = Sim::builder().part_size(10).quotas(false).build();
        let folders = Folders::new(&sim).await;
        let users = [Pair::of(sim.clone()), Pair::of(sim)];
        for user in &users {
            std::fs::create_dir_all(user.path("t/Day 1")).unwrap();
        }
        let (rng, heads) = (Rng::with_seed(seed), BTreeMap::new());
        Self { users, folders, rng, contents: 0, heads }
    }

    fn edit(&mut self, user: usize) {
        for _ in 0..self.rng.usize(..3) {
            let name = NAMES[self.rng.usize(..NAMES.len())];
            let user = &self.users[user];
            if self.rng.u8(..8) == 0 && user.path(name).exists() {
                std::fs::remove_file(user.path(name)).unwrap();
                continue;
            }
            self.contents += 1;
            let size = [8, 17, 26][self.rng.usize(..3)];
            user.write(name, format!("{:0size$}", self.contents));
        }
    }

    async fn command(&mut self, user: usize) -> Command {
        let (name, user) = (NAMES[self.rng.usize(..NAMES.len())], &self.users[user]);
        match self.rng.u8(..8) {
            0 | 1 if user.path(name).exists() => Command::UploadFile(name),
            2 => Command::UploadDirectory,
            3 => Command::SyncUpBelow,
            4 => Command::SyncDown,
            5 => Command::SyncDownBelow,
            6 => Command::DownloadFolder,
            7 if user.remote().await.contains_key(name) => Command::DownloadFile(name),
            _ => Command::SyncUp,
        }
    }

    /// Runs a command, for uploads after some runs of others that are killed.
    async fn run(&mut self, user: usize, command: Command) -> Summary {
        let mut kills = Vec::new();
        for _ in 0..self.rng.usize(..3) {
            let killed = self.command(user).await;
            kills.push((killed, self.rng.i64(1..40), self.rng.bool()));
        }
        let (pair, folders) = (&self.users[user], &self.folders);
        let covers_all = matches!(command, Command::UploadDirectory | Command::SyncUp);
        for (killed, at, before) in kills.into_iter().filter(|_| covers_all) {
            if killed.is_upload() {
                let run = async |transfers| pair.execute(&transfers, folders, killed).await;
                pair.killed(at, before, run).await;
            }
        }
        pair.execute(&pair.transfers(), folders, command).await
    }

    /// Returns the contents of all versions, and records the heads.
    async fn versions(&mut self, context: &str) -> Vec<Vec<u8>> {
        let pair = &self.users[0];
        let mut all = Vec::new();
        for (path, item) in pair.remote().await {
            match &item.asset {
                Asset::VersionStack(stack) => {
                    let versions =
                        pair.transfers().versions(&place(&pair.sim).0, &stack.id).await.unwrap();
                    for version in versions.files {
                        all.push(pair.content(&version.id).await);
                    }
                }
                _ => all.push(pair.content(&item.head.id).await),
            }
            let head = pair.content(&item.head.id).await;
            let heads = self.heads.entry(path.clone()).or_default();
            if heads.last() != Some(&head) {
                assert!(!heads.contains(&head), "'{path}' shows an earlier version, {context}");
                heads.push(head);
            }
        }
        all
    }

    /// Returns all contents of both users and the service. None is at the service twice.
    async fn everything(&mut self, context: &str) -> BTreeSet<Vec<u8>> {
        let versions = self.versions(context).await;
        let mut all: BTreeSet<_> = versions.iter().cloned().collect();
        assert_eq!(all.len(), versions.len(), "a content is doubled, {context}: {versions:?}");
        for user in &self.users {
            all.extend(user.local().into_values().chain(user.trash().into_values()));
        }
        all
    }

    /// Both users send and get everything. Afterwards, no command has anything to send.
    async fn settle(&mut self, context: &str) {
        for user in [0, 1, 0] {
            self.run(user, Command::SyncUp).await;
            let (pair, folders) = (&self.users[user], &self.folders);
            let tree = pair.to_directory(&folders.top, "t").on_conflict(OnConflict::Replace);
            let down = pair.transfers().download_tree(tree.verify_remote(true)).await.unwrap();
            assert!(down.is_complete(), "{context}: {down:?}");
        }
        for user in 0..2 {
            let (pair, local) = (&self.users[user], self.users[user].local());
            for (path, item) in pair.remote().await {
                assert_eq!(local.get(&path), Some(&pair.content(&item.head.id).await), "{context}");
            }
            let files = local.keys().filter_map(|path| NAMES.iter().find(|name| *name == path));
            let uploads = files.map(|name| Command::UploadFile(name));
            let others = [Command::UploadDirectory, Command::SyncUp, Command::SyncUpBelow];
            for command in uploads.chain(others) {
                let summary = pair.execute(&pair.transfers(), &self.folders, command).await;
                let counts = (summary.transferred, summary.unverified, summary.changed);
                assert_eq!(counts, (0, 0, 0), "{context}, {command:?}: {summary:?}");
                assert!(summary.is_complete(), "{context}, {command:?}: {summary:?}");
            }
        }
    }
}

async fn check(seed: u64) {
    let mut model = Model::new(seed).await;
    let mut context = format!("seed {seed}");
    for _ in 0..12 {
        let user = model.rng.usize(..2);
        model.edit(user);
        let before = model.everything(&context).await;
        let command = model.command(user).await;
        context += &format!(", user {user} {command:?}");
        let summary = model.run(user, command).await;
        assert!(summary.failed.is_empty(), "{context}: {summary:#?}");
        let after = model.everything(&context).await;
        let lost: Vec<_> = before.difference(&after).collect();
        assert!(lost.is_empty(), "lost {lost:?}, {context}: {summary:#?}");
    }
    model.settle(&context).await;
}

/// A run takes a few seconds.
#[tokio::test(start_paused = true)]
async fn nothing_is_stale_doubled_or_lost_after_mixed_commands_of_two_users() {
    let seeds = std::env::var("FRAMEIO_TEST_SEEDS").ok().and_then(|seeds| seeds.parse().ok());
    for seed in 0..seeds.unwrap_or(12) {
        check(seed).await;
    }
}

const UPLOADS: [Command; 4] = [
    Command::UploadFile("t/Day 1/a"),
    Command::UploadDirectory,
    Command::SyncUp,
    Command::SyncUpBelow,
];

const DOWNLOADS: [Command; 4] = [
    Command::SyncDown,
    Command::SyncDownBelow,
    Command::DownloadFolder,
    Command::DownloadFile("t/Day 1/a"),
];

#[tokio::test(start_paused = true)]
async fn each_command_finds_the_record_of_each_other() {
    for first in UPLOADS.into_iter().chain(DOWNLOADS) {
        for second in UPLOADS {
            let pair = Pair::new();
            let folders = Folders::new(&pair.sim).await;
            if first.is_upload() {
                pair.write("t/Day 1/a", "the first ");
            } else {
                pair.put(&folders.day, "a", b"the first ").await;
            }
            let run = async |command| pair.execute(&pair.transfers(), &folders, command).await;
            let summary = run(first).await;
            assert_eq!(summary.transferred, 1, "{first:?}: {summary:?}");
            let equal = run(second).await;
            let counts = (equal.skipped, equal.unverified, equal.transferred);
            assert_eq!(counts, (1, 0, 0), "{first:?} {second:?}: {equal:?}");
            // Somebody else has added a version, so the local file is an earlier one.
            let theirs = pair.put_version("t/Day 1/a", b"their work").await;
            let stale = run(second).await;
            assert_eq!((stale.transferred, stale.conflicts.len()), (0, 1), "{first:?} {second:?}");
            let compared = stale.conflicts[0].compared.clone().unwrap();
            assert_eq!(compared.remedy, Some(Remedy::Download), "{compared:?}");
            assert_eq!(pair.remote().await["t/Day 1/a"].head.id, theirs);
            for down in DOWNLOADS {
                let got = run(down).await;
                assert!(got.is_complete(), "{first:?} {second:?} {down:?}: {got:?}");
                assert_eq!(pair.read("t/Day 1/a"), b"their work", "{down:?}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn another_destination_gets_a_new_file() {
    let pair = Pair::new();
    let (_, root) = place(&pair.sim);
    let copies = folder(&pair.sim, &root, "copies").await;
    pair.write("t/a", "content");
    let transfers = pair.transfers();
    for (destination, path) in [(&root, "t"), (&copies, "t/a"), (&copies, "t"), (&root, "t/a")] {
        let tree = pair.paths(destination, path);
        let sent = transfers.upload_tree(tree).await.unwrap();
        assert_eq!((sent.transferred, sent.changed), (1, 0), "{path}: {sent:?}");
    }
    let paths: Vec<_> = pair.remote().await.into_keys().collect();
    assert_eq!(paths, ["a", "copies/a", "copies/t/a", "t/a"]);
}

#[tokio::test(start_paused = true)]
async fn a_file_next_to_a_version_of_somebody_else_keeps_its_local_name() {
    let pair = Pair::new();
    pair.write("a.mov", "first");
    pair.up().await;
    pair.put_version("a.mov", b"their version").await;
    pair.write("a.mov", "my change");
    let both = pair.upload().on_conflict(OnConflict::KeepBoth);
    let both = pair.transfers().upload_tree(both).await.unwrap();
    assert_eq!((both.transferred, pair.remote_items().await.len()), (1, 2), "{both:?}");
    for _ in 0..2 {
        let down = pair.down().await;
        assert!(down.is_complete() && down.moved == 0, "{down:?}");
        assert_eq!((pair.read("a.mov"), pair.local().len()), (b"my change".to_vec(), 2));
        let theirs: Vec<_> = pair.local().into_values().filter(|it| it != b"my change").collect();
        assert_eq!(theirs, [b"their version"]);
        let up = pair.up().await;
        let counts = (up.skipped, up.unverified, up.transferred, up.changed);
        assert_eq!(counts, (2, 0, 0, 0), "{up:?}");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test(start_paused = true)]
async fn names_in_two_normalizations_are_two_files() {
    let (nfc, nfd) = ("\u{e9}t.mov", "e\u{301}t.mov");
    let pair = Pair::new();
    for (n, name) in [nfc, nfd].into_iter().enumerate() {
        pair.write(name, format!("content {n}"));
        pair.write(&format!("Caf{}/a.mov", name.trim_end_matches("t.mov")), format!("{n} below"));
    }
    assert_eq!(pair.up().await.transferred, 4);
    assert_eq!(pair.remote().await.len(), 4);
    for _ in 0..2 {
        let (up, down) = (pair.up().await, pair.down().await);
        for summary in [up, down] {
            let counts = (summary.skipped, summary.transferred, summary.changed, summary.moved);
            assert_eq!(counts, (4, 0, 0, 0), "{summary:?}");
        }
    }
    // Also without records, and in either order.
    for (first, second) in [(nfc, nfd), (nfd, nfc)] {
        let pair = Pair::new();
        pair.write(first, "mine");
        pair.up().await;
        pair.write(second, "another file");
        let up = pair.up().await;
        assert_eq!((up.transferred, up.skipped), (1, 1), "{up:?}");
        assert_eq!(pair.content(&pair.remote().await[first].head.id).await, b"mine");
        // A single file in another normalization is the same one.
        let pair = Pair::new();
        pair.put(&place(&pair.sim).1, first, b"theirs").await;
        pair.write(second, "theirs");
        let (up, down) = (pair.up().await, pair.down().await);
        assert_eq!((up.transferred, up.skipped, down.transferred), (0, 1, 0), "{up:?} {down:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_download_continues_without_records_if_they_cannot_be_written() {
    let pair = Pair::new();
    pair.put(&place(&pair.sim).1, "a.mov", b"content").await;
    let states = pair.path("in the way");
    std::fs::write(&states, "x").unwrap();
    let warnings = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = warnings.clone();
    let transfers = pair.transfers();
    let tree = pair.item(&transfers, "a.mov").await.state(states);
    let tree = tree.on_warning(move |error| seen.lock().unwrap().push(error.kind()));
    let summary = transfers.download_tree(tree).await.unwrap();
    assert_eq!(summary.transferred, 1, "{summary:?}");
    assert_eq!(*warnings.lock().unwrap(), [TransferErrorKind::State]);
}
