//! [`Sim`]: the public handle.

mod builder;
mod service;
mod small_account;
#[cfg(test)]
mod tests;
mod users;

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use frameio_core::{
    ActionId, CollectionId, CommentId, FileId, Operation, ProjectId, ShareId, UserId,
};
use frameio_webhook::Resource;

pub use self::builder::Builder;
use crate::clock::Clock;
use crate::contract;
use crate::events::{self, Interaction, RecordedEvent, TriggerError};
use crate::faults::Fault;
use crate::history::{RecordedDelivery, RecordedRequest, Stats};
use crate::http::SimServer;
use crate::operation_ids;
use crate::operations::collections::{self, Collection};
use crate::operations::comments;
use crate::operations::shares::{Visit, VisitError};
use crate::shared::{DEFAULT_TOKEN, Env, Shared, World};
use crate::snapshot::{self, Document, SavedState, StateError};
use crate::state::{Actor, Demo};
use crate::storage::{Kept, Storage, UploadedObject};

/// Simulator of Frame.io: a [`Service`](tower_service::Service) of HTTP requests with its state in
/// memory.
///
/// Clones share the state and the [`Clock`]. A tokio runtime is required only for faults with a delay,
/// files in a [directory](Storage::Directory), remote uploads, deliveries and sockets.
///
/// The [crate documentation](crate) lists what is simulated and what is not.
#[derive(Clone)]
pub struct Sim {
    shared: Arc<Shared>,
}

/// Names of requests outside the API, for [`Fault::on`] and [`RecordedRequest::operation`].
impl Sim {
    /// `PUT` of an upload part to a signed URL.
    pub const UPLOAD_PART: &'static str = operation_ids::UPLOAD_PART;

    /// Download from a signed URL.
    pub const DOWNLOAD: &'static str = operation_ids::DOWNLOAD;

    /// Start of a sign-in, `/ims/authorize/v2`.
    pub const IMS_AUTHORIZE: &'static str = operation_ids::IMS_AUTHORIZE;

    /// Request for tokens, `/ims/token/v3`.
    pub const IMS_TOKEN: &'static str = operation_ids::IMS_TOKEN;

    /// Revocation of a token, `/ims/revoke`.
    pub const IMS_REVOKE: &'static str = operation_ids::IMS_REVOKE;

    /// Profile of the token's user, `/ims/userinfo/v2`.
    pub const IMS_USERINFO: &'static str = operation_ids::IMS_USERINFO;

    /// Validation of a token, `/ims/validate_token/v1`.
    pub const IMS_VALIDATE_TOKEN: &'static str = operation_ids::IMS_VALIDATE_TOKEN;

    /// OpenID configuration, `/ims/.well-known/openid-configuration`.
    pub const IMS_DISCOVERY: &'static str = operation_ids::IMS_DISCOVERY;

    /// Set of public keys, `/ims/keys`.
    pub const IMS_KEYS: &'static str = operation_ids::IMS_KEYS;
}

impl Sim {
    /// Default token of the demo user, replaced by [`Builder::token`].
    pub const TOKEN: &'static str = DEFAULT_TOKEN;

    /// Returns a builder for a simulator with custom settings.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Creates a simulator with the default settings.
    pub fn new() -> Self {
        Self::builder().build()
    }

    pub(crate) const fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Changes the state, and dispatches the resulting events.
    fn change<T>(&self, change: impl FnOnce(&Env, &mut World) -> T) -> T {
        let world = &mut *self.shared.lock();
        let changed = change(&self.shared.env, world);
        events::dispatch_pending(&self.shared, world);
        changed
    }

    /// Returns the ids of the records that exist from the start.
    pub fn demo(&self) -> Demo {
        self.shared.lock().demo.clone()
    }

    /// Returns all operations of the contract, with their routes and quotas.
    pub fn operations() -> impl Iterator<Item = &'static Operation> {
        contract::specs().iter().map(|spec| &spec.operation)
    }

    /// Returns the simulator's clock, which can be advanced.
    pub fn clock(&self) -> Clock {
        self.shared.env.clock.clone()
    }

    /// Adds a fault, which makes matching requests fail.
    ///
    /// At most one fault applies to a request: the oldest one that matches its operation and is due. A
    /// fault that responds in place of the operation spends no quota and changes no state.
    pub fn inject(&self, fault: Fault) {
        self.shared.lock().faults.push(fault);
    }

    /// Returns the faults that can still apply to a request, oldest first.
    ///
    /// The count of a [`next`](Fault::next) fault is the number of remaining requests.
    pub fn faults(&self) -> Vec<Fault> {
        self.shared.lock().faults.all()
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        self.shared.lock().faults.clear();
    }

    /// Returns the completed requests, oldest first.
    ///
    /// The record holds the last 10,000 requests, or fewer if their bodies exceed 64 MiB in total.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.shared.lock().requests.all()
    }

    /// Returns the numbers of requests completed since the start or the last [reset](Sim::reset).
    pub fn stats(&self) -> Stats {
        self.shared.lock().requests.stats().clone()
    }

    /// Clears the record of requests; [`stats`](Sim::stats) still counts them.
    pub fn clear_requests(&self) {
        self.shared.lock().requests.clear();
    }

    /// Returns the last 10,000 events, oldest first.
    ///
    /// These are all events that webhooks can receive, and the events `created`, `updated` and
    /// `deleted` of webhooks and custom actions, which otherwise appear only in the audit log.
    pub fn events(&self) -> Vec<RecordedEvent> {
        self.change(|_, _| ());
        events::history(&self.shared.lock().state)
    }

    /// Returns the last 10,000 delivery attempts to webhooks and custom actions, in the order in which
    /// they ended.
    ///
    /// A test without a socket can pass the recorded headers and body to its own receiver. Deliveries
    /// are sent only to plain `http://` URLs on the loopback interface, by background tasks of the tokio
    /// runtime. A delivery to any other URL is recorded with an [`error`](RecordedDelivery::error) when
    /// the request that caused it completes, and is not retried.
    pub fn deliveries(&self) -> Vec<RecordedDelivery> {
        self.shared.lock().deliveries.all()
    }

    /// Runs a custom action on `selection`, as if `user` chose it in the menu of an asset.
    ///
    /// The action's URL receives the requests that the service sends: signed, with the timeout of the
    /// action (default: 5 s), and with up to five attempts on the simulator's [`Clock`]. Requests are
    /// sent only to plain `http://` URLs on the loopback interface.
    ///
    /// # Errors
    /// Fails when the service would not offer the action, when every attempt fails, and when the
    /// response is neither a form nor a message.
    ///
    /// # Panics
    /// Panics outside of a tokio runtime.
    pub async fn trigger(
        &self,
        action: &ActionId,
        user: &UserId,
        selection: impl IntoIterator<Item = Resource> + Send,
    ) -> Result<Interaction, TriggerError> {
        let selection = selection.into_iter().collect();
        events::trigger(&self.shared, action, user, selection).await
    }

    /// Adds a collection to a project, with the demo user as its creator.
    ///
    /// The API cannot create collections. Returns `None` for an unknown project.
    pub fn add_collection(
        &self,
        project_id: &ProjectId,
        collection: Collection,
    ) -> Option<CollectionId> {
        let id = self.change(|env, World { state, demo, .. }| {
            let now = env.clock.now();
            let actor = Actor { account: "", user: demo.user_id.as_str(), now };
            collections::add(state, actor, project_id.as_str(), collection)
        });
        id.map(Into::into)
    }

    /// Adds a reply to a comment, as a user does in the web app.
    ///
    /// The API cannot create replies; it returns them with `include=replies`. Returns `None` for an
    /// unknown comment.
    pub fn reply(
        &self,
        comment_id: &CommentId,
        user_id: &UserId,
        text: impl Into<String>,
    ) -> Option<CommentId> {
        let (comment, user, text) = (comment_id.as_str(), user_id.as_str(), text.into());
        let now = self.shared.env.clock.now();
        let state = &mut self.shared.lock().state;
        comments::reply(state, comment, user, text, now).map(Into::into)
    }

    /// Acts as a visitor of a share's link, and adds the visit to the share's activities.
    ///
    /// No passphrase is needed.
    ///
    /// # Errors
    /// Fails when the share is unknown, disabled or expired, does not contain the file, or does not
    /// allow the action, and when a secure share is visited by neither a reviewer nor a user with access
    /// to its project.
    pub fn visit_share(&self, share_id: &ShareId, visit: Visit) -> Result<(), VisitError> {
        self.change(|env, world| visit.run(&mut world.state, share_id.as_str(), env.clock.now()))
    }

    /// Completes a remote upload with `bytes`, as if the service had fetched them.
    ///
    /// The bytes are kept in memory with every [`Storage`]. A failed remote upload can be completed too.
    /// Returns false for a file that is unknown or not waiting for a remote upload.
    pub fn finish_remote_upload(&self, file_id: &FileId, bytes: impl Into<Bytes>) -> bool {
        let (bytes, id) = (bytes.into(), file_id.as_str());
        let size = bytes.len() as u64;
        let object = UploadedObject::whole(Storage::Memory, id, Kept::Blocks(vec![bytes]), size);
        self.change(|env, world| {
            let now = env.clock.now();
            world.state.complete_remote_upload(id, object, now, env.transcode_after)
        })
    }

    /// Returns a signed download URL by the id of a file or attachment, or `None` if its upload is
    /// incomplete.
    ///
    /// The API provides no URLs of attachments. `base` is the [URL](SimServer::url) of the server, or
    /// any URL for use in process.
    pub fn download_url(&self, base: &str, id: &str) -> Option<String> {
        let world = self.shared.lock();
        world.state.uploads.get(id)?.completed_at?;
        Some(world.signer.download_url(base, id, "attachment", self.shared.env.clock.now()))
    }

    /// Resets the simulator to the state with which it was built, except for the clock.
    ///
    /// The [`demo`](Sim::demo) keeps its ids and tokens. Everything created, uploaded, recorded or
    /// counted since is removed, including IMS tokens. Quotas are full, faults are those of the
    /// [builder](Builder::fault) with their random seed, and background tasks such as deliveries are
    /// stopped. Bytes of a [saved state](SavedState) that were removed from a directory are not restored.
    pub fn reset(&self) {
        self.shared.lock().reset();
    }

    /// Returns the current state.
    pub fn state(&self) -> SavedState {
        SavedState(Document::of(&self.shared.env, &self.shared.lock()))
    }

    /// Writes the current state to a file; see [`SavedState::write`].
    ///
    /// # Errors
    /// Fails when the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), StateError> {
        self.state().write(path)
    }

    /// Replaces the state, as if the simulator had been built with the given one.
    ///
    /// A later [reset](Self::reset) returns to the given state. [`demo`](Self::demo) returns the demo of
    /// that state. The builder's tokens, settings and IMS credentials are kept; users and accounts that
    /// the builder added are removed. Records, quotas and faults are reset as by
    /// [`reset`](Self::reset). The clock is advanced to the offset in the state, and never set back.
    pub fn restore(&self, state: SavedState) {
        snapshot::restore(&self.shared.env, &mut self.shared.lock(), state);
    }

    /// Serves HTTP/1.1 on a free port of the loopback interface.
    ///
    /// # Errors
    /// Fails when no port can be bound.
    pub async fn serve(&self) -> io::Result<SimServer> {
        self.serve_on((Ipv4Addr::LOCALHOST, 0)).await
    }

    /// Serves HTTP/1.1 on an address.
    ///
    /// # Errors
    /// Fails when the address cannot be bound.
    pub async fn serve_on(&self, address: impl Into<SocketAddr>) -> io::Result<SimServer> {
        SimServer::bind(self.shared.clone(), address.into()).await
    }
}

impl Default for Sim {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Sim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sim").field("demo", &self.demo()).finish_non_exhaustive()
    }
}
