//! Feed of the page, which polls it for changes.

use http::Uri;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::contract;
use crate::events;
use crate::faults::Fault;
use crate::history::{RecordedDelivery, RecordedRequest};
use crate::quota::Bucket;
use crate::shared::{Env, World};
use crate::state::{State, Token};

/// Maximum number of returned requests, of buckets, of faults and of deliveries.
const MAX_ITEMS: usize = 200;

/// Maximum number of characters of a text that clients chose.
const MAX_TEXT: usize = 300;

/// Returns the content of the page except for the tree; `since` is the cursor of the last response.
pub(super) fn live(env: &Env, world: &World, since: &str) -> Value {
    let World { state, tokens, requests: history, .. } = world;
    let (whole, requests) = history.since(since, MAX_ITEMS);
    let (enforced, buckets) = world.buckets.used(env.clock.elapsed(), MAX_ITEMS);
    let (cursor, writes) = (history.cursor(), history.writes());
    let faults = world.faults.all();
    let faults: Vec<String> = faults.iter().take(MAX_ITEMS).map(Fault::to_string).collect();
    let requests: Vec<_> = requests.iter().map(|(n, record)| request(state, *n, record)).collect();
    let deliveries = world.deliveries.last(MAX_ITEMS);
    let deliveries: Vec<_> = deliveries.map(|sent| delivery(state, sent)).collect();
    let owner = |spender: &str| owner(state, tokens, spender);
    let buckets: Vec<_> = buckets.iter().map(|used| bucket(state, used, owner)).collect();
    json!({
        "cursor": cursor,
        // Whether the page has to discard what it shows, such as after a reset.
        "whole": whole,
        "now": env.clock.now().to_string(),
        // Changes whenever the tree may have changed.
        "tree": format!("{writes}-{}", changes(state)),
        "requests": requests,
        "stats": super::stats(world),
        "quotas": {"enforced": enforced, "buckets": buckets},
        "faults": faults,
        "deliveries": deliveries,
    })
}

/// Returns a text that changes with each event, including events without a request.
fn changes(state: &State) -> String {
    let past = &state.events.past;
    let last = past.back().map_or(Timestamp::UNIX_EPOCH, |event| event.at);
    format!("{}-{}", past.len(), last.as_millisecond())
}

fn request(state: &State, number: u64, record: &RecordedRequest) -> Value {
    let user = record.user_id.as_ref().map(|id| name_of(state, id.as_str()));
    json!({
        "number": number,
        "operation": record.operation,
        "method": cut(record.method.as_str()),
        "path": cut(&record.path),
        "query": query(record),
        "status": record.status.map(|status| status.as_u16()),
        "user": user,
        "time": record.time.to_string(),
        "duration_us": u64::try_from(record.duration.as_micros()).unwrap_or(u64::MAX),
    })
}

/// Returns the query parameters that the contract defines for the operation. Others, such as those of
/// signed URLs and sign-in, may be secret.
pub(super) fn query(record: &RecordedRequest) -> Option<String> {
    let spec = contract::specs().iter().find(|spec| Some(spec.operation.id) == record.operation)?;
    // Experimental flavours have all parameters of their operation.
    let (parameters, _) = spec.request(true);
    let known = |name: &str| parameters.iter().any(|parameter| &*parameter.name == name);
    let pairs = form_urlencoded::parse(record.query.as_deref()?.as_bytes());
    let pairs = pairs.filter(|(name, _)| known(name));
    let shown: Vec<_> = pairs.map(|(name, value)| format!("{name}={value}")).collect();
    (!shown.is_empty()).then(|| cut(&shown.join("&")))
}

fn bucket(state: &State, bucket: &Bucket, owner: impl Fn(&str) -> String) -> Value {
    let user = if bucket.token.is_empty() { "all users".to_owned() } else { owner(&bucket.token) };
    let account = state.accounts.get(&bucket.account).map(|row| cut(row.text("display_name")));
    json!({
        "operation": bucket.operation,
        "user": user,
        "account_id": cut(&bucket.account),
        "account": account,
        "limit": bucket.level.limit,
        "remaining": bucket.level.remaining,
        "window_ms": bucket.level.window_millis,
        "full_in_ms": u64::try_from(bucket.empty_in.as_millis()).unwrap_or(u64::MAX),
    })
}

/// Returns the name of a bucket's owner, without the token.
fn owner(state: &State, tokens: &[Token], spender: &str) -> String {
    let known = tokens.iter().position(|token| token.secret.expose() == spender);
    let Some(index) = known else {
        // IMS tokens share the quotas of their user; other unknown tokens are legacy tokens.
        let is_user = state.users.contains_key(spender);
        return if is_user { name_of(state, spender) } else { "legacy token".to_owned() };
    };
    let Some((user, before)) = tokens.get(index).map(|token| &token.user).zip(tokens.get(..index))
    else {
        return String::new();
    };
    let name = name_of(state, user);
    match before.iter().filter(|token| token.user == *user).count() {
        0 => name,
        before => format!("{name}, token {}", before + 1),
    }
}

fn delivery(state: &State, delivery: &RecordedDelivery) -> Value {
    let webhook = state.webhooks.get(&delivery.sender_id);
    let sender = webhook.or_else(|| state.actions.get(&delivery.sender_id));
    let body: Value = serde_json::from_slice(&delivery.body).unwrap_or_default();
    json!({
        "event": body["type"].as_str().map(cut),
        "sender": sender.map(|row| cut(row.text("name"))),
        "host": host(&delivery.url),
        "attempt": delivery.attempt,
        "status": delivery.status.map(|status| status.as_u16()),
        // Deliveries to other machines are never sent, which is not an error.
        "sent": delivery.error.as_deref() != Some(events::NOT_ON_LOOPBACK),
        "error": delivery.error.as_deref().map(cut),
        "time": delivery.time.to_string(),
    })
}

/// Returns the host and port of a URL; the other parts may be secret.
pub(super) fn host(url: &str) -> Option<String> {
    let uri: Uri = url.parse().ok()?;
    let port = uri.port().map(|port| format!(":{port}")).unwrap_or_default();
    Some(cut(&format!("{}{port}", uri.host()?)))
}

pub(super) fn name_of(state: &State, user: &str) -> String {
    cut(state.users.get(user).map_or(user, |user| user.text("name")))
}

/// Shortens a text to what fits on the page.
pub(super) fn cut(text: &str) -> String {
    match text.char_indices().nth(MAX_TEXT) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
