//! Every operation of this crate, held against the contract of the service.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod answers;
mod enums;
mod example;
mod limits;
mod requests;
mod schema;

use std::collections::{BTreeMap, BTreeSet};

use frameio_api::operations;
use frameio_core::{Body, QuotaScope};
use http::Request;
use serde_json::Value;

use self::requests::cases;
use self::schema::{Schema, operation, violations};

#[test]
fn every_operation_has_a_case_and_none_is_missing() {
    let all: Vec<_> = operations().map(|operation| operation.id).collect();
    let of_cases: Vec<_> = cases().iter().map(|case| case.operation.id).collect();
    assert_eq!(all, of_cases, "each operation is tested once, in the order of `operations`");
    let expected = [
        ("users", "show"),
        ("accounts", "index"),
        ("workspaces", "index create show update delete"),
        ("projects", "index create show update delete"),
        ("folders", "show index list create update delete"),
        (
            "files",
            "show list create_local_upload create_remote_upload show_file_upload_status update delete",
        ),
        ("comments", "index show create update delete"),
    ];
    let expected = expected.into_iter().flat_map(|(resource, verbs)| {
        verbs.split(' ').map(move |verb| format!("{resource}.{verb}"))
    });
    assert_eq!(all, expected.collect::<Vec<_>>());
}

#[test]
fn the_documentation_names_every_operation() {
    let source = include_str!("../../src/lib.rs");
    let rows: Vec<_> = source.lines().filter(|line| line.starts_with("//! | `")).collect();
    for operation in operations() {
        let (resource, verb) = operation.id.split_once('.').unwrap();
        let named = rows.iter().any(|row| {
            row.contains(&format!("`{}`", operation.id))
                || row.contains(&format!("`{resource}.")) && row.contains(&format!("`{verb}`"))
        });
        assert!(named, "{} is not in the table of lib.rs", operation.id);
    }
}

#[test]
fn routes_and_quotas_are_those_of_the_contract() {
    for case in cases() {
        let ours = case.operation;
        let theirs = operation(ours.id).unwrap_or_else(|| panic!("{} is unknown", ours.id));
        assert_eq!((ours.method.as_str(), ours.path), (&*theirs.method, &*theirs.path));
        let (calls, seconds, scope) = theirs.quota();
        let quota = (u64::from(ours.quota.calls().get()), ours.quota.window().as_secs_f64());
        assert_eq!(quota, (calls, seconds), "{}", ours.id);
        let ours_scope = match ours.scope {
            QuotaScope::AccountUser => "account_user",
            QuotaScope::Account => "account",
            _ => "unknown",
        };
        assert_eq!(ours_scope, scope, "{}", ours.id);
        assert_eq!(ours.idempotent, ours.method != http::Method::POST, "{}", ours.id);
        let version =
            theirs.parameters("header").into_iter().find(|(name, _)| *name == "api-version");
        let version = version.and_then(|(_, schema)| schema.values()).map(|values| values[0]);
        let version = version.or(theirs.experimental.then_some("experimental"));
        assert_eq!(ours.api_version, version, "{}", ours.id);
    }
}

#[test]
fn path_arguments_stand_where_the_template_names_them() {
    for case in cases() {
        let filled = case.operation.path.replace(['{', '}'], "");
        for request in [&case.least, &case.most] {
            assert_eq!(request.method(), case.operation.method);
            assert_eq!(request.uri().path(), filled, "{}", case.operation.id);
        }
        let call = case.least.extensions().get::<frameio_core::Call>().unwrap();
        let account = filled.contains("account_id").then_some("account_id");
        assert_eq!((call.operation, call.account.as_deref()), (case.operation, account));
    }
}

fn query(request: &Request<Body>) -> BTreeMap<&str, &str> {
    let pairs = request.uri().query().into_iter().flat_map(|query| query.split('&'));
    pairs.map(|pair| pair.split_once('=').unwrap()).collect()
}

#[test]
fn a_query_has_every_parameter_of_the_contract_and_no_other() {
    for case in cases() {
        let id = case.operation.id;
        assert_eq!(case.least.uri().query(), None, "{id}: what is not set is not sent");
        let parameters = operation(id).unwrap().parameters("query");
        let query = query(&case.most);
        let theirs: BTreeSet<_> = parameters.iter().map(|(name, _)| *name).collect();
        assert_eq!(query.keys().copied().collect::<BTreeSet<_>>(), theirs, "{id}");
        for (name, schema) in parameters {
            let value = query[name];
            let valid = match (schema.kind(), schema.values()) {
                // The most that can be included is all of it.
                (_, Some(known)) if name == "include" => {
                    value.split(',').collect::<BTreeSet<_>>() == known.into_iter().collect()
                }
                (_, Some(known)) => known.contains(&value),
                (Some("integer"), _) => value.parse::<u64>().is_ok(),
                (Some("boolean"), _) => ["true", "false"].contains(&value),
                _ => !value.is_empty(),
            };
            assert!(valid, "{id}: {name}={value}");
        }
    }
}

fn body(request: &Request<Body>) -> Option<Value> {
    let body = request.body().as_bytes().unwrap();
    (!body.is_empty()).then(|| serde_json::from_slice(body).unwrap())
}

/// The fields of `schema`, at any depth, that `value` lacks.
fn lacking(schema: Schema, value: &Value, at: &str) -> Vec<String> {
    let mut all = Vec::new();
    if let Some(member) = schema.member_of(value).filter(|it| it.kind() == Some("object")) {
        return lacking(member, value, at);
    }
    for (name, field) in schema.properties() {
        match value.get(name) {
            Some(value) => all.extend(lacking(field, value, &format!("{at}.{name}"))),
            None => all.push(format!("{at}.{name}")),
        }
    }
    if let Some(items) = schema.items() {
        all.extend(lacking(items, &value[0], &format!("{at}[0]")));
    }
    all
}

#[test]
fn a_body_is_what_the_contract_takes() {
    for case in cases() {
        let id = case.operation.id;
        let (least, most) = (body(&case.least), body(&case.most));
        let Some(schema) = operation(id).unwrap().body() else {
            assert_eq!((least, most), (None, None), "{id} has no body");
            continue;
        };
        let (least, most) = (least.unwrap(), most.unwrap());
        for (request, body) in [(&case.least, &least), (&case.most, &most)] {
            assert_eq!(violations(schema, body, id), BTreeSet::new());
            assert_eq!(request.headers()["content-type"], "application/json");
        }
        assert_eq!(lacking(schema, &most, id), Vec::<String>::new(), "fields that cannot be set");
        let (_, data) = schema.properties().find(|(name, _)| *name == "data").unwrap();
        let required = data.properties().map(|it| it.0).filter(|name| data.requires(name));
        let sent = least["data"].as_object().unwrap().keys().map(String::as_str);
        assert_eq!(sent.collect::<BTreeSet<_>>(), required.collect(), "{id}: what is required");
    }
}
