//! What every published crate needs for its page on docs.rs and crates.io.

use super::{crates, name};

#[test]
fn published_crates_show_features_on_docs_rs() {
    let mut found = Vec::new();
    for path in crates() {
        let manifest = std::fs::read_to_string(path.join("Cargo.toml")).unwrap();
        // A command has no documentation on docs.rs.
        let Ok(root) = std::fs::read_to_string(path.join("src/lib.rs")) else { continue };
        if manifest.contains("publish = false") {
            continue;
        }
        let metadata = manifest.split("[package.metadata.docs.rs]").nth(1).unwrap_or_default();
        let metadata = metadata.split("\n[").next().unwrap_or_default();
        let complete = metadata.contains("features = ")
            && metadata.contains(r#"rustdoc-args = ["--cfg", "docsrs"]"#)
            && root.contains("#![cfg_attr(docsrs, feature(doc_cfg))]");
        if !complete {
            found.push(name(&path).to_owned());
        }
    }
    assert!(found.is_empty(), "without feature badges on docs.rs: {found:?}");
}

#[test]
fn published_crates_are_described() {
    let fields = ["description", "license", "repository", "keywords", "categories", "rust-version"];
    let mut found = Vec::new();
    for path in crates() {
        let manifest = std::fs::read_to_string(path.join("Cargo.toml")).unwrap();
        if manifest.contains("publish = false") {
            continue;
        }
        let package = manifest.split("\n[").next().unwrap();
        let missing = fields.iter().filter(|field| {
            !package.lines().any(|line| {
                line.starts_with(&format!("{field} ="))
                    || line.starts_with(&format!("{field}.workspace"))
            })
        });
        found.extend(missing.map(|field| format!("{}: {field}", name(&path))));
    }
    assert!(found.is_empty(), "missing in [package]: {found:?}");
}
