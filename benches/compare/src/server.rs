//! The server: blocking sockets, a thread for each connection, prepared responses.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use crate::page;

/// Headers of a response: only those that a call of the SDK reads, the type and the three of the
/// quota.
const HEADERS: &str = "content-type: application/json; charset=utf-8\r\n\
    x-ratelimit-limit: 1000000000\r\n\
    x-ratelimit-remaining: 999999999\r\n\
    x-ratelimit-window: 1000\r\n";

const ME: &str = r#"{"data":{"id":"18f1b1f5-9d2f-4a0e-9c2e-8d0c0d2f5f11","name":"Kim Example","email":"kim@example.com","avatar_url":"https://static.example/avatars/18f1b1f5.png"}}"#;

const COMMENT: &str = r#"{"data":{"id":"0b8ff5dc-6ab1-4b5c-9c8c-9a1d3a0a2f10","file_id":"2c8ff5dc-6ab1-4b5c-9c8c-9a1d3a0a2f10","text":"The grade of this shot is too warm","timestamp":120,"duration":null,"page":null,"anchor":null,"annotation":null,"text_review_annotation":null,"links":[],"mentions":[],"completed_at":null,"completer_id":null,"text_edited_at":null,"created_at":"2026-10-04T12:40:06.123456Z","updated_at":"2026-10-04T12:40:06.123456Z"}}"#;

/// Position of the link to the next page in a page, and the digits of its number.
const NEXT: &str = "?after=page-";
const DIGITS: usize = 6;

/// Prints the URL, and serves until the process ends.
pub fn serve() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    println!("http://{}", listener.local_addr().expect("an address"));
    let page = page::page().replace("?after=g3QAAAABdwVhZnRlcmEy", "?after=page-000000");
    let [me, comment, page] =
        [("200 OK", ME), ("201 Created", COMMENT), ("200 OK", &*page)].map(|(status, body)| {
            let length = body.len();
            format!("HTTP/1.1 {status}\r\n{HEADERS}content-length: {length}\r\n\r\n{body}")
        });
    for stream in listener.incoming() {
        let (me, comment, page) = (me.clone(), comment.clone(), page.clone());
        let stream = stream.expect("a connection");
        std::thread::spawn(move || serve_connection(stream, &me, &comment, page.into_bytes()));
    }
}

/// Serves the requests of one connection until it closes.
fn serve_connection(stream: TcpStream, me: &str, comment: &str, mut page: Vec<u8>) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut writer = stream.try_clone().ok()?;
    let mut reader = BufReader::new(stream);
    let place = page.windows(NEXT.len()).position(|text| text == NEXT.as_bytes())? + NEXT.len();
    let (mut line, mut body) = (String::new(), Vec::new());
    loop {
        line.clear();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        let request = line.clone();
        let mut length = 0;
        while line != "\r\n" {
            line.clear();
            reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
            let (name, value) = line.split_once(':').unwrap_or_default();
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().ok()?;
            }
        }
        body.resize(length, 0);
        reader.read_exact(&mut body).ok()?;
        if request.starts_with("POST") {
            writer.write_all(comment.as_bytes()).ok()?;
        } else if request.contains("/children") {
            let after = request.split_once(NEXT).and_then(|(_, after)| after.get(..DIGITS));
            let number: usize = after.and_then(|digits| digits.parse().ok()).unwrap_or(0);
            let next = format!("{:0DIGITS$}", number + 1);
            page[place..place + DIGITS].copy_from_slice(next.as_bytes());
            writer.write_all(&page).ok()?;
        } else {
            writer.write_all(me.as_bytes()).ok()?;
        }
    }
}

/// The process of the server. It ends when this value is dropped.
pub struct Server {
    process: Child,
    pub url: String,
}

impl Server {
    pub fn start() -> Self {
        let own = std::env::current_exe().expect("the path of this program");
        let process = Command::new(own).arg("serve").stdout(Stdio::piped()).spawn();
        let mut process = process.expect("the server starts");
        let stdout = process.stdout.take().expect("the output of the server");
        let mut url = String::new();
        BufReader::new(stdout).read_line(&mut url).expect("its address");
        Self { process, url: url.trim().to_owned() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
