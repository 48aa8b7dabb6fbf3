//! [`Sim`]: the handle that all share.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use frameio_core::{
    AccountId, CollectionId, FileId, FolderId, Operation, ProjectId, UserId, WorkspaceId,
};
use secrecy::SecretString;
use tokio::runtime::Handle;
use tokio::task::JoinSet;

use crate::builder::Builder;
use crate::clock::Clock;
use crate::contract;
use crate::faults::{Fault, Faults};
use crate::hooks::{self, Deliveries, RecordedDelivery, RecordedEvent};
use crate::ims::Ims;
use crate::media;
use crate::object::Object;
use crate::people::Token;
use crate::quota::Buckets;
use crate::record::{RecordedRequest, Records};
use crate::reset::Start;
use crate::resources::collections::{self, Collection};
use crate::server::SimServer;
use crate::state::{By, Env, State};
use crate::stats::Stats;
use crate::storage::{Kept, Storage};

/// A local Frame.io: a [`Service`](tower_service::Service) of HTTP requests with its state in memory.
///
/// Clones share one state, and one time, its [`Clock`]. It needs tokio's runtime only for what
/// takes time or goes elsewhere: faults that wait, files in a [directory](Storage::Directory),
/// remote uploads, deliveries, sockets.
///
/// See the [crate](crate) for what it does and what it does not.
#[derive(Clone)]
pub struct Sim {
    pub(crate) shared: Arc<Shared>,
}

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) tokens: Mutex<Vec<Token>>,
    pub(crate) legacy_tokens: Vec<SecretString>,
    pub(crate) ims: Ims,
    pub(crate) demo: Mutex<Demo>,
    pub(crate) start: Mutex<Start>,
    pub(crate) env: Env,
    pub(crate) state: Mutex<State>,
    pub(crate) buckets: Mutex<Buckets>,
    pub(crate) faults: Mutex<Faults>,
    pub(crate) records: Mutex<Records>,
    pub(crate) deliveries: Mutex<Deliveries>,
    /// What goes on in the background, and ends with the simulator.
    pub(crate) tasks: Mutex<JoinSet<()>>,
}

impl Shared {
    /// Runs a task in the background; it ends with the simulator, so it must not keep that.
    pub(crate) fn spawn(&self, runtime: &Handle, task: impl Future<Output = ()> + Send + 'static) {
        self.under_way();
        lock(&self.tasks).spawn_on(task, runtime);
    }

    /// How many tasks run in the background.
    pub(crate) fn under_way(&self) -> usize {
        let tasks = &mut *lock(&self.tasks);
        while tasks.try_join_next().is_some() {}
        tasks.len()
    }
}

/// A handler that panicked has left nothing half done that matters to a test.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The ids of what is there from the start.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Demo {
    /// The demo user, who owns everything.
    pub user_id: UserId,
    /// Someone who is an editor in the workspace.
    pub editor_id: UserId,
    /// Someone who comments in the workspace.
    pub commenter_id: UserId,
    /// Someone who only looks at the workspace.
    pub viewer_id: UserId,
    /// The first account.
    pub account_id: AccountId,
    /// Its workspace.
    pub workspace_id: WorkspaceId,
    /// The project in the workspace.
    pub project_id: ProjectId,
    /// The root folder of the project.
    pub root_folder_id: FolderId,
}

impl Sim {
    /// The token that is taken where the builder names none.
    pub const TOKEN: &'static str = "frameio-sim-demo-token";

    /// What faults and [`requests`](Sim::requests) call the `PUT` of a part.
    pub const UPLOAD_PART: &'static str = "sim.upload_part";

    /// What faults and [`requests`](Sim::requests) call a download.
    pub const DOWNLOAD: &'static str = "sim.download";

    /// A simulator with other settings than the default.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// A simulator with the default settings.
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// The ids of what is there from the start.
    pub fn demo(&self) -> Demo {
        lock(&self.shared.demo).clone()
    }

    /// The operations that the simulator has, which are all of the contract, with their routes and
    /// quotas.
    pub fn operations() -> impl Iterator<Item = &'static Operation> {
        contract::specs().iter().map(|spec| &spec.operation)
    }

    /// The time here, and the means to move it.
    pub fn clock(&self) -> Clock {
        self.shared.env.clock.clone()
    }

    /// Lets requests go wrong.
    ///
    /// A request is befallen by one fault at most: the oldest of its operation that fires. A
    /// fault that answers itself spends no quota and changes nothing.
    pub fn inject(&self, fault: Fault) {
        lock(&self.shared.faults).push(fault);
    }

    /// The faults that may still befall a request, the oldest first; [`next`](Fault::next) tells
    /// what is left.
    pub fn faults(&self) -> Vec<Fault> {
        lock(&self.shared.faults).all()
    }

    /// Takes all faults back.
    pub fn clear_faults(&self) {
        lock(&self.shared.faults).clear();
    }

    /// The requests that have been answered, the oldest first; no more than the last 10,000,
    /// and fewer where their bodies have more than 64 MiB together.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        lock(&self.shared.records).all()
    }

    /// The numbers of requests that have been answered since the start or the last
    /// [reset](Sim::reset).
    pub fn stats(&self) -> Stats {
        lock(&self.shared.records).stats().clone()
    }

    /// Forgets the requests that have been answered; [`stats`](Sim::stats) still counts them.
    pub fn clear_requests(&self) {
        lock(&self.shared.records).clear();
    }

    /// What has happened, the oldest first; no more than the last 10,000.
    ///
    /// That is all that webhooks can tell of, and `created`, `updated` and `deleted` of webhooks
    /// and of custom actions, of which only the audit log tells.
    pub fn events(&self) -> Vec<RecordedEvent> {
        hooks::settle(&self.shared);
        lock(&self.shared.state).hooks.history()
    }

    /// What was sent to webhooks and to custom actions, each attempt by itself, in the order in
    /// which they ended; no more than the last 10,000.
    ///
    /// The bodies and headers are those that a receiver gets: a test can give them to its own,
    /// without a socket. Only plain `http://` URLs of the loopback are asked, in the background of
    /// tokio's runtime. What is for any other URL is here as soon as the request is answered that
    /// caused it, with an [`error`](RecordedDelivery::error) that says so, and is not repeated.
    pub fn deliveries(&self) -> Vec<RecordedDelivery> {
        lock(&self.shared.deliveries).all()
    }

    /// Adds a collection to a project, made by the demo user; nothing where there is no such
    /// project.
    ///
    /// The API only shows collections.
    pub fn add_collection(
        &self,
        project_id: &ProjectId,
        collection: Collection,
    ) -> Option<CollectionId> {
        let now = self.shared.env.clock.now();
        let user = self.demo().user_id;
        let by = By { account: "", user: user.as_str(), now };
        let id =
            collections::add(&mut lock(&self.shared.state), by, project_id.as_str(), collection);
        hooks::settle(&self.shared);
        id.map(Into::into)
    }

    /// Delivers the bytes of a remote upload, as the service does when it has fetched them; they
    /// are kept in memory whatever the [`Storage`].
    ///
    /// It does so for one that has failed, too. False where no such file waits for its bytes.
    pub fn finish_remote_upload(&self, file_id: &FileId, bytes: impl Into<Bytes>) -> bool {
        let (bytes, id) = (bytes.into(), file_id.as_str());
        let size = bytes.len() as u64;
        let object = Object::whole(Storage::Memory, id, Kept::Blocks(vec![bytes]), size);
        let shared = &self.shared;
        let complete = media::complete_remote(&mut lock(&shared.state), &shared.env, id, object);
        hooks::settle(shared);
        complete
    }

    /// A signed URL of what was uploaded, by the id of its file or attachment; nothing where it
    /// is not complete.
    ///
    /// The API gives none for attachments. `base` is the [URL](SimServer::url) of the server; in
    /// process it may be any.
    pub fn download_url(&self, base: &str, id: &str) -> Option<String> {
        lock(&self.shared.state).uploads.get(id)?.completed_at?;
        Some(media::download_url(&self.shared.env, base, id, "attachment"))
    }

    /// Serves HTTP/1.1 on a free port of the loopback.
    ///
    /// # Errors
    /// When no socket can be had.
    pub async fn serve(&self) -> io::Result<SimServer> {
        self.serve_on((Ipv4Addr::LOCALHOST, 0)).await
    }

    /// Serves HTTP/1.1 on an address.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn serve_on(&self, address: impl Into<SocketAddr>) -> io::Result<SimServer> {
        SimServer::bind(self.clone(), address.into()).await
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
