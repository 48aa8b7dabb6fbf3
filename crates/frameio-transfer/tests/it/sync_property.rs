//! Random trees, random edits on both sides, and random kills.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use fastrand::Rng;
use frameio::transfer::{Remedy, Summary, Transfers, safe_name};

use crate::support::place;
use crate::sync_support::Pair;
use crate::walk::folder;

const NAMES: [&str; 8] = ["a", "b", "c", "d", "Day 1/a", "Day 1/b", "Day 1/c", "Day 1/d"];

/// Names that downloads change, and the names that they are changed to.
const CHANGED: [&str; 6] = ["e?", "e_", "D:1/a", "D_1/a", "Day 1/f|", "Day 1/f_"];

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

    /// Returns the name of a file, which may be one that downloads change.
    fn name(&mut self) -> &'static str {
        let all: Vec<_> = NAMES.into_iter().chain(CHANGED).collect();
        all[self.rng.usize(..all.len())]
    }

    /// Returns the name of a local file: another system would refuse the others.
    fn local_name(&mut self) -> String {
        safe_names(self.name())
    }

    /// Writes a file. A directory with its name, or a file with that of its directory, is removed first.
    fn write(&mut self, name: &str) {
        let path = self.pair.path(name);
        if path.is_dir() {
            std::fs::remove_dir_all(&path).unwrap();
        }
        let above = path.parent().unwrap();
        if above.is_file() {
            std::fs::remove_file(above).unwrap();
        }
        let content = self.content();
        self.pair.write(name, content);
    }

    /// Renames a file or a directory, unless the new name exists, also in another case or with a hash. Such a
    /// name belongs to another item.
    fn rename(&self, from: &str, to: &str) {
        let (from, to) = (self.pair.path(from), self.pair.path(to));
        let name = |path: &Path| plain(path.file_name().unwrap().to_str().unwrap());
        let is_other = |path: &Path| path != from && name(path) == name(&to);
        let Ok(mut siblings) = to.parent().unwrap().read_dir() else { return };
        if from.exists() && !siblings.any(|other| is_other(&other.unwrap().path())) {
            std::fs::rename(from, to).unwrap();
        }
    }

    /// Edits local files. Returns the paths that it renamed.
    fn edit_local(&mut self) {
        for _ in 0..self.rng.usize(..4) {
            let name = self.local_name();
            let path = self.pair.path(&name);
            match self.rng.u8(..12) {
                0 | 1 if path.is_file() => std::fs::remove_file(path).unwrap(),
                2 | 3 if path.is_file() => {
                    self.rename(&name, &format!("{name} moved {}", self.contents));
                }
                // Names that differ only in case.
                4 if path.is_file() => {
                    let (above, last) = name.rsplit_once('/').map_or(("", &*name), |it| it);
                    let upper = Path::new(above).join(last.to_uppercase());
                    self.rename(&name, upper.to_str().unwrap());
                }
                5 => match self.pair.path("Day 1").exists() {
                    true => self.rename("Day 1", "DAY 1"),
                    false => self.rename("DAY 1", "Day 1"),
                },
                // A file becomes a directory, or the reverse.
                6 if path.is_file() => self.write(&format!("{name}/a")),
                7 => self.write(name.split('/').next().unwrap()),
                _ => self.write(&name),
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

    /// Returns the contents of all files and heads at the service.
    async fn heads(&self) -> Vec<(String, Vec<u8>)> {
        let mut heads = Vec::new();
        for (path, item) in self.pair.remote_items().await {
            heads.push((path, self.pair.content(&item.head.id).await));
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
        let is_allowed = |path: &str| allowed.iter().any(|it| is_at_or_below(path, it));
        let (local, remote) = (by_name(model.pair.local()), by_name(model.heads().await));
        let paths: BTreeSet<_> = local.keys().chain(remote.keys()).cloned().collect();
        for path in paths.iter().filter(|path| !is_allowed(path)) {
            let contents = |all: &BTreeMap<String, Vec<Vec<u8>>>| {
                let mut contents = all.get(path).cloned().unwrap_or_default();
                contents.sort();
                contents
            };
            let (mine, theirs) = (contents(&local), contents(&remote));
            let sizes = |all: &[Vec<u8>]| all.iter().map(Vec::len).collect::<Vec<_>>();
            let is_skipped = unverified && sizes(&mine) == sizes(&theirs);
            assert!(mine == theirs || is_skipped, "'{path}': {mine:?} {theirs:?}, {context}");
        }
    }
}

/// Returns a path as downloads change it.
fn safe_names(path: &str) -> String {
    path.split('/').map(safe_name).collect::<Vec<_>>().join("/")
}

/// Returns the name that downloads give to a path, without the hash of one of several items of the name.
fn plain(path: &str) -> String {
    let names = path.split('/').map(|name| match name.split_once('~') {
        Some((stem, hash)) => format!("{stem}{}", hash.get(8..).unwrap_or_default()),
        None => safe_name(name),
    });
    names.collect::<Vec<_>>().join("/").to_lowercase()
}

/// Returns contents by the names that downloads give to their paths.
fn by_name(all: impl IntoIterator<Item = (String, Vec<u8>)>) -> BTreeMap<String, Vec<Vec<u8>>> {
    let mut by_name: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for (path, content) in all {
        by_name.entry(plain(&path)).or_default().push(content);
    }
    by_name
}

fn is_at_or_below(path: &str, conflict: &str) -> bool {
    let conflict = plain(conflict);
    path.strip_prefix(&*conflict).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
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
