//! Foreign items in the signatures of public items.

use syn::visit::Visit;
use syn::{Attribute, Fields, ImplItem, Item, ItemImpl, ItemTrait, TraitItem, Type, Visibility};

use super::names::{Names, Target, flatten};
use super::source::{Module, Source, features, is_hidden};
use super::visitor::Paths;
use super::{Found, Use};
use crate::imports::is_test;

/// Returns the foreign items in the public API of a crate.
///
/// The lint `unreachable_pub` guarantees that each `pub` item is reachable. Bodies, private fields,
/// hidden modules and macro definitions are ignored.
pub(super) fn foreign_items(source: &Source) -> Found {
    let names = Names::of(source);
    let mut found = Found::new();
    for module in source.modules.iter().filter(|module| !module.hidden) {
        let mut reader = Reader { names: &names, module, found: &mut found };
        for item in &module.items {
            reader.item(item);
        }
    }
    found
}

struct Reader<'a> {
    names: &'a Names,
    module: &'a Module,
    found: &'a mut Found,
}

impl Reader<'_> {
    fn item(&mut self, item: &Item) {
        match item {
            Item::Fn(item) if is_part(&item.vis, &item.attrs) => {
                self.add(&item.sig.ident.to_string(), features(&item.attrs), |paths| {
                    paths.visit_signature(&item.sig);
                });
            }
            Item::Struct(item) if is_part(&item.vis, &item.attrs) => {
                self.add(&item.ident.to_string(), features(&item.attrs), |paths| {
                    paths.visit_generics(&item.generics);
                    public_fields(paths, &item.fields);
                    derives(paths, &item.attrs);
                });
            }
            Item::Enum(item) if is_part(&item.vis, &item.attrs) => {
                self.add(&item.ident.to_string(), features(&item.attrs), |paths| {
                    paths.visit_generics(&item.generics);
                    for variant in &item.variants {
                        paths.visit_fields(&variant.fields);
                    }
                    derives(paths, &item.attrs);
                });
            }
            Item::Type(item) if is_part(&item.vis, &item.attrs) => {
                self.add(&item.ident.to_string(), features(&item.attrs), |paths| {
                    paths.visit_item_type(item)
                });
            }
            Item::Const(item) if is_part(&item.vis, &item.attrs) => {
                self.add(&item.ident.to_string(), features(&item.attrs), |paths| {
                    paths.visit_type(&item.ty)
                });
            }
            Item::Static(item) if is_part(&item.vis, &item.attrs) => {
                self.add(&item.ident.to_string(), features(&item.attrs), |paths| {
                    paths.visit_type(&item.ty)
                });
            }
            Item::Trait(item) if is_part(&item.vis, &item.attrs) => self.trait_item(item),
            Item::Use(item) if is_part(&item.vis, &item.attrs) => {
                for (_, path) in flatten(&item.tree) {
                    let name = format!("pub use {}", path.join("::"));
                    self.add(&name, features(&item.attrs), |paths| paths.0.push(path));
                }
            }
            Item::Impl(item) if !item.attrs.iter().any(is_test) => self.impl_item(item),
            // A macro definition is ignored. Its calls are read if their input contains the types.
            Item::Macro(item)
                if !item.mac.path.is_ident("macro_rules") && !item.attrs.iter().any(is_test) =>
            {
                self.macro_item(item);
            }
            _ => {}
        }
    }

    /// Reads the items in `pin_project!` and similar macros. A macro with custom syntax counts as one
    /// item.
    fn macro_item(&mut self, item: &syn::ItemMacro) {
        if let Ok(file) = syn::parse2::<syn::File>(item.mac.tokens.clone()) {
            file.items.iter().for_each(|item| self.item(item));
            return;
        }
        let name = item.mac.path.segments.last().map(|last| format!("{}!", last.ident));
        self.add(&name.unwrap_or_default(), features(&item.attrs), |paths| {
            paths.add_tokens(item.mac.tokens.clone());
        });
    }

    fn trait_item(&mut self, item: &ItemTrait) {
        let name = item.ident.to_string();
        self.add(&name, features(&item.attrs), |paths| {
            paths.visit_generics(&item.generics);
            item.supertraits.iter().for_each(|bound| paths.visit_type_param_bound(bound));
        });
        for inner in &item.items {
            let (ident, attributes) = match inner {
                TraitItem::Fn(inner) => (&inner.sig.ident, &inner.attrs),
                TraitItem::Type(inner) => (&inner.ident, &inner.attrs),
                TraitItem::Const(inner) => (&inner.ident, &inner.attrs),
                _ => continue,
            };
            if is_hidden(attributes) {
                continue;
            }
            let needed = [features(&item.attrs), features(attributes)].concat();
            self.add(&format!("{name}::{ident}"), needed, |paths| match inner {
                TraitItem::Fn(inner) => paths.visit_signature(&inner.sig),
                TraitItem::Const(inner) => paths.visit_type(&inner.ty),
                other => paths.visit_trait_item(other),
            });
        }
    }

    fn impl_item(&mut self, item: &ItemImpl) {
        let implementer = type_name(&item.self_ty);
        if let Some((path, _)) = &item.trait_ {
            if !self.is_known(&item.self_ty) || !self.is_known_path(path) {
                return;
            }
            let name = path.segments.last().map(|last| last.ident.to_string());
            let name = format!("impl {} for {implementer}", name.unwrap_or_default());
            self.add(&name, features(&item.attrs), |paths| {
                paths.visit_generics(&item.generics);
                paths.visit_path(path);
                paths.visit_type(&item.self_ty);
                for inner in &item.items {
                    match inner {
                        ImplItem::Type(inner) => paths.visit_type(&inner.ty),
                        ImplItem::Const(inner) => paths.visit_type(&inner.ty),
                        _ => {}
                    }
                }
            });
            return;
        }
        for inner in &item.items {
            let (ident, visibility, attributes) = match inner {
                ImplItem::Fn(inner) => (&inner.sig.ident, &inner.vis, &inner.attrs),
                ImplItem::Const(inner) => (&inner.ident, &inner.vis, &inner.attrs),
                _ => continue,
            };
            if !is_part(visibility, attributes) {
                continue;
            }
            let needed = [features(&item.attrs), features(attributes)].concat();
            self.add(&format!("{implementer}::{ident}"), needed, |paths| {
                paths.visit_generics(&item.generics);
                match inner {
                    ImplItem::Fn(inner) => paths.visit_signature(&inner.sig),
                    ImplItem::Const(inner) => paths.visit_type(&inner.ty),
                    _ => {}
                }
            });
        }
    }

    /// Returns whether users of the crate can name a type. Types of other crates count as public.
    fn is_known(&self, of: &Type) -> bool {
        match of {
            Type::Path(of) => self.is_known_path(&of.path),
            Type::Reference(of) => self.is_known(&of.elem),
            _ => true,
        }
    }

    fn is_known_path(&self, path: &syn::Path) -> bool {
        let path: Vec<_> = path.segments.iter().map(|part| part.ident.to_string()).collect();
        match self.names.resolve(&self.module.path, &path) {
            Target::Local(path) => self.names.is_public(&path).unwrap_or(true),
            _ => true,
        }
    }

    /// Records the foreign items among the paths that `collect` finds in the item `name`.
    fn add(&mut self, name: &str, needed: Vec<String>, collect: impl FnOnce(&mut Paths)) {
        let mut paths = Paths::default();
        collect(&mut paths);
        for path in paths.0 {
            let Target::Foreign(path) = self.names.resolve(&self.module.path, &path) else {
                continue;
            };
            let features = [self.module.features.clone(), needed.clone()].concat();
            let place = format!("{}: {name}", self.module.file);
            self.found.entry(listed(&path)).or_default().push(Use { place, features });
        }
    }
}

/// Returns the name of a foreign item in the list. `tower` re-exports the traits of two crates.
fn listed(path: &[String]) -> String {
    let parts: Vec<_> = path.iter().map(String::as_str).collect();
    match parts[..] {
        ["tower", "Layer", ..] => "tower_layer::Layer".to_owned(),
        ["tower", "Service", ..] => "tower_service::Service".to_owned(),
        _ => path.join("::"),
    }
}

/// Returns whether an item is part of the public API.
fn is_part(visibility: &Visibility, attributes: &[Attribute]) -> bool {
    matches!(visibility, Visibility::Public(_))
        && !is_hidden(attributes)
        && !attributes.iter().any(is_test)
}

fn public_fields(paths: &mut Paths, fields: &Fields) {
    for field in fields.iter().filter(|field| is_part(&field.vis, &field.attrs)) {
        paths.visit_type(&field.ty);
    }
}

/// Adds the traits that an item derives.
fn derives(paths: &mut Paths, attributes: &[Attribute]) {
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("derive")) {
        let _ = attribute.parse_nested_meta(|meta| {
            paths.visit_path(&meta.path);
            Ok(())
        });
    }
}

fn type_name(of: &Type) -> String {
    match of {
        Type::Path(of) => of.path.segments.last().map(|last| last.ident.to_string()),
        Type::Reference(of) => Some(format!("&{}", type_name(&of.elem))),
        _ => None,
    }
    .unwrap_or_else(|| "_".to_owned())
}

/// Returns the foreign items of a one-module crate that depends on `http`, `tokio` and `tower`.
#[cfg(test)]
fn of_code(text: &str) -> Vec<String> {
    let module = Module {
        path: Vec::new(),
        file: "lib.rs".to_owned(),
        features: Vec::new(),
        hidden: false,
        items: syn::parse_file(text).unwrap().items,
    };
    let dependencies = ["http", "tokio", "tower"].map(str::to_owned).into();
    let found = foreign_items(&Source { dependencies, modules: vec![module] });
    let lines = found.into_iter().flat_map(|(item, uses)| {
        uses.into_iter().map(move |usage| format!("{item} in {}", usage.place))
    });
    lines.collect()
}

#[test]
fn reads_every_kind_of_public_item() {
    for (text, expected) in [
        ("pub fn f(_: http::Uri) {}", "http::Uri in lib.rs: f"),
        ("use http as h; pub type T = Option<h::Uri>;", "http::Uri in lib.rs: T"),
        ("use http::{self, Uri as U}; pub struct S(pub U);", "http::Uri in lib.rs: S"),
        ("pub enum E { A { uri: http::Uri } }", "http::Uri in lib.rs: E"),
        ("pub const C: Option<http::Uri> = None;", "http::Uri in lib.rs: C"),
        ("pub trait T { fn f() -> impl Into<http::Uri>; }", "http::Uri in lib.rs: T::f"),
        ("pub trait T: Into<http::Uri> {}", "http::Uri in lib.rs: T"),
        (
            "pub struct S; impl S { pub fn f<T>() where T: Into<http::Uri> {} }",
            "http::Uri in lib.rs: S::f",
        ),
        (
            "pub struct S; impl Iterator for S { type Item = http::Uri; }",
            "http::Uri in lib.rs: impl Iterator for S",
        ),
        ("pub struct S; impl From<http::Uri> for S {}", "http::Uri in lib.rs: impl From for S"),
        ("pub use http::Uri;", "http::Uri in lib.rs: pub use http::Uri"),
        ("pin_project! { pub struct S { pub uri: http::Uri } }", "http::Uri in lib.rs: S"),
        ("model! { pub struct S { pub a = \"b\": http::Uri } }", "http::Uri in lib.rs: model!"),
        ("pub fn f(_: impl tower::Layer<()>) {}", "tower_layer::Layer in lib.rs: f"),
        ("pub fn f(_: tower::util::Oneshot<A, B>) {}", "tower::util::Oneshot in lib.rs: f"),
    ] {
        assert_eq!(of_code(text), [expected], "{text}");
    }
}

#[test]
fn ignores_items_that_users_cannot_reach() {
    for text in [
        "pub(crate) fn f(_: http::Uri) {}",
        "pub fn f() { let _: http::Uri; }",
        "pub struct S { uri: http::Uri }",
        "struct S; impl From<http::Uri> for S {}",
        "trait T {} impl T for http::Uri {}",
        "#[doc(hidden)] pub fn f(_: http::Uri) {}",
        "#[cfg(test)] pub fn f(_: http::Uri) {}",
        "pub fn f(_: std::time::Instant) {}",
    ] {
        assert_eq!(of_code(text), [""; 0], "{text}");
    }
}
