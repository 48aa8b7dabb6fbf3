//! [`Sim`]: the handle that all share.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use frameio_core::{AccountId, FileId, FolderId, Operation, ProjectId, UserId, WorkspaceId};
use secrecy::SecretString;

use crate::builder::Builder;
use crate::contract;
use crate::faults::{Fault, Faults};
use crate::ims::Ims;
use crate::quota::Buckets;
use crate::record::{RecordedRequest, Records};
use crate::resources;
use crate::server::SimServer;
use crate::state::{Env, Part, State};

/// A local Frame.io: a [`Service`](tower_service::Service) of HTTP requests with its state in memory.
///
/// Clones share one state. It needs no runtime but tokio's clock, which a [`Fault`] may wait on,
/// so that paused time moves its quotas, the age of its URLs and its dates.
///
/// See the [crate](crate) for what it does and what it does not.
#[derive(Clone)]
pub struct Sim {
    pub(crate) shared: Arc<Shared>,
}

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) tokens: Vec<SecretString>,
    pub(crate) legacy_tokens: Vec<SecretString>,
    pub(crate) ims: Ims,
    pub(crate) demo: Demo,
    pub(crate) env: Env,
    pub(crate) state: Mutex<State>,
    pub(crate) buckets: Mutex<Buckets>,
    pub(crate) faults: Mutex<Faults>,
    pub(crate) records: Mutex<Records>,
}

/// A handler that panicked has left nothing half done that matters to a test.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The ids of what is there from the start.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Demo {
    /// The one user, to whom everything belongs.
    pub user_id: UserId,
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

    /// What [`fail_next`](Sim::fail_next) and [`requests`](Sim::requests) call the `PUT` of a part.
    pub const UPLOAD_PART: &'static str = "sim.upload_part";

    /// What [`fail_next`](Sim::fail_next) and [`requests`](Sim::requests) call a download.
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
    pub fn demo(&self) -> &Demo {
        &self.shared.demo
    }

    /// The operations that the simulator has, with their routes and quotas.
    ///
    /// All others of the contract are checked as these are, and then answered with 501.
    pub fn operations() -> impl Iterator<Item = &'static Operation> {
        let operations = contract::specs().iter().map(|spec| &spec.operation);
        operations.filter(|operation| resources::all().any(|it| it.id == operation.id))
    }

    /// Lets the next request go wrong: the next of all, or the next of one operation by its id.
    ///
    /// Faults wait in a queue, each for one request. The request of a fault that answers spends
    /// no quota and changes nothing.
    pub fn fail_next(&self, operation: Option<&str>, fault: Fault) {
        lock(&self.shared.faults).push(operation, fault);
    }

    /// The requests that have been answered, the oldest first; no more than the last 10,000.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        lock(&self.shared.records).all()
    }

    /// Forgets the requests that have been answered.
    pub fn clear_requests(&self) {
        lock(&self.shared.records).clear();
    }

    /// Delivers the bytes of a remote upload, as the service does when it has fetched them.
    ///
    /// False where no such file waits for its bytes.
    pub fn finish_remote_upload(&self, file_id: &FileId, bytes: impl Into<Bytes>) -> bool {
        let bytes = bytes.into();
        let size = bytes.len() as u64;
        let now = self.shared.env.clock.now();
        let state = &mut *lock(&self.shared.state);
        let upload = state.uploads.get_mut(file_id.as_str());
        let (Some(upload), Some(file)) = (upload, state.files.get_mut(file_id.as_str())) else {
            return false;
        };
        if upload.completed_at.is_some() || file.field("file_size") != 0 {
            return false;
        }
        upload.parts = vec![Part { size, chunks: Some(vec![bytes]) }];
        upload.completed_at = Some(now);
        file.fields.insert("file_size".to_owned(), size.into());
        file.update(serde_json::Map::new(), now);
        true
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
        f.debug_struct("Sim").field("demo", &self.shared.demo).finish_non_exhaustive()
    }
}
