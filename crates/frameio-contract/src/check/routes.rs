//! Routes, quotas, scopes, versions, and the names of parameters.

use std::collections::BTreeSet;

use frameio_core::dynamic::{Parameter, ParameterLocation};
use frameio_openapi::{Operation, ParameterPlace, QuotaScope, Schema};
use serde_json::Number;

use super::{Findings, flavours};
use crate::case::Case;

pub(super) fn check(case: &Case, contract: Operation<'_>, findings: &mut Findings<'_>) {
    let ours = case.operation;
    findings.check(contract.id() == Some(ours.id), || format!("is named {} in the code", ours.id));
    if let Some(theirs) = contract.quota() {
        let scope = match ours.scope {
            frameio_core::QuotaScope::AccountUser => "account_user",
            frameio_core::QuotaScope::Account => "account",
            _ => "unknown",
        };
        let theirs_scope = match theirs.scope {
            QuotaScope::Account => "account",
            _ => "account_user",
        };
        let theirs = (u64::from(theirs.calls), theirs.per_seconds, theirs_scope);
        let quota = (u64::from(ours.quota.calls().get()), ours.quota.window().as_secs_f64(), scope);
        findings.check(quota == theirs, || format!("the quota is {theirs:?}, not {quota:?}"));
    }
    let idempotent = ours.method != http::Method::POST;
    findings.check(ours.idempotent == idempotent || ours.id == "search.search", || {
        format!("idempotent is {}, not {idempotent}", ours.idempotent)
    });
    let version = contract.api_version();
    findings.check(ours.api_version == version, || {
        format!("requires api-version {version:?}, not {:?}", ours.api_version)
    });
    findings.check(ours.deprecated == contract.is_deprecated(), || {
        format!("deprecated is {}, not {}", contract.is_deprecated(), ours.deprecated)
    });
    parameters(case, contract, findings);
}

fn parameters(case: &Case, contract: Operation<'_>, findings: &mut Findings<'_>) {
    let schema = case.operation.schema();
    let of = |place| schema.parameters.iter().filter(move |it| it.location == place);
    let names = |place| of(place).map(|it| it.name).collect::<BTreeSet<_>>();
    let in_path = contract.path().split(['{', '}']).skip(1).step_by(2).collect::<BTreeSet<_>>();
    differences("path", &names(ParameterLocation::Path), &in_path, findings);

    let query = || contract.parameters(ParameterPlace::Query);
    let mut theirs: BTreeSet<_> = query().map(|parameter| parameter.name()).collect();
    theirs.extend(flavours::names(contract, Some(ParameterPlace::Query)));
    differences("query", &names(ParameterLocation::Query), &theirs, findings);
    let paged = theirs.contains("after");
    findings.check(schema.paged == paged, || format!("paged is {paged}, not {}", schema.paged));
    for parameter in query() {
        let (name, theirs) = (parameter.name(), parameter.schema());
        let Some(ours) = of(ParameterLocation::Query).find(|it| it.name == name) else { continue };
        values(ours, theirs, findings);
        let most = theirs.maximum().and_then(Number::as_f64);
        let ours = ours.range.as_ref().map(|range| *range.end() as f64);
        // All lists have this limit, although some operations do not state it.
        let most = most.or((name == "page_size").then_some(100.0));
        findings
            .check(ours == most, || format!("the maximum of `{name}` is {most:?}, not {ours:?}"));
    }

    if let Some(body) = contract.request_body().map(|body| body.schema) {
        let fields = if schema.envelope { body.property("data") } else { Some(body) };
        let fields = fields.into_iter().flat_map(fields_of);
        let mut fields = fields.collect::<BTreeSet<_>>();
        fields.extend(flavours::names(contract, None));
        differences("body", &names(ParameterLocation::Body), &fields, findings);
    } else {
        differences("body", &names(ParameterLocation::Body), &BTreeSet::new(), findings);
    }
}

/// Returns the fields of an object, or those of all members of a union.
fn fields_of(schema: Schema<'_>) -> Vec<&str> {
    let members = schema.members().unwrap_or_default();
    schema.properties().map(|it| it.0).chain(members.into_iter().flat_map(fields_of)).collect()
}

fn values(ours: &Parameter, theirs: Schema<'_>, findings: &mut Findings<'_>) {
    // A list of types is plain text in the contract.
    if let Some(theirs) = theirs.values() {
        let theirs: BTreeSet<_> = theirs.into_iter().collect();
        let mut ours: BTreeSet<_> = ours.values.iter().copied().collect();
        // One enum serves several operations with different experimental values.
        for experimental in flavours::included().filter(|value| !theirs.contains(value)) {
            ours.remove(experimental);
        }
        differences("values", &ours, &theirs, findings);
    }
}

fn differences(
    what: &str,
    ours: &BTreeSet<&str>,
    theirs: &BTreeSet<&str>,
    findings: &mut Findings<'_>,
) {
    for missing in theirs.difference(ours) {
        findings.add(format!("{what}: `{missing}` is missing"));
    }
    for surplus in ours.difference(theirs) {
        findings.add(format!("{what}: `{surplus}` is not in the contract"));
    }
}
