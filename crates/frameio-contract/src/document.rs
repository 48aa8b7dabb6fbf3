//! An OpenAPI document of the service, and what is asked of it.

use http::Method;
use serde_json::Value;

/// An OpenAPI document.
#[derive(Clone, Copy, Debug)]
pub struct Document {
    root: &'static Value,
    /// Whether its operations want `api-version: experimental`.
    pub experimental: bool,
}

impl Document {
    /// Reads a document. It is kept until the program ends, which is soon.
    ///
    /// # Errors
    /// When it is not JSON, or has no `paths`.
    pub fn parse(json: &str) -> Result<Self, String> {
        let root: Value = serde_json::from_str(json).map_err(|error| error.to_string())?;
        if !root["paths"].is_object() {
            return Err("there are no `paths`: is it an OpenAPI document?".to_owned());
        }
        let root: &Value = Box::leak(Box::new(root));
        let title = root["info"]["version"].as_str().unwrap_or_default();
        Ok(Self { root, experimental: title.contains("experimental") })
    }

    /// Every operation of the document.
    pub fn operations(self) -> impl Iterator<Item = Contract> {
        let paths = self.root["paths"].as_object().into_iter().flatten();
        paths.flat_map(move |(path, methods)| {
            let methods = methods.as_object().into_iter().flatten();
            methods.filter_map(move |(method, operation)| {
                let method = method.to_uppercase();
                let method = METHODS.iter().find(|known| known.as_str() == method)?;
                Some(Contract { method: method.clone(), path, document: self, operation })
            })
        })
    }
}

const METHODS: [Method; 5] =
    [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

/// An operation of the contract.
#[derive(Clone, Debug)]
pub struct Contract {
    /// The HTTP method.
    pub method: Method,
    /// The path template.
    pub path: &'static str,
    /// The document that it stands in.
    pub document: Document,
    operation: &'static Value,
}

impl Contract {
    /// The documented name, where the document has one.
    pub fn id(&self) -> &'static str {
        self.operation["operationId"].as_str().unwrap_or("an operation without a name")
    }

    /// Whether the service advises against it.
    pub fn deprecated(&self) -> bool {
        self.operation["deprecated"] == true
    }

    /// Calls, seconds and scope of the quota, where it is documented; a later SDK's figure holds,
    /// but not its scope: it says `account_user` of every operation.
    pub fn quota(&self) -> Option<(u64, f64, &'static str)> {
        let first = &self.operation["x-rate-limit"];
        let later = &self.operation["x-rate-limit-later-sdk"];
        let limit = if later.is_null() { first } else { later };
        Some((
            limit["calls"].as_u64()?,
            limit["per_seconds"].as_f64()?,
            first["scope"].as_str().unwrap_or("account_user"),
        ))
    }

    /// The parameters that go to the query or to the headers, by name.
    pub fn parameters(&self, place: &str) -> Vec<(&'static str, Schema)> {
        let parameters = self.operation["parameters"].as_array().map_or(&[][..], Vec::as_slice);
        let parameters = parameters.iter().map(|parameter| self.schema(parameter).value);
        let here = parameters.filter(|parameter| parameter["in"] == place);
        here.filter_map(|it| Some((it["name"].as_str()?, self.schema(&it["schema"])))).collect()
    }

    /// The version that the operation asks for in its header.
    pub fn api_version(&self) -> Option<&'static str> {
        let headers = self.parameters("header");
        let version = headers.into_iter().find(|(name, _)| *name == "api-version");
        let version = version.and_then(|(_, schema)| schema.values()?.first().copied());
        version.or(self.document.experimental.then_some("experimental"))
    }

    /// What the body is.
    pub fn body(&self) -> Option<Schema> {
        let body = self.operation.pointer("/requestBody/content/application~1json/schema")?;
        Some(self.schema(body))
    }

    /// What successful answers with a body are, by status.
    pub fn answers(&self) -> Vec<(u16, Schema)> {
        let responses = self.operation["responses"].as_object().into_iter().flatten();
        let successes = responses.filter(|(status, _)| status.starts_with('2'));
        let body = |response: &'static Value| {
            let schema = response.pointer("/content/application~1json/schema")?;
            Some(self.schema(schema))
        };
        successes
            .filter_map(|(status, response)| Some((status.parse().ok()?, body(response)?)))
            .collect()
    }

    fn schema(&self, value: &'static Value) -> Schema {
        Schema { document: self.document.root, value, name: None }.resolve()
    }
}

/// A schema; never a reference.
#[derive(Clone, Copy, Debug)]
pub struct Schema {
    document: &'static Value,
    /// The schema itself.
    pub value: &'static Value,
    /// What it is called, where it is not written in place.
    pub name: Option<&'static str>,
}

impl Schema {
    fn resolve(mut self) -> Self {
        while let Some(reference) = self.value["$ref"].as_str() {
            let pointer = reference.trim_start_matches('#');
            let Some(value) = self.document.pointer(pointer) else { break };
            self.value = value;
            self.name = pointer.rsplit('/').next();
        }
        self
    }

    fn of(self, value: &'static Value) -> Self {
        Self { value, name: None, ..self }.resolve()
    }

    /// The members of a union, null left out.
    pub fn members(self) -> Option<Vec<Self>> {
        let members = self.value["anyOf"].as_array().or(self.value["oneOf"].as_array())?;
        let members = members.iter().filter(|it| it["type"] != "null");
        Some(members.map(|member| self.of(member)).collect())
    }

    /// The field that tells the members of a union apart.
    pub fn discriminator(self) -> Option<&'static str> {
        self.value["discriminator"]["propertyName"].as_str()
    }

    /// Whether null is allowed.
    pub fn is_nullable(self) -> bool {
        let holds_null = |list: &Value, is_null: fn(&Value) -> bool| {
            list.as_array().is_some_and(|list| list.iter().any(is_null))
        };
        holds_null(&self.value["type"], |it| it == "null")
            || holds_null(&self.value["anyOf"], |it| it["type"] == "null")
            || holds_null(&self.value["oneOf"], |it| it["type"] == "null")
    }

    /// `string`, `integer`, `number`, `boolean`, `array` or `object`; nothing where all goes.
    pub fn kind(self) -> Option<&'static str> {
        match &self.value["type"] {
            Value::Array(kinds) => {
                kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null")
            }
            kind => kind.as_str(),
        }
    }

    /// The fields of an object.
    pub fn properties(self) -> impl Iterator<Item = (&'static str, Self)> {
        let properties = self.value["properties"].as_object();
        properties.into_iter().flatten().map(move |(name, it)| (name.as_str(), self.of(it)))
    }

    /// The field of an object that has this name.
    pub fn property(self, name: &str) -> Option<Self> {
        self.properties().find(|it| it.0 == name).map(|it| it.1)
    }

    /// Whether an object is not valid without the field.
    pub fn requires(self, property: &str) -> bool {
        self.value["required"].as_array().is_some_and(|all| all.iter().any(|it| it == property))
    }

    /// What a list holds.
    pub fn items(self) -> Option<Self> {
        self.value.get("items").map(|items| self.of(items))
    }

    /// The values of an enum, or the one of a constant.
    pub fn values(self) -> Option<Vec<&'static str>> {
        match (&self.value["enum"], &self.value["const"]) {
            (Value::Array(values), _) => Some(values.iter().filter_map(Value::as_str).collect()),
            (_, Value::String(value)) => Some(vec![value]),
            _ => None,
        }
    }

    /// Whether it is one text and no other.
    pub fn is_constant(self) -> bool {
        !self.value["const"].is_null()
    }

    /// The first of these keywords, as a number.
    pub fn number(self, keywords: &[&str]) -> Option<f64> {
        keywords.iter().find_map(|keyword| self.value[*keyword].as_f64())
    }

    /// The least and the most, of a number, of characters, of items or of fields.
    pub fn limits(self) -> (Option<f64>, Option<f64>) {
        (
            self.number(&["minimum", "minLength", "minItems", "minProperties"]),
            self.number(&["maximum", "maxLength", "maxItems", "maxProperties"]),
        )
    }

    /// The member of a union that `value` is: by its discriminator, or by its shape.
    pub fn member_of(self, value: &Value) -> Option<Self> {
        let members = self.members()?;
        let fits = |member: &Self| match self.discriminator() {
            Some(tag) => {
                let tags = member.property(tag).and_then(Self::values);
                tags.is_some_and(|tags| tags.first().is_some_and(|it| value[tag] == *it))
            }
            None => member.fits(value),
        };
        members.into_iter().find(fits)
    }

    /// Whether a value has the shape: its kind, and the fields of an object.
    fn fits(self, value: &Value) -> bool {
        let kind_fits = match (self.kind(), value) {
            (Some("string"), Value::String(text)) => {
                self.values().is_none_or(|values| values.contains(&text.as_str()))
            }
            (Some("integer" | "number"), Value::Number(_))
            | (Some("boolean"), Value::Bool(_))
            | (Some("array"), Value::Array(_))
            | (None, _) => true,
            (Some("object"), Value::Object(fields)) => {
                let known = |name: &String| self.property(name).is_some();
                let right = |(name, field): (&str, Self)| match fields.get(name) {
                    Some(Value::Null) => field.is_nullable(),
                    Some(value) if field.is_constant() => field.fits(value),
                    Some(_) => true,
                    None => !self.requires(name),
                };
                self.properties().all(right)
                    && fields.keys().filter(|name| *name != crate::example::FUTURE).all(known)
            }
            _ => false,
        };
        kind_fits || self.members().is_some_and(|it| it.iter().any(|it| it.fits(value)))
    }
}
