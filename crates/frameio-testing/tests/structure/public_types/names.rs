//! Resolution of paths in the code to items of the crate or of another package.

use std::collections::{BTreeMap, BTreeSet};

use syn::{Item, UseTree, Visibility};

use super::source::Source;

/// Item that a path refers to.
#[derive(Debug, PartialEq)]
pub(super) enum Target {
    /// An item of a package outside the workspace: `[http, Request]`.
    Foreign(Vec<String>),
    /// An item that the crate declares, by its path from the crate root.
    Local(Vec<String>),
    /// An item of std or of the workspace, or a generic parameter.
    Other,
}

/// Names that each module imports and declares.
pub(super) struct Names {
    dependencies: BTreeSet<String>,
    /// Module → name → path that it imports.
    imports: BTreeMap<Vec<String>, BTreeMap<String, Vec<String>>>,
    /// Module → modules that it imports with a glob.
    globs: BTreeMap<Vec<String>, Vec<Vec<String>>>,
    /// Path of a declared item → whether it is `pub`.
    declared: BTreeMap<Vec<String>, bool>,
}

impl Names {
    pub(super) fn of(source: &Source) -> Self {
        let mut names = Self {
            dependencies: source.dependencies.clone(),
            imports: BTreeMap::new(),
            globs: BTreeMap::new(),
            declared: BTreeMap::new(),
        };
        for module in &source.modules {
            names.declared.insert(module.path.clone(), true);
            for item in &module.items {
                names.add(&module.path, item);
            }
        }
        names.refuse_foreign_globs(source);
        names
    }

    fn add(&mut self, module: &[String], item: &Item) {
        if let Item::Use(item) = item {
            for (name, path) in flatten(&item.tree) {
                match name {
                    Some(name) => {
                        self.imports.entry(module.to_vec()).or_default().insert(name, path);
                    }
                    None => self.globs.entry(module.to_vec()).or_default().push(path),
                }
            }
            return;
        }
        let (name, visibility) = match item {
            Item::Struct(item) => (&item.ident, &item.vis),
            Item::Enum(item) => (&item.ident, &item.vis),
            Item::Union(item) => (&item.ident, &item.vis),
            Item::Trait(item) => (&item.ident, &item.vis),
            Item::Type(item) => (&item.ident, &item.vis),
            Item::Macro(item) => {
                // Macros such as `pin_project!` declare items too.
                if let Ok(file) = syn::parse2::<syn::File>(item.mac.tokens.clone()) {
                    file.items.iter().for_each(|item| self.add(module, item));
                }
                return;
            }
            _ => return,
        };
        let path = [module, &[name.to_string()]].concat();
        self.declared.insert(path, matches!(visibility, Visibility::Public(_)));
    }

    fn refuse_foreign_globs(&self, source: &Source) {
        for module in &source.modules {
            for glob in self.globs.get(&module.path).into_iter().flatten() {
                let target = self.resolve(&module.path, glob);
                assert!(
                    !matches!(target, Target::Foreign(_)),
                    "{}: `use {}::*` hides which items are used; import them by name",
                    module.file,
                    glob.join("::")
                );
            }
        }
    }

    /// Returns whether a declared item is `pub`, or `None` if the crate does not declare it.
    pub(super) fn is_public(&self, path: &[String]) -> Option<bool> {
        self.declared.get(path).copied()
    }

    /// Resolves `path` in `module`.
    pub(super) fn resolve(&self, module: &[String], path: &[String]) -> Target {
        self.follow(module, path, 16)
    }

    /// Follows at most `steps` imports, because imports can be circular.
    fn follow(&self, module: &[String], path: &[String], steps: u8) -> Target {
        let (Some(first), Some(steps)) = (path.first(), steps.checked_sub(1)) else {
            return Target::Other;
        };
        match first.as_str() {
            "crate" => return self.absolute(&path[1..], steps),
            "self" => return self.absolute(&[module, &path[1..]].concat(), steps),
            "super" => {
                let up = path.iter().take_while(|name| *name == "super").count();
                let parent = &module[..module.len().saturating_sub(up)];
                return self.absolute(&[parent, &path[up..]].concat(), steps);
            }
            "std" | "core" | "alloc" | "Self" => return Target::Other,
            _ => {}
        }
        let here = [module, path].concat();
        if self.declared.contains_key(&here[..=module.len()]) {
            return Target::Local(here);
        }
        let import = self.imports.get(module).and_then(|imports| imports.get(first));
        match import {
            Some(import) if import.first() != Some(first) => {
                self.follow(module, &[import, &path[1..]].concat(), steps)
            }
            _ if self.dependencies.contains(first) => Target::Foreign(path.to_vec()),
            _ => self.absolute(&here, steps),
        }
    }

    /// Resolves a path from the crate root.
    fn absolute(&self, path: &[String], steps: u8) -> Target {
        for length in 0..path.len() {
            let (module, rest) = path.split_at(length);
            if self.declared.contains_key(&path[..=length]) {
                continue;
            }
            let imports = self.imports.get(module);
            if let Some(import) = imports.and_then(|imports| imports.get(&rest[0])) {
                return self.follow(module, &[import, &rest[1..]].concat(), steps);
            }
            for glob in self.globs.get(module).into_iter().flatten() {
                match self.follow(module, &[glob.as_slice(), rest].concat(), steps) {
                    Target::Other => {}
                    found => return found,
                }
            }
            return Target::Other;
        }
        Target::Local(path.to_vec())
    }
}

/// Returns the paths of a `use` with the names that they are imported as; a glob has no name.
pub(super) fn flatten(tree: &UseTree) -> Vec<(Option<String>, Vec<String>)> {
    match tree {
        UseTree::Path(path) => {
            let ident = path.ident.to_string();
            let inner = flatten(&path.tree).into_iter();
            inner
                .map(|(name, rest)| {
                    // `http::{self}` imports `http`.
                    let name = if rest.is_empty() && name.as_deref() == Some("self") {
                        Some(ident.clone())
                    } else {
                        name
                    };
                    (name, [vec![ident.clone()], rest].concat())
                })
                .collect()
        }
        UseTree::Name(name) if name.ident == "self" => {
            vec![(Some("self".to_owned()), Vec::new())]
        }
        UseTree::Name(name) => vec![(Some(name.ident.to_string()), vec![name.ident.to_string()])],
        UseTree::Rename(name) if name.ident == "self" => {
            vec![(Some(name.rename.to_string()), Vec::new())]
        }
        UseTree::Rename(name) => {
            vec![(Some(name.rename.to_string()), vec![name.ident.to_string()])]
        }
        UseTree::Glob(_) => vec![(None, Vec::new())],
        UseTree::Group(group) => group.items.iter().flat_map(flatten).collect(),
    }
}

#[test]
fn follows_imports_through_other_modules() {
    let module = |path: &[&str], text: &str| super::source::Module {
        path: path.iter().map(|name| (*name).to_owned()).collect(),
        file: String::new(),
        features: Vec::new(),
        hidden: false,
        items: syn::parse_file(text).unwrap().items,
    };
    let names = Names::of(&Source {
        dependencies: ["http".to_owned()].into(),
        modules: vec![
            module(&[], "pub(crate) use http::Uri as Url; use a::S;"),
            module(&["a"], "use super::*; pub struct S; use self::b::T;"),
            module(&["a", "b"], "pub(crate) use http::Request as T; use std::fmt::Result;"),
        ],
    });
    let resolve = |module: &[&str], path: &str| {
        let module: Vec<_> = module.iter().map(|name| (*name).to_owned()).collect();
        let path: Vec<_> = path.split("::").map(str::to_owned).collect();
        match names.resolve(&module, &path) {
            Target::Foreign(path) => format!("foreign {}", path.join("::")),
            Target::Local(path) => format!("local {}", path.join("::")),
            Target::Other => "other".to_owned(),
        }
    };
    assert_eq!(resolve(&[], "http::Uri"), "foreign http::Uri");
    assert_eq!(resolve(&["a"], "Url"), "foreign http::Uri");
    assert_eq!(resolve(&["a", "b"], "crate::Url"), "foreign http::Uri");
    assert_eq!(resolve(&["a"], "T"), "foreign http::Request");
    assert_eq!(resolve(&["a", "b"], "super::T"), "foreign http::Request");
    assert_eq!(resolve(&[], "S"), "local a::S");
    assert_eq!(resolve(&["a", "b"], "Result"), "other");
    assert_eq!(resolve(&["a", "b"], "Option"), "other");
}
