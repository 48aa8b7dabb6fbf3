//! Implementation of `FromJson`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Index;

use super::implementation::json_name;
use super::private;
use crate::field::{Field, Place};
use crate::request::Request;

/// Expansion of `#[derive(EndpointFromJson)]`.
pub(crate) fn from_json(request: &Request) -> TokenStream {
    let private = private(request);
    let name = &request.name;
    let (impl_generics, ty_generics, where_clause) = request.generics.split_for_impl();
    let schema = schema(request);
    let constants = request.attribute.options.constants.iter();
    let constants =
        constants.map(|(name, text)| quote!(input.constant(#name, #text).as_ref().err()));
    // All values are read before the first error is returned, so that it reports all errors. The places in
    // the tuple are names that no field has.
    let values = request.fields.iter().map(value);
    let idents = request.fields.iter().map(|field| &field.ident);
    let places: Vec<_> = (0..request.fields.len()).map(Index::from).collect();
    quote! {
        #[automatically_derived]
        #[allow(deprecated, reason = "declared here")]
        impl #impl_generics #private::FromJson for #name #ty_generics #where_clause {
            const SCHEMA: #private::Schema = #schema;

            fn from_json(
                input: &#private::JsonObject,
            ) -> ::core::result::Result<Self, #private::EncodeError> {
                let input = #private::Input::new(
                    <Self as #private::Endpoint>::OPERATION,
                    &<Self as #private::FromJson>::SCHEMA,
                    input,
                );
                #[allow(clippy::let_unit_value, reason = "a request without fields")]
                let values = (#(#values,)*);
                input.check(&[#(values.#places.as_ref().err(),)* #(#constants,)*])?;
                ::core::result::Result::Ok(Self { #(#idents: values.#places?,)* })
            }
        }
    }
}

fn schema(request: &Request) -> TokenStream {
    let private = private(request);
    let name = request.name.to_string();
    let paged = request.is_paged();
    let envelope = request.has_envelope() && request.whole_body().is_none();
    let path = request.path_fields().map(|field| {
        let name = &field.name;
        quote!(#private::Parameter::path(#name))
    });
    let sent = |places: &'static [Place]| {
        request.fields.iter().filter(move |field| places.contains(&field.place))
    };
    let query = sent(&[Place::Query, Place::Page]).map(|field| {
        let ty = &field.ty;
        let parameter = parameter(field, quote!(query), &private);
        quote!(#parameter.values(<#ty as #private::QueryValue>::VALUES))
    });
    let constants = request.attribute.options.constants.iter();
    let constants =
        constants.map(|(name, text)| quote!(#private::Parameter::body(#name).values(&[#text])));
    let body = sent(&[Place::Body, Place::WholeBody])
        .map(|field| parameter(field, quote!(body), &private));
    quote! {
        #private::Schema {
            type_name: ::core::concat!(::core::module_path!(), "::", #name),
            envelope: #envelope,
            paged: #paged,
            parameters: &[#(#path,)* #(#query,)* #(#constants,)* #(#body,)*],
        }
    }
}

fn parameter(field: &Field, place: TokenStream, private: &TokenStream) -> TokenStream {
    let name = json_name(field);
    let required = field.form.is_required().then(|| quote!(.required()));
    let range = field.limits.first().map(|limit| &limit.range).into_iter();
    quote!(#private::Parameter::#place(#name) #required #(.range(#range))*)
}

fn value(field: &Field) -> TokenStream {
    let name = json_name(field);
    match (field.place, field.form.is_required()) {
        (Place::Skip, _) => quote!(input.skipped()),
        (Place::Path, _) => quote!(input.path(#name)),
        (Place::Query | Place::Page, false) => quote!(input.query(#name)),
        (Place::Query | Place::Page, true) => quote!(input.required_query(#name)),
        (Place::Body | Place::WholeBody, true) => quote!(input.required(#name)),
        (Place::Body | Place::WholeBody, false) => quote!(input.optional(#name)),
    }
}
