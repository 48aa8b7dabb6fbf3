//! Every query parameter of the contract changes the response.

use std::collections::BTreeSet;

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::api::Api;
use crate::contract::Contract;
use crate::examples::resolve;
use crate::world;

/// Parameters without a field for their effect in the response of the contract.
const WITHOUT_EFFECT: &[(&str, &str)] = &[
    ("projects.recently_deleted", "include_total_count=true"),
    ("shares.list_activities", "include_total_count=true"),
];

/// Parameters of operations other than `GET`, whose effects are tested with each resource.
const OF_CHANGES: &[&str] = &[
    "comments.create timestamp_as_timecode",
    "comments.update timestamp_as_timecode",
    "files.bulk_copy copy_comments",
    "files.bulk_copy copy_metadata",
    "files.bulk_get include",
    "files.copy copy_comments",
    "files.copy copy_metadata",
    "folders.bulk_copy copy_comments",
    "folders.bulk_copy copy_metadata",
    "folders.copy copy_metadata",
    "search.search after",
    "search.search include_total_count",
    "search.search page_size",
    "version_stacks.copy copy_metadata",
];

/// Returns two queries whose responses must differ, for each value of a parameter.
fn queries(contract: &Contract, parameter: &'static Value) -> Vec<(String, String)> {
    let name = parameter["name"].as_str().unwrap();
    let against_none = |query: String| (String::new(), query);
    match name {
        "after" => vec![("page_size=1".to_owned(), "page_size=1&after=".to_owned())],
        "page_size" => vec![against_none("page_size=1".to_owned())],
        "filters" => contract
            .keys(parameter)
            .into_iter()
            .map(|key| {
                let value = match key {
                    "from_date" => "2200-01-01",
                    "to_date" => "2000-01-01",
                    "event_type" => "account_locked",
                    "resource_type" => "account",
                    "exclude_immutable" | "exclude_inactive" => "true",
                    _ => "6f1c1f0e-9f5b-4a7e-8a55-0b6a5b0c9a11",
                };
                against_none(format!("filters[{key}]={value}"))
            })
            .collect(),
        "sort" => contract
            .values(parameter)
            .into_iter()
            .map(|value| {
                let other = match value.rsplit_once('_') {
                    Some((field, "asc")) => format!("{field}_desc"),
                    Some((field, _)) => format!("{field}_asc"),
                    None if value == "active" => "inactive".to_owned(),
                    None => "active".to_owned(),
                };
                let owner = if value.starts_with("owner") { "&include=owner" } else { "" };
                (format!("sort={other}{owner}"), format!("sort={value}{owner}"))
            })
            .collect(),
        "include" | "type" => {
            let values = contract.values(parameter).into_iter();
            values.map(|value| against_none(format!("{name}={value}"))).collect()
        }
        _ => {
            let schema = resolve(contract, &parameter["schema"]);
            assert_eq!(schema["type"], "boolean", "{}: {name} is new", contract.id);
            vec![against_none(format!("{name}=true"))]
        }
    }
}

/// Returns the response of an operation to a query without links, or null for an error. A cursor is
/// that of the previous page.
async fn call(api: &Api, path: &str, query: &str) -> Value {
    let query = match query.strip_suffix("after=") {
        Some(page) => {
            let first = api.get(&format!("{path}?{page}")).await.body;
            let next = first["links"]["next"].as_str().unwrap_or("?after=");
            format!("{page}{}", next.split_once('?').unwrap().1)
        }
        None => query.to_owned(),
    };
    let response = api.get(&format!("{path}?{query}")).await;
    match response.status {
        StatusCode::OK => json!([response.body["data"], response.body["total_count"]]),
        _ => Value::Null,
    }
}

#[tokio::test(start_paused = true)]
async fn every_value_of_every_parameter_has_an_effect() {
    let api = world::world().await;
    let guest = api.sim.user_id(world::GUEST).unwrap();
    let guest = api.with_token(&api.sim.token_of(&guest).unwrap());
    let state = world::document(&api.sim);
    let (mut tried, mut without) = (0, Vec::new());
    for contract in Contract::all().filter(|contract| contract.method == Method::GET) {
        let paths = world::paths(&state, &api.account(), &contract);
        for parameter in contract.parameters("query") {
            for (one, other) in queries(&contract, parameter) {
                tried += 1;
                let mut has_effect = false;
                'found: for path in &paths {
                    for api in [&api, &guest] {
                        let answers = (call(api, path, &one).await, call(api, path, &other).await);
                        if answers.1 != Value::Null && answers.0 != answers.1 {
                            has_effect = true;
                            break 'found;
                        }
                    }
                }
                if !has_effect {
                    without.push((contract.id, other));
                }
            }
        }
    }
    let without: Vec<(&str, &str)> = without.iter().map(|(id, query)| (*id, &**query)).collect();
    assert_eq!(without, WITHOUT_EFFECT);
    assert!(tried > 300, "only {tried}");
}

#[test]
fn every_parameter_of_a_change_is_listed() {
    let changes = Contract::all().filter(|contract| contract.method != Method::GET);
    let named: BTreeSet<String> = changes
        .flat_map(|contract| {
            let name =
                move |it: &Value| format!("{} {}", contract.id, it["name"].as_str().unwrap());
            contract.parameters("query").map(name).collect::<Vec<_>>()
        })
        .collect();
    assert!(named.iter().map(String::as_str).eq(OF_CHANGES.iter().copied()), "{named:#?}");
}
