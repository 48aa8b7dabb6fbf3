//! Measures the CPU time of calls over loopback: with 64 in flight, and of a new client's first call.
//!
//! ```console
//! $ cargo bench --manifest-path benches/compare/Cargo.toml --bench cpu_time [-- ROUNDS]
//! ```
//!
//! The server is another process and is not counted. The clients take turns in short rounds, and the
//! ratio is the median of the ratios of the rounds, so that other load of the machine affects all.

use std::process::Command;
use std::time::Duration;

use frameio_compare::ways::{Frameio, Hyper, Reqwest};
use frameio_compare::{Calls, Server, cpu_time, runtime, server};

const IN_FLIGHT: usize = 64;

/// Calls that each of them makes in a round.
const CALLS: u32 = 20;

fn main() {
    let args: Vec<_> = std::env::args().collect();
    match args.get(1).map(String::as_str) {
        Some("serve") => server::serve(),
        Some(Frameio::NAME) => first::<Frameio>(&args[2]),
        Some(Hyper::NAME) => first::<Hyper>(&args[2]),
        Some(Reqwest::NAME) => first::<Reqwest>(&args[2]),
        _ => {
            let rounds = args.iter().find_map(|arg| arg.parse().ok()).unwrap_or(201);
            let server = Server::start();
            runtime().block_on(in_flight(&server.url, rounds));
            first_calls(&server.url, rounds / 4);
        }
    }
}

async fn in_flight(url: &str, rounds: usize) {
    let (hyper, frameio, reqwest) = (Hyper::new(url), Frameio::new(url), Reqwest::new(url));
    let mut times = Vec::new();
    // Two additional rounds, to connect and to warm up.
    for round in 0..rounds + 2 {
        let row = [measure(&hyper).await, measure(&frameio).await, measure(&reqwest).await];
        if round >= 2 {
            times.push(row);
        }
    }
    report("a call with 64 in flight", times);
}

/// Returns the CPU time of each call.
async fn measure<C: Calls + Clone + Send + Sync + 'static>(calls: &C) -> Duration {
    let begin = cpu_time();
    let tasks: Vec<_> = (0..IN_FLIGHT)
        .map(|_| {
            let calls = calls.clone();
            tokio::spawn(async move {
                for _ in 0..CALLS {
                    calls.me().await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("a call");
    }
    (cpu_time() - begin) / (CALLS * IN_FLIGHT as u32)
}

/// Prints the CPU time from a new client to its first response.
fn first<C: Calls>(url: &str) {
    let begin = cpu_time();
    runtime().block_on(async { C::new(url).me().await });
    println!("{}", (cpu_time() - begin).as_nanos());
}

fn first_calls(url: &str, rounds: usize) {
    let own = std::env::current_exe().expect("the path of this program");
    let time = |way: &str| {
        let output = Command::new(&own).args([way, url]).output().expect("this program starts");
        let nanos = String::from_utf8_lossy(&output.stdout).trim().parse().expect("a number");
        Duration::from_nanos(nanos)
    };
    let times = (0..rounds).map(|_| [Hyper::NAME, Frameio::NAME, Reqwest::NAME].map(time));
    report("new client to first response", times.collect());
}

/// Prints the medians, and the quartiles of the ratios to the first way.
fn report(what: &str, times: Vec<[Duration; 3]>) {
    println!("{what}, {} rounds:", times.len());
    for (way, name) in [Hyper::NAME, Frameio::NAME, Reqwest::NAME].into_iter().enumerate() {
        let micros = sorted(times.iter().map(|row| row[way].as_secs_f64() * 1e6));
        let ratios = sorted(times.iter().map(|row| row[way].div_duration_f64(row[0])));
        let at = |values: &[f64], quarter: usize| values[values.len() * quarter / 4];
        println!(
            "  {name:8} {:8.1} µs, ratio {:.2} (quartiles {:.2} and {:.2})",
            at(&micros, 2),
            at(&ratios, 2),
            at(&ratios, 1),
            at(&ratios, 3),
        );
    }
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}
