//! Assertions about the types of fields, evaluated at compile time.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::{at, private};
use crate::field::{Field, Place};
use crate::form::{is_plain, is_primitive};
use crate::request::Request;

/// Returns `None` for a request with type parameters, whose types are not known here.
pub(super) fn expand(request: &Request) -> Option<TokenStream> {
    if !request.generics.params.is_empty() {
        return None;
    }
    let private = private(request);
    let required = request.fields.iter().filter_map(|field| is_required(field, &private));
    let units = request.fields.iter().flat_map(|field| units(field, &private));
    let assertions: Vec<_> = required.chain(units).collect();
    (!assertions.is_empty()).then(|| {
        quote! {
            #[allow(deprecated, reason = "declared here")]
            const _: () = {
                #[allow(unused_imports, reason = "which is used depends on the types")]
                use #private::{NoUnit as _, NotOptional as _};
                #(#assertions)*
            };
        }
    })
}

/// Asserts that a required field is not an alias of an optional type.
fn is_required(field: &Field, private: &TokenStream) -> Option<TokenStream> {
    let ty = &field.ty;
    let is_sent = !matches!(field.place, Place::Path | Place::Skip);
    if !is_sent || !field.form.is_required() || is_primitive(ty) || is_plain(ty) {
        return None;
    }
    let message = format!(
        "the type of `{}` is an alias of `Option` or `Patch`: add `optional` to the attribute of the \
         field, such as `#[endpoint(body, optional)]`",
        field.ident,
    );
    Some(quote_spanned!(at(ty.span())=> assert!(!#private::IsOptional::<#ty>::VALUE, #message);))
}

/// Asserts that the key of a limit matches the type: `len` counts characters, `items` the items of a
/// list.
fn units<'a>(
    field: &'a Field,
    private: &'a TokenStream,
) -> impl Iterator<Item = TokenStream> + use<'a> {
    field.limits.iter().map(move |limit| {
        let (ty, unit) = (&field.ty, limit.unit());
        let message = format!(
            "`{}` does not match the type of `{}`: use `len` for a text, `items` for a list and `range` \
             for a number",
            limit.key, field.ident,
        );
        quote_spanned! {at(limit.key.span())=>
            assert!(#private::is_unit(#private::UnitOf::<#ty>::UNIT, #unit), #message);
        }
    })
}
