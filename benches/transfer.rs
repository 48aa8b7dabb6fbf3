//! How fast a file of 1 GiB goes, by [`Transfers`] and by plain hyper with positioned reads.
//!
//! ```console
//! $ cargo bench -p frameio --bench transfer -- [ROUNDS]
//! ```
//!
//! Both send the same parts of the same file, four at a time, to a simulator in another process
//! that counts and throws away. They take turns, so that what else the machine does befalls both;
//! the medians are compared.
#![allow(clippy::unwrap_used, reason = "a bench fails by panicking")]

#[path = "support/storage.rs"]
mod storage;

use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use frameio::Client;
use frameio::files::{CreateLocalUpload, ShowUploadStatus};
use frameio::transfer::{Transfers, Upload};
use frameio_sim::Sim;
use futures_util::{StreamExt, TryStreamExt, stream};
use http::Request;
use http_body_util::StreamBody;
use hyper::body::Frame;
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use storage::Simulator;

const SIZE: u64 = 1 << 30;
const CHUNK: u64 = 256 << 10;
const IN_FLIGHT: usize = 4;

fn main() {
    if Simulator::be_it() {
        return;
    }
    let rounds = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(9_usize);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(compare(rounds.max(1)));
}

async fn compare(rounds: usize) {
    let simulator = Simulator::start();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("bench.mov");
    let mut file = std::fs::File::create(&path).unwrap();
    let block: Vec<u8> = (0..1 << 20).map(|n: u32| (n % 251) as u8).collect();
    for _ in 0..SIZE >> 20 {
        file.write_all(&block).unwrap();
    }
    let client = Client::builder().base_url(&*simulator.url).token(Sim::TOKEN).build().unwrap();
    let transfers = Transfers::new(client.clone());
    let hyper = legacy::Client::builder(TokioExecutor::new()).build(HttpConnector::new());

    let (mut by_hyper, mut by_transfers) = (Vec::new(), Vec::new());
    // One more, to warm up.
    for round in 0..=rounds {
        let begun = Instant::now();
        plain(&simulator, &client, &hyper, &path).await;
        let plain = begun.elapsed();
        let begun = Instant::now();
        let upload = Upload::from_path(&*simulator.account, &*simulator.folder, &path)
            .parts_in_flight(IN_FLIGHT);
        assert_eq!(transfers.upload(upload).await.unwrap().bytes, SIZE);
        let ours = begun.elapsed();
        if round > 0 {
            by_hyper.push(plain);
            by_transfers.push(ours);
        }
    }
    let (hyper, ours) = (median(by_hyper), median(by_transfers));
    println!(
        "1 GiB, {rounds} rounds: plain hyper {:.0} MiB/s, transfers {:.0} MiB/s, ratio {:.3}",
        speed(hyper),
        speed(ours),
        hyper.as_secs_f64() / ours.as_secs_f64(),
    );
}

type Stream = std::pin::Pin<
    Box<dyn futures_util::Stream<Item = std::io::Result<Frame<Bytes>>> + Send + Sync>,
>;
type Hyper = legacy::Client<HttpConnector, StreamBody<Stream>>;

/// The same with no more than it takes: each chunk is read when the last one is sent.
async fn plain(simulator: &Simulator, client: &Client, hyper: &Hyper, path: &Path) {
    let (account, folder) = (&*simulator.account, &*simulator.folder);
    let create = CreateLocalUpload::new(account, folder, "bench.mov", SIZE);
    let created = client.send(create).await.unwrap();
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
                let answer = hyper.request(request).await?;
                assert!(answer.status().is_success(), "{}", answer.status());
                Ok(())
            }
        })
        .await
        .unwrap();
    let status = client.send(ShowUploadStatus::new(account, created.id)).await.unwrap();
    assert!(status.upload_complete);
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

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn speed(time: Duration) -> f64 {
    (SIZE >> 20) as f64 / time.as_secs_f64()
}
