//! The contract that the simulator ships, held against the code.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use frameio_api::Catalog;
use frameio_contract::{Document, Finding, cases, compare};
use frameio_core::Operation;

fn documents() -> [Document; 2] {
    [
        include_str!("../../frameio-sim/contract/openapi.json"),
        include_str!("../../frameio-sim/contract/openapi-experimental.json"),
    ]
    .map(|json| Document::parse(json).unwrap())
}

#[track_caller]
fn assert_none(findings: &[Finding]) {
    let shown: Vec<_> = findings.iter().map(|it| format!("{it:.400}")).collect();
    assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), shown.join("\n"));
}

#[test]
fn every_operation_is_what_the_contract_says() {
    assert_none(&compare(&documents()));
}

#[test]
fn every_operation_has_a_case() {
    let all: Vec<_> = Operation::all().map(|operation| operation.id).collect();
    let of_cases: Vec<_> = cases().iter().map(|case| case.operation.id).collect();
    assert_eq!(all, of_cases, "each operation is named once, in the order of its declaration");
}
