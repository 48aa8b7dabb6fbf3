//! Search, by names and by what comments say.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::{Simulated, projects, tree};
use crate::query::page_by;
use crate::respond::{Failure, Outcome};
use crate::state::{Ctx, Row, State, Table};

pub(super) const OPERATIONS: &[Simulated] = &[Simulated::new("search.search", search)];

/// Something that was found, and by what.
struct Found<'s> {
    row: &'s Row,
    matches: Vec<Value>,
}

/// Both engines look for all the words of the query, in a name or in a comment; what is found by
/// its name comes first.
fn search(state: &mut State, ctx: &Ctx<'_>) -> Outcome {
    let state = &*state;
    ctx.find(&state.accounts, "account_id")?;
    let query = ctx.field("query").as_str().unwrap_or_default().to_lowercase();
    let words: Vec<&str> = query.split_whitespace().collect();
    if words.is_empty() {
        return Err(Failure::invalid("/query", "has no word to look for"));
    }
    let has_all = |text: &str| {
        let text = text.to_lowercase();
        words.iter().all(|word| text.contains(word))
    };
    let mut comments: HashMap<&str, Vec<Value>> = HashMap::new();
    for comment in state.comments.values().filter(|comment| has_all(comment.text("text"))) {
        let found = json!({
            "type": "comment_match",
            "comment_id": comment.id(),
            "snippet": snippet(comment.text("text"), &words),
            "terms": words,
        });
        comments.entry(comment.text("file_id")).or_default().push(found);
    }
    let mut found: Vec<Found<'_>> = tables(state, ctx)
        .flat_map(Table::values)
        .filter(|row| row.account == ctx.account() && !is_root(state, row))
        .filter_map(|row| {
            let name = row.text("name");
            let by_name = json!({"type": "name_match", "name": name, "terms": words});
            let by_name = has_all(name).then_some(by_name).into_iter();
            let matches: Vec<Value> =
                by_name.chain(comments.remove(row.id()).unwrap_or_default()).collect();
            (!matches.is_empty()).then_some(Found { row, matches })
        })
        .filter(|found| state.sees(ctx.user_id, found.row))
        .collect();
    found.sort_by_key(|found| found.matches.iter().all(|it| it["type"] != "name_match"));
    page_by(ctx, found, |_, _| Value::Null, |found| render(state, ctx, found))
}

/// Where to look, by the filters.
fn tables<'s>(state: &'s State, ctx: &Ctx<'_>) -> impl Iterator<Item = &'s Table> {
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

/// A root folder is found as its project.
fn is_root(state: &State, row: &Row) -> bool {
    state.folders.contains_key(row.id()) && row.field("parent_id").is_null()
}

/// The first line that holds one of the words.
fn snippet<'t>(text: &'t str, words: &[&str]) -> &'t str {
    let holds = |line: &&str| {
        let line = line.to_lowercase();
        words.iter().any(|word| line.contains(word))
    };
    text.lines().find(holds).unwrap_or(text)
}

fn render(state: &State, ctx: &Ctx<'_>, found: &Found<'_>) -> Value {
    let Found { row, matches } = found;
    let (kind, result) = match row.text("type") {
        "" => ("project", projects::render_for(state, ctx, row)),
        kind => (kind, tree::render(state, ctx, row)),
    };
    json!({"type": format!("{kind}_result"), "result": result, "matches": matches})
}
