//! Values of enums that no contract has. The reverse, a value that no type knows, is found where
//! requests are made and answers are read.

use std::collections::BTreeSet;

use frameio_openapi::{Operation, Schema};

use super::{Finding, Findings};
use crate::cases;

type Enums<'d> = BTreeSet<BTreeSet<&'d str>>;

/// The values of every enum in `schema`, and the tags of every union.
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

/// A type may serve several enums: each value has to be in one of those that it knows all of.
pub(super) fn check(contracts: &[Operation<'_>], all: &mut Vec<Finding>) {
    let mut theirs = Enums::new();
    for contract in contracts {
        let answers = contract.responses().map(|(_, schema)| schema);
        let body = contract.request_body().map(|body| body.schema);
        for schema in body.into_iter().chain(answers) {
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
