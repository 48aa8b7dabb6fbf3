//! Handlers of the operations, one file for each resource.

mod account_permissions;
pub(crate) mod accounts;
mod audit_logs;
pub(crate) mod collections;
pub(crate) mod comments;
pub(crate) mod context;
mod custom_actions;
mod files;
pub(crate) mod folders;
pub(crate) mod groups;
mod metadata;
pub(crate) mod metadata_fields;
pub(crate) mod page;
mod permissions;
pub(crate) mod projects;
pub(crate) mod query;
pub(crate) mod roles;
mod search;
mod session_watermark_templates;
pub(crate) mod shares;
pub(crate) mod tree;
mod uploads;
mod users;
mod version_stacks;
mod webhooks;
pub(crate) mod workspaces;

use self::context::RequestContext;
use crate::response::Outcome;
use crate::state::State;

/// Handler of an operation. Routes, quotas and rules are in the contract.
#[derive(Debug)]
pub(crate) struct OperationHandler {
    pub(crate) id: &'static str,
    pub(crate) handle: fn(&mut State, &RequestContext<'_>) -> Outcome,
}

impl OperationHandler {
    const fn new(id: &'static str, handle: fn(&mut State, &RequestContext<'_>) -> Outcome) -> Self {
        Self { id, handle }
    }
}

/// Returns the handlers of all operations.
pub(crate) fn all() -> impl Iterator<Item = &'static OperationHandler> {
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

/// Name of a record that was created without one.
const UNTITLED: &str = "Untitled";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::contract::specs;

    #[test]
    fn every_operation_of_the_contract_has_one_handler() {
        let mut left: BTreeSet<&str> = specs().iter().map(|spec| spec.operation.id).collect();
        for OperationHandler { id, .. } in all() {
            assert!(left.remove(id), "{id} has two handlers or is not in the contract");
        }
        assert!(left.is_empty(), "no handler: {left:#?}");
    }
}
