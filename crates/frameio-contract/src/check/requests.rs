//! Requests: created from every example of the contract, and sent without a difference.

use std::collections::BTreeMap;

use frameio_core::Body;
use frameio_core::dynamic::ParameterLocation;
use frameio_openapi::{Operation, Parameter, ParameterPlace, Schema, SchemaType};
use http::{Method, Request};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::{Findings, normal, unknown};
use crate::case::Case;
use crate::example::{examples, minimal, places};
use crate::member::FUTURE;

pub(super) fn check(case: &Case, contract: Operation<'_>, findings: &mut Findings<'_>) {
    for (query, body) in inputs(case, contract) {
        sent_as_given(case, contract, &query, body.as_ref(), findings);
    }
    let body = contract.request_body().map(|body| minimal(body.schema));
    sent_as_given(case, contract, &BTreeMap::new(), body.as_ref(), findings);
    required(case, body.as_ref(), findings);
    unknown_names(case, body.as_ref(), findings);
    frame(case, contract, body.as_ref(), findings);
}

pub(super) type Query<'d> = BTreeMap<&'d str, Value>;

/// Returns queries and bodies that together contain every value of every parameter.
fn inputs<'d>(case: &Case, contract: Operation<'d>) -> Vec<(Query<'d>, Option<Value>)> {
    let values = |parameter: Parameter<'d>| {
        let (name, schema) = (parameter.name(), parameter.schema());
        let ours = case.operation.schema().parameters.iter().find(|it| it.name == name);
        let known = ours.map_or(&[][..], |it| it.values);
        let all = match (name, schema.values()) {
            // One request includes all values.
            ("include", Some(values)) => vec![values.join(",").into()],
            // A list of types is plain text in the contract.
            (_, None) if schema.kind() == Some(SchemaType::String) && !known.is_empty() => {
                vec![known.join(",").into()]
            }
            _ => examples(schema, false).into_iter().filter(|it| !it.is_null()).collect(),
        };
        (name, all)
    };
    let query: Vec<_> = contract.parameters(ParameterPlace::Query).map(values).collect();
    let bodies = contract.request_body().map_or(Vec::new(), |body| examples(body.schema, false));
    let number = query.iter().map(|(_, all)| all.len()).chain([bodies.len(), 1]).max();
    let pick = |i: usize| {
        let query = query.iter().map(|(name, all)| (*name, all[i % all.len()].clone()));
        (query.collect(), (!bodies.is_empty()).then(|| bodies[i % bodies.len()].clone()))
    };
    (0..number.unwrap_or(1)).map(pick).collect()
}

/// Returns the flat input of a request. The value of each path variable is its name.
pub(super) fn input(case: &Case, query: &Query<'_>, body: Option<&Value>) -> Map<String, Value> {
    let parameters = case.operation.schema().parameters.iter();
    let path = parameters.filter(|it| it.location == ParameterLocation::Path);
    let mut input: Map<_, _> = path.map(|it| (it.name.to_owned(), it.name.into())).collect();
    input.extend(query.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    if let Some(Value::Object(body)) = body {
        input.extend(body.clone());
    }
    input
}

fn sent_as_given(
    case: &Case,
    contract: Operation<'_>,
    query: &Query<'_>,
    body: Option<&Value>,
    findings: &mut Findings<'_>,
) {
    let input = input(case, query, body);
    let encoded = match (case.encode)(&input) {
        Ok(encoded) => encoded,
        Err(error) => return findings.add(format!("{error} (in {})", Value::from(input))),
    };
    if let Some(unknown) = unknown(&encoded.debug) {
        findings.add(format!("request: {unknown}"));
    }
    let pairs = pairs(&encoded.request);
    let expected: BTreeMap<_, _> = query.iter().flat_map(|(n, value)| flat(n, value)).collect();
    findings.check(pairs == expected, || format!("the query is {pairs:?}, not {expected:?}"));
    let sent = body_of(&encoded.request);
    match body {
        None => findings.check(sent.is_null(), || format!("sends an undocumented body: {sent}")),
        Some(body) => {
            // Null and absent mean the same in creations.
            let nulls = contract.method() == Method::PATCH.as_str();
            let mut body = body.clone();
            if case.operation.schema().envelope && body.get("data").is_none() {
                body["data"] = json!({});
            }
            let comparable = |json: &Value| {
                let mut json = normal(json, nulls);
                match contract.request_body() {
                    Some(body) if nulls => drop_nulls_of_items(body.schema, &mut json),
                    _ => drop_empty(&mut json),
                }
                json
            };
            let (sent, body) = (comparable(&sent), comparable(&body));
            findings.check(sent == body, || format!("the body is {sent}, not {body}"));
        }
    }
}

/// Removes null fields from the items of lists, except required fields. Updates send items whole, so
/// null and absent mean the same in them.
fn drop_nulls_of_items(schema: Schema<'_>, body: &mut Value) {
    for place in places(schema, body) {
        let object = body.pointer_mut(&place.pointer).and_then(Value::as_object_mut);
        if let Some(object) = object.filter(|_| place.path.ends_with(']') && !place.required) {
            object.retain(|name, value| name != place.name || !value.is_null());
        }
    }
}

/// Removes empty objects, which mean the same as absent ones in creations.
fn drop_empty(value: &mut Value) {
    if let Value::Object(fields) = value {
        fields.values_mut().for_each(drop_empty);
        fields.retain(|_, value| value.as_object().is_none_or(|object| !object.is_empty()));
    }
}

fn pairs(request: &Request<Body>) -> BTreeMap<String, String> {
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let pairs = request.uri().query().into_iter().flat_map(|query| query.split('&'));
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

/// Returns the pairs of a query parameter. An object has a pair for each of its fields.
fn flat(name: &str, value: &Value) -> Vec<(String, String)> {
    match value {
        Value::Object(fields) => {
            let present = fields.iter().filter(|(_, value)| !value.is_null());
            present.flat_map(|(field, value)| flat(&format!("{name}[{field}]"), value)).collect()
        }
        Value::String(text) => vec![(name.to_owned(), text.clone())],
        other => vec![(name.to_owned(), other.to_string())],
    }
}

pub(super) fn body_of(request: &Request<Body>) -> Value {
    let body = request.body().as_bytes().unwrap_or_default();
    serde_json::from_slice(body).unwrap_or_default()
}

/// Checks that the error of a missing required parameter names it.
fn required(case: &Case, body: Option<&Value>, findings: &mut Findings<'_>) {
    let schema = case.operation.schema();
    let whole = input(case, &Query::new(), body);
    for parameter in schema.parameters.iter().filter(|it| it.required) {
        let mut input = whole.clone();
        let inside = parameter.location == ParameterLocation::Body && schema.envelope;
        let object = match inside {
            true => input.get_mut("data").and_then(Value::as_object_mut),
            false => Some(&mut input),
        };
        let removed = object.and_then(|object| object.remove(parameter.name));
        let name = parameter.name;
        findings.check(removed.is_some(), || format!("`{name}` has to be optional"));
        match (case.encode)(&input) {
            Ok(_) => findings.add(format!("a request without `{name}` is accepted")),
            Err(error) => findings.check(error.field == name, || {
                format!("a missing `{name}` is reported as: {error}")
            }),
        }
    }
}

/// Checks that unknown fields are refused.
fn unknown_names(case: &Case, body: Option<&Value>, findings: &mut Findings<'_>) {
    let mut objects = vec![input(case, &Query::new(), body)];
    objects.push(objects[0].clone());
    objects[0].insert(FUTURE.to_owned(), json!(1));
    match objects[1].get_mut("data").and_then(Value::as_object_mut) {
        Some(data) if case.operation.schema().envelope => {
            data.insert(FUTURE.to_owned(), json!(1));
        }
        _ => drop(objects.pop()),
    }
    for object in objects {
        let refused = (case.encode)(&object).is_err_and(|error| error.field == FUTURE);
        findings.check(refused, || format!("accepts an unknown field: {}", Value::from(object)));
    }
}

/// Checks method, path, headers and account of the request.
fn frame(case: &Case, contract: Operation<'_>, body: Option<&Value>, findings: &mut Findings<'_>) {
    let Ok(encoded) = (case.encode)(&input(case, &Query::new(), body)) else { return };
    let request = encoded.request;
    let filled = contract.path().replace(['{', '}'], "");
    findings.check(request.method().as_str() == contract.method(), || {
        format!("is sent with the method {}", request.method())
    });
    findings.check(request.uri().path() == filled, || format!("is sent to {}", request.uri()));
    let header = |name: &str| request.headers().get(name).and_then(|it| it.to_str().ok());
    let content_type = body.map(|_| "application/json");
    findings.check(header("content-type") == content_type, || {
        format!("sends content-type {:?}, not {content_type:?}", header("content-type"))
    });
    let version = contract.api_version();
    findings.check(header("api-version") == version, || {
        format!("sends api-version {:?}, not {version:?}", header("api-version"))
    });
    let call = request.extensions().get::<frameio_core::Call>();
    let account = call.and_then(|call| call.account.as_deref());
    let expected = filled.contains("account_id").then_some("account_id");
    findings.check(account == expected, || format!("uses the quota of account {account:?}"));
}
