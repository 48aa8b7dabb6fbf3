//! `new` and setters.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Type;

use super::{docs, private};
use crate::field::{Field, Place};
use crate::form::{Form, is_primitive};
use crate::request::Request;

pub(super) fn expand(request: &Request) -> TokenStream {
    let Request { name, vis, .. } = request;
    let (impl_generics, ty_generics, where_clause) = request.generics.split_for_impl();
    let docs = docs::of_new(request);
    let arguments = request.fields.iter().filter(|field| field.is_argument()).map(|field| {
        let (ident, argument) = (&field.ident, argument(&field.ty));
        quote!(#ident: #argument)
    });
    let values = request.fields.iter().map(|field| initial_value(field, request));
    let setters = request.fields.iter().filter(|it| it.has_setter()).map(|it| setter(it, request));
    quote! {
        #[automatically_derived]
        #[allow(deprecated, reason = "declared here")]
        impl #impl_generics #name #ty_generics #where_clause {
            #docs
            #[allow(
                clippy::new_without_default,
                clippy::too_many_arguments,
                reason = "as many as the operation requires"
            )]
            #[must_use]
            #vis fn new(#(#arguments),*) -> Self {
                Self { #(#values,)* }
            }

            #(#setters)*
        }
    }
}

/// Returns the type of an argument: `impl Into<T>`, or `T` for numbers and flags, so that the types of
/// literals can be inferred.
fn argument(ty: &Type) -> TokenStream {
    if is_primitive(ty) { quote!(#ty) } else { quote!(impl ::core::convert::Into<#ty>) }
}

fn initial_value(field: &Field, request: &Request) -> TokenStream {
    let (ident, ty) = (&field.ident, &field.ty);
    let private = private(request);
    match (&field.form, field.place) {
        (_, Place::Skip) => quote!(#ident: ::core::default::Default::default()),
        (Form::Required, _) if is_primitive(ty) => quote!(#ident),
        (Form::Required, _) => quote!(#ident: ::core::convert::Into::into(#ident)),
        (Form::Option(_), _) => quote!(#ident: ::core::option::Option::None),
        (Form::Patch, _) => quote!(#ident: #private::Patch::Keep),
        (Form::Alias, _) => quote!(#ident: <#ty as #private::OptionalField>::ABSENT),
    }
}

fn setter(field: &Field, request: &Request) -> TokenStream {
    let (ident, ty, vis) = (&field.ident, &field.ty, &request.vis);
    let private = private(request);
    let docs = docs::of_setter(field);
    let (argument, value) = match &field.form {
        Form::Option(inner) if is_primitive(inner) => {
            (quote!(#inner), quote!(::core::option::Option::Some(#ident)))
        }
        Form::Option(inner) => (
            argument(inner),
            quote!(::core::option::Option::Some(::core::convert::Into::into(#ident))),
        ),
        Form::Patch | Form::Required => {
            (quote!(impl ::core::convert::Into<#ty>), quote!(::core::convert::Into::into(#ident)))
        }
        Form::Alias => (
            quote!(impl ::core::convert::Into<<#ty as #private::OptionalField>::Argument>),
            quote!(#private::OptionalField::set(::core::convert::Into::into(#ident))),
        ),
    };
    quote! {
        #docs
        #[must_use]
        #vis fn #ident(mut self, #ident: #argument) -> Self {
            self.#ident = #value;
            self
        }
    }
}
