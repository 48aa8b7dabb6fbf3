//! Schemas of values.

use std::fmt;
use std::hash::{Hash, Hasher};

use serde_json::{Number, Value};

use super::Document;
use super::node::{AdditionalNode, SchemaNode, SchemaType, TypeNode};

/// Schema of a value, with references resolved.
///
/// Two schemas are equal if their definitions are equal, regardless of their names.
#[derive(Clone, Copy)]
pub struct Schema<'d> {
    document: &'d Document,
    node: &'d SchemaNode,
    name: Option<&'d str>,
}

/// Minimum and maximum of a count, both inclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Range {
    /// Minimum.
    pub min: Option<u64>,
    /// Maximum.
    pub max: Option<u64>,
}

impl<'d> Schema<'d> {
    /// Resolves references. [`Document::parse`] verified that they end.
    pub(crate) fn new(document: &'d Document, node: &'d SchemaNode) -> Self {
        let mut schema = Self { document, node, name: None };
        while let Some((name, node)) =
            schema.node.reference.as_deref().and_then(|it| document.schema(it))
        {
            (schema.name, schema.node) = (Some(name), node);
        }
        schema
    }

    fn part(self, node: &'d SchemaNode) -> Self {
        Self::new(self.document, node)
    }

    /// Returns the name of the schema in the document, or `None` for an inline schema.
    pub const fn name(self) -> Option<&'d str> {
        self.name
    }

    /// Returns the type of values other than null, or `None` for unions and schemas of any type.
    pub fn kind(self) -> Option<SchemaType> {
        self.node.types.as_slice().iter().find_map(|kind| match kind {
            TypeNode::Of(kind) => Some(*kind),
            TypeNode::Null(_) => None,
        })
    }

    /// Returns whether null is allowed.
    pub fn is_nullable(self) -> bool {
        let mut members = [&self.node.any_of, &self.node.one_of].into_iter().flatten().flatten();
        let types = self.node.types.as_slice();
        types.iter().any(|kind| matches!(kind, TypeNode::Null(_))) || members.any(is_null)
    }

    /// Returns the members of a union, except null.
    pub fn members(self) -> Option<Vec<Self>> {
        let members = self.node.any_of.as_ref().or(self.node.one_of.as_ref())?;
        let members = members.iter().filter(|member| !is_null(member));
        Some(members.map(|member| self.part(member)).collect())
    }

    /// Returns the name of the field that selects the member of a union.
    pub fn discriminator(self) -> Option<&'d str> {
        self.node.discriminator.as_ref().map(|it| it.property_name.as_str())
    }

    /// Returns the fields of an object, ordered by name.
    pub fn properties(self) -> impl Iterator<Item = (&'d str, Self)> {
        let properties = self.node.properties.iter();
        properties.map(move |(name, node)| (name.as_str(), self.part(node)))
    }

    /// Returns a field of an object.
    pub fn property(self, name: &str) -> Option<Self> {
        self.node.properties.get(name).map(|node| self.part(node))
    }

    /// Returns whether a field of an object is required.
    pub fn requires(self, property: &str) -> bool {
        self.node.required.iter().any(|required| required == property)
    }

    /// Returns whether an object allows only the documented fields.
    pub fn is_closed(self) -> bool {
        self.node.additional_properties == Some(AdditionalNode::Allowed(false))
    }

    /// Returns the schema of the items of a list.
    pub fn items(self) -> Option<Self> {
        self.node.items.as_deref().map(|items| self.part(items))
    }

    /// Returns whether the items of a list have to be unique.
    pub const fn has_unique_items(self) -> bool {
        self.node.unique_items
    }

    /// Returns the values of a string enum, or the value of a string constant.
    pub fn values(self) -> Option<Vec<&'d str>> {
        match (&self.node.values, &self.node.constant) {
            (Some(values), _) => Some(values.iter().filter_map(Value::as_str).collect()),
            (None, Some(Value::String(value))) => Some(vec![value]),
            (None, _) => None,
        }
    }

    /// Returns whether only one value is allowed, by the keyword `const`.
    pub const fn is_constant(self) -> bool {
        self.node.constant.is_some()
    }

    /// Returns the default value.
    pub const fn default(self) -> Option<&'d Value> {
        self.node.default.as_ref()
    }

    /// Returns the format of a string, such as `date-time`.
    pub fn format(self) -> Option<&'d str> {
        self.node.format.as_deref()
    }

    /// Returns the regular expression that a string has to match.
    pub fn pattern(self) -> Option<&'d str> {
        self.node.pattern.as_deref()
    }

    /// Returns the minimum of a number.
    pub const fn minimum(self) -> Option<&'d Number> {
        self.node.minimum.as_ref()
    }

    /// Returns the maximum of a number.
    pub const fn maximum(self) -> Option<&'d Number> {
        self.node.maximum.as_ref()
    }

    /// Returns the limits of the number of characters of a string.
    pub const fn lengths(self) -> Range {
        Range { min: self.node.min_length, max: self.node.max_length }
    }

    /// Returns the limits of the number of items of a list.
    pub const fn item_counts(self) -> Range {
        Range { min: self.node.min_items, max: self.node.max_items }
    }

    /// Returns the limits of the number of fields of an object.
    pub const fn property_counts(self) -> Range {
        Range { min: self.node.min_properties, max: self.node.max_properties }
    }
}

/// Returns whether a member of a union allows only null.
fn is_null(node: &SchemaNode) -> bool {
    matches!(node.types.as_slice(), [TypeNode::Null(_)])
}

impl PartialEq for Schema<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.node == other.node
    }
}

impl Eq for Schema<'_> {}

impl Hash for Schema<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.node.hash(state);
    }
}

/// Prints the schema without its document.
impl fmt::Debug for Schema<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Schema").field("name", &self.name).field("node", self.node).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = r##"{"paths": {}, "components": {"schemas": {
        "Alias": {"$ref": "#/components/schemas/Named"},
        "Named": {"type": ["object", "null"], "required": ["b"], "additionalProperties": false,
            "properties": {
                "b": {"anyOf": [{"type": "null"}, {"$ref": "#/components/schemas/Text"}]},
                "a": {"type": "array", "items": {"const": "x"}, "minItems": 1, "uniqueItems": true}
            }},
        "Text": {"type": "string", "maxLength": 9, "enum": ["on", "off"]}
    }}}"##;

    #[test]
    fn resolves_references_to_the_last_name() {
        let document = Document::parse(DOCUMENT).unwrap();
        let alias = Schema::new(&document, &document.root.components.schemas["Alias"]);
        assert_eq!((alias.name(), alias.kind()), (Some("Named"), Some(SchemaType::Object)));
        assert!(alias.is_nullable() && alias.is_closed() && alias.requires("b"));
        assert_eq!(alias.properties().map(|(name, _)| name).collect::<Vec<_>>(), ["a", "b"]);

        let b = alias.property("b").unwrap();
        assert!(b.is_nullable() && b.kind().is_none());
        let members = b.members().unwrap();
        assert_eq!(members.iter().map(|it| it.name()).collect::<Vec<_>>(), [Some("Text")]);
        assert_eq!(members[0].values(), Some(vec!["on", "off"]));
        assert_eq!(members[0].lengths(), Range { min: None, max: Some(9) });

        let a = alias.property("a").unwrap();
        assert_eq!((a.item_counts().min, a.has_unique_items()), (Some(1), true));
        let item = a.items().unwrap();
        assert!(item.is_constant());
        assert_eq!(item.values(), Some(vec!["x"]));
    }
}
