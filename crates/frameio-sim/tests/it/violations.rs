//! Each rule of the contract is broken once, on every operation.

use http::StatusCode;

use crate::api::Api;
use crate::contract::Contract;
use crate::examples::{example, violations, wrong_parameters};

/// As many as the largest union of the contract has members.
const MEMBERS: usize = 10;

/// The path of an operation with ids that nothing has.
fn path(contract: &Contract) -> String {
    contract.path.replace(['{', '}'], "")
}

#[tokio::test]
async fn a_body_that_breaks_one_rule_is_refused_for_it() {
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
                let answer = api.send(contract.method.clone(), &path, Some(body.clone())).await;
                assert_eq!(answer.pointers(), [pointer], "{}: {body}", contract.id);
                broken += 1;
            }
            let answer = api.send(contract.method.clone(), &path, Some(fits)).await;
            let refused = [StatusCode::BAD_REQUEST, StatusCode::UNPROCESSABLE_ENTITY];
            assert!(!refused.contains(&answer.status), "{}: {}", contract.id, answer.body);
        }
    }
    assert!(broken > 1000, "only {broken}");
}

#[tokio::test]
async fn a_parameter_that_breaks_its_rule_is_refused_for_it() {
    let api = Api::new();
    let mut broken = 0;
    for contract in Contract::all() {
        let body = contract.body().map(|schema| example(&contract, schema, 0));
        for parameter in contract.parameters("query") {
            for (pointer, query) in wrong_parameters(&contract, parameter) {
                let path = format!("{}?{query}", path(&contract));
                let answer = api.send(contract.method.clone(), &path, body.clone()).await;
                assert_eq!(answer.pointers(), [pointer], "{}: {query}", contract.id);
                broken += 1;
            }
        }
    }
    assert!(broken > 150, "only {broken}");
}
