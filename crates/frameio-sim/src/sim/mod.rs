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

/// A local Frame.io: a [`Service`](tower_service::Service) of HTTP requests with its state in memory.
///
/// Clones share one state, and one time, its [`Clock`]. It needs tokio's runtime only for what
/// takes time or goes elsewhere: faults that wait, files in a [directory](Storage::Directory),
/// remote uploads, deliveries, sockets.
///
/// See the [crate](crate) for what it does and what it does not.
#[derive(Clone)]
pub struct Sim {
    shared: Arc<Shared>,
}

/// Names of requests that are not operations of the API, for [`Fault::on`] and
/// [`requests`](Sim::requests).
impl Sim {
    /// The `PUT` of a part.
    pub const UPLOAD_PART: &'static str = operation_ids::UPLOAD_PART;

    /// A download.
    pub const DOWNLOAD: &'static str = operation_ids::DOWNLOAD;

    /// `/ims/authorize/v2`.
    pub const IMS_AUTHORIZE: &'static str = operation_ids::IMS_AUTHORIZE;

    /// `/ims/token/v3`.
    pub const IMS_TOKEN: &'static str = operation_ids::IMS_TOKEN;

    /// `/ims/revoke`.
    pub const IMS_REVOKE: &'static str = operation_ids::IMS_REVOKE;

    /// `/ims/userinfo/v2`.
    pub const IMS_USERINFO: &'static str = operation_ids::IMS_USERINFO;

    /// `/ims/validate_token/v1`.
    pub const IMS_VALIDATE_TOKEN: &'static str = operation_ids::IMS_VALIDATE_TOKEN;

    /// `/ims/.well-known/openid-configuration`.
    pub const IMS_DISCOVERY: &'static str = operation_ids::IMS_DISCOVERY;

    /// `/ims/keys`.
    pub const IMS_KEYS: &'static str = operation_ids::IMS_KEYS;
}

impl Sim {
    /// Token of the demo user where the builder names none.
    pub const TOKEN: &'static str = DEFAULT_TOKEN;

    /// Creates a simulator with other settings than the default.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Creates a simulator with the default settings.
    pub fn new() -> Self {
        Self::builder().build()
    }

    #[cfg(test)]
    pub(crate) const fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Changes something, and dispatches the events of that.
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

    /// Returns the operations of the simulator, which are all of the contract, with their routes
    /// and quotas.
    pub fn operations() -> impl Iterator<Item = &'static Operation> {
        contract::specs().iter().map(|spec| &spec.operation)
    }

    /// Returns the simulator's clock, which can be advanced.
    pub fn clock(&self) -> Clock {
        self.shared.env.clock.clone()
    }

    /// Makes requests fail.
    ///
    /// At most one fault applies to a request: the oldest of its operation that fires. A fault that
    /// responds itself spends no quota and changes nothing.
    pub fn inject(&self, fault: Fault) {
        self.shared.lock().faults.push(fault);
    }

    /// Returns the faults that may still apply to a request, the oldest first;
    /// [`next`](Fault::next) says how often.
    pub fn faults(&self) -> Vec<Fault> {
        self.shared.lock().faults.all()
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        self.shared.lock().faults.clear();
    }

    /// Returns the requests that have been answered, the oldest first: the last 10,000, or fewer
    /// where their bodies have more than 64 MiB together.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.shared.lock().requests.all()
    }

    /// Returns the numbers of requests that have been answered since the start or the last
    /// [reset](Sim::reset).
    pub fn stats(&self) -> Stats {
        self.shared.lock().requests.stats().clone()
    }

    /// Forgets the requests that have been answered; [`stats`](Sim::stats) still counts them.
    pub fn clear_requests(&self) {
        self.shared.lock().requests.clear();
    }

    /// Returns the events so far, the oldest first; at most the last 10,000.
    ///
    /// These are all events that webhooks can receive, and `created`, `updated` and `deleted` of
    /// webhooks and of custom actions, which only the audit log has.
    pub fn events(&self) -> Vec<RecordedEvent> {
        self.change(|_, _| ());
        events::history(&self.shared.lock().state)
    }

    /// Returns the attempts to send something to webhooks and custom actions, in the order in which
    /// they ended; at most the last 10,000.
    ///
    /// The bodies and headers are those that a receiver gets: a test can pass them to its own,
    /// without a socket. Only plain `http://` URLs of the loopback receive them, in the background of
    /// tokio's runtime. A delivery to any other URL is recorded as soon as the request that caused it
    /// is answered, with an [`error`](RecordedDelivery::error) that says so, and is not repeated.
    pub fn deliveries(&self) -> Vec<RecordedDelivery> {
        self.shared.lock().deliveries.all()
    }

    /// Runs a custom action on `selection`, as `user` does from the menu of an asset.
    ///
    /// The action receives requests as the service sends them: signed, with its timeout, 5 s where it
    /// has none, and up to five times on the simulator's [`Clock`]. Only plain `http://` URLs of the
    /// loopback receive them.
    ///
    /// # Errors
    /// When the service would not offer the action, when no response succeeds, and when the response
    /// cannot be shown.
    ///
    /// # Panics
    /// Outside of tokio's runtime.
    pub async fn trigger(
        &self,
        action: &ActionId,
        user: &UserId,
        selection: impl IntoIterator<Item = Resource> + Send,
    ) -> Result<Interaction, TriggerError> {
        let selection = selection.into_iter().collect();
        events::trigger(&self.shared, action, user, selection).await
    }

    /// Adds a collection to a project, created by the demo user; `None` for an unknown project.
    ///
    /// The API only shows collections.
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

    /// Replies to a comment as a user does in the web app; `None` for an unknown comment.
    ///
    /// The API only shows replies, with `include=replies`.
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

    /// Does something with a share under its link, as its activities then show.
    ///
    /// No passphrase is needed.
    ///
    /// # Errors
    /// When the share is unknown, is disabled or has expired; when it is secure, and the visitor
    /// neither a reviewer nor a user who sees its project; when it does not show the file, or has
    /// switched off what the visitor wants to do.
    pub fn visit_share(&self, share_id: &ShareId, visit: Visit) -> Result<(), VisitError> {
        self.change(|env, world| visit.run(&mut world.state, share_id.as_str(), env.clock.now()))
    }

    /// Delivers the bytes of a remote upload, as the service does when it has fetched them; they
    /// are kept in memory whatever the [`Storage`].
    ///
    /// A failed upload takes them, too. Returns false where no such file waits for its bytes.
    pub fn finish_remote_upload(&self, file_id: &FileId, bytes: impl Into<Bytes>) -> bool {
        let (bytes, id) = (bytes.into(), file_id.as_str());
        let size = bytes.len() as u64;
        let object = UploadedObject::whole(Storage::Memory, id, Kept::Blocks(vec![bytes]), size);
        self.change(|env, world| {
            let now = env.clock.now();
            world.state.complete_remote_upload(id, object, now, env.transcode_after)
        })
    }

    /// Returns a signed URL of an upload, by the id of its file or attachment; `None` where it is
    /// not complete.
    ///
    /// The API has no URL of attachments. `base` is the [URL](SimServer::url) of the server; in
    /// process it may be any.
    pub fn download_url(&self, base: &str, id: &str) -> Option<String> {
        let world = self.shared.lock();
        world.state.uploads.get(id)?.completed_at?;
        Some(world.signer.download_url(base, id, "attachment", self.shared.env.clock.now()))
    }

    /// Goes back to the state with which the simulator was built; the time goes on.
    ///
    /// The [`demo`](Sim::demo) keeps its ids and tokens. Everything that was created, uploaded,
    /// recorded and counted is gone, and so are the tokens of IMS. The quotas are whole, the faults are
    /// those of the [builder](Builder::fault), drawn again by its seed, and background tasks, such as
    /// deliveries, end. Bytes of a [saved state](SavedState) that were removed from a directory stay
    /// removed.
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
    /// When it cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), StateError> {
        self.state().write(path)
    }

    /// Starts over with a state, as if the simulator had been built with it: a later
    /// [reset](Self::reset) goes back to it.
    ///
    /// The [`demo`](Self::demo) is that of the state, and what a reset makes whole is whole. The
    /// builder's tokens belong to the demo user, its settings stay, and so do its credentials of IMS;
    /// users and accounts that were added to the state before are gone. Time does not go back: the
    /// clock is as far ahead as that of the state, unless it was further already.
    pub fn restore(&self, state: SavedState) {
        snapshot::restore(&self.shared.env, &mut self.shared.lock(), state);
    }

    /// Serves HTTP/1.1 on a free port of the loopback.
    ///
    /// # Errors
    /// When no socket is available.
    pub async fn serve(&self) -> io::Result<SimServer> {
        self.serve_on((Ipv4Addr::LOCALHOST, 0)).await
    }

    /// Serves HTTP/1.1 on an address.
    ///
    /// # Errors
    /// When the simulator cannot listen on the address.
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
