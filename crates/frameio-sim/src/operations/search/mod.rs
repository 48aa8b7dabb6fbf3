//! Search by the fields of assets and by their comments.

mod matches;

use std::collections::HashMap;

use serde_json::{Value, json};

use self::matches::Query;
use super::{OperationHandler, projects, tree};
use crate::operations::context::RequestContext;
use crate::operations::page::page_by;
use crate::response::{Failure, Outcome};
use crate::state::{Row, State, Table};

pub(super) const OPERATIONS: &[OperationHandler] =
    &[OperationHandler::new("search.search", search)];

/// Search result with its matches.
struct Found<'s> {
    row: &'s Row,
    matches: Vec<Value>,
}

/// Searches in the same way for both engines. Matches by name come first, then matches by comment.
fn search(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let state = &*state;
    ctx.find(&state.accounts, "account_id")?;
    let text = ctx.field("query").as_str().unwrap_or_default().to_lowercase();
    let Some(query) = Query::of(&text) else {
        return Err(Failure::invalid("/query", "contains no word"));
    };
    let mut comments: HashMap<&str, Vec<Value>> = HashMap::new();
    for comment in state.comments.values().filter(|comment| query.is_in(comment.text("text"))) {
        let found = json!({
            "type": "comment_match",
            "comment_id": comment.id(),
            "snippet": query.snippet(comment.text("text")),
            "terms": query.words,
        });
        comments.entry(comment.text("file_id")).or_default().push(found);
    }
    let mut found: Vec<Found<'_>> = tables(state, ctx)
        .flat_map(Table::values)
        .filter(|row| row.account == ctx.account() && !is_root(state, row))
        .filter(|row| state.sees(ctx.user_id, row) && is_in_scope(state, ctx, row))
        .filter_map(|row| {
            let mut matches = matches::of(state, ctx, &query, row);
            matches.extend(comments.remove(row.id()).unwrap_or_default());
            (!matches.is_empty()).then_some(Found { row, matches })
        })
        .collect();
    found.sort_by_key(|found| {
        let has = |kind: &str| found.matches.iter().any(|it| it["type"] == kind);
        (!has("name_match"), !has("comment_match"))
    });
    page_by(ctx, found, |_, _| Value::Null, |found| render(state, ctx, found))
}

/// Returns the tables to search, by the filters.
fn tables<'s>(state: &'s State, ctx: &RequestContext<'_>) -> impl Iterator<Item = &'s Table> {
    let State { projects, folders, version_stacks, files, .. } = state;
    let filters = ctx.field("filters");
    [
        ("projects", projects),
        ("folders", folders),
        ("files_and_version_stacks", version_stacks),
        ("files_and_version_stacks", files),
    ]
    .into_iter()
    .filter(|(name, _)| filters[*name] != false)
    .map(|(_, table)| table)
}

/// Returns whether a record is in the workspace, project and folder of the scope.
fn is_in_scope(state: &State, ctx: &RequestContext<'_>, row: &Row) -> bool {
    let scope = |name: &str| ctx.field("scope")[name].as_str();
    let project = match row.text("project_id") {
        "" => row.id(),
        project => project,
    };
    let workspace = state.projects.get(project).map(|project| project.text("workspace_id"));
    let is_below = |folder| tree::is_below(state, row, folder);
    scope("workspace_id").is_none_or(|wanted| workspace == Some(wanted))
        && scope("project_id").is_none_or(|wanted| wanted == project)
        && scope("folder_id").is_none_or(is_below)
}

/// Returns whether a record is a root folder, which is found as its project.
fn is_root(state: &State, row: &Row) -> bool {
    state.folders.contains_key(row.id()) && row.field("parent_id").is_null()
}

fn render(state: &State, ctx: &RequestContext<'_>, found: &Found<'_>) -> Value {
    let Found { row, matches } = found;
    let (kind, result) = match row.text("type") {
        "" => ("project", projects::render_for(state, ctx, row)),
        kind => (kind, tree::render(state, ctx, row)),
    };
    json!({"type": format!("{kind}_result"), "result": result, "matches": matches})
}
