//! Documentation of `new` and of setters.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{GenericArgument, PathArguments, Type};

use crate::field::Field;
use crate::form::Form;
use crate::quota::Window;
use crate::request::Request;

/// Documentation of `new`: constants of the operation.
pub(super) fn of_new(request: &Request) -> TokenStream {
    let attribute = &request.attribute;
    let options = &attribute.options;
    let id = attribute.id.value();
    let route = format!("`{} {}`", attribute.method, attribute.template.literal.value());
    let window = match attribute.quota.window {
        Window::Second => "second",
        Window::Minute => "minute",
    };
    let scope = match options.scope.as_ref().map(ToString::to_string).as_deref() {
        None | Some("AccountUser") => "per user and account",
        Some(_) => "per account, shared by all users",
    };
    let mut lines = vec![
        "Creates a request with the required fields.".to_owned(),
        String::new(),
        "| | |".to_owned(),
        "|---|---|".to_owned(),
        format!("| operation | `{id}` |"),
        format!("| route | {route} |"),
        format!("| response | {} |", link(&attribute.response, request)),
        format!("| quota | {} calls per {window}, {scope} |", attribute.quota.calls),
    ];
    if let Some(role) = &options.role {
        lines.push(format!("| required role | {} |", role.value()));
    }
    if let Some(version) = &options.api_version {
        lines.push(format!("| header | `api-version: {}` |", version.value()));
    }
    if options.deprecated {
        lines.push("| status | deprecated by the service |".to_owned());
    }
    quote! {
        #(#[doc = #lines])*
        #[doc(alias = #id)]
    }
}

/// Documentation of a setter, which is that of its field.
pub(super) fn of_setter(field: &Field) -> TokenStream {
    let docs = match field.docs.as_slice() {
        [] => {
            let line = format!("Sets `{}`.", field.name);
            quote!(#[doc = #line])
        }
        docs => quote!(#(#docs)*),
    };
    match field.form {
        Form::Patch => quote! {
            #docs
            #[doc = ""]
            #[doc = "`None` clears the field."]
        },
        _ => docs,
    }
}

/// Formats a type in Markdown with links to its names.
fn link(ty: &Type, request: &Request) -> String {
    let Type::Path(path) = ty else {
        return match ty {
            Type::Tuple(tuple) if tuple.elems.is_empty() => "no content".to_owned(),
            other => format!("`{}`", text(other)),
        };
    };
    let Some(last) = path.path.segments.last().filter(|_| path.qself.is_none()) else {
        return format!("`{}`", text(ty));
    };
    let is_parameter =
        request.generics.type_params().any(|parameter| parameter.ident == last.ident);
    if is_parameter {
        return format!("`{}`", last.ident);
    }
    let target: Vec<_> = path.path.segments.iter().map(|it| it.ident.to_string()).collect();
    let name = format!("[`{}`]({})", last.ident, target.join("::"));
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return name };
    let arguments = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(link(ty, request)),
        _ => None,
    });
    format!("{name} of {}", arguments.collect::<Vec<_>>().join(", "))
}

fn text(tokens: &impl ToTokens) -> String {
    tokens.to_token_stream().to_string()
}
