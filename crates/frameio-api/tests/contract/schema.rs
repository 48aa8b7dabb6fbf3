//! The contract of the service as JSON, and what is asked of it.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::Value;

static STABLE: LazyLock<Value> =
    LazyLock::new(|| parse(include_str!("../../../frameio-sim/contract/openapi.json")));
static EXPERIMENTAL: LazyLock<Value> = LazyLock::new(|| {
    parse(include_str!("../../../frameio-sim/contract/openapi-experimental.json"))
});

fn parse(json: &str) -> Value {
    serde_json::from_str(json).unwrap()
}

/// An operation of the contract.
pub(crate) struct Contract {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) experimental: bool,
    document: &'static Value,
    operation: &'static Value,
}

/// The operation with this id, which is in the stable document or in the other.
pub(crate) fn operation(id: &str) -> Option<Contract> {
    [(&*STABLE, false), (&*EXPERIMENTAL, true)].into_iter().find_map(|(document, experimental)| {
        let paths = document["paths"].as_object()?;
        paths.iter().find_map(|(path, methods)| {
            let found = methods.as_object()?.iter().find(|(_, it)| it["operationId"] == id);
            found.map(|(method, operation)| Contract {
                method: method.to_uppercase(),
                path: path.clone(),
                experimental,
                document,
                operation,
            })
        })
    })
}

impl Contract {
    /// Calls, seconds and scope of the quota; what a later SDK documents holds.
    pub(crate) fn quota(&self) -> (u64, f64, &'static str) {
        let later = &self.operation["x-rate-limit-later-sdk"];
        let limit = if later.is_null() { &self.operation["x-rate-limit"] } else { later };
        (
            limit["calls"].as_u64().unwrap(),
            limit["per_seconds"].as_f64().unwrap(),
            limit["scope"].as_str().unwrap(),
        )
    }

    /// The parameters that go to the query or to the headers, by name.
    pub(crate) fn parameters(&self, place: &str) -> Vec<(&'static str, Schema)> {
        let parameters = self.operation["parameters"].as_array().map_or(&[][..], Vec::as_slice);
        let here = parameters.iter().filter(|parameter| parameter["in"] == place);
        here.map(|it| (it["name"].as_str().unwrap(), self.schema(&it["schema"]))).collect()
    }

    /// What the body is.
    pub(crate) fn body(&self) -> Option<Schema> {
        let body = self.operation.pointer("/requestBody/content/application~1json/schema")?;
        Some(self.schema(body))
    }

    /// What a successful answer is, if it has a body.
    pub(crate) fn answer(&self) -> Option<Schema> {
        let responses = self.operation["responses"].as_object().unwrap();
        let mut successes = responses.iter().filter(|(status, _)| status.starts_with('2'));
        let success = successes.next().unwrap().1;
        assert!(successes.next().is_none(), "{} succeeds in one way", self.path);
        success.pointer("/content/application~1json/schema").map(|schema| self.schema(schema))
    }

    fn schema(&self, value: &'static Value) -> Schema {
        Schema { document: self.document, value, name: None }.resolve()
    }
}

/// A schema; never a reference.
#[derive(Clone, Copy)]
pub(crate) struct Schema {
    document: &'static Value,
    pub(crate) value: &'static Value,
    /// What it is called, where it is not written in place.
    pub(crate) name: Option<&'static str>,
}

impl Schema {
    fn resolve(mut self) -> Self {
        while let Some(reference) = self.value["$ref"].as_str() {
            let pointer = reference.strip_prefix('#').unwrap();
            self.value = self.document.pointer(pointer).unwrap();
            self.name = pointer.rsplit('/').next();
        }
        self
    }

    fn of(self, value: &'static Value) -> Self {
        Self { value, name: None, ..self }.resolve()
    }

    /// The members of a union, null left out.
    pub(crate) fn members(self) -> Option<Vec<Self>> {
        let members = self.value["anyOf"].as_array().or(self.value["oneOf"].as_array())?;
        Some(
            members
                .iter()
                .filter(|it| it["type"] != "null")
                .map(|member| self.of(member))
                .collect(),
        )
    }

    /// The field that tells the members of a union apart.
    pub(crate) fn discriminator(self) -> Option<&'static str> {
        self.value["discriminator"]["propertyName"].as_str()
    }

    pub(crate) fn is_nullable(self) -> bool {
        let holds_null = |list: &Value, is_null: fn(&Value) -> bool| {
            list.as_array().is_some_and(|list| list.iter().any(is_null))
        };
        holds_null(&self.value["type"], |it| it == "null")
            || holds_null(&self.value["anyOf"], |it| it["type"] == "null")
    }

    /// `string`, `integer`, `number`, `boolean`, `array` or `object`; nothing where all goes.
    pub(crate) fn kind(self) -> Option<&'static str> {
        match &self.value["type"] {
            Value::Array(kinds) => {
                kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null")
            }
            kind => kind.as_str(),
        }
    }

    pub(crate) fn properties(self) -> impl Iterator<Item = (&'static str, Self)> {
        let properties = self.value["properties"].as_object();
        properties.into_iter().flatten().map(move |(name, it)| (name.as_str(), self.of(it)))
    }

    pub(crate) fn requires(self, property: &str) -> bool {
        self.value["required"].as_array().is_some_and(|all| all.iter().any(|it| it == property))
    }

    pub(crate) fn items(self) -> Option<Self> {
        self.value.get("items").map(|items| self.of(items))
    }

    /// The values of an enum, or the one of a constant.
    pub(crate) fn values(self) -> Option<Vec<&'static str>> {
        match (&self.value["enum"], &self.value["const"]) {
            (Value::Array(values), _) => Some(values.iter().filter_map(Value::as_str).collect()),
            (_, Value::String(value)) => Some(vec![value]),
            _ => None,
        }
    }

    /// The member of a union that `value` is.
    pub(crate) fn member_of(self, value: &Value) -> Option<Self> {
        let members = self.members()?;
        let Some(tag) = self.discriminator() else { return members.first().copied() };
        members.into_iter().find(|member| {
            let constant = member.properties().find(|(name, _)| *name == tag).map(|(_, it)| it);
            constant.and_then(Self::values).is_some_and(|values| value[tag] == values[0])
        })
    }
}

/// All that is wrong with `value` by `schema`, each with where it is.
pub(crate) fn violations(schema: Schema, value: &Value, at: &str) -> BTreeSet<String> {
    let mut wrong = BTreeSet::new();
    if value.is_null() {
        if !schema.is_nullable() {
            wrong.insert(format!("{at} is null"));
        }
        return wrong;
    }
    if let Some(members) = schema.members() {
        let each: Vec<_> = members.iter().map(|it| violations(*it, value, at)).collect();
        if each.iter().all(|wrong| !wrong.is_empty()) {
            wrong.extend(each.into_iter().flatten());
        }
        return wrong;
    }
    let limit = |name: &str| schema.value[name].as_f64();
    let mut within = |size: f64, least: &str, most: &str| {
        if limit(least).is_some_and(|least| size < least)
            || limit(most).is_some_and(|most| size > most)
        {
            wrong.insert(format!("{at} is {size}"));
        }
    };
    let right_kind = match (schema.kind(), value) {
        (Some("string"), Value::String(text)) => {
            within(text.chars().count() as f64, "minLength", "maxLength");
            schema.values().is_none_or(|values| values.contains(&text.as_str()))
        }
        (Some("integer"), Value::Number(number)) => {
            within(number.as_f64().unwrap(), "minimum", "maximum");
            number.is_u64() || number.is_i64()
        }
        (Some("number"), Value::Number(number)) => {
            within(number.as_f64().unwrap(), "minimum", "maximum");
            true
        }
        (Some("boolean"), Value::Bool(_)) | (None, _) => true,
        (Some("array"), Value::Array(items)) => {
            within(items.len() as f64, "minItems", "maxItems");
            for (i, item) in items.iter().enumerate() {
                wrong.extend(violations(schema.items().unwrap(), item, &format!("{at}[{i}]")));
            }
            true
        }
        (Some("object"), Value::Object(fields)) => {
            within(fields.len() as f64, "minProperties", "maxProperties");
            for (name, field) in schema.properties() {
                match fields.get(name) {
                    Some(value) => {
                        wrong.extend(violations(field, value, &format!("{at}.{name}")));
                    }
                    None if schema.requires(name) => {
                        wrong.insert(format!("{at}.{name} lacks"));
                    }
                    None => {}
                }
            }
            let known: BTreeSet<_> = schema.properties().map(|(name, _)| name).collect();
            let unknown = fields.keys().filter(|name| !known.contains(name.as_str()));
            if schema.value["additionalProperties"].is_null()
                || schema.value["additionalProperties"] == false
            {
                wrong.extend(unknown.map(|name| format!("{at}.{name} is unknown")));
            }
            true
        }
        _ => false,
    };
    if !right_kind {
        wrong.insert(format!("{at} is {value}"));
    }
    wrong
}
