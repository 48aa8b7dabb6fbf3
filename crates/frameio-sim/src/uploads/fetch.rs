//! Remote uploads, fetched by background tasks.

use std::io;
use std::sync::{Arc, Weak};
use std::time::Duration;

use bytes::Bytes;
use frameio_core::Body;
use http::header::CONTENT_LENGTH;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use tokio::runtime::Handle;

use crate::clock::Clock;
use crate::events;
use crate::loopback_client::{client, within};
use crate::shared::{Env, Shared, World};
use crate::state::{Remote, RemoteSource, State};
use crate::storage::{Layout, Storage, UploadedObject, Writer};

/// Maximum size of a fetched file, which is the limit of the service: 50 GB.
const MAX_SIZE: u64 = 50_000_000_000;

/// Time limit for the next data of a source.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// Starts to fetch pending remote uploads. Outside of a runtime, they stay pending.
pub(crate) fn start_pending(shared: &Arc<Shared>, world: &mut World) {
    if world.state.uploads.to_fetch.is_empty() {
        return;
    }
    let Ok(runtime) = Handle::try_current() else { return };
    for source in std::mem::take(&mut world.state.uploads.to_fetch) {
        let (clock, storage) = (shared.env.clock.clone(), shared.env.storage.clone());
        world.spawn(&runtime, run(Arc::downgrade(shared), clock, storage, source));
    }
}

async fn run(shared: Weak<Shared>, clock: Clock, storage: Storage, source: RemoteSource) {
    let fetched = fetch(&clock, &storage, &source).await;
    let Some(shared) = shared.upgrade() else { return };
    let world = &mut *shared.lock();
    finish(&shared.env, &mut world.state, &source.id, fetched);
    events::dispatch_pending(&shared, world);
}

fn finish(env: &Env, state: &mut State, id: &str, fetched: io::Result<UploadedObject>) {
    match fetched {
        Ok(object) => {
            let deleted = state.uploads.get_any(id).is_none();
            let now = env.clock.now();
            if !state.complete_remote_upload(id, object, now, env.transcode_after) && deleted {
                // Deleted permanently while its content was fetched.
                UploadedObject::new(env.storage.clone(), id, Layout::new(0, 1)).remove();
            }
        }
        Err(_) => {
            for id in state.uploads.sharing(id) {
                let upload = state.uploads.get_mut(&id);
                if let Some(remote) = upload.and_then(|upload| upload.remote.as_mut()) {
                    *remote = Remote::Failed;
                }
            }
        }
    }
}

/// Streams the source into the storage.
async fn fetch(
    clock: &Clock,
    storage: &Storage,
    source: &RemoteSource,
) -> io::Result<UploadedObject> {
    let request = Request::get(&source.uri).body(Body::empty()).map_err(io::Error::other)?;
    let response = within(clock, IDLE_TIMEOUT, client().request(request)).await?;
    let response = response.map_err(io::Error::other)?;
    if response.status() != StatusCode::OK {
        return Err(io::Error::other("the status of the source is not 200"));
    }
    let length = response.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let length = length.and_then(|length| length.parse().ok());
    let too_long = || io::Error::from(io::ErrorKind::FileTooLarge);
    if length.is_some_and(|length: u64| length > MAX_SIZE) {
        return Err(too_long());
    }
    let mut body = response.into_body();
    let mut writer = Writer::open(storage, &source.id, 0, length.unwrap_or(MAX_SIZE)).await?;
    let mut size = 0;
    while let Some(frame) = within(clock, IDLE_TIMEOUT, body.frame()).await? {
        let Ok(data) = frame.map_err(io::Error::other)?.into_data() else { continue };
        size += Bytes::len(&data) as u64;
        if size > MAX_SIZE {
            return Err(too_long());
        }
        writer.write(data).await?;
    }
    if size == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(UploadedObject::whole(storage.clone(), &source.id, writer.finish().await?, size))
}
