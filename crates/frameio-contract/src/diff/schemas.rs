//! Differences between two schemas.

use std::collections::BTreeSet;

use frameio_openapi::{Range, Schema, SchemaType};
use serde_json::{Number, Value};

use super::wording::{changed, sets};
use super::{Difference, Differences, Direction, Weight};

/// Formats that restrict a string. Others, such as `float`, only describe it.
const RESTRICTING: [&str; 7] =
    ["HH:MM:SS:FF", "date", "date-time", "datetime", "email", "uri", "uuid"];

/// Comparison of the schemas in one part of an operation.
pub(super) struct Comparison<'a> {
    all: &'a mut Differences,
    operation: &'a str,
    part: &'a str,
    direction: Direction,
    /// Pairs of schemas that were compared, at least one of which has a name. Every cycle of
    /// references contains a name.
    seen: BTreeSet<(Option<String>, Option<String>)>,
    /// Name of the innermost named schema.
    schema: Option<String>,
}

impl<'a> Comparison<'a> {
    pub(super) fn new(
        all: &'a mut Differences,
        operation: &'a str,
        part: &'a str,
        direction: Direction,
    ) -> Self {
        Self { all, operation, part, direction, seen: BTreeSet::new(), schema: None }
    }

    /// Compares two schemas at a place.
    pub(super) fn schemas(&mut self, old: Schema<'_>, new: Schema<'_>, place: &str) {
        let (old, new) = (Plain::of(old), Plain::of(new));
        if old.unions != new.unions {
            self.add(Weight::Representation, place, "is replaced by a union with one member");
        }
        self.nullable(&old, &new, place);
        let names = (old.schema.name(), new.schema.name());
        let Some(name) = names.1.or(names.0) else {
            return self.contents(old.schema, new.schema, place);
        };
        if let (Some(before), Some(after)) = names
            && before != after
        {
            self.add(Weight::Representation, place, &format!("named {}", changed(before, after)));
        }
        if !self.seen.insert((names.0.map(str::to_owned), names.1.map(str::to_owned))) {
            return;
        }
        let key = (self.direction, name.to_owned());
        self.all.schemas.entry(key).or_default().operations.insert(self.operation.to_owned());
        let outer = self.schema.replace(name.to_owned());
        self.contents(old.schema, new.schema, "");
        self.schema = outer;
    }

    /// Compares whether null is allowed, which belongs to the place, not to the named schema.
    fn nullable(&mut self, old: &Plain<'_>, new: &Plain<'_>, place: &str) {
        if old.is_nullable != new.is_nullable {
            let word = |nullable| if nullable { "may be null" } else { "not null" };
            let what = changed(word(old.is_nullable), word(new.is_nullable));
            self.add(Weight::Matters, place, &what);
        }
    }

    fn contents(&mut self, old: Schema<'_>, new: Schema<'_>, place: &str) {
        let facts = facts(old, self.direction).into_iter().zip(facts(new, self.direction));
        for ((weight, label, before), (_, _, after)) in facts {
            if before != after {
                let none = || "none".to_owned();
                let (before, after) = (before.unwrap_or_else(none), after.unwrap_or_else(none));
                self.add(weight, place, &format!("{label} {}", changed(&before, &after)));
            }
        }
        self.values(old, new, place);
        if let (Some(before), Some(after)) = (old.members(), new.members()) {
            self.members(old, new, (&before, &after), place);
        }
        if let (Some(before), Some(after)) = (old.items(), new.items()) {
            self.schemas(before, after, &format!("{place}[]"));
        }
        self.properties(old, new, place);
    }

    fn values(&mut self, old: Schema<'_>, new: Schema<'_>, place: &str) {
        let (Some(before), Some(after)) = (old.values(), new.values()) else { return };
        for what in sets(&before.into_iter().collect(), &after.into_iter().collect()) {
            self.add(Weight::Matters, place, &format!("value {what}"));
        }
        if old.is_constant() != new.is_constant() {
            self.add(Weight::Representation, place, "a constant replaces an enum, or the reverse");
        }
    }

    fn properties(&mut self, old: Schema<'_>, new: Schema<'_>, place: &str) {
        let dot = if place.is_empty() { "" } else { "." };
        let word = |required: bool| if required { "required" } else { "optional" };
        for (name, _) in old.properties().filter(|(name, _)| new.property(name).is_none()) {
            self.add(Weight::Matters, &format!("{place}{dot}{name}"), "is gone");
        }
        for (name, after) in new.properties() {
            let place = format!("{place}{dot}{name}");
            let Some(before) = old.property(name) else {
                let what = format!("is new, {}", word(new.requires(name)));
                self.add(Weight::Matters, &place, &what);
                continue;
            };
            if old.requires(name) != new.requires(name) {
                let what = changed(word(old.requires(name)), word(new.requires(name)));
                self.add(Weight::Matters, &place, &what);
            }
            self.schemas(before, after, &place);
        }
    }

    fn members(
        &mut self,
        old: Schema<'_>,
        new: Schema<'_>,
        (before, after): (&[Schema<'_>], &[Schema<'_>]),
        place: &str,
    ) {
        if old.discriminator() != new.discriminator() {
            self.add(Weight::Representation, place, "the discriminator differs");
        }
        let tag = new.discriminator().or_else(|| old.discriminator());
        let label = |schema: &Schema<'_>| {
            let tag = tag.and_then(|tag| schema.property(tag)?.values()?.first().copied());
            let kind = || schema.kind().map(kind).unwrap_or_default();
            tag.or_else(|| schema.name()).unwrap_or_else(kind).to_owned()
        };
        let labels = |members: &[Schema<'_>]| members.iter().map(label).collect::<BTreeSet<_>>();
        for what in sets(&labels(before), &labels(after)) {
            self.add(Weight::Matters, place, &format!("member {what}"));
        }
        for member in after {
            if let Some(before) = before.iter().find(|it| label(it) == label(member)) {
                self.schemas(*before, *member, &format!("{place}<{}>", label(member)));
            }
        }
    }

    fn add(&mut self, weight: Weight, place: &str, what: &str) {
        let (place, what) = (place.to_owned(), what.to_owned());
        match &self.schema {
            Some(name) => {
                let key = (self.direction, name.clone());
                let part = String::new();
                let difference = Difference { weight, part, place, what };
                self.all.schemas.entry(key).or_default().differences.insert(difference);
            }
            None => {
                let part = self.part.to_owned();
                self.all.add(self.operation, Difference { weight, part, place, what });
            }
        }
    }
}

/// A schema after removing unions with one member.
struct Plain<'d> {
    schema: Schema<'d>,
    is_nullable: bool,
    /// Number of unions that were removed.
    unions: usize,
}

impl<'d> Plain<'d> {
    fn of(mut schema: Schema<'d>) -> Self {
        let (mut is_nullable, mut unions) = (schema.is_nullable(), 0);
        while let Some([member]) = schema.members().as_deref() {
            // `anyOf: [X, null]` is the only way to allow null next to a reference.
            unions += usize::from(!schema.is_nullable());
            schema = *member;
            is_nullable |= schema.is_nullable();
        }
        Self { schema, is_nullable, unions }
    }
}

/// Returns simple facts about a schema, always in the same order.
fn facts(schema: Schema<'_>, direction: Direction) -> [(Weight, &'static str, Option<String>); 12] {
    use Weight::{Matters, Representation};
    let format = schema.format().map(str::to_owned);
    let (restricting, describing) =
        if schema.format().is_some_and(|format| RESTRICTING.contains(&format)) {
            (format, None)
        } else {
            (None, format)
        };
    let kind = match schema.members() {
        Some(_) => "union",
        None => schema.kind().map_or("any", kind),
    };
    let closed = match direction {
        Direction::Request => Matters,
        // Responses are treated as open, even if a document closes them.
        Direction::Response => Representation,
    };
    let number = |number: Option<&Number>| number.and_then(Number::as_f64).map(|it| it.to_string());
    [
        (Matters, "type", Some(kind.to_owned())),
        (Matters, "format", restricting),
        (Representation, "format", describing),
        (Matters, "pattern", schema.pattern().map(str::to_owned)),
        (Matters, "length", range(schema.lengths())),
        (Matters, "items", range(schema.item_counts())),
        (Matters, "fields", range(schema.property_counts())),
        (Matters, "minimum", number(schema.minimum())),
        (Matters, "maximum", number(schema.maximum())),
        (Matters, "default", schema.default().map(Value::to_string)),
        (Matters, "duplicates", schema.has_unique_items().then(|| "refused".to_owned())),
        (closed, "unknown fields", schema.is_closed().then(|| "refused".to_owned())),
    ]
}

fn range(range: Range) -> Option<String> {
    let end = |end: Option<u64>| end.map(|end| end.to_string()).unwrap_or_default();
    (range != Range::default()).then(|| format!("{}..{}", end(range.min), end(range.max)))
}

fn kind(kind: SchemaType) -> &'static str {
    match kind {
        SchemaType::Array => "array",
        SchemaType::Boolean => "boolean",
        SchemaType::Integer => "integer",
        SchemaType::Number => "number",
        SchemaType::Object => "object",
        SchemaType::String => "string",
        _ => "unknown",
    }
}
