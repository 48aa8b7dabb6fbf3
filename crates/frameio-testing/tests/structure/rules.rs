//! Rules in `.ci/structure.txt`, and the dependencies reported by `cargo metadata`.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

pub(crate) struct Rules {
    /// Crate → workspace crates that it may depend on.
    dependencies: BTreeMap<String, Vec<String>>,
    /// Crate → its modules by layer, the lowest first.
    pub(crate) layers: BTreeMap<String, Vec<Vec<String>>>,
    /// Crates whose modules may import each other in a cycle.
    pub(crate) cyclic: Vec<String>,
}

impl Rules {
    pub(crate) fn read(root: &Path) -> Self {
        let text = std::fs::read_to_string(root.join(".ci/structure.txt")).unwrap();
        let mut rules =
            Self { dependencies: BTreeMap::new(), layers: BTreeMap::new(), cyclic: Vec::new() };
        for line in text.lines().map(str::trim) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            if let Some(name) = line.strip_prefix("cyclic ") {
                rules.cyclic.push(name.to_owned());
                continue;
            }
            match line.split_once(" <- ") {
                Some((layer, name)) => {
                    rules.layers.entry(name.trim().to_owned()).or_default().push(words(layer));
                }
                None => {
                    let (name, allowed) = line
                        .split_once(':')
                        .unwrap_or_else(|| panic!("invalid line in .ci/structure.txt: '{line}'"));
                    rules.dependencies.insert(name.to_owned(), words(allowed));
                }
            }
        }
        rules
    }

    /// Returns normal and build dependencies on workspace crates that no line allows, and lines for
    /// crates or dependencies that do not exist.
    pub(crate) fn forbidden_dependencies(&self, root: &Path) -> Vec<String> {
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
            .current_dir(root)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let mut found = Vec::new();
        let mut names = Vec::new();
        for package in metadata["packages"].as_array().unwrap() {
            let name = package["name"].as_str().unwrap();
            names.push(name.to_owned());
            let mut used: Vec<_> = package["dependencies"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|dependency| dependency["kind"] != "dev" && dependency["path"].is_string())
                .map(|dependency| dependency["name"].as_str().unwrap().to_owned())
                .collect();
            used.sort();
            used.dedup();
            let allowed = self.dependencies.get(name).map_or(&[] as &[_], Vec::as_slice);
            found.extend(
                used.iter()
                    .filter(|used| !allowed.contains(used))
                    .map(|used| format!("{name} -> {used}")),
            );
            found.extend(
                allowed
                    .iter()
                    .filter(|allowed| !used.contains(allowed))
                    .map(|allowed| format!("{name} -> {allowed} is allowed, but not used")),
            );
        }
        found.extend(
            self.dependencies
                .keys()
                .filter(|name| !names.contains(name))
                .map(|name| format!("{name}: no such crate")),
        );
        found
    }
}
