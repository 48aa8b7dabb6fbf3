//! Implementation of `Paged`, for a request with fields marked with `page`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::{private, private_at};
use crate::request::Request;

pub(super) fn expand(request: &Request) -> Option<TokenStream> {
    if !request.is_paged() {
        return None;
    }
    let private = private(request);
    let (name, response) = (&request.name, &request.attribute.response);
    let (impl_generics, ty_generics, where_clause) = request.generics.split_for_impl();
    // All tokens have the span of the response type, so that an error points there if it is not a page.
    let span = response.span();
    let spanned = private_at(request, span);
    let is_page = quote_spanned!(span=> <#response as #spanned::IsPage>);
    let items = quote_spanned! {span=>
        type Item = #is_page::Item;

        fn page(response: &#response) -> &#spanned::Page<#is_page::Item> {
            #is_page::page(response)
        }

        fn into_page(response: #response) -> #spanned::Page<#is_page::Item> {
            #is_page::into_page(response)
        }
    };
    Some(quote! {
        #[automatically_derived]
        #[allow(deprecated, reason = "declared here")]
        impl #impl_generics #private::Paged for #name #ty_generics #where_clause {
            #items

            fn after(mut self, cursor: #private::Cursor) -> Self {
                self.after = ::core::option::Option::Some(cursor);
                self
            }
        }
    })
}
