//! Random trees, random edits on both sides, and random kills.

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;
use frameio::transfer::{Remedy, Summary, Transfers};

use crate::support::place;
use crate::sync_support::Pair;
use crate::walk::folder;

const NAMES: [&str; 8] = ["a", "b", "c", "d", "Day 1/a", "Day 1/b", "Day 1/c", "Day 1/d"];

/// Number of rounds of edits of each tree.
const ROUNDS: usize = 4;

struct Model {
    pair: Pair,
    rng: Rng,
    /// Number of contents written so far; each content is unique.
    contents: usize,
    verify: bool,
}

impl Model {
    /// Returns new content, whose size is often that of others.
    fn content(&mut self) -> Vec<u8> {
        self.contents += 1;
        let size = [8, 17, 26][self.rng.usize(..3)];
        format!("{:0size$}", self.contents).into_bytes()
    }

    fn name(&mut self) -> &'static str {
        NAMES[self.rng.usize(..NAMES.len())]
    }

    /// Edits local files. Returns the paths that it renamed.
    fn edit_local(&mut self) {
        for _ in 0..self.rng.usize(..4) {
            let name = self.name();
            let path = self.pair.path(name);
            match self.rng.u8(..6) {
                0 if path.exists() => std::fs::remove_file(path).unwrap(),
                1 if path.exists() => {
                    let target = self.pair.path(&format!("{name} moved {}", self.contents));
                    std::fs::rename(path, target).unwrap();
                }
                _ => {
                    let content = self.content();
                    self.pair.write(name, content);
                }
            }
        }
    }

    /// Edits remote files as somebody else would.
    async fn edit_remote(&mut self) {
        for _ in 0..self.rng.usize(..4) {
            let name = self.name();
            let item = self.pair.remote_items().await.into_iter().find(|(path, _)| path == name);
            let content = self.content();
            match (item, self.rng.u8(..6)) {
                (Some((_, item)), 0) if matches!(item.asset, frameio::assets::Asset::File(_)) => {
                    self.pair.delete(&item.head.id).await;
                }
                (Some((_, item)), 1) if matches!(item.asset, frameio::assets::Asset::File(_)) => {
                    let new = format!("{} theirs {}", item.head.name, self.contents);
                    self.pair.rename(&item.head.id, &new).await;
                }
                (Some((_, item)), _) => {
                    let name = name.rsplit('/').next().unwrap();
                    self.pair.stack_on(&item, name, &content).await;
                }
                (None, _) => {
                    let (_, root) = place(&self.pair.sim);
                    let parent = match name.split_once('/') {
                        None => root,
                        Some((day, _)) => self.day(day).await,
                    };
                    self.pair.put(&parent, name.rsplit('/').next().unwrap(), &content).await;
                }
            }
        }
    }

    /// Returns the folder with a name, which is created if it is missing.
    async fn day(&self, name: &str) -> frameio::FolderId {
        let (account, root) = place(&self.pair.sim);
        let list = frameio::folders::ListFolderChildren::new(&account, &root).page_size(500);
        let client = self.pair.client();
        let mut items = client.items(list);
        while let Some(asset) = items.next().await {
            if let frameio::assets::Asset::Folder(found) = asset.unwrap()
                && found.name == name
            {
                return found.id;
            }
        }
        folder(&self.pair.sim, &root, name).await
    }

    /// Syncs in one direction: after some runs that are killed, once to the end.
    async fn sync(&mut self, up: bool) -> Summary {
        let verify = self.verify;
        let pair = &self.pair;
        let run = async |transfers: Transfers| match up {
            true => transfers.upload_tree(pair.upload().verify_remote(verify)).await.unwrap(),
            false => transfers.download_tree(pair.download().verify_remote(verify)).await.unwrap(),
        };
        for _ in 0..self.rng.usize(..3) {
            let (at, before) = (self.rng.i64(1..40), self.rng.bool());
            pair.killed(at, before, run).await;
        }
        run(pair.transfers()).await
    }

    /// Returns all contents at the service, including those of versions and deleted files.
    async fn heads(&self) -> BTreeMap<String, Vec<Vec<u8>>> {
        let mut heads: BTreeMap<String, Vec<_>> = BTreeMap::new();
        for (path, item) in self.pair.remote_items().await {
            let content = self.pair.content(&item.head.id).await;
            heads.entry(path).or_default().push(content);
        }
        heads
    }

    /// Returns the contents of all versions of all items.
    async fn everything(&self) -> BTreeSet<Vec<u8>> {
        let local = self.pair.local().into_values();
        let mut all: BTreeSet<_> = local.chain(self.pair.trash().into_values()).collect();
        for (path, item) in self.pair.remote_items().await {
            match item.asset {
                frameio::assets::Asset::VersionStack(stack) => {
                    let (account, _) = place(&self.pair.sim);
                    let transfers = self.pair.transfers();
                    let versions = transfers.versions(&account, &stack.id).await.unwrap();
                    for version in versions.files {
                        all.insert(self.pair.content(&version.id).await);
                    }
                }
                _ => {
                    all.insert(self.pair.content(&item.head.id).await);
                }
            }
            drop(path);
        }
        all
    }
}

/// Returns the paths of reported conflicts that a download does not resolve, and the paths that their
/// reasons name.
fn conflicts(summaries: &[Summary]) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    for item in summaries.iter().flat_map(|summary| &summary.conflicts) {
        if item.compared.as_ref().is_some_and(|it| it.remedy == Some(Remedy::Download)) {
            continue;
        }
        paths.insert(item.remote.names().join("/"));
        let reason = item.compared.as_ref().map_or("", |compared| &compared.reason);
        paths.extend(reason.split('\'').skip(1).step_by(2).map(str::to_owned));
    }
    paths
}

async fn check(seed: u64) {
    let rng = Rng::with_seed(seed);
    let mut model = Model { pair: Pair::new(), rng, contents: 0, verify: seed.is_multiple_of(3) };
    for round in 0..ROUNDS {
        model.edit_local();
        model.edit_remote().await;
        let before = model.everything().await;
        let up = model.sync(true).await;
        let down = model.sync(false).await;
        let context = format!("seed {seed}, round {round}\nup {up:#?}\ndown {down:#?}");
        assert!(up.failed.is_empty() && down.failed.is_empty(), "{context}");

        let lost: Vec<_> = before.difference(&model.everything().await).cloned().collect();
        let lost: Vec<_> = lost.iter().map(|it| String::from_utf8_lossy(it)).collect();
        assert!(lost.is_empty(), "lost {lost:?}, {context}");
        let unverified = unverified(&up, &down);
        let allowed = conflicts(&[up, down]);
        let (local, remote) = (model.pair.local(), model.heads().await);
        let paths: BTreeSet<_> = local.keys().chain(remote.keys()).cloned().collect();
        for path in paths.iter().filter(|path| !allowed.contains(*path)) {
            let (mine, theirs) = (local.get(path), remote.get(path));
            let theirs = theirs.map(|all| {
                assert_eq!(all.len(), 1, "'{path}' is doubled, {context}");
                &all[0]
            });
            let is_skipped = unverified && mine.map(Vec::len) == theirs.map(Vec::len);
            assert!(mine == theirs || is_skipped, "'{path}': {mine:?} {theirs:?}, {context}");
        }
    }
}

/// Returns whether files were skipped because only their sizes are known to be equal.
fn unverified(up: &Summary, down: &Summary) -> bool {
    up.unverified + down.unverified > 0
}

/// A run takes about two seconds.
#[tokio::test(start_paused = true)]
async fn both_sides_agree_after_random_edits_and_kills() {
    let seeds = std::env::var("FRAMEIO_TEST_SEEDS").ok().and_then(|seeds| seeds.parse().ok());
    for seed in 0..seeds.unwrap_or(12) {
        check(seed).await;
    }
}
