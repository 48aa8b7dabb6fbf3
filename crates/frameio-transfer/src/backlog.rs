//! Files that were compared and wait for their transfer, in a selectable order.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use crate::RemotePath;

/// Maximum number of waiting files. The walk through the tree waits while there are more.
const MAX_WAITING: usize = 4000;

/// Maximum number of waiting files that are sorted.
const MAX_SORTED: usize = 100_000;

/// Order of the transfers of a tree.
///
/// Up to 100,000 files are compared and sorted before the first one is transferred; larger trees are
/// sorted in groups of this size. Files that are transferred at the same time can end in another order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Order {
    /// The smallest files first.
    SmallFirst,
    /// By the names of folders and files.
    Name,
    /// The latest files first: by the last modification of local files, or the upload of remote files.
    Newest,
}

/// Files to transfer that have been found in a tree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Totals {
    /// Number of files, without those that are already present.
    pub files: u64,
    /// Size of these files in bytes. The size of a pipe is unknown and counts as 0.
    pub bytes: u64,
    /// Number of these files for which a version stack is created, of which the service allows few.
    pub new_stacks: u64,
    /// Whether the whole tree has been compared.
    pub is_complete: bool,
}

/// Callback for the totals of a tree.
pub(crate) type OnTotals = Arc<dyn Fn(Totals) + Send + Sync>;

/// Properties by which waiting files are sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rank {
    pub(crate) path: RemotePath,
    pub(crate) size: u64,
    pub(crate) time: Option<SystemTime>,
    /// Whether a version stack is created for the file.
    pub(crate) needs_stack: bool,
}

/// Position of a waiting file. Without an order, only the number of the file counts.
type Position = (Option<Placed>, u64);

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Placed {
    Size(u64, RemotePath),
    Name(RemotePath),
    /// Files without a time are the last ones.
    Newest(std::cmp::Reverse<Option<SystemTime>>, RemotePath),
}

/// Waiting files.
pub(crate) struct Backlog<T> {
    order: Option<Order>,
    waiting: BTreeMap<Position, T>,
    number: u64,
    totals: Totals,
    /// Whether files are held until the tree is complete or the backlog is full.
    is_held: bool,
    on_totals: Option<OnTotals>,
}

impl<T> Backlog<T> {
    pub(crate) fn new(order: Option<Order>, on_totals: Option<OnTotals>) -> Self {
        let is_held = order.is_some();
        let (waiting, totals) = (BTreeMap::new(), Totals::default());
        Self { order, waiting, number: 0, totals, is_held, on_totals }
    }

    /// Adds a job for one or several files, of which the first determines the position.
    pub(crate) fn push(&mut self, ranks: &[Rank], job: T) {
        let placed = self.order.zip(ranks.first()).map(|(order, rank)| {
            let path = rank.path.clone();
            match order {
                Order::SmallFirst => Placed::Size(rank.size, path),
                Order::Name => Placed::Name(path),
                Order::Newest => Placed::Newest(std::cmp::Reverse(rank.time), path),
            }
        });
        self.number += 1;
        self.waiting.insert((placed, self.number), job);
        self.totals.files += ranks.len() as u64;
        self.totals.bytes += ranks.iter().map(|rank| rank.size).sum::<u64>();
        self.totals.new_stacks += ranks.iter().filter(|rank| rank.needs_stack).count() as u64;
        self.is_held &= !self.is_full();
        self.report();
    }

    /// Returns the next job, unless the files are still being sorted.
    pub(crate) fn pop(&mut self) -> Option<T> {
        if self.is_held {
            return None;
        }
        let (_, job) = self.waiting.pop_first()?;
        self.is_held = self.waiting.is_empty() && self.order.is_some() && !self.totals.is_complete;
        Some(job)
    }

    /// Returns whether the walk through the tree has to wait.
    pub(crate) fn is_full(&self) -> bool {
        let most = if self.order.is_some() { MAX_SORTED } else { MAX_WAITING };
        self.waiting.len() >= most
    }

    /// Ends the walk through the tree.
    pub(crate) fn complete(&mut self) {
        self.totals.is_complete = true;
        self.is_held = false;
        self.report();
    }

    fn report(&self) {
        if let Some(on_totals) = &self.on_totals {
            on_totals(self.totals);
        }
    }
}

impl<T> fmt::Debug for Backlog<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Backlog")
            .field("order", &self.order)
            .field("waiting", &self.waiting.len())
            .field("totals", &self.totals)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn rank(path: &str, size: u64, time: u64) -> Rank {
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(time);
        Rank { path: path.parse().unwrap(), size, time: Some(time), needs_stack: false }
    }

    fn order(order: Option<Order>) -> Vec<&'static str> {
        let mut backlog = Backlog::new(order, None);
        for (path, size, time) in [("/b", 5, 2), ("/a", 7, 1), ("/a/b", 1, 9), ("/c", 5, 3)] {
            backlog.push(&[rank(path, size, time)], path);
            assert_eq!(backlog.is_held, order.is_some(), "held while files are sorted");
        }
        backlog.complete();
        std::iter::from_fn(|| backlog.pop()).collect()
    }

    #[test]
    fn sorts_waiting_files() {
        assert_eq!(order(None), ["/b", "/a", "/a/b", "/c"]);
        assert_eq!(order(Some(Order::SmallFirst)), ["/a/b", "/b", "/c", "/a"]);
        assert_eq!(order(Some(Order::Name)), ["/a", "/a/b", "/b", "/c"]);
        assert_eq!(order(Some(Order::Newest)), ["/a/b", "/c", "/b", "/a"]);
    }

    #[test]
    fn a_full_backlog_is_released_and_held_again_when_it_is_empty() {
        let mut backlog = Backlog::new(Some(Order::SmallFirst), None);
        for number in 0..MAX_SORTED as u64 {
            assert!(!backlog.is_full() && backlog.pop().is_none());
            backlog.push(&[rank("/a", MAX_SORTED as u64 - number, 0)], number);
        }
        assert!(backlog.is_full());
        assert_eq!(backlog.pop(), Some(MAX_SORTED as u64 - 1));
        while backlog.pop().is_some() {}
        backlog.push(&[rank("/a", 1, 0)], 0);
        assert_eq!(backlog.pop(), None);
        backlog.complete();
        assert_eq!(backlog.pop(), Some(0));
    }

    #[test]
    fn reports_totals_while_files_are_found() {
        let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
        let totals = seen.clone();
        let report: OnTotals = Arc::new(move |now| totals.lock().unwrap().push(now));
        let mut backlog = Backlog::new(None, Some(report));
        let stacked = Rank { needs_stack: true, ..rank("/b", 6, 0) };
        backlog.push(&[rank("/a", 5, 0), stacked], ());
        backlog.complete();
        let totals = |is_complete| Totals { files: 2, bytes: 11, new_stacks: 1, is_complete };
        assert_eq!(*seen.lock().unwrap(), [totals(false), totals(true)]);
    }
}
