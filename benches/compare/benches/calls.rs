//! Measures the time of calls over loopback with each client. Read the ratios, not the times.
//!
//! ```console
//! $ cargo bench --manifest-path benches/compare/Cargo.toml --bench calls
//! ```
//!
//! The server is another process. On a busy machine, the bench `instructions` is more reliable.

use std::process::Command;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput};
use frameio_compare::ways::{Frameio, Hyper, Octocrab, Reqwest};
use frameio_compare::{Calls, Server, Task, runtime, server};
use futures_util::future::join_all;

const IN_FLIGHT: usize = 64;

fn main() {
    let args: Vec<_> = std::env::args().collect();
    match args.get(1).map(String::as_str) {
        Some("serve") => server::serve(),
        Some(Frameio::NAME) => once::<Frameio>(&args[2]),
        Some(Hyper::NAME) => once::<Hyper>(&args[2]),
        Some(Reqwest::NAME) => once::<Reqwest>(&args[2]),
        Some(Octocrab::NAME) => once::<Octocrab>(&args[2]),
        _ => {
            let mut criterion = Criterion::default().configure_from_args();
            compare(&mut criterion);
            criterion.final_summary();
        }
    }
}

/// A program that makes one call.
fn once<C: Calls>(url: &str) {
    runtime().block_on(async { C::new(url).me().await });
}

fn compare(c: &mut Criterion) {
    let server = Server::start();
    let url = &server.url;

    let mut group = c.benchmark_group("me_sequential");
    each(&mut group, url, Task::Me, 1);
    group.finish();

    let mut group = c.benchmark_group("me_64_in_flight");
    group.throughput(Throughput::Elements(IN_FLIGHT as u64));
    in_flight::<Hyper>(&mut group, url);
    in_flight::<Frameio>(&mut group, url);
    in_flight::<Reqwest>(&mut group, url);
    in_flight::<Octocrab>(&mut group, url);
    group.finish();

    let mut group = c.benchmark_group("comment");
    each(&mut group, url, Task::Comment, 1);
    group.finish();

    let mut group = c.benchmark_group("1000_pages_of_100_assets");
    group.sample_size(10).measurement_time(Duration::from_secs(1));
    each(&mut group, url, Task::Pages, 1000);
    group.finish();

    let mut group = c.benchmark_group("cold_start_to_first_answer");
    group.sample_size(20);
    for way in [Hyper::NAME, Frameio::NAME, Reqwest::NAME, Octocrab::NAME] {
        let own = std::env::current_exe().expect("the path of this program");
        group.bench_function(way, |b| {
            b.iter(|| {
                let status = Command::new(&own)
                    .args([way, url])
                    .status()
                    .expect("this program can be started");
                assert!(status.success());
            });
        });
    }
    group.finish();
}

fn each(group: &mut BenchmarkGroup<'_, WallTime>, url: &str, task: Task, times: usize) {
    one_by_one::<Hyper>(group, url, task, times);
    one_by_one::<Frameio>(group, url, task, times);
    one_by_one::<Reqwest>(group, url, task, times);
    one_by_one::<Octocrab>(group, url, task, times);
}

fn one_by_one<C: Calls>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    url: &str,
    task: Task,
    times: usize,
) {
    let runtime = runtime();
    let calls = runtime.block_on(async { C::new(url) });
    group.bench_function(C::NAME, |b| b.to_async(&runtime).iter(|| task.run(&calls, times)));
}

fn in_flight<C: Calls>(group: &mut BenchmarkGroup<'_, WallTime>, url: &str) {
    let runtime = runtime();
    let calls = runtime.block_on(async { C::new(url) });
    group.bench_function(C::NAME, |b| {
        b.to_async(&runtime).iter(|| join_all((0..IN_FLIGHT).map(|_| calls.me())));
    });
}
