//! Parsed struct, and rules that involve several fields.

use syn::{Data, DeriveInput, Error, Fields, Generics, Ident, Result, Visibility};

use crate::attribute::StructAttribute;
use crate::field::{Field, Place};

/// Names of the fields of a request for pages.
const PAGE_FIELDS: [&str; 3] = ["after", "page_size", "include_total_count"];

/// Validated request.
pub(crate) struct Request {
    pub(crate) name: Ident,
    pub(crate) vis: Visibility,
    pub(crate) generics: Generics,
    pub(crate) attribute: StructAttribute,
    pub(crate) fields: Vec<Field>,
}

impl Request {
    /// Parses a struct, and reports all errors at once.
    pub(crate) fn parse(input: DeriveInput) -> Result<Self> {
        if let Some(lifetime) = input.generics.lifetimes().next() {
            let message = "a request must own its values, so that it can be sent from another task: use \
                           `String` or an id instead of a reference";
            return Err(Error::new_spanned(lifetime, message));
        }
        let mut errors = Errors(None);
        let fields = errors.take(named_fields(input.data, &input.ident));
        let fields = fields.unwrap_or_default().into_iter();
        let fields = fields.filter_map(|field| errors.take(Field::new(field))).collect();
        let attribute = StructAttribute::find(&input.attrs, &input.ident);
        let Some(mut attribute) = errors.take(attribute) else { return errors.result(None) };
        attribute.options.deprecated |=
            input.attrs.iter().any(|it| it.path().is_ident("deprecated"));
        let request =
            Self { name: input.ident, vis: input.vis, generics: input.generics, attribute, fields };
        if errors.0.is_none() {
            request.check_path(&mut errors);
            request.check_body(&mut errors);
            request.check_page(&mut errors);
            request.check_fields(&mut errors);
        }
        errors.result(Some(request))
    }

    pub(crate) fn fields_in(&self, place: Place) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(move |field| field.place == place)
    }

    pub(crate) fn whole_body(&self) -> Option<&Field> {
        self.fields_in(Place::WholeBody).next()
    }

    /// Returns the fields of the path in the order of the template.
    pub(crate) fn path_fields(&self) -> impl Iterator<Item = &Field> {
        let names = self.attribute.template.names.iter();
        names.filter_map(|name| self.fields_in(Place::Path).find(|field| field.name == *name))
    }

    pub(crate) fn is_paged(&self) -> bool {
        self.fields_in(Place::Page).next().is_some()
    }

    /// Returns whether the fields of the body are inside `data`.
    pub(crate) fn has_envelope(&self) -> bool {
        self.attribute.options.envelope.unwrap_or(true)
    }

    fn check_path(&self, errors: &mut Errors) {
        let template = &self.attribute.template;
        for name in &template.names {
            if !self.fields_in(Place::Path).any(|field| field.name == *name) {
                let message = match self.fields.iter().find(|field| field.name == *name) {
                    Some(_) => format!(
                        "`{{{name}}}` is in the path, but the field `{name}` is not: mark the field with \
                         `#[endpoint(path)]`"
                    ),
                    None => format!(
                        "no field for the path parameter `{{{name}}}`: add a field with `#[endpoint(path)]`, or \
                         correct the path"
                    ),
                };
                errors.add(Error::new(template.literal.span(), message));
            }
        }
        for field in self.fields_in(Place::Path) {
            if !template.names.contains(&field.name) {
                let message = format!(
                    "the path has no parameter `{{{name}}}`: add it to \"{path}\", or mark the field with \
                     `query` or `body`",
                    name = field.name,
                    path = template.literal.value(),
                );
                errors.add(Error::new(field.ident.span(), message));
            }
            if !field.form.is_required() {
                let message = "a path parameter cannot be optional: use the type without `Option`";
                errors.add(Error::new_spanned(&field.ty, message));
            }
        }
    }

    fn check_body(&self, errors: &mut Errors) {
        let Some(whole) = self.whole_body() else { return };
        let others = self.fields_in(Place::WholeBody).skip(1).chain(self.fields_in(Place::Body));
        for other in others {
            let message = format!(
                "`{}` is already the whole body: remove one of the two, or mark both with `body` to make \
                 them fields of a JSON object",
                whole.ident,
            );
            errors.add(Error::new(other.place_span, message));
        }
        if let Some((name, _)) = self.attribute.options.constants.first() {
            let message = format!("a constant cannot be added to the whole body `{}`", whole.ident);
            errors.add(Error::new(name.span(), message));
        }
        if !whole.form.is_required() {
            let message = "the whole body cannot be optional: use the type without `Option`";
            errors.add(Error::new_spanned(&whole.ty, message));
        }
    }

    fn check_page(&self, errors: &mut Errors) {
        for field in self.fields_in(Place::Page) {
            if !PAGE_FIELDS.contains(&field.name.as_str()) {
                let message = format!(
                    "only `after`, `page_size` and `include_total_count` can be marked with `page`: mark `{}` \
                     with `query`",
                    field.ident,
                );
                errors.add(Error::new(field.place_span, message));
            } else if field.form.is_required() {
                let message = "a field marked with `page` must be optional: use `Option`";
                errors.add(Error::new_spanned(&field.ty, message));
            }
        }
        let mut page = self.fields_in(Place::Page);
        if self.is_paged() && !page.any(|field| field.ident == "after") {
            let message = "a request for pages needs a cursor: add \
                           `#[endpoint(page)] pub after: Option<Cursor>`";
            errors.add(Error::new(self.name.span(), message));
        }
    }

    fn check_fields(&self, errors: &mut Errors) {
        for field in &self.fields {
            let limit = field.limits.first().map(|limit| limit.key.span()).or(field.unique);
            if let (Place::Path | Place::Skip, Some(span)) = (field.place, limit) {
                errors
                    .add(Error::new(span, "only fields of the query and the body can have limits"));
            }
            if field.experimental.is_some() && field.form.is_required() {
                let message = "an experimental field must be optional, because the operation is stable \
                               without it: use `Option`";
                errors.add(Error::new_spanned(&field.ty, message));
            }
        }
    }
}

fn named_fields(data: Data, name: &Ident) -> Result<Vec<syn::Field>> {
    match data {
        Data::Struct(data) => match data.fields {
            Fields::Named(fields) => Ok(fields.named.into_iter().collect()),
            Fields::Unit => Ok(Vec::new()),
            Fields::Unnamed(fields) => {
                let message = "a request must have named fields: `{ pub account_id: AccountId }`";
                Err(Error::new_spanned(fields, message))
            }
        },
        Data::Enum(_) | Data::Union(_) => {
            Err(Error::new(name.span(), "a request must be a struct with named fields"))
        }
    }
}

/// Collects errors, so that all of them are reported in one compilation.
struct Errors(Option<Error>);

impl Errors {
    fn add(&mut self, error: Error) {
        match &mut self.0 {
            Some(errors) => errors.combine(error),
            None => self.0 = Some(error),
        }
    }

    fn take<T>(&mut self, result: Result<T>) -> Option<T> {
        result.map_err(|error| self.add(error)).ok()
    }

    fn result(self, request: Option<Request>) -> Result<Request> {
        match (self.0, request) {
            (None, Some(request)) => Ok(request),
            (Some(error), _) => Err(error),
            (None, None) => Err(Error::new(proc_macro2::Span::call_site(), "not a request")),
        }
    }
}
