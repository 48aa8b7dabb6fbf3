//! Enum values of the code that the contract lacks. The reverse, unknown values of the contract, is
//! found when requests are encoded and responses are decoded.

use std::collections::BTreeSet;

use frameio_openapi::{Operation, Schema};

use super::{Finding, Findings};
use crate::cases;

type Enums<'d> = BTreeSet<BTreeSet<&'d str>>;

/// Collects the values of every enum in `schema`, and the discriminators of every union.
fn collect<'d>(schema: Schema<'d>, enums: &mut Enums<'d>) {
    if let Some(values) = schema.values().filter(|_| !schema.is_constant()) {
        enums.insert(values.into_iter().collect());
    }
    let members = schema.members().unwrap_or_default();
    if let Some(tag) = schema.discriminator() {
        let tags = members.iter().filter_map(|it| it.property(tag)?.values()?.first().copied());
        enums.insert(tags.collect());
    }
    for part in members.into_iter().chain(schema.properties().map(|it| it.1)).chain(schema.items())
    {
        collect(part, enums);
    }
}

/// Checks the enums of the code. One type can stand for several enums: each of its values has to
/// occur in an enum whose values it knows completely.
pub(super) fn check(contracts: &[Operation<'_>], all: &mut Vec<Finding>) {
    let mut theirs = Enums::new();
    for contract in contracts {
        let responses = contract.responses().map(|(_, schema)| schema);
        let body = contract.request_body().map(|body| body.schema);
        for schema in body.into_iter().chain(responses) {
            collect(schema, &mut theirs);
        }
    }
    for (name, known) in cases::enums() {
        let known: BTreeSet<_> = known.iter().copied().collect();
        let served = theirs.iter().filter(|values| values.is_subset(&known)).flatten();
        let served: BTreeSet<_> = served.copied().collect();
        for surplus in known.difference(&served) {
            let what = format!("the value `{surplus}` is not in the contract");
            Findings { about: name, all }.add(what);
        }
    }
}
