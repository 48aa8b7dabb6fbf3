//! Checks the wording of comments, quoted text, names of functions and Markdown against
//! `.ci/vocabulary.txt`.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod rules;
mod texts;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use self::rules::Rules;
use self::texts::Text;

/// Directories whose texts are not ours: build output, vectors and recorded traffic.
const SKIPPED: [&str; 6] = [".git", "target", "golden", "flows", "corpus", "node_modules"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Collects the Rust and Markdown files below a directory.
fn files(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap_or_default();
        if path.is_dir() {
            if !SKIPPED.contains(&name) {
                files(&path, found);
            }
        } else if name.ends_with(".rs") || name.ends_with(".md") {
            found.push(path);
        }
    }
}

#[test]
fn texts_use_the_established_terms() {
    let root = root();
    let rules = Rules::read(&root.join(".ci/vocabulary.txt"));
    let mut paths = Vec::new();
    files(&root, &mut paths);
    paths.sort();
    let mut found = Vec::new();
    let mut used = BTreeSet::new();
    for path in paths {
        let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        let source = std::fs::read_to_string(&path).unwrap();
        for text in Text::all(&name, &source) {
            for (line, rule) in rules.violations(&text) {
                match rules.allowance(&name, &rule.phrase) {
                    Some(index) => drop(used.insert(index)),
                    None => found
                        .push(format!("{name}:{line}: '{}': write {}", rule.phrase, rule.instead)),
                }
            }
        }
    }
    let unused: Vec<_> = (0..rules.allowed.len()).filter(|index| !used.contains(index)).collect();
    assert!(found.is_empty(), "{} phrases to replace:\n{}", found.len(), found.join("\n"));
    assert!(unused.is_empty(), "allowances without a use, counted from 0: {unused:?}");
}

#[test]
fn the_list_of_exceptions_stays_short() {
    let rules = Rules::read(&root().join(".ci/vocabulary.txt"));
    assert!(rules.allowed.len() <= 20, "{} exceptions, at most 20", rules.allowed.len());
}

#[test]
fn finds_phrases_in_each_kind_of_text() {
    let rules = Rules::parse("utter, utters | report\nlike so much | missing\n");
    let lines = |name: &str, source: &str| -> Vec<usize> {
        let texts = Text::all(name, source);
        texts.iter().flat_map(|text| rules.violations(text)).map(|(line, _)| line).collect()
    };
    assert_eq!(
        lines("a.rs", "/// Utters the\n/// caller. Like so\n/// much.\nfn a() {}\n"),
        [1, 2]
    );
    assert_eq!(
        lines("a.rs", "fn a() {\n    // We utter it.\n    b(\"it utters {x}\");\n}\n"),
        [2, 3]
    );
    assert_eq!(lines("a.rs", "fn utters_the_caller() {}\n"), [1]);
    assert_eq!(
        lines("a.rs", "/// `utters` and [`utter`] of mutters.\nfn a(utter: u8) {}\n"),
        [0; 0]
    );
    assert_eq!(lines("a.md", "# It utters\n\n```text\nutters\n```\n`utter`\n"), [1]);
}
