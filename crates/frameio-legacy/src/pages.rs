//! Lists by page number, on top of lists by cursor.

use frameio_core::{Cursor, CursorGuard, Paged};

use crate::context::Context;
use crate::listing::Window;
use crate::refusal::Refusal;
use crate::request::Paging;

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
        let mut guard = cursor.as_ref().map_or_else(CursorGuard::new, CursorGuard::starting_at);
        let mut items = Vec::new();
        loop {
            let request = match cursor.take() {
                Some(cursor) => request.clone().after(cursor),
                None => request.clone(),
            };
            let page = E::into_page(self.send(request).await?);
            let next = guard.next_cursor(&page);
            let total = page.total_count;
            for item in page.data {
                if index >= start && (items.len() as u64) < paging.size {
                    items.push(item);
                }
                index += 1;
            }
            if let Ok(Some(next)) = &next {
                self.session.cursors.add(list, index, next.clone());
            }
            let complete = items.len() as u64 == paging.size || total.is_some_and(|it| it <= start);
            match (next, total) {
                (Ok(None), total) => {
                    return Ok(Window { items, total: total.unwrap_or(index), paging });
                }
                (_, Some(total)) if complete => return Ok(Window { items, total, paging }),
                // Without a count, the rest has to be read to count it.
                (Ok(next), _) => cursor = next,
                (Err(error), _) => return Err(Refusal::bad_gateway(error.to_string())),
            }
        }
    }
}
