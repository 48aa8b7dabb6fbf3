//! What the stack costs: over a transport in memory, and over loopback, against raw hyper-util and
//! serde doing the same. Read the ratios, not the times.
//!
//! ```console
//! $ cargo bench --bench stack
//! ```

#[path = "support/me.rs"]
mod me;

use criterion::{Criterion, criterion_group, criterion_main};
use frameio::users::ShowCurrentUser;
use frameio::{Client, encode};
use std::hint::black_box;

fn in_memory(c: &mut Criterion) {
    let runtime = me::runtime();
    let mut group = c.benchmark_group("in_memory");
    let transport = me::memory();
    let client = Client::builder().token("t").transport(transport.clone());
    let client = client.rate_limit(me::unlimited()).build().expect("the settings are right");
    let bare = Client::unboxed(transport);

    group.bench_function("encode", |b| b.iter(|| encode(black_box(&ShowCurrentUser::new()))));
    group.bench_function("no_layers", |b| {
        b.to_async(&runtime).iter(|| bare.send(ShowCurrentUser::new()));
    });
    group.bench_function("whole_stack", |b| {
        b.to_async(&runtime).iter(|| client.send(ShowCurrentUser::new()));
    });
    group.finish();
}

fn loopback(c: &mut Criterion) {
    let runtime = me::runtime();
    let server = me::Server::start();
    let mut group = c.benchmark_group("loopback");
    let raw = me::Raw::new(&server.url);
    group.bench_function("raw_hyper", |b| b.to_async(&runtime).iter(|| raw.send()));
    let client = me::client(&server.url);
    group.bench_function("whole_stack", |b| {
        b.to_async(&runtime).iter(|| client.send(ShowCurrentUser::new()));
    });
    group.finish();
}

criterion_group!(benches, in_memory, loopback);
criterion_main!(benches);
