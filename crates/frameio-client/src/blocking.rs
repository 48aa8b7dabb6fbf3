//! A client for programs without an async runtime.
//!
//! It drives the same [`Client`](crate::Client) on a runtime of its own, so that every endpoint,
//! layer and setting is there.
//!
//! ```no_run
//! use frameio::{accounts::ListAccounts, blocking, users::ShowCurrentUser};
//!
//! let client = blocking::Client::new(frameio::Client::new("the token")?)?;
//! println!("{}", client.send(ShowCurrentUser::new())?.name);
//! for account in client.items(ListAccounts::new()) {
//!     println!("{}", account?.display_name);
//! }
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use frameio_core::repair::Skipped;
use frameio_core::{Body, Cursor, Endpoint, Paged};
use http::{Request, Response};
use tokio::runtime::{Builder, Handle, Runtime};

use crate::error::Error;

/// Sends requests and waits for their answers.
///
/// A client is a handle: clones are cheap, may go to other threads, and share connections, quota
/// and token. Connections make progress only while some thread waits in a call.
#[derive(Clone)]
pub struct Client {
    inner: crate::Client,
    runtime: Arc<Background>,
}

/// A runtime that can be let go of anywhere: dropping one inside another panics.
struct Background(Option<Runtime>);

impl Drop for Background {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Client {
    /// Makes a blocking client of an async one.
    ///
    /// # Errors
    /// Inside an async runtime, which must not be blocked, or when the system has no room for
    /// another runtime.
    pub fn new(client: crate::Client) -> Result<Self, Error> {
        outside()?;
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|_| Error::misuse("the system refuses another runtime"))?;
        Ok(Self { inner: client, runtime: Arc::new(Background(Some(runtime))) })
    }

    /// Sends a request and decodes its answer.
    ///
    /// # Errors
    /// As [`Client::send`](crate::Client::send), and inside an async runtime.
    pub fn send<E: Endpoint>(&self, endpoint: E) -> Result<E::Response, Error> {
        self.wait(self.inner.send(endpoint))
    }

    /// Sends a plain request through the same stack.
    ///
    /// # Errors
    /// As [`Client::request`](crate::Client::request), and inside an async runtime.
    pub fn request(&self, request: Request<Body>) -> Result<Response<Bytes>, Error> {
        self.wait(self.inner.request(request))
    }

    /// The pages of a list.
    pub fn pages<E: Paged>(&self, request: E) -> Pages<E> {
        Pages { client: self.clone(), inner: self.inner.pages(request), refused: false }
    }

    /// The items of a list.
    pub fn items<E: Paged>(&self, request: E) -> Items<E> {
        Items { client: self.clone(), inner: self.inner.items(request), refused: false }
    }

    /// Fetches what an event names, as it is now.
    ///
    /// # Errors
    /// As [`Client::fetch`](crate::Client::fetch), and inside an async runtime.
    #[cfg(feature = "webhook")]
    pub fn fetch(&self, event: &frameio_webhook::Event) -> Result<crate::webhook::Fetched, Error> {
        self.wait(self.inner.fetch(event))
    }

    fn wait<T>(&self, future: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        outside()?;
        match &self.runtime.0 {
            Some(runtime) => runtime.block_on(future),
            None => Err(Error::misuse("the runtime of this client has ended")),
        }
    }
}

/// Ends an iteration after the error that it cannot go on here, so that no loop is without end.
fn told_once<T>(
    refused: &mut bool,
    next: Result<Option<Result<T, Error>>, Error>,
) -> Option<Result<T, Error>> {
    match next {
        Ok(next) => next,
        Err(_) if *refused => None,
        Err(error) => {
            *refused = true;
            Some(Err(error))
        }
    }
}

/// Refuses to block a thread that drives other tasks.
fn outside() -> Result<(), Error> {
    match Handle::try_current() {
        Err(_) => Ok(()),
        Ok(_) => Err(Error::misuse(
            "a blocking client was used inside an async runtime: use `frameio::Client` there, or \
             a `std::thread` of its own",
        )),
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("blocking::Client").finish_non_exhaustive()
    }
}

/// The pages of a list, as an iterator; made by [`Client::pages`].
#[derive(Debug)]
pub struct Pages<E: Paged> {
    client: Client,
    inner: crate::Pages<E>,
    refused: bool,
}

impl<E: Paged> Pages<E> {
    /// Where the next page starts; see [`Pages::cursor`](crate::Pages::cursor).
    pub fn cursor(&self) -> Option<&Cursor> {
        self.inner.cursor()
    }

    /// Sets whether items that cannot be decoded are left out; see
    /// [`Pages::skip_undecodable`](crate::Pages::skip_undecodable).
    #[must_use]
    pub fn skip_undecodable(mut self, skip: bool) -> Self {
        self.inner = self.inner.skip_undecodable(skip);
        self
    }

    /// Returns the items that were left out since the last call.
    pub fn take_skipped(&mut self) -> Vec<Skipped> {
        self.inner.take_skipped()
    }
}

impl<E: Paged> Iterator for Pages<E> {
    type Item = Result<E::Response, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.client.wait(async { Ok(self.inner.next().await) });
        told_once(&mut self.refused, next)
    }
}

/// The items of a list, as an iterator; made by [`Client::items`].
#[derive(Debug)]
pub struct Items<E: Paged> {
    client: Client,
    inner: crate::Items<E>,
    refused: bool,
}

impl<E: Paged> Items<E> {
    /// How many items there are on all pages; see [`Items::total_count`](crate::Items::total_count).
    pub fn total_count(&self) -> Option<u64> {
        self.inner.total_count()
    }

    /// Where the page after the present one starts; see [`Pages::cursor`](crate::Pages::cursor).
    pub fn cursor(&self) -> Option<&Cursor> {
        self.inner.cursor()
    }

    /// Sets whether items that cannot be decoded are left out; see
    /// [`Pages::skip_undecodable`](crate::Pages::skip_undecodable).
    #[must_use]
    pub fn skip_undecodable(mut self, skip: bool) -> Self {
        self.inner = self.inner.skip_undecodable(skip);
        self
    }

    /// Returns the items that were left out since the last call.
    pub fn take_skipped(&mut self) -> Vec<Skipped> {
        self.inner.take_skipped()
    }
}

impl<E: Paged> Iterator for Items<E> {
    type Item = Result<E::Item, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.client.wait(async { Ok(self.inner.next().await) });
        told_once(&mut self.refused, next)
    }
}
