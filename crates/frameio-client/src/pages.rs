//! Pagination: lists as streams of pages or items.

use std::fmt;
use std::future::{Future, poll_fn};
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::vec;

use frameio_core::repair::{Skipped, Undecodable};
use frameio_core::{Cursor, CursorGuard, Page, Paged};
use futures_core::Stream;

use crate::client::{Client, send_page};
use crate::error::Error;

impl Client {
    /// Returns a `'static` stream of the pages of a list.
    ///
    /// ```no_run
    /// # async fn run(client: frameio::Client) -> Result<(), frameio::Error> {
    /// let mut pages = client.pages(frameio::accounts::ListAccounts::new().page_size(100));
    /// while let Some(page) = pages.next().await {
    ///     println!("{} accounts, next page at {:?}", page?.data.len(), pages.cursor());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn pages<E: Paged>(&self, request: E) -> Pages<E> {
        Pages {
            client: self.clone(),
            guard: CursorGuard::for_request(&request),
            next: Some(request),
            cursor: None,
            fetch: Fetch::Idle,
            prefetch: true,
            is_ahead: false,
            undecodable: Undecodable::Fail,
            is_strict: false,
            skipped: Vec::new(),
        }
    }

    /// Returns a `'static` stream of the items of a list.
    ///
    /// ```no_run
    /// # async fn run(client: frameio::Client, request: frameio::files::ListFiles) -> Result<(), frameio::Error> {
    /// let mut files = client.items(request);
    /// while let Some(file) = files.next().await {
    ///     println!("{}", file?.name());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn items<E: Paged>(&self, request: E) -> Items<E> {
        Items { pages: self.pages(request), page: Vec::new().into_iter(), total_count: None }
    }
}

/// Stream of the pages of a list, created by [`Client::pages`].
///
/// Every page is requested with all parameters of the original request. The next page is requested
/// while the current one is processed, and counts towards the quota like any other call. Its response
/// is received while the stream is polled: if the time limits of the request pass before that, the page
/// is requested again.
///
/// The list ends at a page without a link to a next page. A page that fails, a link without a cursor
/// and a link to an earlier page are errors and end the stream, so a truncated list never looks
/// complete. The error of a link follows the page that has it. After a failed page,
/// [`cursor`](Pages::cursor) returns where to resume.
pub struct Pages<E: Paged> {
    client: Client,
    /// Request of the next page; `None` after the last one.
    next: Option<E>,
    cursor: Option<Cursor>,
    fetch: Fetch<E::Response>,
    guard: CursorGuard,
    prefetch: bool,
    /// Whether the request of the next page was sent ahead.
    is_ahead: bool,
    undecodable: Undecodable,
    is_strict: bool,
    skipped: Vec<Skipped>,
}

/// A page, and the items that were skipped.
type Decoded<R> = (R, Vec<Skipped>);

/// State of the request of the next page.
enum Fetch<R> {
    Idle,
    Running(Pin<Box<dyn Future<Output = Result<Decoded<R>, Error>> + Send>>),
    Done(Result<Decoded<R>, Error>),
}

impl<E: Paged> Pages<E> {
    /// Sets whether the next page is fetched while the current one is processed. Default: yes.
    #[must_use]
    pub fn prefetch(mut self, prefetch: bool) -> Self {
        self.prefetch = prefetch;
        self
    }

    /// Sets whether items that cannot be decoded are skipped instead of failing their page.
    /// Default: no.
    ///
    /// Use it to display lists. A program that compares lists, such as a synchronization, would
    /// mistake skipped items for deleted ones. [`take_skipped`](Self::take_skipped) returns them, and
    /// each one emits the event `decode.skipped`.
    #[must_use]
    pub fn skip_undecodable(mut self, skip: bool) -> Self {
        self.undecodable = if skip { Undecodable::Skip } else { Undecodable::Fail };
        self
    }

    /// Sets whether a page whose list is null or whose links are missing is an error, instead of an empty
    /// page or the last one. Default: no.
    ///
    /// Use it in a program that compares lists, such as a synchronization, which would take missing items
    /// for deleted ones.
    #[must_use]
    pub fn strict(mut self, strict: bool) -> Self {
        self.is_strict = strict;
        self
    }

    /// Returns the items that were skipped since the previous call of this method.
    pub fn take_skipped(&mut self) -> Vec<Skipped> {
        mem::take(&mut self.skipped)
    }

    /// Returns the next page, or `None` after the last one or an error.
    pub async fn next(&mut self) -> Option<Result<E::Response, Error>> {
        poll_fn(|cx| self.poll_page(cx)).await
    }

    /// Returns the cursor of the next page; `None` before the first page and after the last one.
    ///
    /// To resume the list later, send `request.after(cursor)`.
    pub fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }

    fn poll_page(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<E::Response, Error>>> {
        let is_ahead = mem::take(&mut self.is_ahead);
        ready!(self.poll_fetch(cx));
        if is_ahead && matches!(&self.fetch, Fetch::Done(Err(error)) if error.is_timeout()) {
            // The time limits of a request that was sent ahead ran while the caller was busy.
            self.fetch = Fetch::Idle;
            ready!(self.poll_fetch(cx));
        }
        let result = match mem::replace(&mut self.fetch, Fetch::Idle) {
            Fetch::Done(result) => result.map(|(response, skipped)| {
                self.skipped.extend(skipped);
                response
            }),
            Fetch::Idle | Fetch::Running(_) => return Poll::Ready(None),
        };
        let request = self.next.take();
        if let (Ok(response), Some(request)) = (&result, request) {
            self.cursor = None;
            self.follow(E::page(response), request);
            if self.prefetch {
                // Sends the request without waiting for the response.
                self.is_ahead = matches!(self.fetch, Fetch::Idle);
                let _ = self.poll_fetch(cx);
            }
        }
        Poll::Ready(Some(result))
    }

    /// Starts the request of the next page, if any, and polls it.
    fn poll_fetch(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let (Fetch::Idle, Some(request)) = (&self.fetch, &self.next) {
            let request = request.clone();
            let treatment = (self.undecodable, self.is_strict);
            let page = send_page(self.client.clone(), request, treatment);
            self.fetch = Fetch::Running(Box::pin(page));
        }
        if let Fetch::Running(request) = &mut self.fetch {
            self.fetch = Fetch::Done(ready!(request.as_mut().poll(cx)));
        }
        Poll::Ready(())
    }

    /// Prepares the request of the page after `page`.
    fn follow(&mut self, page: &Page<E::Item>, request: E) {
        match self.guard.next_cursor(page) {
            Ok(None) => {}
            Ok(Some(cursor)) => {
                self.next = Some(request.after(cursor.clone()));
                self.cursor = Some(cursor);
            }
            Err(error) => self.fetch = Fetch::Done(Err(Error::page(E::OPERATION, error))),
        }
    }
}

impl<E: Paged> Stream for Pages<E> {
    type Item = Result<E::Response, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_page(cx)
    }
}

// The fields are never pinned structurally.
impl<E: Paged> Unpin for Pages<E> {}

impl<E: Paged> fmt::Debug for Pages<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("operation", &E::OPERATION.id)
            .field("cursor", &self.cursor)
            .finish_non_exhaustive()
    }
}

/// Stream of the items of a list, created by [`Client::items`].
///
/// It fetches pages, ends and fails like [`Pages`]. Empty pages are skipped.
pub struct Items<E: Paged> {
    pages: Pages<E>,
    page: vec::IntoIter<E::Item>,
    total_count: Option<u64>,
}

impl<E: Paged> Items<E> {
    /// Sets whether the next page is fetched while the current one is processed. Default: yes.
    #[must_use]
    pub fn prefetch(mut self, prefetch: bool) -> Self {
        self.pages = self.pages.prefetch(prefetch);
        self
    }

    /// Sets whether items that cannot be decoded are skipped; see [`Pages::skip_undecodable`].
    #[must_use]
    pub fn skip_undecodable(mut self, skip: bool) -> Self {
        self.pages = self.pages.skip_undecodable(skip);
        self
    }

    /// Sets whether a page that may be incomplete is an error; see [`Pages::strict`].
    #[must_use]
    pub fn strict(mut self, strict: bool) -> Self {
        self.pages = self.pages.strict(strict);
        self
    }

    /// Returns the items that were skipped since the previous call of this method.
    pub fn take_skipped(&mut self) -> Vec<Skipped> {
        self.pages.take_skipped()
    }

    /// Returns the next item, or `None` after the last one or an error.
    pub async fn next(&mut self) -> Option<Result<E::Item, Error>> {
        poll_fn(|cx| self.poll_item(cx)).await
    }

    /// Returns the number of items on all pages, or `None` before the first page.
    ///
    /// The service reports it only for requests with `include_total_count(true)`.
    pub fn total_count(&self) -> Option<u64> {
        self.total_count
    }

    /// Returns the cursor of the page after the current one; see [`Pages::cursor`].
    pub fn cursor(&self) -> Option<&Cursor> {
        self.pages.cursor()
    }

    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<E::Item, Error>>> {
        loop {
            if let Some(item) = self.page.next() {
                if self.pages.prefetch {
                    let _ = self.pages.poll_fetch(cx);
                }
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(self.pages.poll_page(cx)) {
                Some(Ok(response)) => {
                    let page = E::into_page(response);
                    self.total_count = page.total_count.or(self.total_count);
                    self.page = page.data.into_iter();
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl<E: Paged> Stream for Items<E> {
    type Item = Result<E::Item, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_item(cx)
    }
}

// The fields are never pinned structurally.
impl<E: Paged> Unpin for Items<E> {}

impl<E: Paged> fmt::Debug for Items<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items")
            .field("operation", &E::OPERATION.id)
            .field("total_count", &self.total_count)
            .finish_non_exhaustive()
    }
}
