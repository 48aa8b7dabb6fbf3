//! Collection of the paths in a signature.

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

/// Collects the paths in types and bounds.
#[derive(Default)]
pub(super) struct Paths(pub(super) Vec<Vec<String>>);

impl<'ast> Visit<'ast> for Paths {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.0.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {
        // Attributes contain no types.
    }

    fn visit_block(&mut self, _: &'ast syn::Block) {
        // A function body is not part of the signature.
    }

    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {
        // `pub(in super)` contains no type.
    }
}

impl Paths {
    /// Collects the paths in a macro with custom syntax, without attributes.
    pub(super) fn add_tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        let is = |at: usize, c: char| matches!(tokens.get(at), Some(TokenTree::Punct(p)) if p.as_char() == c);
        let mut at = 0;
        while at < tokens.len() {
            match &tokens[at] {
                TokenTree::Punct(punct) if punct.as_char() == '#' => at += 1,
                TokenTree::Group(group) => self.add_tokens(group.stream()),
                TokenTree::Ident(first) => {
                    let mut path = vec![first.to_string()];
                    while is(at + 1, ':') && is(at + 2, ':') {
                        let Some(TokenTree::Ident(next)) = tokens.get(at + 3) else { break };
                        path.push(next.to_string());
                        at += 3;
                    }
                    self.0.push(path);
                }
                _ => {}
            }
            at += 1;
        }
    }
}
