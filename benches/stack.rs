//! Measures the layers over a transport in memory. `benches/compare` measures calls over a
//! connection, and compares them with other clients.
//!
//! ```console
//! $ cargo bench --bench stack
//! ```

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::hint::black_box;
use std::task::{Context, Poll};

use criterion::{Criterion, criterion_group, criterion_main};
use frameio::layers::RateLimitLayer;
use frameio::users::ShowCurrentUser;
use frameio::{Body, Client, Quota, encode};
use http::{Request, Response};
use tokio::runtime::Builder;

/// A transport that responds at once.
#[derive(Clone)]
struct Memory;

impl tower::Service<Request<Body>> for Memory {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Body>) -> Self::Future {
        let user = r#"{"data":{"id":"18f1b1f5-9d2f-4a0e-9c2e-8d0c0d2f5f11","name":"Kim Example","email":"kim@example.com","avatar_url":null}}"#;
        ready(Ok(Response::new(Body::from(user))))
    }
}

fn in_memory(c: &mut Criterion) {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut group = c.benchmark_group("in_memory");
    // A quota that the benchmark cannot exhaust, instead of 100 calls a minute.
    let unlimited = RateLimitLayer::new().quota("users.show", Quota::per_second(1_000_000_000));
    let client = Client::builder().token("t").transport(Memory).rate_limit(unlimited);
    let client = client.build().expect("valid settings");
    let bare = Client::from_service(Memory);

    group.bench_function("encode", |b| b.iter(|| encode(black_box(&ShowCurrentUser::new()))));
    group.bench_function("no_layers", |b| {
        b.to_async(&runtime).iter(|| bare.send(ShowCurrentUser::new()));
    });
    group.bench_function("whole_stack", |b| {
        b.to_async(&runtime).iter(|| client.send(ShowCurrentUser::new()));
    });
    group.finish();
}

criterion_group!(benches, in_memory);
criterion_main!(benches);
