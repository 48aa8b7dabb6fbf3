//! The generated code.
//!
//! All of it refers to the items of `frameio` by the one path `frameio::__private`.

mod assertions;
mod constructors;
mod docs;
mod from_json;
mod implementation;
mod paged;

use proc_macro2::TokenStream;
use quote::quote;

use crate::request::Request;

pub(crate) use from_json::from_json;

/// Everything that `#[derive(Endpoint)]` adds to a struct.
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

/// Returns the path to the items that generated code uses.
fn private(request: &Request) -> TokenStream {
    match &request.attribute.options.krate {
        Some(krate) => quote!(#krate::__private),
        None => quote!(::frameio::__private),
    }
}
