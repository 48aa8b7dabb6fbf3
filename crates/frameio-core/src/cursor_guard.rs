//! Detection of endless lists.

use std::collections::HashSet;
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::BuildHasher;

use crate::endpoint::Endpoint;
use crate::endpoint::query_of;
use crate::error::DecodeError;
use crate::page::{Cursor, Page, cursor_in};

/// Detects a cursor that repeats within a list.
///
/// If the next page of a list is an earlier page, a loop would never end, and stopping silently would
/// make the list look complete. `Client::pages` and `Client::items` use a guard; use one in your own
/// loops over pages as well.
///
/// A guard stores 8 bytes for each page.
///
/// ```
/// use frameio_core::{CursorGuard, Page};
///
/// let page = |next: &str| -> Page<String> {
///     serde_json::from_str(&format!(r#"{{"data":[],"links":{{"next":"{next}"}}}}"#)).unwrap()
/// };
/// let mut guard = CursorGuard::new();
/// assert_eq!(guard.next_cursor(&page("/v4/accounts?after=a"))?.unwrap().as_str(), "a");
/// assert_eq!(guard.next_cursor(&page("/v4/accounts?after=b"))?.unwrap().as_str(), "b");
/// assert_eq!(guard.next_cursor(&page(""))?, None);
/// assert!(guard.next_cursor(&page("/v4/accounts?after=a")).is_err());
/// # Ok::<_, frameio_core::DecodeError>(())
/// ```
#[derive(Clone, Default)]
pub struct CursorGuard {
    hasher: RandomState,
    seen: HashSet<u64>,
}

impl CursorGuard {
    /// Creates a guard for a list that is read from its first page.
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a guard for a list that is read from the page at `cursor`.
    pub fn starting_at(cursor: &Cursor) -> Self {
        let mut guard = Self::new();
        guard.insert(cursor);
        guard
    }

    /// Creates a guard for the list that `request` reads, from its first page or from its cursor.
    pub fn for_request<E: Endpoint + ?Sized>(request: &E) -> Self {
        cursor_in(&query_of(request)).map_or_else(Self::new, |cursor| Self::starting_at(&cursor))
    }

    /// Returns the cursor of the page after `page`, or `None` after the last page.
    ///
    /// # Errors
    /// Fails if the link to the next page has no cursor, or a cursor that occurred before.
    pub fn next_cursor<T>(&mut self, page: &Page<T>) -> Result<Option<Cursor>, DecodeError> {
        let next = page.next_cursor()?;
        next.map(|cursor| self.check(&cursor).map(|()| cursor)).transpose()
    }

    /// Records the cursor of the next page.
    ///
    /// # Errors
    /// Fails if the cursor occurred before.
    pub fn check(&mut self, cursor: &Cursor) -> Result<(), DecodeError> {
        if self.insert(cursor) {
            return Ok(());
        }
        Err(DecodeError::new("links.next", "repeats an earlier page, so the list would never end"))
    }

    fn insert(&mut self, cursor: &Cursor) -> bool {
        self.seen.insert(self.hasher.hash_one(cursor))
    }
}

impl fmt::Debug for CursorGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CursorGuard").field("cursors", &self.seen.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejects_a_repeated_cursor_for_any_period() {
        for period in 1..=5_u32 {
            for before in 0..5_u32 {
                let mut guard = CursorGuard::new();
                let cursors = before + period;
                for n in 0..cursors {
                    guard.check(&Cursor::from(format!("c{n}"))).unwrap();
                }
                let error = guard.check(&Cursor::from(format!("c{before}"))).unwrap_err();
                assert_eq!(error.path, "links.next", "period {period} after {before} pages");
            }
        }
    }
}
