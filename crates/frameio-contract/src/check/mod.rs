//! Comparison of the code with the contract. Each difference is a finding that says what to change.

mod enums;
mod flavours;
mod limits;
mod requests;
mod responses;
mod routes;

use std::fmt;

use frameio_openapi::{Document, Operation};
use serde_json::{Value, json};

use crate::cases;

/// A difference between the contract and the code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Finding {
    /// Operation, enum or other subject of the finding.
    pub about: String,
    /// Description of the difference.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.about, self.what)
    }
}

/// Collector of findings about one subject.
#[derive(Debug)]
struct Findings<'a> {
    about: &'a str,
    all: &'a mut Vec<Finding>,
}

impl Findings<'_> {
    fn add(&mut self, what: impl Into<String>) {
        let finding = Finding { about: self.about.to_owned(), what: what.into() };
        if !self.all.contains(&finding) {
            self.all.push(finding);
        }
    }

    fn check(&mut self, ok: bool, what: impl FnOnce() -> String) {
        if !ok {
            self.add(what());
        }
    }
}

/// Compares every operation of the code with these documents.
pub fn compare(documents: &[&Document]) -> Vec<Finding> {
    let mut all = Vec::new();
    let cases = cases::all();
    for keyword in documents.iter().flat_map(|document| document.unknown_keywords()) {
        let what = format!("the keyword `{keyword}` is unknown, so its rules are not compared");
        Findings { about: "schemas", all: &mut all }.add(what);
    }
    let contracts: Vec<Operation<'_>> =
        documents.iter().flat_map(|document| document.operations()).collect();
    let is_same = |contract: &Operation<'_>, operation: &frameio_core::Operation| {
        contract.method() == operation.method.as_str() && contract.path() == operation.path
    };
    for contract in &contracts {
        let about = contract.id().unwrap_or("an operation without a name");
        let mut findings = Findings { about, all: &mut all };
        let Some(case) = cases.iter().find(|case| is_same(contract, case.operation)) else {
            findings.add(format!("no type sends {} {}", contract.method(), contract.path()));
            continue;
        };
        routes::check(case, *contract, &mut findings);
        requests::check(case, *contract, &mut findings);
        limits::check(case, *contract, &mut findings);
        responses::check(case, *contract, &mut findings);
        flavours::check(case, *contract, &mut findings);
    }
    for case in &cases {
        let operation = case.operation;
        let documented = contracts.iter().any(|contract| is_same(contract, operation));
        let what = || format!("{} {} is not in the contract", operation.method, operation.path);
        Findings { about: operation.id, all: &mut all }.check(documented, what);
    }
    enums::check(&contracts, &mut all);
    all
}

/// Normalizes a value for comparison: times become instants and numbers floats. Null fields are
/// removed unless `nulls` is true.
fn normal(value: &Value, nulls: bool) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(_, value)| nulls || !value.is_null());
            kept.map(|(name, value)| (name.clone(), normal(value, nulls))).collect()
        }
        Value::Array(items) => items.iter().map(|item| normal(item, nulls)).collect(),
        Value::String(text) => match text.parse::<jiff::Timestamp>() {
            Ok(time) => json!(time.to_string()),
            Err(_) => value.clone(),
        },
        Value::Number(number) => json!(number.as_f64()),
        _ => value.clone(),
    }
}

/// Describes the first unknown field or value in a `Debug` output. Models keep unknown fields in
/// `extra`, and enums unknown values in `Other`.
fn unknown(debug: &str) -> Option<String> {
    [("extra: {\"", "field"), ("Other(", "value")].into_iter().find_map(|(sign, what)| {
        let (before, unknown) = debug.split_once(sign)?;
        let unknown: String = unknown.chars().take(60).collect();
        let before: String = before.chars().rev().take(60).collect();
        let before: String = before.chars().rev().collect();
        Some(format!("no type knows the {what} `{unknown}…` (after `…{before}`)"))
    })
}
