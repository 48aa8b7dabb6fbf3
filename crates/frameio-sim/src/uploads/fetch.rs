//! Remote uploads, fetched in the background.

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

/// The longest file that is fetched, the service's limit: 50 GB.
const LONGEST: u64 = 50_000_000_000;

/// For how long a source may be silent.
const PATIENCE: Duration = Duration::from_secs(60);

/// Starts to fetch the remote uploads that wait for it; outside of a runtime they keep waiting.
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
                // Its file was written after it was deleted.
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
    let asked = within(clock, PATIENCE, client().request(request));
    let response = asked.await?.map_err(io::Error::other)?;
    if response.status() != StatusCode::OK {
        return Err(io::Error::other("the source does not answer with 200"));
    }
    let length = response.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let length = length.and_then(|length| length.parse().ok());
    let too_long = || io::Error::from(io::ErrorKind::FileTooLarge);
    if length.is_some_and(|length: u64| length > LONGEST) {
        return Err(too_long());
    }
    let mut body = response.into_body();
    let mut writer = Writer::open(storage, &source.id, 0, length.unwrap_or(LONGEST)).await?;
    let mut size = 0;
    while let Some(frame) = within(clock, PATIENCE, body.frame()).await? {
        let Ok(data) = frame.map_err(io::Error::other)?.into_data() else { continue };
        size += Bytes::len(&data) as u64;
        if size > LONGEST {
            return Err(too_long());
        }
        writer.write(data).await?;
    }
    if size == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(UploadedObject::whole(storage.clone(), &source.id, writer.finish().await?, size))
}
