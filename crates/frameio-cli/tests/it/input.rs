//! Files and standard input in the encodings of editors and shells.

use frameio_sim::{Credential, Sim};
use serde_json::json;

use crate::program::{end, end_with, offline, program, serve};

/// Returns a text with a byte order mark, in UTF-16, and with line ends of Windows.
fn encodings(text: &str) -> [Vec<u8>; 4] {
    let utf16 = |bytes: fn(u16) -> [u8; 2]| {
        format!("\u{feff}{text}\r\n").encode_utf16().flat_map(bytes).collect()
    };
    [
        format!("{text}\r\n").into_bytes(),
        format!("\u{feff}{text}\r\n").into_bytes(),
        utf16(u16::to_le_bytes),
        utf16(u16::to_be_bytes),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn accepts_a_byte_order_mark_and_utf_16_in_all_input() {
    let (sim, server) = serve().await;
    let demo = sim.demo();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("input");
    let (file, at_file) = (path.to_str().unwrap(), format!("@{}", path.display()));
    let name = "Größe 日本";
    let input = json!({
        "account_id": demo.account_id, "folder_id": demo.root_folder_id, "data": {"name": name},
    });
    for (n, bytes) in encodings(&input.to_string()).into_iter().enumerate() {
        std::fs::write(&path, &bytes).unwrap();
        let mut command = program(&server);
        command.args(["call", "folders.create", "--input", &at_file]);
        assert_eq!(end(command, None).await.json()["data"]["name"], name, "{n}");
        let mut command = program(&server);
        command.args(["call", "folders.create", "--input", "-"]);
        assert_eq!(end_with(command, &bytes).await.json()["data"]["name"], name, "{n}");
    }
    let jobs = format!("{}\r\n\r\n{}", json!({"op": "users.show"}), json!({"op": "users.show"}));
    for bytes in encodings(&jobs) {
        std::fs::write(&path, &bytes).unwrap();
        let mut command = program(&server);
        command.args(["batch", file, "--results", "-"]);
        let ended = end(command, None).await;
        assert_eq!((ended.status, ended.lines().len()), (0, 2), "{ended:?}");
    }
    for bytes in encodings("whsec") {
        std::fs::write(&path, &bytes).unwrap();
        let signature = "v0=214b48f10e7db74d779b81b18b9de5bc4aacc98aaee6cd4a0918a987c2b1a2c8";
        let mut command = offline();
        command.args(["webhook", "verify", "--timestamp=1700000000", "--at=1700000000"]);
        command.args(["--signature", signature, "--secret-file", file]);
        end(command, Some("{}")).await.succeeded();
    }
    for bytes in encodings(Sim::TOKEN) {
        let mut command = offline();
        command.env("FRAMEIO_BASE_URL", server.url()).env("FRAMEIO_CONFIG_DIR", directory.path());
        command.args(["login", "--token"]);
        let ended = end_with(command, &bytes).await;
        assert!(ended.stdout.starts_with("signed in as "), "{ended:?}");
    }
    for bytes in encodings(Credential::DEMO_SECRET) {
        std::fs::write(&path, &bytes).unwrap();
        let mut command = offline();
        command.env("FRAMEIO_BASE_URL", server.url()).env("FRAMEIO_CONFIG_DIR", directory.path());
        command.args(["login", "--client-id", Credential::DEMO_SERVER_TO_SERVER]);
        command.args(["--client-secret-file", file]);
        let ended = end(command, None).await;
        assert!(ended.stdout.starts_with("signed in as "), "{ended:?}");
    }
}

#[tokio::test]
async fn refuses_undecodable_text_with_file_line_and_reason() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("input");
    let (file, at_file) = (path.to_str().unwrap(), format!("@{}", path.display()));
    for (bytes, message) in [
        (&b"{\0}\0"[..], "is UTF-16 without a byte order mark: save it as UTF-8"),
        (b"{\n\n\"a\": \"\xe4\"}", "is not valid UTF-8 in line 3"),
        (b" \n", "is empty: expected a JSON object"),
        (b"{\n  x}", "is not valid JSON: key must be a string at line 2 column 3"),
    ] {
        std::fs::write(&path, bytes).unwrap();
        let mut command = offline();
        command.args(["call", "users.show", "--input", &at_file]);
        assert_eq!(end(command, None).await.failed(2), format!("frameio: '{file}' {message}"));
    }
    std::fs::write(&path, "{\"op\":\"users.show\"}\n{\"op\":}\n").unwrap();
    let mut command = offline();
    command.args(["batch", file]);
    let ended = end(command, None).await;
    let message = format!("{file}:2: invalid JSON: expected value at column 7; expected {{");
    assert!(ended.stderr.starts_with(&message), "{ended:?}");
}
