//! A whole document.

mod node;
mod operation;
mod schema;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::LazyLock;

use self::node::{DocumentNode, ParameterNode, SchemaNode};
pub use self::node::{ParameterPlace, QuotaScope, SchemaType};
pub use self::operation::{Operation, Parameter, Quota, RequestBody};
pub use self::schema::{Range, Schema};

/// Keywords that describe a schema without restricting values.
const ANNOTATIONS: [&str; 9] = [
    "$comment",
    "deprecated",
    "description",
    "example",
    "examples",
    "externalDocs",
    "readOnly",
    "title",
    "writeOnly",
];

/// An OpenAPI document of the service.
#[derive(Debug)]
pub struct Document {
    pub(crate) root: DocumentNode,
    is_experimental: bool,
}

impl Document {
    /// Returns the document of the stable operations.
    pub fn stable() -> &'static Self {
        static STABLE: LazyLock<Document> = LazyLock::new(|| shipped(crate::STABLE));
        &STABLE
    }

    /// Returns the document of the operations that need `api-version: experimental`.
    pub fn experimental() -> &'static Self {
        static EXPERIMENTAL: LazyLock<Document> = LazyLock::new(|| shipped(crate::EXPERIMENTAL));
        &EXPERIMENTAL
    }

    /// Returns the additions of `api-version: experimental` to the requests of stable operations:
    /// query parameters, values of `include`, and fields of bodies.
    ///
    /// The service does not publish them as a document. This one follows the official SDK for
    /// experimental operations.
    pub fn flavours() -> &'static Self {
        static FLAVOURS: LazyLock<Document> = LazyLock::new(|| shipped(crate::FLAVOURS));
        &FLAVOURS
    }

    /// Parses a document.
    ///
    /// # Errors
    ///
    /// Fails if the text is not JSON or not an OpenAPI document, or if a reference cannot be
    /// resolved.
    pub fn parse(json: &str) -> Result<Self, DocumentError> {
        let root: DocumentNode =
            serde_json::from_str(json).map_err(|error| DocumentError(Cause::Json(error)))?;
        let is_experimental = root.info.version.contains("experimental");
        let document = Self { root, is_experimental };
        document.check_references()?;
        Ok(document)
    }

    /// Returns the version of OpenAPI that the document declares, such as `3.1.0`.
    pub fn openapi_version(&self) -> Option<&str> {
        self.root.openapi.as_deref()
    }

    /// Returns the version of the API that the document declares. It is empty if the document has
    /// none.
    pub fn version(&self) -> &str {
        &self.root.info.version
    }

    /// Returns whether the operations of this document require `api-version: experimental`.
    pub const fn is_experimental(&self) -> bool {
        self.is_experimental
    }

    /// Returns all operations, ordered by path and method.
    pub fn operations(&self) -> impl Iterator<Item = Operation<'_>> {
        self.root.paths.iter().flat_map(move |(path, node)| {
            let operations = node.operations();
            operations.map(move |(method, node)| Operation { document: self, method, path, node })
        })
    }

    /// Returns the schema keywords that this reader does not know.
    ///
    /// A schema with one of them can allow more or fewer values than [`Schema`](crate::Schema)
    /// reports.
    pub fn unknown_keywords(&self) -> BTreeSet<&str> {
        let mut unknown = BTreeSet::new();
        for schema in self.schemas() {
            let keywords = schema.others.keys().map(String::as_str);
            let is_unknown = |name: &&str| !name.starts_with("x-") && !ANNOTATIONS.contains(name);
            unknown.extend(keywords.filter(is_unknown));
        }
        unknown
    }

    pub(crate) fn parameter(&self, reference: &str) -> Option<&ParameterNode> {
        self.root.components.parameters.get(reference.strip_prefix("#/components/parameters/")?)
    }

    pub(crate) fn schema(&self, reference: &str) -> Option<(&str, &SchemaNode)> {
        let name = reference.strip_prefix("#/components/schemas/")?;
        self.root.components.schemas.get_key_value(name).map(|(name, node)| (name.as_str(), node))
    }

    fn check_references(&self) -> Result<(), DocumentError> {
        let operations = self.root.paths.values().flat_map(|path| path.operations());
        let parameters = operations.flat_map(|(_, operation)| &operation.parameters);
        let parameters = parameters.filter_map(|parameter| parameter.reference.as_deref());
        let unresolved = parameters.filter(|reference| self.parameter(reference).is_none());
        let schemas = self.schemas().into_iter().filter_map(|it| it.reference.as_deref());
        let mut unresolved = unresolved.chain(schemas.filter(|reference| !self.ends(reference)));
        match unresolved.next() {
            Some(reference) => Err(DocumentError(Cause::Reference(reference.to_owned()))),
            None => Ok(()),
        }
    }

    /// Returns whether a reference leads to a schema without a cycle.
    fn ends(&self, reference: &str) -> bool {
        let mut next = Some(reference);
        for _ in 0..=self.root.components.schemas.len() {
            let Some(reference) = next else { return true };
            let Some((_, node)) = self.schema(reference) else { return false };
            next = node.reference.as_deref();
        }
        false
    }

    /// Returns all schemas in the document, including nested ones.
    fn schemas(&self) -> Vec<&SchemaNode> {
        let components = &self.root.components;
        let mut all: Vec<&SchemaNode> = components.schemas.values().collect();
        all.extend(components.parameters.values().map(|parameter| &parameter.schema));
        let operations = self.root.paths.values().flat_map(|path| path.operations());
        for (_, operation) in operations {
            let bodies = operation.responses.values().chain(&operation.request_body);
            let media = bodies.flat_map(|body| body.content.values());
            all.extend(media.map(|media| &media.schema));
            all.extend(operation.parameters.iter().map(|parameter| &parameter.schema));
        }
        let mut next = 0;
        while let Some(schema) = all.get(next) {
            all.extend(schema.parts());
            next += 1;
        }
        all
    }
}

/// Parses a document of this package, and panics if it is broken. A test parses all of them.
fn shipped(json: &str) -> Document {
    Document::parse(json).unwrap_or_else(|error| panic!("broken document in this crate: {error}"))
}

/// Error of [`Document::parse`].
#[derive(Debug)]
pub struct DocumentError(Cause);

#[derive(Debug)]
enum Cause {
    Json(serde_json::Error),
    Reference(String),
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Cause::Json(error) => write!(f, "not an OpenAPI document: {error}"),
            Cause::Reference(reference) => {
                write!(f, "cannot resolve the reference '{reference}': it is missing or circular")
            }
        }
    }
}

impl std::error::Error for DocumentError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0 {
            Cause::Json(error) => Some(error),
            Cause::Reference(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn understands_the_shipped_documents() {
        let (stable, experimental) = (Document::stable(), Document::experimental());
        assert_eq!((stable.operations().count(), experimental.operations().count()), (98, 26));
        assert!(!stable.is_experimental() && experimental.is_experimental());
        assert_eq!((stable.openapi_version(), stable.version()), (Some("3.1.0"), "frameio-4.0.0"));
        for document in [stable, experimental] {
            assert_eq!(document.unknown_keywords(), BTreeSet::new());
        }
    }

    #[test]
    fn every_flavour_belongs_to_a_stable_operation() {
        for flavour in Document::flavours().operations() {
            let stable = Document::stable().operations().find(|it| it.id() == flavour.id());
            let route = stable.map(|it| (it.method(), it.path()));
            assert_eq!(route, Some((flavour.method(), flavour.path())), "{:?}", flavour.id());
        }
    }

    #[test]
    fn rejects_text_that_is_not_an_openapi_document() {
        for json in ["{", "{}", r#"{"paths": 7}"#, r#"{"paths": {"/": {"get": 7}}}"#] {
            let error = Document::parse(json).unwrap_err().to_string();
            assert!(error.starts_with("not an OpenAPI document: "), "{error}");
        }
    }

    #[test]
    fn rejects_missing_and_circular_references() {
        let with = |schemas: &str| {
            let document = format!(r#"{{"paths": {{}}, "components": {{"schemas": {schemas}}}}}"#);
            Document::parse(&document)
        };
        assert!(with(r##"{"A": {"$ref": "#/components/schemas/B"}, "B": {}}"##).is_ok());
        for schemas in [
            r##"{"A": {"items": {"$ref": "#/components/schemas/B"}}}"##,
            r##"{"A": {"$ref": "#/elsewhere"}}"##,
            r##"{"A": {"$ref": "#/components/schemas/A"}}"##,
        ] {
            assert!(with(schemas).is_err(), "{schemas}");
        }
    }

    #[test]
    fn reports_unknown_keywords() {
        let json = r#"{"paths": {}, "components": {"schemas": {"A": {
            "type": "object", "title": "A", "x-note": 1,
            "properties": {"a": {"allOf": [{}]}, "b": {"items": {"multipleOf": 2}}}
        }}}}"#;
        let document = Document::parse(json).unwrap();
        assert_eq!(document.unknown_keywords(), BTreeSet::from(["allOf", "multipleOf"]));
    }
}
