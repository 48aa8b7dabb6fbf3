//! Collections, which are read-only in the API and added by `Sim::add_collection`.

use serde_json::{Value, json};

use super::{OperationHandler, projects};
use crate::operations::context::RequestContext;
use crate::operations::page::page;
use crate::response::{Outcome, Reply};
use crate::state::{Actor, Row, State, insert};

pub(super) const OPERATIONS: &[OperationHandler] = &[
    OperationHandler::new("collections.index", index),
    OperationHandler::new("collections.show", show),
];

/// New collection for [`Sim::add_collection`](crate::Sim::add_collection).
#[derive(Clone, Debug)]
pub struct Collection {
    name: String,
    description: Option<String>,
    dynamic: bool,
    private: bool,
}

impl Collection {
    /// Creates a static, public collection.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), description: None, dynamic: false, private: false }
    }

    /// Sets the description. Default: none.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Sets whether a rule selects the content of the collection. Default: no.
    #[must_use]
    pub const fn dynamic(mut self, dynamic: bool) -> Self {
        self.dynamic = dynamic;
        self
    }

    /// Sets whether the collection is private. Default: no.
    #[must_use]
    pub const fn private(mut self, private: bool) -> Self {
        self.private = private;
        self
    }
}

fn index(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let project = ctx.find(&state.projects, "project_id")?.id();
    let rows = state.collections.values().filter(|row| row.text("project_id") == project);
    page(ctx, rows.collect(), |row| render(state, ctx, row))
}

fn show(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let collection = ctx.find(&state.collections, "collection_id")?;
    Ok(Reply::ok(render(state, ctx, collection)))
}

fn render(state: &State, ctx: &RequestContext<'_>, collection: &Row) -> Value {
    let mut collection_json = Value::from(collection.fields.clone());
    if ctx.query.includes("creator") {
        collection_json["creator"] = state.person(&collection.creator);
    }
    if ctx.query.includes("project") {
        let project = state.projects.get(collection.text("project_id"));
        collection_json["project"] =
            project.map_or(Value::Null, |project| projects::render_for(state, ctx, project));
    }
    collection_json
}

/// Adds a collection to a project; returns `None` for an unknown project.
pub(crate) fn add(
    state: &mut State,
    actor: Actor<'_>,
    project: &str,
    collection: Collection,
) -> Option<String> {
    let account = state.projects.get(project)?.account.clone();
    let actor = Actor { account: &account, ..actor };
    let fields = json!({
        "project_id": project,
        // The content of collections is not simulated.
        "root_folder_id": null,
        "name": collection.name,
        "description": collection.description,
        "aggregation_mode": if collection.dynamic { "dynamic" } else { "static" },
        "private": collection.private,
        "auto_generated": false,
    });
    let id = insert(&mut state.collections, actor, fields);
    state.record_event(actor, "collection.created", ("collection", &id), project);
    Some(id)
}

/// Removes the collections of a project.
pub(super) fn remove_all(state: &mut State, project: &str) {
    state.collections.retain(|_, collection| collection.text("project_id") != project);
}
