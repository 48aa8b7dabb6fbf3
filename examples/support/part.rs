//! Sending one part of a file to its signed URL.
//!
//! It goes through a stack of its own, made of the same layers as the client's: no token, no
//! quota, and a body that is read from the disk again for each attempt.

use std::io::SeekFrom;
use std::path::PathBuf;
use std::time::Duration;

use frameio::files::UploadUrl;
use frameio::layers::{CollectLayer, HttpError, RetryLayer, RetryPolicy, TimeoutLayer};
use frameio::transport::HyperTransport;
use frameio::{Body, HttpService};
use futures_util::{TryFutureExt, TryStreamExt};
use http::{Request, header};
use http_body_util::StreamBody;
use hyper::body::Frame;
use indicatif::ProgressBar;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;
use tower::{ServiceBuilder, ServiceExt};

type Error = Box<dyn std::error::Error + Send + Sync>;

/// The piece of a file that a part is.
#[derive(Clone)]
pub(crate) struct Source {
    pub(crate) path: PathBuf,
    pub(crate) offset: u64,
    pub(crate) size: u64,
}

/// The stack for parts.
pub(crate) fn transport() -> HttpService {
    HttpService::new(
        ServiceBuilder::new()
            .layer(RetryLayer::new(RetryPolicy::default()))
            .layer(TimeoutLayer::new(Duration::from_secs(600)))
            .layer(CollectLayer::new(64 << 10))
            .service(HyperTransport::builder().build())
            .map_err(HttpError::new),
    )
}

/// Puts `source` to `url`, with the headers that the signature covers.
pub(crate) async fn put(
    transport: HttpService,
    url: &UploadUrl,
    media_type: &str,
    source: Source,
    bar: ProgressBar,
) -> Result<(), Error> {
    let request = Request::put(url.url.as_str())
        .header("x-amz-acl", "private")
        .header(header::CONTENT_TYPE, media_type)
        .body(body(source, bar))?;
    let answer = transport.oneshot(request).await?;
    if !answer.status().is_success() {
        return Err(format!("a part was refused with {}", answer.status()).into());
    }
    Ok(())
}

/// A body that opens the file anew for each attempt, and holds one buffer of it at a time.
fn body(source: Source, bar: ProgressBar) -> Body {
    Body::factory(Some(source.size), move || {
        let (source, bar) = (source.clone(), bar.clone());
        let chunks = async move {
            let mut file = File::open(&source.path).await?;
            file.seek(SeekFrom::Start(source.offset)).await?;
            Ok::<_, std::io::Error>(ReaderStream::with_capacity(file.take(source.size), 256 << 10))
        };
        StreamBody::new(
            chunks
                .try_flatten_stream()
                .inspect_ok(move |chunk| bar.inc(chunk.len() as u64))
                .map_ok(Frame::data),
        )
    })
}
