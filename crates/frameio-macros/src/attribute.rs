//! `#[endpoint(…)]` on the struct.

use proc_macro2::Span;
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream};
use syn::{Error, Ident, LitBool, LitStr, Path, Result, Token, Type, parenthesized};

use crate::quota::Quota;
use crate::template::Template;

const KEYS: &str = "`id`, `response`, `quota`, `scope`, `role`, `idempotent`, `api_version`, \
                    `deprecated`, `envelope`, `constant`, `crate`";
const METHODS: [&str; 6] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"];

/// Constants of an operation.
pub(crate) struct StructAttribute {
    pub(crate) method: Ident,
    pub(crate) template: Template,
    pub(crate) id: LitStr,
    pub(crate) response: Type,
    pub(crate) quota: Quota,
    pub(crate) options: Options,
}

/// Optional keys.
#[derive(Default)]
pub(crate) struct Options {
    /// Variant of `QuotaScope`.
    pub(crate) scope: Option<Ident>,
    pub(crate) role: Option<LitStr>,
    pub(crate) idempotent: Option<bool>,
    pub(crate) api_version: Option<LitStr>,
    pub(crate) deprecated: bool,
    pub(crate) envelope: Option<bool>,
    /// Fields of the body with a fixed text.
    pub(crate) constants: Vec<(LitStr, LitStr)>,
    /// Path of the crate `frameio`.
    pub(crate) krate: Option<Path>,
}

impl StructAttribute {
    /// Parses the attribute of the struct `name`.
    pub(crate) fn find(attributes: &[syn::Attribute], name: &Ident) -> Result<Self> {
        let mut found = attributes.iter().filter(|it| it.path().is_ident("endpoint"));
        let Some(attribute) = found.next() else {
            let message = "missing attribute `endpoint`: add `#[endpoint(GET \"/v4/…\", id = \"…\", \
                           response = …, quota = \"100/min\")]`";
            return Err(Error::new(name.span(), message));
        };
        if let Some(second) = found.next() {
            let message = "duplicate attribute `endpoint`: move its keys to the first one";
            return Err(Error::new_spanned(second.path(), message));
        }
        let keys: Keys = attribute.parse_args()?;
        keys.complete(attribute)
    }
}

/// Parsed keys, which may be incomplete.
struct Keys {
    method: Ident,
    template: Template,
    id: Option<LitStr>,
    response: Option<Type>,
    quota: Option<Quota>,
    options: Options,
}

impl Keys {
    fn complete(self, attribute: &syn::Attribute) -> Result<StructAttribute> {
        let missing = |message| Error::new_spanned(attribute.path(), message);
        let errors = [
            self.id.is_none().then(|| {
                missing("missing `id`, the documented name of the operation: `id = \"files.show\"`")
            }),
            self.response.is_none().then(|| {
                missing(
                    "missing `response`, the type of a successful response: `response = File`, or \
                     `response = ()` if it has no content",
                )
            }),
            self.quota.is_none().then(|| {
                missing(
                    "missing `quota`, the documented quota of the operation: `quota = \"100/min\"`",
                )
            }),
        ];
        let error = errors.into_iter().flatten().reduce(|mut all, error| {
            all.combine(error);
            all
        });
        let Self { method, template, id, response, quota, options } = self;
        match (id, response, quota, error) {
            (Some(id), Some(response), Some(quota), None) => {
                Ok(StructAttribute { method, template, id, response, quota, options })
            }
            (.., error) => Err(error.unwrap_or_else(|| missing("incomplete"))),
        }
    }
}

impl Parse for Keys {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let method = method(input)?;
        let template: LitStr = input.parse().map_err(|error| {
            Error::new(error.span(), "expected a path after the method: `GET \"/v4/accounts\"`")
        })?;
        let template = Template::new(template)?;
        let options = Options::default();
        let mut keys = Self { method, template, id: None, response: None, quota: None, options };
        let mut seen: Vec<Ident> = Vec::new();
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            let key = input.call(Ident::parse_any)?;
            if key != "constant" && seen.contains(&key) {
                return Err(Error::new(key.span(), format!("duplicate key `{key}`")));
            }
            keys.parse_value(&key, input)?;
            seen.push(key);
        }
        Ok(keys)
    }
}

impl Keys {
    fn parse_value(&mut self, key: &Ident, input: ParseStream<'_>) -> Result<()> {
        let options = &mut self.options;
        match key.to_string().as_str() {
            "id" => self.id = Some(value(input, "the documented name: `id = \"files.show\"`")?),
            "response" => self.response = Some(value(input, "a type: `response = File`")?),
            "quota" => {
                input.parse::<Token![=]>()?;
                self.quota = Some(input.parse()?);
            }
            "scope" => {
                options.scope = Some(value(input, "`scope = Account` or `scope = AccountUser`")?);
            }
            "role" => options.role = Some(value(input, "a text: `role = \"content admin\"`")?),
            "idempotent" => options.idempotent = Some(flag(input)?),
            "api_version" => {
                options.api_version =
                    Some(value(input, "a text: `api_version = \"experimental\"`")?);
            }
            "deprecated" => options.deprecated = flag(input)?,
            "envelope" => options.envelope = Some(flag(input)?),
            "constant" => {
                let content;
                parenthesized!(content in input);
                let name = content.parse()?;
                content.parse::<Token![=]>()?;
                options.constants.push((name, content.parse()?));
                if !content.is_empty() {
                    return Err(
                        content.error("expected one field: `constant(\"type\" = \"asset\")`")
                    );
                }
            }
            "crate" => options.krate = Some(path(input)?),
            _ => {
                let message = format!("unknown key `{key}`, expected one of {KEYS}");
                return Err(Error::new(key.span(), message));
            }
        }
        Ok(())
    }
}

fn method(input: ParseStream<'_>) -> Result<Ident> {
    let expected =
        |span: Span| Error::new(span, "expected method and path first: `GET \"/v4/accounts\"`");
    let method: Ident = input.parse().map_err(|error| expected(error.span()))?;
    let text = method.to_string();
    if METHODS.contains(&text.as_str()) {
        return Ok(method);
    }
    let upper = text.to_uppercase();
    if METHODS.contains(&upper.as_str()) {
        return Err(Error::new(
            method.span(),
            format!("the method must be in upper case: `{upper}`"),
        ));
    }
    Err(expected(method.span()))
}

/// Parses `= value`. `example` describes the expected value in errors.
pub(crate) fn value<T: Parse>(input: ParseStream<'_>, example: &str) -> Result<T> {
    let expected = |span| Error::new(span, format!("expected {example}"));
    input.parse::<Token![=]>().map_err(|error| expected(error.span()))?;
    let span = input.span();
    input.parse().map_err(|_| expected(span))
}

/// Parses `= true` or `= false`. A key without a value means `true`.
fn flag(input: ParseStream<'_>) -> Result<bool> {
    if input.peek(Token![=]) {
        Ok(value::<LitBool>(input, "`true` or `false`")?.value)
    } else {
        Ok(true)
    }
}

/// Parses `= path`, where the path may start with `crate`.
pub(crate) fn path(input: ParseStream<'_>) -> Result<Path> {
    input.parse::<Token![=]>()?;
    input.call(Path::parse_mod_style)
}
