//! Pages of a list.

use std::cmp::Ordering;

use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::context::RequestContext;
use crate::contract::cursor;
use crate::response::{Outcome, Reply};
use crate::state::Row;

/// Responds with the requested page of `rows`, in the order of `sort`.
pub(crate) fn page(
    ctx: &RequestContext<'_>,
    rows: Vec<&Row>,
    render: impl Fn(&Row) -> Value,
) -> Outcome {
    page_by(ctx, rows, |row, field| row.field(field).clone(), |row| render(row))
}

/// Generic form of [`page`]; `key` returns the value of an item's field for sorting.
pub(crate) fn page_by<T>(
    ctx: &RequestContext<'_>,
    mut items: Vec<T>,
    key: impl Fn(&T, &str) -> Value,
    render: impl Fn(&T) -> Value,
) -> Outcome {
    let query = &ctx.query;
    if let Some((field, direction)) = query.text("sort").and_then(|sort| sort.rsplit_once('_')) {
        let descending = direction == "desc";
        let key = |item: &T| in_order(field, key(item, field));
        let mut keyed: Vec<_> = items.into_iter().map(|item| (key(&item), item)).collect();
        keyed.sort_by(|(a, _), (b, _)| if descending { compare(b, a) } else { compare(a, b) });
        items = keyed.into_iter().map(|(_, item)| item).collect();
    }
    let (after, size) = query.window();
    let end = after.saturating_add(size);
    let data: Vec<Value> = items.iter().take(end).skip(after).map(render).collect();
    let next = (end < items.len()).then(|| {
        format!("{}?after={}", ctx.path, utf8_percent_encode(&cursor::at(end), NON_ALPHANUMERIC))
    });
    let page = Reply::page(data, next);
    Ok(if query.flag("include_total_count") {
        page.with("total_count", items.len().into())
    } else {
        page
    })
}

/// Converts times to numbers: texts lack trailing zeros, so `.36Z` would be sorted after `.361Z`.
fn in_order(field: &str, value: Value) -> Value {
    let text = value.as_str().filter(|_| field.ends_with("_at"));
    match text.and_then(|text| text.parse::<Timestamp>().ok()) {
        Some(moment) => moment.as_millisecond().into(),
        None => value,
    }
}

/// Compares numbers by value and texts by code point; null comes first.
fn compare(a: &Value, b: &Value) -> Ordering {
    a.as_u64().cmp(&b.as_u64()).then_with(|| a.as_str().cmp(&b.as_str()))
}
