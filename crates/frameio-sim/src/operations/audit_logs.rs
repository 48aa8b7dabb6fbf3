//! Audit log.

use serde_json::{Value, json};

use super::OperationHandler;
use crate::operations::context::RequestContext;
use crate::operations::page::page_by;
use crate::response::Outcome;
use crate::state::{Event, State};

pub(super) const OPERATIONS: &[OperationHandler] =
    &[OperationHandler::new("accounts.auditlog_index", auditlog_index)];

/// Address of all clients.
const IP_ADDRESS: &str = "127.0.0.1";

fn auditlog_index(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    ctx.find(&state.accounts, "account_id")?;
    let events = state.events.past.iter().filter(|event| event.account == ctx.account());
    let entries = events.filter_map(entry).filter(|entry| fits(ctx, entry)).collect();
    page_by(
        ctx,
        entries,
        |entry: &Value, field| entry[field].clone(),
        |entry| {
            let mut entry = entry.clone();
            if ctx.query.includes("user") {
                entry["user"] = state.person(entry["user_id"].as_str().unwrap_or_default());
            }
            entry
        },
    )
}

/// Returns an event in the form of the audit log, or `None` if the log does not contain it.
fn entry(event: &Event) -> Option<Value> {
    let (event_type, resource_type) = names(&event.kind)?;
    Some(json!({
        "account_id": event.account,
        "event_type": event_type,
        "inserted_at": event.at.to_string(),
        "ip_address": IP_ADDRESS,
        "project_id": event.project,
        "resource_id": event.resource.1,
        "resource_type": resource_type,
        "user_id": Some(&event.user).filter(|user| !user.is_empty()),
        "workspace_id": event.workspace,
    }))
}

/// Returns the names of an event and of its resource in the audit log.
fn names(kind: &str) -> Option<(String, &str)> {
    let (subject, verb) = kind.rsplit_once('.')?;
    let (subject, resource) = match (subject, verb) {
        ("file", "ready") | ("collection", "created" | "deleted") => return None,
        ("file.upload", _) => return Some(("file_uploaded".to_owned(), "asset")),
        ("file", _) => ("asset", "asset"),
        ("folder", _) => ("asset", "folder"),
        ("customfield", _) => ("account_field", "account_field_definition"),
        ("metadata.value", _) => ("metadata_value", "asset_metadata"),
        _ => (subject, subject),
    };
    Some((format!("{subject}_{verb}"), resource))
}

/// Returns whether an entry passes all filters; the dates are inclusive and in UTC.
fn fits(ctx: &RequestContext<'_>, entry: &Value) -> bool {
    let text = |name: &str| entry[name].as_str().unwrap_or_default();
    let is = |name: &str| {
        let wanted = ctx.query.text(&format!("filters[{name}]"));
        wanted.is_none_or(|wanted| wanted == text(name))
    };
    let date = text("inserted_at").get(..10).unwrap_or_default();
    let equal = ["event_type", "ip_address", "project_id", "resource_id", "resource_type"];
    equal.into_iter().chain(["user_id", "workspace_id"]).all(is)
        && ctx.query.text("filters[from_date]").is_none_or(|from| from <= date)
        && ctx.query.text("filters[to_date]").is_none_or(|to| date <= to)
}

#[cfg(test)]
mod tests {
    use frameio_webhook::EventType;

    use super::*;

    #[test]
    fn the_log_uses_only_the_names_of_the_contract() {
        let contract: Value = serde_json::from_str(frameio_openapi::STABLE).unwrap();
        let known = |schema: &str, name: &str| {
            let names = &contract["components"]["schemas"][schema]["enum"];
            names.as_array().unwrap().iter().any(|known| known == name)
        };
        let own = ["webhook", "action"];
        let own =
            own.map(|it| ["created", "updated", "deleted"].map(|verb| format!("{it}.{verb}")));
        let kinds = EventType::KNOWN.iter().map(|kind| (*kind).to_owned());
        let mut unlogged = Vec::new();
        for kind in kinds.chain(own.into_iter().flatten()) {
            let Some((event, resource)) = names(&kind) else {
                unlogged.push(kind);
                continue;
            };
            assert!(known("AuditLogwithIncludesEventType", &event), "{kind}: {event}");
            assert!(known("AuditLogwithIncludesResourceType", resource), "{kind}: {resource}");
        }
        assert_eq!(unlogged, ["file.ready", "collection.created", "collection.deleted"]);
    }
}
