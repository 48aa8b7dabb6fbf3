//! Modules of a crate, read from its files like the compiler does.

use std::collections::BTreeSet;
use std::path::Path;

use syn::{Attribute, Item};

use crate::imports::is_test;

/// A module without its inner modules, which are listed on their own.
pub(super) struct Module {
    /// Path from the root of the crate: `[retry, policy]`.
    pub(super) path: Vec<String>,
    /// File relative to the workspace.
    pub(super) file: String,
    /// Features that the module needs.
    pub(super) features: Vec<String>,
    /// Whether the module is `#[doc(hidden)]` and therefore not part of the public API.
    pub(super) hidden: bool,
    pub(super) items: Vec<Item>,
}

pub(super) struct Source {
    /// Crates outside the workspace, as named in code: `http_body`.
    pub(super) dependencies: BTreeSet<String>,
    pub(super) modules: Vec<Module>,
}

impl Source {
    pub(super) fn read(root: &Path, path: &Path) -> Self {
        let manifest = std::fs::read_to_string(path.join("Cargo.toml")).unwrap();
        let mut source = Self { dependencies: dependencies(&manifest), modules: Vec::new() };
        let module = Module {
            path: Vec::new(),
            file: String::new(),
            features: Vec::new(),
            hidden: false,
            items: Vec::new(),
        };
        let directory = path.join("src");
        source.add_file(root, &directory.join("lib.rs"), &directory, module);
        source
    }

    /// Adds the module in the file at `path`, whose inner modules are in `directory`.
    fn add_file(&mut self, root: &Path, path: &Path, directory: &Path, mut module: Module) {
        let text = std::fs::read_to_string(path)
            .unwrap_or_else(|error| panic!("cannot read '{}': {error}", path.display()));
        let file = syn::parse_file(&text)
            .unwrap_or_else(|error| panic!("cannot parse '{}': {error}", path.display()));
        if file.attrs.iter().any(is_test) {
            return;
        }
        module.file = path.strip_prefix(root).unwrap_or(path).display().to_string();
        module.features.extend(features(&file.attrs));
        self.add(root, directory, module, file.items);
    }

    /// Adds a module whose files, if any, are in `directory`.
    fn add(&mut self, root: &Path, directory: &Path, mut module: Module, items: Vec<Item>) {
        for item in items {
            let Item::Mod(inner) = item else {
                module.items.push(item);
                continue;
            };
            if inner.attrs.iter().any(is_test) {
                continue;
            }
            let name = inner.ident.to_string();
            let child = Module {
                path: [module.path.as_slice(), std::slice::from_ref(&name)].concat(),
                file: module.file.clone(),
                features: [module.features.clone(), features(&inner.attrs)].concat(),
                hidden: module.hidden || is_hidden(&inner.attrs),
                items: Vec::new(),
            };
            let inside = directory.join(&name);
            if let Some((_, items)) = inner.content {
                self.add(root, &inside, child, items);
                continue;
            }
            let file = match inside.join("mod.rs") {
                file if file.exists() => file,
                _ => directory.join(format!("{name}.rs")),
            };
            self.add_file(root, &file, &inside, child);
        }
        self.modules.push(module);
    }
}

/// Reads the names of the normal dependencies from a manifest, without those of the workspace.
fn dependencies(manifest: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut inside = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line == "[dependencies]" || line.ends_with(".dependencies]");
        } else if inside && line.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let name = line.split(['.', ' ', '=']).next().unwrap_or_default();
            if !name.starts_with("frameio") {
                names.insert(name.replace('-', "_"));
            }
        }
    }
    names
}

pub(super) fn is_hidden(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("doc")
            && attribute.parse_args::<syn::Ident>().is_ok_and(|word| word == "hidden")
    })
}

/// Returns the features that the item with these attributes needs.
pub(super) fn features(attributes: &[Attribute]) -> Vec<String> {
    let mut features = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")) {
        // `any` and `not` require no single feature.
        let _ = attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("feature") {
                features.push(meta.value()?.parse::<syn::LitStr>()?.value());
            } else if meta.path.is_ident("all") {
                meta.parse_nested_meta(|meta| {
                    if meta.path.is_ident("feature") {
                        features.push(meta.value()?.parse::<syn::LitStr>()?.value());
                    }
                    Ok(())
                })?;
            }
            Ok(())
        });
    }
    features
}

#[test]
fn lists_dependencies_outside_the_workspace() {
    let manifest = "[package]\nname = \"a\"\n[dependencies]\nfrom-us = \"1\"\n\
                    frameio-core.workspace = true\nhttp.workspace = true\n\
                    http-body = { workspace = true }\n\n[dev-dependencies]\nproptest = \"1\"\n";
    let names = dependencies(manifest);
    assert_eq!(names.iter().collect::<Vec<_>>(), ["from_us", "http", "http_body"]);
}

#[test]
fn collects_only_required_features() {
    let item = |text: &str| features(&syn::parse_str::<syn::ItemFn>(text).unwrap().attrs);
    assert_eq!(item("#[cfg(feature = \"a\")] fn f() {}"), ["a"]);
    assert_eq!(item("#[cfg(all(feature = \"a\", unix))] fn f() {}"), ["a"]);
    assert_eq!(item("#[cfg(not(feature = \"a\"))] fn f() {}"), [""; 0]);
    assert_eq!(item("#[cfg(any(feature = \"a\", feature = \"b\"))] fn f() {}"), [""; 0]);
}
