//! Instructions per `GET /v4/me` over loopback: the whole stack against raw hyper-util and serde.
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

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use frameio::users::ShowCurrentUser;

const FEW: u64 = 200;
const MANY: u64 = 1200;

fn main() {
    let args: Vec<_> = std::env::args().collect();
    match args.get(1).map(String::as_str) {
        Some("serve") => serve(),
        Some("raw") => raw(&args[2], calls(&args[3])),
        Some("stack") => stack(&args[2], calls(&args[3])),
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

fn compare() {
    let own = std::env::current_exe().expect("the path of this program");
    let server = Command::new(&own).arg("serve").stdout(Stdio::piped()).spawn();
    let mut server = Server(server.expect("the server starts"));
    let mut url = String::new();
    let stdout = server.0.stdout.take().expect("the output of the server");
    BufReader::new(stdout).read_line(&mut url).expect("its address");

    let each = |way: &str| {
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
        (count(MANY) - count(FEW)) / (MANY - FEW)
    };
    let (raw, stack) = (each("raw"), each("stack"));
    println!("raw hyper-util and serde: {raw} instructions a call");
    println!("whole stack:              {stack} instructions a call");
    println!("ratio:                    {:.2}", stack as f64 / raw as f64);
}

/// The process of the server; it ends with this one, however that ends.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
