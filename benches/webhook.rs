//! Measures a receiver: verifying a signature, the layer, and decoding the event.
//!
//! ```console
//! $ cargo bench --bench webhook
//! ```

use std::convert::Infallible;
use std::future::ready;
use std::hint::black_box;
use std::time::Duration;

use bytes::Bytes;
use criterion::measurement::WallTime;
use criterion::{
    BatchSize, BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main,
};
use frameio_core::Body;
use frameio_webhook::{
    Event, EventType, Resource, SIGNATURE_HEADER, Signer, Verified, Verifier, VerifyLayer,
};
use http::request::Parts;
use http::{Request, Response};
use tower::{Layer, Service, service_fn};

const SECRET: &str = "secret";

fn verifier() -> Verifier {
    // Signatures stay valid while the benchmark runs.
    Verifier::new(SECRET).expect("a secret").window(Duration::from_secs(3600))
}

fn event() -> Bytes {
    let id = "0b8ff5dc-6ab1-4b5c-9c8c-9a1d3a0a2f10";
    let event = Event::new(EventType::FileReady, Resource::new("file", id), id);
    let event = event.workspace(id).project(id).user(id);
    serde_json::to_vec(&event).expect("JSON").into()
}

fn sign(body: &Bytes) -> Parts {
    let request = Signer::new(SECRET).expect("a secret").request("/webhooks", body.clone());
    request.expect("a request").into_parts().0
}

fn verify(c: &mut Criterion) {
    let mut group = c.benchmark_group("verify");
    let verifier = verifier();
    for (name, body) in [("event", event()), ("64_kib", vec![b' '; 64 << 10].into())] {
        let parts = sign(&body);
        group.throughput(Throughput::Bytes(body.len() as u64));
        group.bench_function(name, |b| {
            b.iter(|| verifier.verify(black_box(&parts.headers), body.clone()));
        });
    }
    group.finish();
}

fn layer(c: &mut Criterion) {
    let mut group = c.benchmark_group("layer");
    group.throughput(Throughput::Elements(1));
    let body = event();
    let parts = sign(&body);
    let mut forged = parts.clone();
    let wrong = Signer::new("guess").expect("a secret").sign(0, b"");
    forged.headers.insert(SIGNATURE_HEADER, wrong.parse().expect("a header"));
    let request = |parts: &Parts| Request::from_parts(parts.clone(), Body::from(body.clone()));
    let bare = service_fn(|request: Request<Body>| {
        black_box(request);
        ready(Ok::<_, Infallible>(Response::new(Body::empty())))
    });
    let reading = service_fn(|request: Request<Body>| {
        black_box(request.extensions().get::<Verified>().map(Verified::event));
        ready(Ok::<_, Infallible>(Response::new(Body::empty())))
    });
    let layer = VerifyLayer::new(verifier());
    measure(&mut group, "none", bare, || request(&parts));
    measure(&mut group, "verify", layer.layer(bare), || request(&parts));
    measure(&mut group, "verify_and_read", layer.layer(reading), || request(&parts));
    measure(&mut group, "refuse", layer.layer(bare), || request(&forged));
    group.finish();
}

/// Measures a call, without the creation of its request.
fn measure<S>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    mut service: S,
    request: impl Fn() -> Request<Body>,
) where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
{
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    group.bench_function(name, |b| {
        let call = |request| service.call(request);
        b.to_async(&runtime).iter_batched(&request, call, BatchSize::SmallInput);
    });
}

criterion_group!(benches, verify, layer);
criterion_main!(benches);
