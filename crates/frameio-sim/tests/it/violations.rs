//! Violations of each rule of the contract, for every operation.

use http::StatusCode;

use crate::api::Api;
use crate::contract::Contract;
use crate::examples::{example, violations, wrong_parameters};

/// Number of members of the largest union in the contract.
const MEMBERS: usize = 10;

/// Returns the path of an operation with unknown ids.
fn path(contract: &Contract) -> String {
    contract.path.replace(['{', '}'], "")
}

#[tokio::test]
async fn a_body_that_violates_one_rule_is_refused_with_its_pointer() {
    let api = Api::new();
    let mut broken = 0;
    for contract in Contract::all() {
        let Some(schema) = contract.body() else { continue };
        let path = path(&contract);
        for member in 0..MEMBERS {
            let fits = example(&contract, schema, member);
            if member > 0 && fits == example(&contract, schema, 0) {
                break;
            }
            for (pointer, body) in violations(&contract, schema, &fits, member) {
                let response = api.send(contract.method.clone(), &path, Some(body.clone())).await;
                assert_eq!(response.pointers(), [pointer], "{}: {body}", contract.id);
                broken += 1;
            }
            let response = api.send(contract.method.clone(), &path, Some(fits)).await;
            let refused = [StatusCode::BAD_REQUEST, StatusCode::UNPROCESSABLE_ENTITY];
            assert!(!refused.contains(&response.status), "{}: {}", contract.id, response.body);
        }
    }
    assert!(broken > 1000, "only {broken}");
}

#[tokio::test]
async fn a_parameter_that_violates_its_rule_is_refused_with_its_pointer() {
    let api = Api::new();
    let mut broken = 0;
    for contract in Contract::all() {
        let body = contract.body().map(|schema| example(&contract, schema, 0));
        for parameter in contract.parameters("query") {
            for (pointer, query) in wrong_parameters(&contract, parameter) {
                let path = format!("{}?{query}", path(&contract));
                let response = api.send(contract.method.clone(), &path, body.clone()).await;
                assert_eq!(response.pointers(), [pointer], "{}: {query}", contract.id);
                broken += 1;
            }
        }
    }
    assert!(broken > 150, "only {broken}");
}
