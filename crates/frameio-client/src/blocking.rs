//! Client for programs without an async runtime.
//!
//! The blocking client drives an async [`Client`](crate::Client) on its own runtime, so all endpoints,
//! layers and settings are available. Calls run on the calling thread. Connections and other tasks, such as
//! the refresh of a token, run on one thread of the client, also between calls.
//!
//! ```no_run
//! use frameio::{accounts::ListAccounts, blocking, users::ShowCurrentUser};
//!
//! let client = blocking::Client::new(frameio::Client::new("token")?)?;
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

/// Blocking client for the Frame.io V4 API.
///
/// Cloning is cheap; clones can be moved to other threads and share connections, quotas and the
/// token. When the last clone is dropped, the thread of the client ends with all its tasks.
#[derive(Clone)]
pub struct Client {
    inner: crate::Client,
    runtime: Arc<Background>,
}

/// Runtime that can be dropped anywhere. Dropping a plain [`Runtime`] inside another one panics.
struct Background(Option<Runtime>);

impl Drop for Background {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Client {
    /// Creates a blocking client from an async one.
    ///
    /// # Errors
    ///
    /// Fails inside an async runtime, which must not be blocked, or if the system cannot provide
    /// another runtime.
    pub fn new(client: crate::Client) -> Result<Self, Error> {
        outside()?;
        // A runtime that only a call drives would stop tasks between calls: a refresh would exceed its time
        // limit and lose a used refresh token, and a pooled connection would not see that it was closed.
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("frameio-blocking")
            .enable_all()
            .build()
            .map_err(|_| Error::misuse("cannot start a runtime"))?;
        Ok(Self { inner: client, runtime: Arc::new(Background(Some(runtime))) })
    }

    /// Sends a request and decodes its response.
    ///
    /// # Errors
    ///
    /// Fails like [`Client::send`](crate::Client::send), and inside an async runtime.
    pub fn send<E: Endpoint>(&self, endpoint: E) -> Result<E::Response, Error> {
        self.wait(self.inner.send(endpoint))
    }

    /// Sends a plain HTTP request through the same stack, and returns the response with any status.
    ///
    /// # Errors
    ///
    /// Fails like [`Client::request`](crate::Client::request), and inside an async runtime.
    pub fn request(&self, request: Request<Body>) -> Result<Response<Bytes>, Error> {
        self.wait(self.inner.request(request))
    }

    /// Sends a request that was created from JSON, and returns the response as JSON.
    ///
    /// # Errors
    ///
    /// Fails like [`Client::send_json`](crate::Client::send_json), and inside an async runtime.
    #[cfg(feature = "dynamic")]
    pub fn send_json(&self, request: Request<Body>) -> Result<serde_json::Value, Error> {
        self.wait(self.inner.send_json(request))
    }

    /// Returns an iterator over the pages of a list. The next page is requested when it is needed.
    pub fn pages<E: Paged>(&self, request: E) -> Pages<E> {
        // A request that was begun ahead is not a task. It would make no progress between two calls of
        // `next`, and exceed its time limits.
        let inner = self.inner.pages(request).prefetch(false);
        Pages { client: self.clone(), inner, refused: false }
    }

    /// Returns an iterator over the items of a list. The next page is requested when it is needed.
    pub fn items<E: Paged>(&self, request: E) -> Items<E> {
        let inner = self.inner.items(request).prefetch(false);
        Items { client: self.clone(), inner, refused: false }
    }

    /// Fetches the current state of the resource that an event refers to.
    ///
    /// # Errors
    ///
    /// Fails like [`Client::fetch`](crate::Client::fetch), and inside an async runtime.
    #[cfg(feature = "webhook")]
    pub fn fetch(&self, event: &frameio_webhook::Event) -> Result<crate::webhook::Fetched, Error> {
        self.wait(self.inner.fetch(event))
    }

    /// Fetches a resource of an account.
    ///
    /// # Errors
    ///
    /// Fails like [`Client::fetch_resource`](crate::Client::fetch_resource), and inside an async
    /// runtime.
    #[cfg(feature = "webhook")]
    pub fn fetch_resource(
        &self,
        account: &frameio_core::AccountId,
        resource: frameio_webhook::Resource,
    ) -> Result<crate::webhook::Fetched, Error> {
        self.wait(self.inner.fetch_resource(account, resource))
    }

    fn wait<T>(&self, future: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        outside()?;
        match &self.runtime.0 {
            Some(runtime) => runtime.block_on(future),
            None => Err(Error::misuse("the runtime of this client is shut down")),
        }
    }
}

/// Ends an iteration after one misuse error, so that a loop that ignores errors terminates.
fn end_after_misuse<T>(
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

/// Returns an error inside an async runtime, whose thread drives other tasks.
fn outside() -> Result<(), Error> {
    match Handle::try_current() {
        Err(_) => Ok(()),
        Ok(_) => Err(Error::misuse(
            "a blocking client was used inside an async runtime; use `frameio::Client`, or move the \
             call to a `std::thread`",
        )),
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("blocking::Client").finish_non_exhaustive()
    }
}

/// Iterator over the pages of a list, created by [`Client::pages`].
#[derive(Debug)]
pub struct Pages<E: Paged> {
    client: Client,
    inner: crate::Pages<E>,
    refused: bool,
}

impl<E: Paged> Pages<E> {
    /// Returns the cursor of the next page; see [`Pages::cursor`](crate::Pages::cursor).
    pub fn cursor(&self) -> Option<&Cursor> {
        self.inner.cursor()
    }

    /// Sets whether items that cannot be decoded are skipped; see
    /// [`Pages::skip_undecodable`](crate::Pages::skip_undecodable).
    #[must_use]
    pub fn skip_undecodable(mut self, skip: bool) -> Self {
        self.inner = self.inner.skip_undecodable(skip);
        self
    }

    /// Sets whether a page that may be incomplete is an error; see
    /// [`Pages::strict`](crate::Pages::strict).
    #[must_use]
    pub fn strict(mut self, strict: bool) -> Self {
        self.inner = self.inner.strict(strict);
        self
    }

    /// Returns the items that were skipped since the previous call of this method.
    pub fn take_skipped(&mut self) -> Vec<Skipped> {
        self.inner.take_skipped()
    }
}

impl<E: Paged> Iterator for Pages<E> {
    type Item = Result<E::Response, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.client.wait(async { Ok(self.inner.next().await) });
        end_after_misuse(&mut self.refused, next)
    }
}

/// Iterator over the items of a list, created by [`Client::items`].
#[derive(Debug)]
pub struct Items<E: Paged> {
    client: Client,
    inner: crate::Items<E>,
    refused: bool,
}

impl<E: Paged> Items<E> {
    /// Returns the number of items on all pages; see
    /// [`Items::total_count`](crate::Items::total_count).
    pub fn total_count(&self) -> Option<u64> {
        self.inner.total_count()
    }

    /// Returns the cursor of the page after the current one; see
    /// [`Pages::cursor`](crate::Pages::cursor).
    pub fn cursor(&self) -> Option<&Cursor> {
        self.inner.cursor()
    }

    /// Sets whether items that cannot be decoded are skipped; see
    /// [`Pages::skip_undecodable`](crate::Pages::skip_undecodable).
    #[must_use]
    pub fn skip_undecodable(mut self, skip: bool) -> Self {
        self.inner = self.inner.skip_undecodable(skip);
        self
    }

    /// Sets whether a page that may be incomplete is an error; see
    /// [`Pages::strict`](crate::Pages::strict).
    #[must_use]
    pub fn strict(mut self, strict: bool) -> Self {
        self.inner = self.inner.strict(strict);
        self
    }

    /// Returns the items that were skipped since the previous call of this method.
    pub fn take_skipped(&mut self) -> Vec<Skipped> {
        self.inner.take_skipped()
    }
}

impl<E: Paged> Iterator for Items<E> {
    type Item = Result<E::Item, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.client.wait(async { Ok(self.inner.next().await) });
        end_after_misuse(&mut self.refused, next)
    }
}
