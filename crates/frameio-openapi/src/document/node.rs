//! Deserialized form of a document: the part of OpenAPI 3.1 that the service uses.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Number, Value};

#[derive(Debug, Deserialize)]
pub(crate) struct DocumentNode {
    pub(crate) openapi: Option<String>,
    #[serde(default)]
    pub(crate) info: InfoNode,
    pub(crate) paths: BTreeMap<String, PathNode>,
    #[serde(default)]
    pub(crate) components: ComponentsNode,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct InfoNode {
    #[serde(default)]
    pub(crate) version: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ComponentsNode {
    pub(crate) schemas: BTreeMap<String, SchemaNode>,
    pub(crate) parameters: BTreeMap<String, ParameterNode>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PathNode {
    pub(crate) delete: Option<OperationNode>,
    pub(crate) get: Option<OperationNode>,
    pub(crate) patch: Option<OperationNode>,
    pub(crate) post: Option<OperationNode>,
    pub(crate) put: Option<OperationNode>,
}

impl PathNode {
    pub(crate) fn operations(&self) -> impl Iterator<Item = (&'static str, &OperationNode)> {
        let Self { delete, get, patch, post, put } = self;
        [("DELETE", delete), ("GET", get), ("PATCH", patch), ("POST", post), ("PUT", put)]
            .into_iter()
            .filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct OperationNode {
    pub(crate) operation_id: Option<String>,
    pub(crate) description: String,
    pub(crate) deprecated: bool,
    pub(crate) parameters: Vec<ParameterNode>,
    pub(crate) request_body: Option<BodyNode>,
    pub(crate) responses: BTreeMap<String, BodyNode>,
    #[serde(rename = "x-rate-limit")]
    pub(crate) rate_limit: Option<QuotaNode>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ParameterNode {
    #[serde(rename = "$ref")]
    pub(crate) reference: Option<String>,
    pub(crate) name: String,
    #[serde(rename = "in")]
    pub(crate) place: ParameterPlace,
    pub(crate) required: bool,
    pub(crate) schema: SchemaNode,
}

/// Part of a request that contains a parameter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ParameterPlace {
    /// Path of the URL.
    Path,
    /// Query of the URL.
    #[default]
    Query,
    /// Header.
    Header,
    /// Cookie.
    Cookie,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct BodyNode {
    pub(crate) required: bool,
    pub(crate) content: BTreeMap<String, MediaNode>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct MediaNode {
    pub(crate) schema: SchemaNode,
}

#[derive(Debug, Deserialize)]
pub(crate) struct QuotaNode {
    pub(crate) calls: u32,
    pub(crate) per_seconds: f64,
    #[serde(default)]
    pub(crate) scope: QuotaScope,
}

/// Callers that share a quota.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum QuotaScope {
    /// All users of an account together.
    Account,
    /// Each user of an account.
    #[default]
    AccountUser,
}

/// A schema as written, with unresolved references.
#[derive(Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct SchemaNode {
    #[serde(rename = "$ref")]
    pub(crate) reference: Option<String>,
    #[serde(rename = "type")]
    pub(crate) types: Types,
    #[serde(rename = "enum")]
    pub(crate) values: Option<Vec<Value>>,
    #[serde(rename = "const")]
    pub(crate) constant: Option<Value>,
    pub(crate) default: Option<Value>,
    pub(crate) format: Option<String>,
    pub(crate) pattern: Option<String>,
    pub(crate) minimum: Option<Number>,
    pub(crate) maximum: Option<Number>,
    pub(crate) min_length: Option<u64>,
    pub(crate) max_length: Option<u64>,
    pub(crate) min_items: Option<u64>,
    pub(crate) max_items: Option<u64>,
    pub(crate) min_properties: Option<u64>,
    pub(crate) max_properties: Option<u64>,
    pub(crate) unique_items: bool,
    pub(crate) items: Option<Box<SchemaNode>>,
    pub(crate) properties: BTreeMap<String, SchemaNode>,
    pub(crate) required: Vec<String>,
    pub(crate) additional_properties: Option<AdditionalNode>,
    pub(crate) any_of: Option<Vec<SchemaNode>>,
    pub(crate) one_of: Option<Vec<SchemaNode>>,
    pub(crate) discriminator: Option<DiscriminatorNode>,
    /// Keywords without a field of their own.
    #[serde(flatten)]
    pub(crate) others: BTreeMap<String, Value>,
}

impl SchemaNode {
    /// Returns the schemas that are nested directly in this one.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &Self> {
        let members = [&self.any_of, &self.one_of].into_iter().flatten().flatten();
        let additional = match &self.additional_properties {
            Some(AdditionalNode::Schema(schema)) => Some(&**schema),
            _ => None,
        };
        self.properties.values().chain(members).chain(self.items.as_deref()).chain(additional)
    }
}

#[derive(Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(untagged)]
pub(crate) enum AdditionalNode {
    Allowed(bool),
    Schema(Box<SchemaNode>),
}

#[derive(Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DiscriminatorNode {
    pub(crate) property_name: String,
}

/// One type, several types, or any type if the keyword is absent.
#[derive(Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(untagged)]
pub(crate) enum Types {
    #[default]
    Any,
    One(TypeNode),
    Several(Vec<TypeNode>),
}

impl Types {
    pub(crate) fn as_slice(&self) -> &[TypeNode] {
        match self {
            Self::Any => &[],
            Self::One(one) => std::slice::from_ref(one),
            Self::Several(several) => several,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(untagged)]
pub(crate) enum TypeNode {
    Null(Null),
    Of(SchemaType),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Null {
    Null,
}

/// JSON type of a value. [`Schema::is_nullable`](crate::Schema::is_nullable) reports null.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum SchemaType {
    /// List of values.
    Array,
    /// `true` or `false`.
    Boolean,
    /// Number without a fraction.
    Integer,
    /// Number, with or without a fraction.
    Number,
    /// Map of names to values.
    Object,
    /// Text.
    String,
}
