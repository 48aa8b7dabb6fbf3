//! Rules of the architecture: allowed dependencies between crates, and no import cycles between the
//! modules of a crate. `.ci/structure.txt` contains the rules. `.ci/public-types.txt` lists the types
//! of other packages that public signatures may contain. `links` checks the links of the Markdown files.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod cycles;
mod imports;
mod links;
mod public_types;
mod published;
mod rules;

use std::path::{Path, PathBuf};

use self::imports::Imports;
use self::rules::Rules;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn crates() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join("crates")).unwrap();
    let mut crates: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    crates.retain(|path| path.join("Cargo.toml").exists());
    crates.sort();
    crates
}

fn name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

#[test]
fn modules_have_no_import_cycles() {
    let rules = Rules::read(&root());
    let mut found = Vec::new();
    for path in crates() {
        if rules.cyclic.iter().any(|cyclic| cyclic == name(&path)) {
            continue;
        }
        let imports = Imports::of_crate(&path.join("src"));
        for cycle in cycles::cycles(&imports.edges()) {
            found.push(format!("{}: {}", name(&path), imports.explain(&cycle)));
        }
    }
    assert!(found.is_empty(), "import cycles:\n{}", found.join("\n"));
}

#[test]
fn lower_layers_do_not_import_higher_ones() {
    let rules = Rules::read(&root());
    let mut found = Vec::new();
    for (name, layers) in &rules.layers {
        let imports = Imports::of_crate(&root().join("crates").join(name).join("src"));
        let floor =
            |module: &str| layers.iter().position(|layer| layer.iter().any(|m| m == module));
        for module in imports.modules() {
            if floor(module).is_none() {
                found.push(format!("{name}: the module `{module}` is in no layer"));
            }
        }
        for (from, to) in imports.edges() {
            if floor(&from).zip(floor(&to)).is_some_and(|(from, to)| from < to) {
                found.push(format!("{name}: {}", imports.explain(&[from, to])));
            }
        }
    }
    assert!(found.is_empty(), "imports of a higher layer:\n{}", found.join("\n"));
}

#[test]
fn crates_have_only_the_listed_dependencies() {
    let rules = Rules::read(&root());
    let found = rules.forbidden_dependencies(&root());
    assert!(found.is_empty(), "dependencies not in .ci/structure.txt:\n{}", found.join("\n"));
}
