//! Groups managed at Adobe, which can be imported.

use http::StatusCode;
use serde_json::{Value, json};

use super::super::OperationHandler;
use super::render;
use crate::operations::context::RequestContext;
use crate::operations::page::page_by;
use crate::response::{Failure, Outcome, Reply};
use crate::state::{AdobeGroup, Row, State, insert, new_id};

pub(in super::super) const OPERATIONS: &[OperationHandler] = &[
    OperationHandler::new("groups.list_adobe_groups", list),
    OperationHandler::new("groups.add_adobe_group_to_account", import),
];

/// Adds a group at Adobe.
pub(crate) fn add_to_adobe(state: &mut State, account: &str, name: &str, members: Vec<String>) {
    let (account, name) = (account.to_owned(), name.to_owned());
    state.adobe_groups.insert(new_id(), AdobeGroup { account, name, members, group: None });
}

fn list(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let groups = state.adobe_groups.iter().filter(|(_, group)| group.account == ctx.account());
    page_by(
        ctx,
        groups.collect(),
        |_, _| Value::Null,
        |(id, group)| json!({"adobe_group_id": id, "name": group.name}),
    )
}

/// Imports a group with its members.
fn import(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let adobe_id = ctx.field("adobe_group_id").as_str().unwrap_or_default();
    let known = state.adobe_groups.get_mut(adobe_id).filter(|it| it.account == ctx.account());
    let Some(known) = known else {
        return Err(Failure::invalid("/data/adobe_group_id", "no such group at Adobe"));
    };
    if known.group.as_ref().is_some_and(|group| state.groups.contains_key(group)) {
        return Err(Failure::new(StatusCode::CONFLICT, "the account already has this group"));
    }
    let fields = json!({"name": known.name, "emoji": "👥", "source": "adobe"});
    let id = insert(&mut state.groups, ctx.actor(), fields);
    for member in &known.members {
        state.access.join(&id, member);
    }
    known.group = Some(id.clone());
    Ok(Reply::ok(as_workfront(state, &state.groups[&id])))
}

/// Renders a group. The only source in the experimental contract is Workfront.
pub(super) fn as_workfront(state: &State, group: &Row) -> Value {
    let mut group_json = render(state, group);
    group_json["source"] = "workfront".into();
    if group.text("source") == "adobe" {
        group_json["sync_status"] = "completed".into();
    }
    group_json
}
