//! Generated code, which refers to all items of `frameio` by the path `frameio::__private`.

mod assertions;
mod constructors;
mod docs;
mod from_json;
mod implementation;
mod paged;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

use crate::field::Field;
use crate::request::Request;

pub(crate) use from_json::from_json;

/// Expansion of `#[derive(Endpoint)]`.
pub(crate) fn endpoint(request: &Request) -> TokenStream {
    let constructors = constructors::expand(request);
    let implementation = implementation::expand(request);
    let paged = paged::expand(request);
    let assertions = assertions::expand(request);
    quote! {
        #constructors
        #implementation
        #paged
        #assertions
    }
}

/// Returns the path of the items that generated code uses.
fn private(request: &Request) -> TokenStream {
    private_at(request, Span::call_site())
}

/// Returns the same path for code whose errors are reported at `span`.
fn private_at(request: &Request, span: Span) -> TokenStream {
    match &request.attribute.options.krate {
        Some(krate) => quote_spanned!(span=> #krate::__private),
        None => quote_spanned!(span=> ::frameio::__private),
    }
}

/// Returns a span for code whose errors are reported at `span`. Names are resolved like those of the
/// derive, regardless of the origin of the tokens at `span`.
fn at(span: Span) -> Span {
    Span::call_site().located_at(span)
}

/// Returns the name of a field, for code whose errors are reported at `span`.
fn ident_at(field: &Field, span: Span) -> Ident {
    let mut ident = field.ident.clone();
    ident.set_span(ident.span().located_at(span));
    ident
}
