//! Derive macros that turn a plain struct into a request of `frameio`.
//!
//! Do not depend on this crate directly: `frameio` and `frameio-core` re-export the macros next to the
//! trait `Endpoint` and document all attributes. It has no features.
//!
//! ```
//! # extern crate frameio_core as frameio;
//! use frameio::{AccountId, Endpoint, encode};
//!
//! /// Renames an account.
//! #[derive(Clone, Debug, Endpoint)]
//! #[endpoint(
//!     PATCH "/v4/accounts/{account_id}",
//!     id = "accounts.rename", response = (), quota = "10/min",
//! )]
//! pub struct RenameAccount {
//!     /// Account to rename.
//!     #[endpoint(path)]
//!     pub account_id: AccountId,
//!     /// New name, 1 to 255 characters.
//!     #[endpoint(body, len = 1..=255)]
//!     pub name: String,
//! }
//!
//! let request = encode(&RenameAccount::new("a1", "Sea Studio"))?;
//! assert_eq!(request.uri(), "/v4/accounts/a1");
//! # Ok::<_, frameio::EncodeError>(())
//! ```
//!
//! # Structure
//!
//! | module | contents |
//! |---|---|
//! | `attribute` | `#[endpoint(…)]` on the struct: method, path, `id`, `response`, `quota` … |
//! | `field` | `#[endpoint(…)]` on a field: place, name in JSON, limits |
//! | `form` | whether a field is required, according to its type |
//! | `template`, `quota`, `limit` | texts and ranges in attributes |
//! | `request` | the whole struct, with rules that involve several fields |
//! | `expand` | generated code, one file for each part |
#![cfg_attr(docsrs, feature(doc_cfg))]

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
/// The re-export `frameio::Endpoint` documents all attributes.
#[proc_macro_derive(Endpoint, attributes(endpoint))]
pub fn endpoint(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    Request::parse(input)
        .map_or_else(syn::Error::into_compile_error, |request| expand::endpoint(&request))
        .into()
}

/// Implements `FromJson` for a struct that derives `Endpoint`, so that the request can be created from
/// JSON with documented names.
///
/// The types of all fields must implement `Deserialize`.
#[proc_macro_derive(EndpointFromJson, attributes(endpoint))]
pub fn endpoint_from_json(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    // The derive of `Endpoint` reports errors.
    Request::parse(input).map_or_else(|_| TokenStream::new(), |it| expand::from_json(&it).into())
}
