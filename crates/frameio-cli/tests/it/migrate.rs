//! `frameio migrate`.

use std::fs;

use serde_json::Value;

use crate::program::{Ended, end, offline};

async fn scan(path: &std::path::Path, arguments: &[&str]) -> Ended {
    let mut command = offline();
    command.args(["migrate", "scan"]).arg(path).args(arguments);
    end(command, None).await
}

#[tokio::test]
async fn reports_legacy_use_in_each_format_with_a_status_for_ci() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("a.sh"), "curl https://api.frame.io/v2/me\n").unwrap();
    let text = scan(directory.path(), &[]).await;
    assert_eq!(text.status, 11, "{text:?}");
    assert!(text.stdout.starts_with("a.sh\n  1:"), "{text:?}");
    assert!(text.stdout.contains("GET /v4/me"), "{text:?}");
    let json = scan(directory.path(), &["--format", "json"]).await;
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["findings"][0]["id"], "path.me");
    let sarif = scan(directory.path(), &["--format", "sarif"]).await;
    let sarif: Value = serde_json::from_str(&sarif.stdout).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    let markdown = scan(directory.path(), &["--format", "markdown"]).await;
    assert!(markdown.stdout.starts_with("# Use of the legacy Frame.io API"), "{markdown:?}");
}

#[tokio::test]
async fn succeeds_without_legacy_use_and_names_a_missing_path() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("a.sh"), "curl https://api.frame.io/v4/me\n").unwrap();
    let none = scan(directory.path(), &[]).await;
    none.succeeded();
    assert_eq!(none.stdout, "No use of the legacy API in 1 files.\n");
    let missing = scan(&directory.path().join("nowhere"), &[]).await;
    assert_eq!(missing.status, 2);
    assert!(missing.stderr.contains("cannot scan"), "{missing:?}");
}
