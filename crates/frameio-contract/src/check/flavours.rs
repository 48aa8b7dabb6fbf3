//! Experimental flavours of stable operations: their additional fields, and that only these fields
//! send `api-version: experimental`.

use std::collections::BTreeMap;

use frameio_openapi::{Document, Operation, ParameterPlace};
use serde_json::{Value, json};

use super::Findings;
use super::requests::{Query, input};
use crate::case::Case;
use crate::example::{examples, minimal};

/// Parameters that are not sent, but select the experimental response.
pub(super) const NOT_SENT: [(&str, &str); 3] = [
    ("files.show", "scrub_sheet_layout"),
    ("users.account_permissions_index", "membership_details"),
    ("version_stacks.show", "scrub_sheet_layout"),
];

/// Returns the experimental flavour of an operation.
pub(super) fn flavour(contract: Operation<'_>) -> Option<Operation<'static>> {
    let is_stable = contract.api_version().is_none();
    let mut flavours = Document::flavours().operations();
    flavours.find(|flavour| is_stable && flavour.id() == contract.id())
}

/// Returns the names that a flavour adds to the query or the body of an operation.
pub(super) fn names(contract: Operation<'_>, place: Option<ParameterPlace>) -> Vec<&'static str> {
    let flavour = flavour(contract);
    match place {
        Some(place) => {
            let not_sent = NOT_SENT.iter().filter(|(id, _)| Some(*id) == contract.id());
            let not_sent = not_sent.map(|(_, name)| *name);
            let parameters = flavour.into_iter().flat_map(|it| it.parameters(place));
            parameters.map(|parameter| parameter.name()).chain(not_sent).collect()
        }
        None => flavour.into_iter().flat_map(fields).map(|(name, _)| name).collect(),
    }
}

/// Returns the values of `include` that flavours add.
pub(super) fn included() -> impl Iterator<Item = &'static str> {
    let flavours = Document::flavours().operations();
    let parameters = flavours.flat_map(|flavour| flavour.parameters(ParameterPlace::Query));
    parameters.flat_map(|parameter| parameter.schema().values().unwrap_or_default())
}

fn fields(flavour: Operation<'static>) -> Vec<(&'static str, frameio_openapi::Schema<'static>)> {
    let body = flavour.request_body().map(|body| body.schema);
    let object = body.map(|body| body.property("data").unwrap_or(body));
    object.into_iter().flat_map(|object| object.properties()).collect()
}

pub(super) fn check(case: &Case, contract: Operation<'_>, findings: &mut Findings<'_>) {
    let least = contract.request_body().map(|body| minimal(body.schema));
    let mut inputs: Vec<(String, Query<'_>, Option<Value>)> = Vec::new();
    for (_, name) in NOT_SENT.iter().filter(|(id, _)| Some(*id) == contract.id()) {
        let query = BTreeMap::from([(*name, json!(true))]);
        inputs.push(((*name).to_owned(), query, least.clone()));
    }
    if let Some(flavour) = flavour(contract) {
        for parameter in flavour.parameters(ParameterPlace::Query) {
            for value in parameter.schema().values().unwrap_or_default() {
                let query = BTreeMap::from([(parameter.name(), json!(value))]);
                inputs.push((format!("{}={value}", parameter.name()), query, least.clone()));
            }
        }
        for (name, schema) in fields(flavour) {
            // Null and absent mean the same in creations.
            let clears = contract.method() == "PATCH";
            let values = examples(schema, false).into_iter();
            for value in values.filter(|value| clears || !value.is_null()) {
                let mut body = least.clone().unwrap_or_default();
                let inside = case.operation.schema().envelope;
                let object = if inside { &mut body["data"] } else { &mut body };
                object[name] = value;
                inputs.push((name.to_owned(), Query::new(), Some(body)));
            }
        }
    }
    for (name, query, body) in inputs {
        experimental(case, &name, &query, body.as_ref(), findings);
    }
}

/// Checks that the request is sent with this query and body, and with the header.
fn experimental(
    case: &Case,
    name: &str,
    query: &Query<'_>,
    body: Option<&Value>,
    findings: &mut Findings<'_>,
) {
    let encoded = match (case.encode)(&input(case, query, body)) {
        Ok(encoded) => encoded,
        Err(error) => return findings.add(format!("flavour: `{name}`: {error}")),
    };
    let version = encoded.request.headers().get("api-version");
    findings.check(version.is_some_and(|version| version == "experimental"), || {
        format!("flavour: `{name}` does not send `api-version: experimental`")
    });
    let sent = super::requests::body_of(&encoded.request);
    let clears = case.operation.method == http::Method::PATCH;
    let (sent, given) = (super::normal(&sent, clears), body.map(|it| super::normal(it, clears)));
    findings.check(given.is_none_or(|given| given == sent), || {
        format!("flavour: `{name}` is sent as {sent}")
    });
}
