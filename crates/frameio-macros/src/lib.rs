//! Derive macros that turn a plain struct into a request of `frameio`.
//!
//! Use them through `frameio` or `frameio-core`, which re-export them next to the trait
//! `Endpoint` and document them there.
//!
//! | module | content |
//! |---|---|
//! | `attribute` | `#[endpoint(…)]` on the struct: method, path, `id`, `response`, `quota` … |
//! | `field` | `#[endpoint(…)]` on a field: its place, its name in JSON, its limits |
//! | `form` | whether a field is required, read from its type |
//! | `template`, `quota`, `limit` | the texts and ranges inside of attributes |
//! | `request` | the struct as a whole, with the rules that span several fields |
//! | `expand` | the generated code, one file for each part of it |

mod attribute;
mod expand;
mod field;
mod form;
mod limit;
mod quota;
mod request;
mod template;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

use crate::request::Request;

/// Implements `Endpoint`, `new` and a setter for each optional field.
///
/// Documented at `frameio::Endpoint`.
#[proc_macro_derive(Endpoint, attributes(endpoint))]
pub fn endpoint(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    Request::parse(input)
        .map_or_else(syn::Error::into_compile_error, |request| expand::endpoint(&request))
        .into()
}

/// Implements `FromJson` for a struct that derives `Endpoint`, so that the request can be made
/// from JSON by the documented names.
///
/// Every type of a field has to implement `Deserialize`.
#[proc_macro_derive(EndpointFromJson, attributes(endpoint))]
pub fn endpoint_from_json(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    // The derive of `Endpoint` reports the errors.
    Request::parse(input).map_or_else(|_| TokenStream::new(), |it| expand::from_json(&it).into())
}
