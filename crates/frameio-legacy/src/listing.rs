//! Lists by page number, on top of lists by cursor.

use std::collections::BTreeMap;
use std::time::Duration;

use frameio_core::{Cursor, Paged};

use crate::bounded::Bounded;
use crate::context::Context;
use crate::refusal::Refusal;
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
    fn before(&self, list: &str, index: u64) -> Option<(u64, Cursor)> {
        let cursors = self.0.get(&list.to_owned())?;
        let (at, cursor) = cursors.range(..=index).next_back()?;
        Some((*at, cursor.clone()))
    }

    fn add(&self, list: &str, index: u64, cursor: Cursor) {
        let mut cursors = self.0.get(&list.to_owned()).unwrap_or_default();
        if cursors.len() < CURSORS {
            cursors.insert(index, cursor);
        }
        self.0.insert(list.to_owned(), cursors, LIFE);
    }

    fn forget(&self, list: &str) {
        self.0.remove(&list.to_owned());
    }
}

impl Context {
    /// Reads one page of a list. `list` names the list with its order and filters; `request` makes
    /// the request for a page size, which V4 limits to `max_step`.
    ///
    /// Every page but the last has exactly the size that was asked for: the old clients index into
    /// it, and stop at the total.
    pub(crate) async fn window<E: Paged>(
        &self,
        list: &str,
        paging: Paging,
        max_step: u32,
        request: impl Fn(u32) -> E,
    ) -> Result<Window<E::Item>, Refusal> {
        if paging.all {
            return Ok(Window::of(self.all(request(max_step)).await?, paging));
        }
        let step = u32::try_from(paging.size).unwrap_or(u32::MAX).min(max_step);
        let list = format!("{step} {list}");
        let known = self.session.cursors.before(&list, paging.start());
        let resumed = known.is_some();
        match self.read_window(&list, paging, known, request(step)).await {
            // A cursor may have gone stale.
            Err(refusal) if resumed && refusal.upstream.is_some_and(|it| it.is_client_error()) => {
                self.session.cursors.forget(&list);
                self.read_window(&list, paging, None, request(step)).await
            }
            result => result,
        }
    }

    async fn read_window<E: Paged>(
        &self,
        list: &str,
        paging: Paging,
        known: Option<(u64, Cursor)>,
        request: E,
    ) -> Result<Window<E::Item>, Refusal> {
        let start = paging.start();
        let (mut index, mut cursor) = known.map_or((0, None), |(at, cursor)| (at, Some(cursor)));
        let mut items = Vec::new();
        loop {
            let request = match cursor.take() {
                Some(cursor) => request.clone().after(cursor),
                None => request.clone(),
            };
            let page = E::into_page(self.send(request).await?);
            let next =
                page.next_cursor().map_err(|error| Refusal::bad_gateway(error.to_string()))?;
            let total = page.total_count;
            for item in page.data {
                if index >= start && (items.len() as u64) < paging.size {
                    items.push(item);
                }
                index += 1;
            }
            if let Some(next) = &next {
                self.session.cursors.add(list, index, next.clone());
            }
            let complete = items.len() as u64 == paging.size || total.is_some_and(|it| it <= start);
            match (next, total) {
                (None, total) => {
                    return Ok(Window { items, total: total.unwrap_or(index), paging });
                }
                (Some(_), Some(total)) if complete => return Ok(Window { items, total, paging }),
                // Without a count, the rest has to be read to count it.
                (next, _) => cursor = next,
            }
        }
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
