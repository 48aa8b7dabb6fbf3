//! Groups of users.

pub(super) mod adobe;
pub(super) mod roles;

use http::StatusCode;
use serde_json::{Map, Value, json};

pub(crate) use self::adobe::add_to_adobe;
use super::OperationHandler;
use crate::operations::context::{RequestContext, not_found};
use crate::operations::page::{page, page_by};
use crate::response::{Failure, Outcome, Problem, Reply};
use crate::state::{Row, State, insert};

pub(super) const OPERATIONS: &[OperationHandler] = &[
    OperationHandler::new("groups.index", index),
    OperationHandler::new("groups.show", show),
    OperationHandler::new("groups.create", create),
    OperationHandler::new("groups.update", update),
    OperationHandler::new("groups.delete", delete),
    OperationHandler::new("groups.users", users),
    OperationHandler::new("groups.add_users", add_users),
    OperationHandler::new("groups.remove_member", remove_member),
];

fn index(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let groups = state.groups.values().filter(|group| group.account == ctx.account()).collect();
    let key = |group: &&Row, field: &str| match field {
        "creator" => state.person(&group.creator)["name"].clone(),
        _ => group.field(field).clone(),
    };
    page_by(ctx, groups, key, |group| render_for(state, ctx, group))
}

fn show(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let group = ctx.find(&state.groups, "group_id")?;
    Ok(Reply::ok(render_for(state, ctx, group)))
}

fn create(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let (name, emoji) = (ctx.field("name"), ctx.field("emoji"));
    let fields = json!({"name": name, "emoji": emoji, "source": "frame"});
    let id = insert(&mut state.groups, ctx.actor(), fields);
    Ok(Reply::created(render(state, &state.groups[&id])))
}

fn update(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    ctx.find_mut(&mut state.groups, "group_id")?.update(ctx.data.clone(), ctx.now);
    let group = ctx.find(&state.groups, "group_id")?;
    Ok(Reply::ok(render(state, group)))
}

fn delete(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let id = ctx.find(&state.groups, "group_id")?.id().to_owned();
    state.groups.shift_remove(&id);
    state.access.disband(&id);
    Ok(Reply::NO_CONTENT)
}

fn users(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let group = ctx.find(&state.groups, "group_id")?.id();
    let members = state.access.members(group).filter_map(|user| state.users.get(user)).collect();
    page(ctx, members, |user| state.person(user.id()))
}

fn add_users(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let group = kept_here(state, ctx)?;
    let ids: Vec<&str> =
        ctx.field("user_ids").as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let strange = |id: &str| state.account_role(ctx.account(), id).is_none();
    let problems: Vec<Problem> = ids
        .iter()
        .enumerate()
        .filter(|(_, id)| strange(id))
        .map(|(i, _)| Problem::at(format!("/data/user_ids/{i}"), "no such user in this account"))
        .collect();
    if !problems.is_empty() {
        return Err(Failure::unprocessable(problems));
    }
    for id in ids {
        state.access.join(&group, id);
    }
    touch(state, ctx)
}

fn remove_member(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let group = kept_here(state, ctx)?;
    if !state.access.leave(&group, ctx.arg("user_id")) {
        return Err(not_found("user_id"));
    }
    touch(state, ctx)
}

fn touch(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    ctx.find_mut(&mut state.groups, "group_id")?.update(Map::new(), ctx.now);
    Ok(Reply::NO_CONTENT)
}

/// Returns the group of the path, unless its members are managed at Adobe.
fn kept_here(state: &State, ctx: &RequestContext<'_>) -> Result<String, Failure> {
    let group = ctx.find(&state.groups, "group_id")?;
    if group.text("source") == "frame" {
        return Ok(group.id().to_owned());
    }
    Err(Failure::new(StatusCode::FORBIDDEN, "the members of the group are managed at Adobe"))
}

fn render_for(state: &State, ctx: &RequestContext<'_>, group: &Row) -> Value {
    let mut group_json = render(state, group);
    if group.text("source") == "adobe" {
        group_json["sync_status"] = "completed".into();
    }
    if ctx.query.includes("creator") {
        group_json["creator"] = state.person(&group.creator);
    }
    group_json
}

/// Renders a group in the form of responses to changes.
fn render(state: &State, group: &Row) -> Value {
    let mut fields = group.fields.clone();
    let count = state.access.members(group.id()).count();
    fields.insert("creator_id".to_owned(), group.creator.clone().into());
    fields.insert("member_count".to_owned(), count.into());
    fields.into()
}
