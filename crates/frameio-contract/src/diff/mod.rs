//! Differences between two versions of a document, by operation.
//!
//! A difference [matters](Weight::Matters) if it changes which requests or responses are valid, or
//! their meaning. Other differences are [representation](Weight::Representation): another way of
//! writing the same, such as a union with one member.

mod operations;
mod report;
mod schemas;
mod wording;

use std::collections::{BTreeMap, BTreeSet};

use frameio_openapi::{Document, Operation};

pub use self::report::Report;

/// Whether the code has to follow a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Weight {
    /// Changes which requests or responses are valid, or their meaning.
    Matters,
    /// Another way of writing the same.
    Representation,
}

/// Direction of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Direction {
    /// From the client to the service.
    Request,
    /// From the service to the client.
    Response,
}

/// A difference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Difference {
    /// Whether the code has to follow.
    pub weight: Weight,
    /// Part of the operation, such as `query` or `response 200`; empty for a schema.
    pub part: String,
    /// Place in the part, such as `data.name`; empty for the part itself.
    pub place: String,
    /// What differs.
    pub what: String,
}

/// Differences of a named schema.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SchemaDifferences {
    /// Differences of the schema, without those of named schemas inside it.
    pub differences: BTreeSet<Difference>,
    /// Operations that use it in this direction.
    pub operations: BTreeSet<String>,
}

/// All differences between two versions of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Differences {
    /// Differences of the document as a whole.
    pub document: Vec<Difference>,
    /// Differences by operation, outside of named schemas.
    pub operations: BTreeMap<String, BTreeSet<Difference>>,
    /// Differences by direction and name of the schema.
    pub schemas: BTreeMap<(Direction, String), SchemaDifferences>,
    /// Number of operations in both versions.
    pub compared: usize,
}

impl Differences {
    /// Compares two versions of a document.
    pub fn between(old: &Document, new: &Document) -> Self {
        let mut differences = Self::default();
        for keyword in new.unknown_keywords() {
            let what = format!("the keyword `{keyword}` is unknown, so its rules are not compared");
            differences.document.push(Difference::matters("schemas", what));
        }
        let has = |document: &Document, operation: &Operation<'_>| {
            document.operations().any(|other| is_same(&other, operation))
        };
        for old_operation in old.operations().filter(|it| !has(new, it)) {
            differences.add_operation(&old_operation, "the operation is gone");
        }
        for new_operation in new.operations() {
            match old.operations().find(|it| is_same(it, &new_operation)) {
                None => differences.add_operation(&new_operation, "the operation is new"),
                Some(old_operation) => {
                    differences.compared += 1;
                    operations::compare(old_operation, new_operation, &mut differences);
                }
            }
        }
        differences.schemas.retain(|_, schema| !schema.differences.is_empty());
        differences
    }

    /// Returns all differences of a weight.
    pub fn with(&self, weight: Weight) -> impl Iterator<Item = &Difference> {
        let schemas = self.schemas.values().flat_map(|schema| &schema.differences);
        let all = self.document.iter().chain(self.operations.values().flatten()).chain(schemas);
        all.filter(move |difference| difference.weight == weight)
    }

    fn add_operation(&mut self, operation: &Operation<'_>, what: &str) {
        let what = format!("{what}: {} {}", operation.method(), operation.path());
        self.add(name(operation), Difference::matters("", what));
    }

    fn add(&mut self, operation: &str, difference: Difference) {
        self.operations.entry(operation.to_owned()).or_default().insert(difference);
    }
}

impl Difference {
    fn matters(part: &str, what: impl Into<String>) -> Self {
        Self {
            weight: Weight::Matters,
            part: part.to_owned(),
            place: String::new(),
            what: what.into(),
        }
    }

    fn representation(part: &str, what: impl Into<String>) -> Self {
        Self { weight: Weight::Representation, ..Self::matters(part, what) }
    }

    fn at(self, place: &str) -> Self {
        Self { place: place.to_owned(), ..self }
    }
}

/// Returns whether two operations have the same route. Their names can differ.
fn is_same(a: &Operation<'_>, b: &Operation<'_>) -> bool {
    a.method() == b.method() && shape(a.path()) == shape(b.path())
}

/// Returns a path without the names of its variables.
fn shape(path: &str) -> String {
    path.split('/').map(|step| if step.starts_with('{') { "{}" } else { step }).collect()
}

fn name<'d>(operation: &Operation<'d>) -> &'d str {
    operation.id().unwrap_or_else(|| operation.path())
}
