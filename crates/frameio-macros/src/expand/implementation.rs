//! Implementation of `Endpoint`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::{at, ident_at, private, private_at};
use crate::field::{Experimental, Field, Place};
use crate::form::is_plain;
use crate::quota::Window;
use crate::request::Request;

pub(super) fn expand(request: &Request) -> TokenStream {
    let private = private(request);
    let (name, response) = (&request.name, &request.attribute.response);
    let (impl_generics, ty_generics, where_clause) = request.generics.split_for_impl();
    let operation = operation(request);
    let (path_args, check) = (path_args(request), check(request));
    let (query, body, finish) = (query(request), body(request), finish(request));
    quote! {
        #[automatically_derived]
        #[allow(deprecated, reason = "declared here")]
        impl #impl_generics #private::Endpoint for #name #ty_generics #where_clause {
            type Response = #response;

            const OPERATION: &'static #private::Operation = {
                #[allow(unused_imports, reason = "used unless the request can be made from JSON")]
                use #private::NoCodec as _;
                #operation
            };

            #path_args
            #query
            #body
            #check
            #finish
        }
    }
}

fn operation(request: &Request) -> TokenStream {
    let private = private(request);
    let attribute = &request.attribute;
    let (id, method, path) = (&attribute.id, &attribute.method, &attribute.template.literal);
    let calls = attribute.quota.calls;
    let quota = match attribute.quota.window {
        Window::Second => quote!(per_second(#calls)),
        Window::Minute => quote!(per_minute(#calls)),
    };
    let options = &attribute.options;
    let scope = options.scope.iter().map(|scope| quote!(.scope(#private::QuotaScope::#scope)));
    let idempotent = options.idempotent.iter().map(|value| quote!(.idempotent(#value)));
    let version = options.api_version.iter().map(|value| quote!(.api_version(#value)));
    let deprecated = options.deprecated.then(|| quote!(.deprecated(true)));
    quote! {
        &#private::Operation::new(
            #id,
            #private::http::Method::#method,
            #path,
            #private::Quota::#quota,
        )
        #(#scope)*
        #(#idempotent)*
        #(#version)*
        #deprecated
        .json_codec(#private::CodecOf::<Self>::CODEC)
    }
}

fn path_args(request: &Request) -> TokenStream {
    let private = private(request);
    let arguments = request.path_fields().map(|field| {
        let (name, span) = (&field.name, at(field.ty.span()));
        let ident = ident_at(field, span);
        quote_spanned! {span=>
            args.push(#name, ::core::convert::AsRef::<::core::primitive::str>::as_ref(&self.#ident));
        }
    });
    let body = quote!(#(#arguments)*);
    let args = if body.is_empty() { format_ident!("_args") } else { format_ident!("args") };
    quote! {
        fn path_args(&self, #args: &mut #private::PathArgs<'_>) {
            #body
        }
    }
}

fn query(request: &Request) -> Option<TokenStream> {
    let private = private(request);
    let parameters = request.fields.iter().filter(|field| field.is_in_query());
    let parameters: Vec<_> = parameters
        .map(|field| {
            let (name, span) = (&field.name, at(field.ty.span()));
            let ident = ident_at(field, span);
            quote_spanned!(span=> query.push(#name, &self.#ident);)
        })
        .collect();
    (!parameters.is_empty()).then(|| {
        quote! {
            fn query(&self, query: &mut #private::Query<'_>) {
                #(#parameters)*
            }
        }
    })
}

/// Checks limits of fields, then limits inside their values, then the whole request.
fn check(request: &Request) -> TokenStream {
    let private = private(request);
    let fields =
        || request.fields.iter().filter(|it| !matches!(it.place, Place::Path | Place::Skip));
    let limits = fields().flat_map(|field| {
        let name = &field.name;
        let limits = field.limits.iter().map(move |limit| {
            let (range, span) = (&limit.range, at(limit.key.span()));
            let ident = ident_at(field, span);
            quote_spanned!(span=> limits.check(#name, &self.#ident, #range);)
        });
        let unique = field.unique.map(|span| {
            let span = at(span);
            let (private, ident) = (private_at(request, span), ident_at(field, span));
            quote_spanned!(span=> #private::check_unique(#name, &self.#ident, limits);)
        });
        limits.chain(unique)
    });
    let nested = fields().filter(|field| !is_plain(&field.ty)).map(|field| {
        let (name, ident) = (json_name(field), &field.ident);
        quote!((&Probe(&self.#ident)).check_nested(#name, limits);)
    });
    quote! {
        fn check(&self, limits: &mut #private::Limits) {
            #[allow(unused_imports, reason = "which is used depends on the fields")]
            use #private::{CheckNested as _, NothingToCheck as _, Probe};
            #(#limits)*
            #(#nested)*
            (&Probe(self)).check_whole(limits);
        }
    }
}

/// Returns the name of a field in paths of errors.
pub(super) fn json_name(field: &Field) -> &str {
    if field.place == Place::WholeBody { "data" } else { &field.name }
}

fn body(request: &Request) -> Option<TokenStream> {
    let private = private(request);
    let envelope = request.has_envelope();
    let content = match request.whole_body() {
        Some(field) => {
            let span = at(field.ty.span());
            let (private, ident) = (private_at(request, span), ident_at(field, span));
            match envelope {
                true => quote_spanned! {span=>
                    let mut body = #private::JsonBody::new(false);
                    body.field("data", &self.#ident)?;
                    ::core::result::Result::Ok(body.finish())
                },
                false => quote_spanned!(span=> #private::whole_body(&self.#ident)),
            }
        }
        None => {
            let constants = request.attribute.options.constants.iter();
            let constants = constants.map(|(name, text)| quote!(body.field(#name, #text)?;));
            let fields = request.fields_in(Place::Body).map(|field| body_field(field, request));
            let fields: Vec<_> = constants.chain(fields).collect();
            if fields.is_empty() {
                return None;
            }
            quote! {
                let mut body = #private::JsonBody::new(#envelope);
                #(#fields)*
                ::core::result::Result::Ok(body.finish())
            }
        }
    };
    Some(quote! {
        fn body(&self) -> ::core::result::Result<#private::Body, #private::EncodeError> {
            #content
        }
    })
}

fn body_field(field: &Field, request: &Request) -> TokenStream {
    let (name, span) = (&field.name, at(field.ty.span()));
    let (private, ident) = (private_at(request, span), ident_at(field, span));
    let write = quote_spanned!(span=> body.field(#name, &self.#ident)?;);
    if field.form.is_required() {
        return write;
    }
    quote_spanned! {span=>
        if !#private::OptionalField::is_absent(&self.#ident) {
            #write
        }
    }
}

/// Sends `api-version: experimental` if a field that needs it is set.
fn finish(request: &Request) -> Option<TokenStream> {
    let private = private(request);
    let conditions: Vec<_> = request
        .fields
        .iter()
        .filter_map(|field| {
            let ident = &field.ident;
            Some(match field.experimental.as_ref()? {
                Experimental::If(function) => quote!(#function(&self.#ident)),
                Experimental::IfSet if field.is_in_query() => {
                    quote!(!#private::QueryValue::is_absent(&self.#ident))
                }
                Experimental::IfSet => quote!(!#private::OptionalField::is_absent(&self.#ident)),
            })
        })
        .collect();
    (!conditions.is_empty()).then(|| {
        quote! {
            fn finish(
                &self,
                request: &mut #private::http::Request<#private::Body>,
            ) -> ::core::result::Result<(), #private::EncodeError> {
                if #(#conditions)||* {
                    #private::mark_experimental(request);
                }
                ::core::result::Result::Ok(())
            }
        }
    })
}
