//! Pages by number, and the cursors that lead to them.

use std::collections::BTreeMap;
use std::time::Duration;

use frameio_core::Cursor;

use crate::bounded::Bounded;
use crate::request::Paging;

/// Maximum number of lists whose cursors are kept.
const LISTS: usize = 2_000;
/// Maximum number of cursors of a list.
const CURSORS: usize = 2_000;
/// Time for which cursors are used: they stand for positions in a list that changes.
const LIFE: Duration = Duration::from_secs(600);

/// One page of a legacy list, with the number of items on all pages.
pub(crate) struct Window<T> {
    pub(crate) items: Vec<T>,
    pub(crate) total: u64,
    pub(crate) paging: Paging,
}

impl<T> Window<T> {
    /// Cuts a page out of a whole list.
    pub(crate) fn of(items: Vec<T>, paging: Paging) -> Self {
        let total = items.len() as u64;
        let limit = if paging.all { usize::MAX } else { as_usize(paging.size) };
        let items = items.into_iter().skip(as_usize(paging.start())).take(limit).collect();
        Self { items, total, paging }
    }

    /// Replaces the items, one by one.
    pub(crate) fn with_items<U>(self, items: Vec<U>) -> Window<U> {
        Window { items, total: self.total, paging: self.paging }
    }
}

/// Cursors of lists by the index of the item that they start at.
pub(crate) struct Cursors(Bounded<String, BTreeMap<u64, Cursor>>);

impl Cursors {
    pub(crate) fn new() -> Self {
        Self(Bounded::new(LISTS))
    }

    /// Returns the last cursor that does not start after `index`.
    pub(crate) fn before(&self, list: &str, index: u64) -> Option<(u64, Cursor)> {
        let cursors = self.0.get(&list.to_owned())?;
        let (at, cursor) = cursors.range(..=index).next_back()?;
        Some((*at, cursor.clone()))
    }

    pub(crate) fn add(&self, list: &str, index: u64, cursor: Cursor) {
        let mut cursors = self.0.get(&list.to_owned()).unwrap_or_default();
        if cursors.len() < CURSORS {
            cursors.insert(index, cursor);
        }
        self.0.insert(list.to_owned(), cursors, LIFE);
    }

    pub(crate) fn forget(&self, list: &str) {
        self.0.remove(&list.to_owned());
    }
}

fn as_usize(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(page: u64, size: u64) -> Paging {
        Paging { page, size, all: false }
    }

    #[test]
    fn pages_are_cut_out_of_a_whole_list() {
        let of = |paging| Window::of((0..5).collect(), paging);
        assert_eq!(of(page(1, 2)).items, [0, 1]);
        assert_eq!(of(page(3, 2)).items, [4]);
        let beyond = of(page(4, 2));
        assert_eq!((beyond.items.len(), beyond.total), (0, 5));
        assert_eq!(of(page(u64::MAX, 1000)).items.len(), 0);
        assert_eq!(of(Paging { page: 2, size: 2, all: true }).items.len(), 5);
    }
}
