//! Judgement of one response.

use frameio_core::repair::{self, Undecodable};
use frameio_core::{DecodeError, Operation};
use frameio_openapi::{Document, Operation as Contract};
use http::StatusCode;

use crate::compare::{Difference, differences};
use crate::deviation::{DeviationKind, Understood, field_name};
use crate::observed::{Expected, Observed, ObservedBody};

/// Headers that the contract has for each response with a body.
const QUOTA_HEADERS: [&str; 3] =
    ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-window"];

/// Returns the documented operation.
pub(crate) fn contract(operation: &Operation) -> Option<Contract<'static>> {
    let documents = [Document::stable(), Document::experimental()];
    let mut all = documents.into_iter().flat_map(Document::operations);
    all.find(|it| it.id() == Some(operation.id))
}

/// Returns how a response differs from the contract, and whether the models understand it.
pub(crate) fn judge(observed: &Observed) -> (Vec<Difference>, Understood) {
    let Some(contract) = contract(observed.operation) else {
        return (Vec::new(), Understood::NotDecoded);
    };
    let mut found = status(observed, contract);
    let schema = schema(observed, contract);
    let is_unexpected = !found.is_empty() && !observed.is_success();
    if !is_unexpected {
        found.extend(headers(observed));
        if schema.is_some() {
            found.extend(media_type(observed));
        }
    }
    let understood =
        if observed.is_success() { understood(observed) } else { Understood::NotDecoded };
    match (&observed.body, schema) {
        _ if is_unexpected => {}
        (ObservedBody::Json(value, _), Some(schema)) => {
            found.extend(differences(schema, value, observed.is_scrubbed));
        }
        (ObservedBody::Empty, Some(_)) => {
            found.push(difference(DeviationKind::Empty, "", "JSON", "no body"));
        }
        (ObservedBody::NotJson, Some(_)) => {
            found.push(difference(DeviationKind::NotJson, "", "JSON", "another body"));
        }
        (_, None) => {}
    }
    if let Understood::No(path) = &understood
        && found.is_empty()
    {
        found.push(difference(
            DeviationKind::Undecodable,
            path,
            "a value that the models read",
            "an error",
        ));
    }
    (found, understood)
}

fn difference(kind: DeviationKind, path: &str, expected: &str, found: &str) -> Difference {
    Difference {
        kind,
        path: path.to_owned(),
        expected: expected.to_owned(),
        found: found.to_owned(),
    }
}

/// Compares the status with those that the contract has, and with what the request deserves.
fn status(observed: &Observed, contract: Contract<'_>) -> Vec<Difference> {
    let status = observed.status;
    let successes: Vec<_> = contract.statuses().filter(|it| (200..300).contains(it)).collect();
    let is_documented = contract.statuses().any(|it| it == status.as_u16());
    let is_fine = match observed.expected {
        Expected::Success => {
            // The role of the user and other programs of the user are no deviation.
            let is_refused =
                [StatusCode::FORBIDDEN, StatusCode::TOO_MANY_REQUESTS].contains(&status);
            is_documented && (status.is_success() || is_refused)
        }
        Expected::NotFound => status == StatusCode::NOT_FOUND,
        Expected::Documented => is_documented,
    };
    if is_fine {
        return Vec::new();
    }
    let expected = match observed.expected {
        Expected::NotFound => "404".to_owned(),
        _ => successes.iter().map(u16::to_string).collect::<Vec<_>>().join(" or "),
    };
    vec![difference(DeviationKind::Status, "", &expected, status.as_str())]
}

/// Returns the schema of the body. An undocumented success is compared with the documented one.
fn schema(
    observed: &Observed,
    contract: Contract<'static>,
) -> Option<frameio_openapi::Schema<'static>> {
    let status = observed.status.as_u16();
    let exact = contract.all_responses().find(|(it, _)| *it == status);
    let schema = exact.or_else(|| contract.responses().next().filter(|_| observed.is_success()));
    schema.map(|(_, schema)| schema)
}

fn headers(observed: &Observed) -> Vec<Difference> {
    // The contract has none for a response without a body.
    if observed.status == StatusCode::NO_CONTENT {
        return Vec::new();
    }
    let missing: Vec<_> =
        QUOTA_HEADERS.into_iter().filter(|name| !observed.headers.contains_key(*name)).collect();
    if !missing.is_empty() {
        let names = missing.join(", ");
        return vec![difference(DeviationKind::MissingHeader, "", &names, "no such header")];
    }
    let quota = observed.operation.quota;
    let number = |name: &str| {
        observed.headers.get(name).and_then(|value| value.to_str().ok()?.parse::<u64>().ok())
    };
    let written = |calls: u64, millis: u64| format!("{calls} per {millis} ms");
    let documented = written(
        u64::from(quota.calls().get()),
        u64::try_from(quota.window().as_millis()).unwrap_or(u64::MAX),
    );
    let found = match (number(QUOTA_HEADERS[0]), number(QUOTA_HEADERS[2])) {
        (Some(calls), Some(millis)) => written(calls, millis),
        _ => "headers that are not numbers".to_owned(),
    };
    if found == documented {
        return Vec::new();
    }
    vec![difference(DeviationKind::Quota, "", &documented, &found)]
}

fn media_type(observed: &Observed) -> Option<Difference> {
    let is_empty = matches!(observed.body, ObservedBody::Empty);
    // A body that is not JSON at all is one deviation.
    let is_other = matches!(observed.body, ObservedBody::NotJson);
    (!is_empty && !is_other && !observed.is_json_type())
        .then(|| difference(DeviationKind::MediaType, "", "application/json", "another media type"))
}

/// Decodes a successful response like the client.
fn understood(observed: &Observed) -> Understood {
    let bytes = match &observed.body {
        ObservedBody::Json(_, bytes) => bytes.clone(),
        ObservedBody::Empty => bytes::Bytes::new(),
        ObservedBody::NotJson => return Understood::No(".".to_owned()),
    };
    let mut response = http::Response::new(());
    *response.status_mut() = observed.status;
    let (parts, ()) = response.into_parts();
    let decode = |body| observed.operation.decode(&parts, body).map(drop);
    let Err(error) = decode(bytes.clone()) else { return Understood::Yes };
    match repair::retry(bytes, error, Undecodable::Fail, decode) {
        Ok(decoded) => {
            let mut names: Vec<_> =
                decoded.repairs.iter().map(|it| it.kind.as_str().to_owned()).collect();
            names.dedup();
            Understood::Repaired(names)
        }
        Err(error) => Understood::No(path_of(&error)),
    }
}

/// Returns the path of an error without indices and without unusual names.
fn path_of(error: &DecodeError) -> String {
    let segments = error.path.split('.').map(|segment| match segment.split_once('[') {
        Some((name, _)) => format!("{}[]", field_name(name)),
        None if segment.is_empty() => String::new(),
        None => field_name(segment),
    });
    match segments.collect::<Vec<_>>().join(".") {
        path if path.chars().all(|char| char == '.') => ".".to_owned(),
        path => path,
    }
}
