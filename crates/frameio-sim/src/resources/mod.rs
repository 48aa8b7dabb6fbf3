//! The operations, one file a resource: what they do with a request that fits the contract.

mod account_permissions;
pub(crate) mod accounts;
mod audit_logs;
pub(crate) mod collections;
pub(crate) mod comments;
mod custom_actions;
pub(crate) mod files;
pub(crate) mod folders;
pub(crate) mod groups;
pub(crate) mod metadata;
pub(crate) mod metadata_fields;
mod permissions;
pub(crate) mod projects;
mod search;
mod session_watermark_templates;
pub(crate) mod shares;
pub(crate) mod tree;
pub(crate) mod users;
pub(crate) mod version_stacks;
mod webhooks;
pub(crate) mod workspaces;

use crate::respond::Outcome;
use crate::state::{Ctx, State};

/// An operation that the simulator has; all else about it is in the contract.
#[derive(Debug)]
pub(crate) struct Simulated {
    pub(crate) id: &'static str,
    pub(crate) handle: fn(&mut State, &Ctx<'_>) -> Outcome,
}

impl Simulated {
    const fn new(id: &'static str, handle: fn(&mut State, &Ctx<'_>) -> Outcome) -> Self {
        Self { id, handle }
    }
}

/// All operations that the simulator has.
pub(crate) fn all() -> impl Iterator<Item = &'static Simulated> {
    [
        users::OPERATIONS,
        accounts::OPERATIONS,
        audit_logs::OPERATIONS,
        workspaces::OPERATIONS,
        projects::OPERATIONS,
        folders::OPERATIONS,
        files::OPERATIONS,
        version_stacks::OPERATIONS,
        comments::OPERATIONS,
        account_permissions::OPERATIONS,
        permissions::OPERATIONS,
        groups::OPERATIONS,
        groups::adobe::OPERATIONS,
        groups::roles::OPERATIONS,
        custom_actions::OPERATIONS,
        webhooks::OPERATIONS,
        metadata_fields::OPERATIONS,
        metadata::OPERATIONS,
        collections::OPERATIONS,
        shares::OPERATIONS,
        search::OPERATIONS,
        session_watermark_templates::OPERATIONS,
    ]
    .into_iter()
    .flatten()
}

/// What a record is called that was made without a name.
const UNTITLED: &str = "Untitled";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::contract::specs;

    #[test]
    fn every_operation_of_the_contract_has_one_handler() {
        let mut left: BTreeSet<&str> = specs().iter().map(|spec| spec.operation.id).collect();
        for Simulated { id, .. } in all() {
            assert!(left.remove(id), "{id} is not in the contract, or has two handlers");
        }
        assert!(left.is_empty(), "no handler: {left:#?}");
    }
}
