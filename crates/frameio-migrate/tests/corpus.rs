//! The scanner on ten small projects, half of them for V4: precision and recall by line.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::Path;

use frameio_migrate::{ScanOptions, scan};

#[test]
#[allow(clippy::cast_precision_loss, reason = "a few lines")]
fn finds_the_legacy_lines_of_the_corpus_and_no_others() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let scan = scan(&tests.join("corpus"), &ScanOptions::new()).unwrap();
    let found: BTreeSet<String> =
        scan.findings.iter().map(|found| format!("{}:{}", found.file, found.line)).collect();
    let expected = std::fs::read_to_string(tests.join("corpus.txt")).unwrap();
    let expected: BTreeSet<String> =
        expected.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect();
    let right = found.intersection(&expected).count() as f64;
    let (precision, recall) = (right / found.len() as f64, right / expected.len() as f64);
    let wrong: Vec<_> = found.difference(&expected).collect();
    let missed: Vec<_> = expected.difference(&found).collect();
    println!("not legacy: {wrong:#?}, missed: {missed:#?}");
    println!("precision {precision:.3}, recall {recall:.3}, {} lines", expected.len());
    assert!(precision >= 0.98, "precision {precision:.3}");
    assert!(recall >= 0.95, "recall {recall:.3}");
    let v4 = found.iter().filter(|place| place.contains("-v4/") || place.contains("sanity"));
    assert_eq!(v4.count(), 0, "{found:#?}");
}
