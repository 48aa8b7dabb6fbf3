//! Remote uploads are fetched.

use std::io;
use std::sync::{Arc, Weak};
use std::time::Duration;

use bytes::Bytes;
use frameio_core::Body;
use http::header::CONTENT_LENGTH;
use http::{Request, StatusCode, Uri};
use http_body_util::BodyExt;

use super::complete_remote;
use crate::clock::Clock;
use crate::hooks;
use crate::object::Object;
use crate::outward::{client, loopback, within};
use crate::sim::{Shared, lock};
use crate::storage::{Storage, Writer};
use crate::uploads::Remote;

/// The longest file that is fetched, the service's limit: 50 GB.
const LONGEST: u64 = 50_000_000_000;

/// For how long a source may be silent.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a remote upload is to be fetched from.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    id: String,
    uri: Uri,
}

impl Source {
    /// Nothing where it is not a plain HTTP server on the loopback: the simulator reaches out to
    /// nobody else.
    pub(crate) fn new(id: &str, url: &str) -> Option<Self> {
        loopback(url).map(|uri| Self { id: id.to_owned(), uri })
    }
}

/// Begins to fetch what waits for it; outside of a runtime it goes on waiting.
pub(crate) fn start(shared: &Arc<Shared>) {
    let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
    let sources = std::mem::take(&mut lock(&shared.state).uploads.to_fetch);
    if sources.is_empty() {
        return;
    }
    for source in sources {
        let (clock, storage) = (shared.env.clock.clone(), shared.env.storage.clone());
        shared.spawn(&runtime, run(Arc::downgrade(shared), clock, storage, source));
    }
}

async fn run(shared: Weak<Shared>, clock: Clock, storage: Storage, source: Source) {
    let fetched = fetch(&clock, &storage, &source).await;
    let Some(shared) = shared.upgrade() else { return };
    finish(&shared, storage, &source.id, fetched);
    hooks::settle(&shared);
}

fn finish(shared: &Shared, storage: Storage, id: &str, fetched: io::Result<Object>) {
    let state = &mut *lock(&shared.state);
    match fetched {
        Ok(object) => {
            let deleted = state.uploads.get_any(id).is_none();
            if !complete_remote(state, &shared.env, id, object) && deleted {
                // Its file was made after it was deleted.
                Object::new(storage, id, crate::object::Layout::new(0, 1)).remove();
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
async fn fetch(clock: &Clock, storage: &Storage, source: &Source) -> io::Result<Object> {
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
    Ok(Object::whole(storage.clone(), &source.id, writer.finish().await?, size))
}
