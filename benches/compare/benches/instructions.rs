//! Counts instructions and allocations of a call over loopback with each client, and of decoding a
//! page of 100 assets, compared with a plain serde struct.
//!
//! ```console
//! $ cargo bench --manifest-path benches/compare/Cargo.toml --bench instructions
//! ```
//!
//! Needs valgrind, for callgrind and DHAT. The server is another process and is not counted. Each
//! client makes few and many calls; the difference, divided by the number of calls, excludes the
//! start-up. The counts hardly vary from run to run.

use std::hint::black_box;
use std::process::Command;

use bytes::Bytes;
use frameio::assets::Asset;
use frameio::{FromResponse, Page};
use frameio_compare::page::{self, PlainAsset, PlainPage};
use frameio_compare::ways::{Frameio, Hyper, Octocrab, Reqwest};
use frameio_compare::{Calls, Server, Task, runtime, server};

fn main() {
    let args: Vec<_> = std::env::args().collect();
    let times = || args.last().and_then(|times| times.parse().ok()).expect("a number");
    match args.get(1).map(String::as_str) {
        Some("serve") => server::serve(),
        Some("decode") => decode(times()),
        Some("plain") => plain(times()),
        Some(Frameio::NAME) => run::<Frameio>(&args[2], &args[3], times()),
        Some(Hyper::NAME) => run::<Hyper>(&args[2], &args[3], times()),
        Some(Reqwest::NAME) => run::<Reqwest>(&args[2], &args[3], times()),
        Some(Octocrab::NAME) => run::<Octocrab>(&args[2], &args[3], times()),
        _ => compare(),
    }
}

fn run<C: Calls>(task: &str, url: &str, times: usize) {
    let task = Task::ALL.into_iter().find(|(_, name)| *name == task).expect("a task").0;
    runtime().block_on(async { task.run(&C::new(url), times).await });
}

fn decode(pages: usize) {
    let json = Bytes::from(page::page());
    let (parts, ()) = http::Response::new(()).into_parts();
    for _ in 0..pages {
        black_box(Page::<Asset>::from_response(&parts, json.clone()).expect("a page"));
    }
}

fn plain(pages: usize) {
    let json = page::page();
    for _ in 0..pages {
        let page = serde_json::from_slice::<PlainPage<PlainAsset>>(json.as_bytes());
        black_box(page.expect("a page"));
    }
}

fn compare() {
    let server = Server::start();
    println!("| what | way | instructions | ratio | allocations | ratio |");
    println!("|---|---|---|---|---|---|");
    for (task, name) in Task::ALL {
        let (few, many) = if task == Task::Pages { (5, 25) } else { (200, 1200) };
        let ways = [Hyper::NAME, Frameio::NAME, Reqwest::NAME, Octocrab::NAME];
        report(
            name,
            &ways,
            &|way| vec![way.to_owned(), name.to_owned(), server.url.clone()],
            few,
            many,
        );
    }
    report("decode", &["plain", "decode"], &|way| vec![way.to_owned()], 5, 25);
}

/// Prints a line for each client; the first is the baseline.
fn report(what: &str, ways: &[&str], args: &dyn Fn(&str) -> Vec<String>, few: u64, many: u64) {
    let mut first = None;
    for way in ways {
        let each = |count: &dyn Fn(&[String]) -> u64| {
            let run = |times: u64| count(&[args(way), vec![times.to_string()]].concat());
            (run(many) - run(few)) as f64 / (many - few) as f64
        };
        let (instructions, allocations) = (each(&instructions), each(&allocations));
        let (i, a) = *first.get_or_insert((instructions, allocations));
        println!(
            "| {what} | {way} | {instructions:.0} | {:.2} | {allocations:.1} | {:.2} |",
            instructions / i,
            allocations / a,
        );
    }
}

fn instructions(args: &[String]) -> u64 {
    number_after("Collected : ", "callgrind", "--callgrind-out-file=/dev/null", args)
}

fn allocations(args: &[String]) -> u64 {
    number_after(" bytes in ", "dhat", "--dhat-out-file=/dev/null", args)
}

/// Runs this program with `args` under a tool of valgrind; returns the first number after `text` in
/// the output of the tool.
fn number_after(text: &str, tool: &str, file: &str, args: &[String]) -> u64 {
    let output = Command::new("valgrind")
        .args([&format!("--tool={tool}"), file])
        .arg(std::env::current_exe().expect("the path of this program"))
        .args(args)
        .output()
        .expect("valgrind is installed");
    let report = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{report}");
    let (_, count) = report.split_once(text).expect("a count");
    let count = count.split_whitespace().next().expect("a number after it").replace(',', "");
    count.parse().expect("a number")
}
