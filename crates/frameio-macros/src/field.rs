//! Fields, and `#[endpoint(…)]` on them.

use proc_macro2::Span;
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Error, Ident, LitStr, Path, Result, Token, Type};

use crate::attribute::{path, value};
use crate::form::Form;
use crate::limit::Limit;

const PLACES: &str = "`#[endpoint(path)]`, `#[endpoint(query)]` or `#[endpoint(body)]`";
const KEYS: &str = "a place (`path`, `query`, `body`, `whole_body`, `page`, `skip`) or a key (`name`, \
                    `len`, `items`, `range`, `unique`, `optional`, `experimental`)";

/// Names of methods of `EndpointExt`.
const RESERVED: [&str; 3] = ["options", "raw", "with_meta"];

/// Field of a request.
pub(crate) struct Field {
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
    /// Documentation of the field, which the setter repeats.
    pub(crate) docs: Vec<Attribute>,
    pub(crate) place: Place,
    /// Span of the place.
    pub(crate) place_span: Span,
    pub(crate) form: Form,
    /// Name in the path, the query or JSON.
    pub(crate) name: String,
    pub(crate) limits: Vec<Limit>,
    /// Span of `unique`, which rejects a list with duplicates.
    pub(crate) unique: Option<Span>,
    pub(crate) experimental: Option<Experimental>,
}

/// Part of the request that contains a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Path,
    Query,
    /// Query parameter of a request for pages.
    Page,
    /// Field of the JSON body.
    Body,
    /// Value of `data`, or the whole body without an envelope.
    WholeBody,
    /// Not sent, and initialized with `Default`.
    Skip,
}

/// Condition under which a field requires the experimental version.
pub(crate) enum Experimental {
    /// The field is set.
    IfSet,
    /// This function returns true for the field.
    If(Path),
}

impl Field {
    pub(crate) fn new(field: syn::Field) -> Result<Self> {
        let Some(ident) = field.ident else {
            let message = "a request must have named fields: `pub account_id: AccountId`";
            return Err(Error::new_spanned(field.ty, message));
        };
        if RESERVED.iter().any(|name| ident == name) {
            let message = format!(
                "`{ident}` is a method of every request: rename the field, and keep the name in JSON with \
                 `name = \"{ident}\"`"
            );
            return Err(Error::new(ident.span(), message));
        }
        let attribute = FieldAttribute::find(&field.attrs, &ident)?;
        let form = Form::of(&field.ty, attribute.optional.is_some());
        let name = attribute.name.as_ref().map_or_else(|| ident.unraw().to_string(), LitStr::value);
        let docs = field.attrs.into_iter().filter(|it| it.path().is_ident("doc")).collect();
        Ok(Self {
            docs,
            form,
            name,
            ty: field.ty,
            ident,
            place: attribute.place,
            place_span: attribute.place_span,
            limits: attribute.limits,
            unique: attribute.unique,
            experimental: attribute.experimental,
        })
    }

    pub(crate) fn is_in_query(&self) -> bool {
        matches!(self.place, Place::Query | Place::Page)
    }

    /// Returns whether the field is an argument of `new`.
    pub(crate) fn is_argument(&self) -> bool {
        self.form.is_required() && self.place != Place::Skip
    }

    /// Returns whether the field has a setter.
    pub(crate) fn has_setter(&self) -> bool {
        !self.form.is_required() && self.place != Place::Skip
    }
}

struct FieldAttribute {
    place: Place,
    place_span: Span,
    name: Option<LitStr>,
    limits: Vec<Limit>,
    unique: Option<Span>,
    optional: Option<Span>,
    experimental: Option<Experimental>,
}

impl FieldAttribute {
    fn find(attributes: &[Attribute], field: &Ident) -> Result<Self> {
        let mut found = attributes.iter().filter(|it| it.path().is_ident("endpoint"));
        let Some(attribute) = found.next() else {
            let message = format!("the place of the field is missing: add {PLACES}");
            return Err(Error::new(field.span(), message));
        };
        if let Some(second) = found.next() {
            let message = "duplicate attribute `endpoint`: move its keys to the first one";
            return Err(Error::new_spanned(second.path(), message));
        }
        let keys: Keys = attribute.parse_args()?;
        let Some((place, place_span)) = keys.place else {
            let message = format!("the place of the field is missing: start with {PLACES}");
            return Err(Error::new_spanned(attribute.path(), message));
        };
        let Keys { name, limits, unique, optional, experimental, .. } = keys;
        Ok(Self { place, place_span, name, limits, unique, optional, experimental })
    }
}

#[derive(Default)]
struct Keys {
    place: Option<(Place, Span)>,
    name: Option<LitStr>,
    limits: Vec<Limit>,
    unique: Option<Span>,
    optional: Option<Span>,
    experimental: Option<Experimental>,
}

impl Parse for Keys {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut keys = Self::default();
        while !input.is_empty() {
            let key = input.call(Ident::parse_any)?;
            keys.parse_value(key, input)?;
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(keys)
    }
}

impl Keys {
    fn parse_value(&mut self, key: Ident, input: ParseStream<'_>) -> Result<()> {
        let span = key.span();
        match key.to_string().as_str() {
            "path" => self.set_place(Place::Path, span)?,
            "query" => self.set_place(Place::Query, span)?,
            "page" => self.set_place(Place::Page, span)?,
            "body" => self.set_place(Place::Body, span)?,
            "whole_body" => self.set_place(Place::WholeBody, span)?,
            "skip" => self.set_place(Place::Skip, span)?,
            "name" => self.name = Some(value(input, "the name in JSON: `name = \"type\"`")?),
            "len" | "items" | "range" => {
                input.parse::<Token![=]>()?;
                self.limits.push(Limit { range: input.parse()?, key });
            }
            "unique" => self.unique = Some(span),
            "optional" => self.optional = Some(span),
            "experimental" => {
                self.experimental = Some(match input.peek(Token![=]) {
                    true => Experimental::If(path(input)?),
                    false => Experimental::IfSet,
                });
            }
            _ => {
                let message = format!("unknown key `{key}`, expected {KEYS}");
                return Err(Error::new(span, message));
            }
        }
        Ok(())
    }

    fn set_place(&mut self, place: Place, span: Span) -> Result<()> {
        if self.place.is_some() {
            return Err(Error::new(
                span,
                "a field has only one place in the request: remove the others",
            ));
        }
        self.place = Some((place, span));
        Ok(())
    }
}
