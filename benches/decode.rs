//! Compares decoding a page of 100 assets with plain serde structs. Read the ratios.
//!
//! ```console
//! $ cargo bench --bench decode
//! ```

#[path = "support/page.rs"]
mod page;

use std::hint::black_box;

use bytes::Bytes;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use frameio::assets::Asset;
use frameio::{FromResponse, Page};
use http::Response;
use page::{PlainAsset, PlainPage, TaggedAsset};
use serde_json::Value;

fn decode(c: &mut Criterion) {
    let json = Bytes::from(page::page());
    let (parts, ()) = Response::new(()).into_parts();
    let mut group = c.benchmark_group("page_of_100_assets");
    group.throughput(Throughput::Bytes(json.len() as u64));
    group.bench_function("frameio", |b| {
        b.iter(|| Page::<Asset>::from_response(&parts, black_box(json.clone())).expect("a page"));
    });
    group.bench_function("plain_struct", |b| {
        b.iter(|| {
            serde_json::from_slice::<PlainPage<PlainAsset>>(black_box(&json)).expect("a page")
        });
    });
    group.bench_function("tagged_enum", |b| {
        b.iter(|| {
            serde_json::from_slice::<PlainPage<TaggedAsset>>(black_box(&json)).expect("a page")
        });
    });
    group.bench_function("value", |b| {
        b.iter(|| serde_json::from_slice::<Value>(black_box(&json)).expect("a page"));
    });
    group.finish();
}

criterion_group!(benches, decode);
criterion_main!(benches);
