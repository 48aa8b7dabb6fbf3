//! The same transfers with the minimum: hyper, positioned reads and writes.

use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use frameio::Client;
use frameio::files::{CreateLocalUpload, FileInclude, ShowFile, ShowUploadStatus};
use futures_util::{StreamExt, TryStreamExt, stream};
use http::Request;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use crate::storage::Simulator;
use crate::{IN_FLIGHT, SIZE};

/// Bytes that are read and sent, or received and written, at a time.
const CHUNK: u64 = 512 << 10;

/// Bytes that a download requests at a time.
const RANGE: u64 = 16 << 20;

type Stream = Pin<Box<dyn futures_util::Stream<Item = io::Result<Frame<Bytes>>> + Send + Sync>>;

pub(crate) struct Plain {
    http: legacy::Client<HttpConnector, StreamBody<Stream>>,
    api: Client,
}

impl Plain {
    pub(crate) fn new(api: Client) -> Self {
        let http = legacy::Client::builder(TokioExecutor::new()).build(HttpConnector::new());
        Self { http, api }
    }

    /// Reads each chunk after the previous one was sent.
    pub(crate) async fn upload(&self, simulator: &Simulator, path: &Path) {
        let (account, folder) = (&*simulator.account, &*simulator.folder);
        let create = CreateLocalUpload::new(account, folder, "bench.mov", SIZE);
        let created = self.api.send(create).await.unwrap();
        let file = Arc::new(std::fs::File::open(path).unwrap());
        let mut offset = 0;
        let parts = created.upload_urls.unwrap().into_iter().map(|part| {
            let start = offset;
            offset += part.size;
            Ok::<_, legacy::Error>((part, start))
        });
        stream::iter(parts)
            .try_for_each_concurrent(IN_FLIGHT, |(part, start)| {
                let request = Request::put(part.url.as_str())
                    .header("x-amz-acl", "private")
                    .header("content-type", "video/quicktime")
                    .header("content-length", part.size)
                    .body(StreamBody::new(read(file.clone(), start, start + part.size)))
                    .unwrap();
                async move {
                    let response = self.http.request(request).await?;
                    assert!(response.status().is_success(), "{}", response.status());
                    Ok(())
                }
            })
            .await
            .unwrap();
        let status = self.api.send(ShowUploadStatus::new(account, created.id)).await.unwrap();
        assert!(status.upload_complete);
    }

    /// Writes each chunk before it reads the next one; with `sync`, syncs the file at the end.
    pub(crate) async fn download(&self, account: &str, id: &str, path: &Path, sync: bool) {
        let show = ShowFile::new(account, id).include([FileInclude::MediaLinksOriginal]);
        let links = self.api.send(show).await.unwrap().media_links.unwrap();
        let url = links.original.unwrap().download_url.unwrap();
        let file = Arc::new(std::fs::File::create(path).unwrap());
        file.set_len(SIZE).unwrap();
        stream::iter((0..SIZE).step_by(RANGE as usize))
            .for_each_concurrent(IN_FLIGHT, |start| {
                let range = format!("bytes={start}-{}", (start + RANGE).min(SIZE) - 1);
                let nothing: Stream = Box::pin(stream::empty());
                let request = Request::get(url.as_str()).header("range", range);
                let request = request.body(StreamBody::new(nothing)).unwrap();
                let file = file.clone();
                async move {
                    let response = self.http.request(request).await.unwrap();
                    assert_eq!(response.status(), 206);
                    write(response.into_body(), &file, start).await;
                }
            })
            .await;
        if sync {
            tokio::task::spawn_blocking(move || file.sync_all().unwrap()).await.unwrap();
        }
    }
}

async fn write(mut body: hyper::body::Incoming, file: &Arc<std::fs::File>, start: u64) {
    let (mut at, mut gathered) = (start, Vec::with_capacity(2 * CHUNK as usize));
    loop {
        let frame = body.frame().await.map(|frame| frame.unwrap().into_data().unwrap());
        let is_last = frame.is_none();
        gathered.extend_from_slice(&frame.unwrap_or_default());
        if is_last || gathered.len() as u64 >= CHUNK {
            let file = file.clone();
            let written = tokio::task::spawn_blocking(move || {
                file.write_all_at(&gathered, at).unwrap();
                gathered
            });
            gathered = written.await.unwrap();
            at += gathered.len() as u64;
            gathered.clear();
        }
        if is_last {
            return;
        }
    }
}

fn read(file: Arc<std::fs::File>, start: u64, end: u64) -> Stream {
    Box::pin(stream::iter((start..end).step_by(CHUNK as usize)).then(move |offset| {
        let file = file.clone();
        async move {
            let read = tokio::task::spawn_blocking(move || {
                let mut chunk = vec![0; CHUNK.min(end - offset) as usize];
                file.read_exact_at(&mut chunk, offset)?;
                Ok(Frame::data(Bytes::from(chunk)))
            });
            read.await.unwrap()
        }
    }))
}
