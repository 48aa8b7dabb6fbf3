//! Instructions per `GET /v4/me` over loopback, the whole stack against raw hyper-util and serde;
//! and per page of 100 assets that is decoded, ours against a plain serde struct.
//!
//! ```console
//! $ cargo bench --bench instructions
//! ```
//!
//! Counted by `valgrind --tool=callgrind`, which has to be installed. The server is another
//! process and is not counted. Each way runs with few and with many calls; the difference, divided
//! by the calls between, is free of start-up. The counts hardly vary from run to run.

#[path = "support/me.rs"]
mod me;
#[path = "support/page.rs"]
mod page;

use std::hint::black_box;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use bytes::Bytes;
use frameio::assets::Asset;
use frameio::users::ShowCurrentUser;
use frameio::{FromResponse, Page};

fn main() {
    let args: Vec<_> = std::env::args().collect();
    match args.get(1).map(String::as_str) {
        Some("serve") => serve(),
        Some("raw") => raw(&args[2], calls(&args[3])),
        Some("stack") => stack(&args[2], calls(&args[3])),
        Some("decode") => decode(calls(&args[3])),
        Some("plain") => plain(calls(&args[3])),
        _ => compare(),
    }
}

fn calls(text: &str) -> u64 {
    text.parse().expect("a number of calls")
}

fn serve() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    println!("http://{}", listener.local_addr().expect("an address"));
    me::serve(&listener);
}

fn raw(url: &str, calls: u64) {
    me::runtime().block_on(async {
        let raw = me::Raw::new(url);
        for _ in 0..calls {
            raw.send().await;
        }
    });
}

fn stack(url: &str, calls: u64) {
    me::runtime().block_on(async {
        let client = me::client(url);
        for _ in 0..calls {
            client.send(ShowCurrentUser::new()).await.expect("the server answers");
        }
    });
}

fn decode(pages: u64) {
    let json = Bytes::from(page::page());
    let (parts, ()) = http::Response::new(()).into_parts();
    for _ in 0..pages {
        black_box(Page::<Asset>::from_response(&parts, json.clone()).expect("a page"));
    }
}

fn plain(pages: u64) {
    let json = page::page();
    for _ in 0..pages {
        let page = serde_json::from_slice::<page::PlainPage<page::PlainAsset>>(json.as_bytes());
        black_box(page.expect("a page"));
    }
}

fn compare() {
    let own = std::env::current_exe().expect("the path of this program");
    let server = Command::new(&own).arg("serve").stdout(Stdio::piped()).spawn();
    let mut server = Server(server.expect("the server starts"));
    let mut url = String::new();
    let stdout = server.0.stdout.take().expect("the output of the server");
    BufReader::new(stdout).read_line(&mut url).expect("its address");

    let each = |way: &str, few: u64, many: u64| {
        let count = |calls: u64| {
            let output = Command::new("valgrind")
                .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
                .arg(&own)
                .args([way, url.trim(), &calls.to_string()])
                .output()
                .expect("valgrind is installed");
            let told = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "{told}");
            let (_, count) = told.rsplit_once("Collected : ").expect("a count");
            let count = count.split_whitespace().next().expect("a number after it");
            count.parse::<u64>().expect("a number")
        };
        (count(many) - count(few)) / (many - few)
    };
    let tell = |what: &str, theirs: u64, ours: u64| {
        println!(
            "{what}: {ours} instructions to {theirs}, ratio {:.2}",
            ours as f64 / theirs as f64
        );
    };
    tell(
        "GET /v4/me, to raw hyper-util and serde",
        each("raw", 200, 1200),
        each("stack", 200, 1200),
    );
    tell("a page of 100 assets, to a plain struct", each("plain", 5, 25), each("decode", 5, 25));
}

/// The process of the server; it ends with this one, however that ends.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
