//! Imports between the top-level modules of a crate, read from the code.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMacro, ItemMod, Macro, UseTree};

/// Items of `lib.rs` or `main.rs` itself.
const ROOT: &str = "(root)";

/// Imports between the top-level modules of a crate, without tests.
pub(crate) struct Imports {
    modules: BTreeSet<String>,
    /// (From, to) → description of one such import.
    uses: BTreeMap<(String, String), String>,
}

impl Imports {
    pub(crate) fn of_crate(src: &Path) -> Self {
        let files = rust_files(src);
        let modules: BTreeSet<String> =
            files.iter().filter_map(|file| module_path(src, file).into_iter().next()).collect();
        let mut reexports = BTreeMap::new();
        for root in ["lib.rs", "main.rs"] {
            if let Ok(text) = std::fs::read_to_string(src.join(root)) {
                collect_reexports(&syn::parse_file(&text).unwrap(), &modules, &mut reexports);
            }
        }
        let mut uses = BTreeMap::new();
        for file in &files {
            let path = module_path(src, file);
            let text = std::fs::read_to_string(file).unwrap();
            let parsed = syn::parse_file(&text)
                .unwrap_or_else(|error| panic!("cannot parse '{}': {error}", file.display()));
            // A whole file is a test if its attributes or its declaration say so.
            if parsed.attrs.iter().any(is_test) || is_declared_as_test(src, &path) {
                continue;
            }
            let from = path.first().map_or(ROOT, String::as_str).to_owned();
            let mut visitor = Visitor { path, found: Vec::new() };
            visitor.visit_file(&parsed);
            for target in visitor.found {
                let Some(first) = target.first() else { continue };
                let to = if modules.contains(first) {
                    first.clone()
                } else {
                    reexports.get(first).cloned().unwrap_or_else(|| ROOT.to_owned())
                };
                // The root may use every module.
                if to != from && from != ROOT {
                    let place = format!("{} uses {}", file.display(), target.join("::"));
                    uses.entry((from.clone(), to)).or_insert(place);
                }
            }
        }
        Self { modules, uses }
    }

    pub(crate) fn modules(&self) -> impl Iterator<Item = &str> {
        self.modules.iter().map(String::as_str)
    }

    pub(crate) fn edges(&self) -> BTreeSet<(String, String)> {
        self.uses.keys().cloned().collect()
    }

    /// Describes a path through modules, with the location of each import.
    pub(crate) fn explain(&self, path: &[String]) -> String {
        let mut text = path.join(" -> ");
        for pair in path.windows(2) {
            if let Some(place) = self.uses.get(&(pair[0].clone(), pair[1].clone())) {
                text.push_str(&format!("\n    {place}"));
            }
        }
        text
    }
}

fn rust_files(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let Ok(entries) = std::fs::read_dir(directory) else { return files };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// `src/a/b.rs` and `src/a/b/mod.rs` are `[a, b]`, `src/lib.rs` is empty.
fn module_path(src: &Path, file: &Path) -> Vec<String> {
    let relative = file.strip_prefix(src).unwrap().with_extension("");
    let mut path: Vec<_> = relative.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
    if path.last().is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str())) {
        path.pop();
    }
    path
}

/// Returns whether the parent of the module at `path` declares it under `#[cfg(test)]`.
fn is_declared_as_test(src: &Path, path: &[String]) -> bool {
    let Some((name, parents)) = path.split_last() else { return false };
    let above: PathBuf = parents.iter().collect();
    let candidates = if parents.is_empty() {
        vec![src.join("lib.rs"), src.join("main.rs")]
    } else {
        vec![src.join(&above).join("mod.rs"), src.join(&above).with_extension("rs")]
    };
    candidates.iter().filter_map(|file| std::fs::read_to_string(file).ok()).any(|text| {
        syn::parse_file(&text).unwrap().items.iter().any(|item| match item {
            Item::Mod(module) => module.ident == name && module.attrs.iter().any(is_test),
            _ => false,
        })
    })
}

pub(crate) fn is_test(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg")
        && attribute
            .parse_args::<TokenStream>()
            .is_ok_and(|tokens| tokens.to_string().starts_with("test"))
}

/// Records the module of each name that the root re-exports.
fn collect_reexports(
    file: &syn::File,
    modules: &BTreeSet<String>,
    reexports: &mut BTreeMap<String, String>,
) {
    for item in &file.items {
        let Item::Use(item) = item else { continue };
        for path in flatten(&item.tree) {
            let mut names = path.iter().skip_while(|name| *name == "self" || *name == "crate");
            if let (Some(module), Some(name)) = (names.next(), path.last())
                && modules.contains(module)
            {
                reexports.insert(name.clone(), module.clone());
            }
        }
    }
}

/// Returns the paths of a `use`. A renamed item ends with its new name.
fn flatten(tree: &UseTree) -> Vec<Vec<String>> {
    match tree {
        UseTree::Path(path) => flatten(&path.tree)
            .into_iter()
            .map(|rest| [vec![path.ident.to_string()], rest].concat())
            .collect(),
        UseTree::Name(name) => vec![vec![name.ident.to_string()]],
        UseTree::Rename(name) => vec![vec![name.ident.to_string(), name.rename.to_string()]],
        UseTree::Glob(_) => vec![vec!["*".to_owned()]],
        UseTree::Group(group) => group.items.iter().flat_map(flatten).collect(),
    }
}

/// Collects the paths of a file to items of the crate, from the crate root on.
struct Visitor {
    path: Vec<String>,
    found: Vec<Vec<String>>,
}

impl Visitor {
    fn add(&mut self, segments: &[String]) {
        let Some(first) = segments.first() else { return };
        let mut base = self.path.clone();
        let mut rest = segments;
        match first.as_str() {
            "crate" => {
                base.clear();
                rest = &segments[1..];
            }
            "super" => {
                while rest.first().is_some_and(|name| name == "super") {
                    base.pop();
                    rest = &rest[1..];
                }
            }
            _ => return,
        }
        base.extend(rest.iter().cloned());
        self.found.push(base);
    }

    /// Searches the tokens of a macro, which is not parsed, for `crate::…` and `super::…`.
    fn add_tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        let ident = |token: Option<&TokenTree>| match token {
            Some(TokenTree::Ident(ident)) => Some(ident.to_string()),
            _ => None,
        };
        let colon = |token: Option<&TokenTree>| matches!(token, Some(TokenTree::Punct(p)) if p.as_char() == ':');
        for (index, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Group(group) => self.add_tokens(group.stream()),
                TokenTree::Ident(first) if *first == "crate" || *first == "super" => {
                    let mut path = vec![first.to_string()];
                    let mut at = index + 1;
                    while colon(tokens.get(at)) && colon(tokens.get(at + 1)) {
                        let Some(name) = ident(tokens.get(at + 2)) else { break };
                        path.push(name);
                        at += 3;
                    }
                    if path.len() > 1 {
                        self.add(&path);
                    }
                }
                _ => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Visitor {
    fn visit_item(&mut self, item: &'ast Item) {
        let attributes = match item {
            Item::Fn(item) => &item.attrs,
            Item::Impl(item) => &item.attrs,
            Item::Mod(item) => &item.attrs,
            Item::Use(item) => &item.attrs,
            Item::Struct(item) => &item.attrs,
            Item::Const(item) => &item.attrs,
            _ => &Vec::new(),
        };
        if !attributes.iter().any(is_test) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        self.path.push(module.ident.to_string());
        visit::visit_item_mod(self, module);
        self.path.pop();
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        for path in flatten(&item.tree) {
            self.add(&path);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<_> = path.segments.iter().map(|part| part.ident.to_string()).collect();
        self.add(&segments);
        visit::visit_path(self, path);
    }

    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {
        // `pub(in super)` is not an import.
    }

    fn visit_item_macro(&mut self, item: &'ast ItemMacro) {
        // The output of `macro_rules!` is resolved at its call site.
        if !item.mac.path.is_ident("macro_rules") {
            visit::visit_item_macro(self, item);
        }
    }

    fn visit_macro(&mut self, node: &'ast Macro) {
        self.add_tokens(node.tokens.clone());
    }
}
