//! Audit logs.

use frameio_api::accounts::{AuditLogFilters, AuditLogInclude, ListAuditLogs};
use jiff::civil::Date;

use crate::context::Context;
use crate::refusal::Refusal;
use crate::response::{Outcome, list};
use crate::translate::audit;

pub(crate) async fn index(cx: Context) -> Outcome {
    entries(cx, audit::entry).await
}

/// The activity feed: V4 has the audit log only, with other names.
pub(crate) async fn events(cx: Context) -> Outcome {
    cx.report.note("lossy: the events are those of the audit log");
    entries(cx, audit::event).await
}

async fn entries(
    cx: Context,
    translate: fn(&frameio_api::accounts::AuditLog) -> serde_json::Value,
) -> Outcome {
    let account = cx.account_argument().await?;
    let filters = filters(&cx)?;
    let paging = cx.request.paging(cx.settings.page_size);
    let name = format!("audit log of {account}: {filters:?}");
    let request = |size| {
        ListAuditLogs::new(&account)
            .include(AuditLogInclude::User)
            .filters(filters.clone())
            .page_size(size)
            .include_total_count(true)
    };
    let window = cx.window(&name, paging, 100, request).await?;
    let items = window.items.iter().map(translate).collect();
    list(window.with_items(items))
}

fn filters(cx: &Context) -> Result<AuditLogFilters, Refusal> {
    let mut filters = AuditLogFilters::new();
    for (name, value) in &cx.request.query {
        let Some(field) = name.strip_prefix("filter[") else { continue };
        filters = match field {
            "action]" => filters.event_type(audit::event_type(value).as_str()),
            "actor_id]" => filters.user_id(value.as_str()),
            "item_id]" => filters.resource_id(cx.id(value)?),
            "team_id]" => filters.workspace_id(value.as_str()),
            "ip_address]" => filters.ip_address(value.as_str()),
            "inserted_at]" | "inserted_at][value]" => {
                // `op,value`, or a bare value; V4 filters by days.
                let (operator, value) = value.split_once(',').unwrap_or(("gte", value.as_str()));
                let day = value.get(..10).and_then(|day| day.parse::<Date>().ok());
                let day =
                    day.ok_or_else(|| Refusal::invalid("'filter[inserted_at]' is no time"))?;
                cx.report.note("lossy: V4 filters the audit log by days");
                match operator {
                    "gte" | "gt" => filters.from_date(day),
                    "lte" | "lt" => filters.to_date(day),
                    _ => filters.from_date(day).to_date(day),
                }
            }
            // Assets are named by their id already, and V4 names their types otherwise.
            "item_type]" => filters,
            other => {
                let name = other.trim_end_matches(']');
                let detail = format!("the audit log cannot be filtered by '{name}'");
                return Err(Refusal::invalid(detail).instead("accounts.auditlog_index"));
            }
        };
    }
    Ok(filters)
}
