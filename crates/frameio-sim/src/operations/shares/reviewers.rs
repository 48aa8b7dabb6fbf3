//! Reviewers of a share.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::touch;
use crate::operations::context::{RequestContext, not_found};
use crate::operations::page::page_by;
use crate::response::{Failure, Outcome, Reply};
use crate::state::{Row, State};

/// Kinds of identifiers of reviewers.
const KINDS: [&str; 4] = ["emails", "user_ids", "adobe_user_ids", "share_list_ids"];

pub(super) fn list(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let share = ctx.find(&state.shares, "share_id")?;
    let reviewers = state.shared.get(share.id()).into_iter().flat_map(|it| &it.reviewers);
    let mut people: Vec<Value> =
        reviewers.map(|email| person(state, &share.account, email)).collect();
    match ctx.query.text("sort") {
        Some("active") => people.sort_by_key(|person| person["active"] != true),
        Some("inactive") => people.sort_by_key(|person| person["active"] == true),
        _ => {}
    }
    page_by(ctx, people, |person, field| person[field].clone(), Value::clone)
}

/// Adds reviewers. A public share ignores them, because the service would only send them an email.
pub(super) fn add(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let share = ctx.find(&state.shares, "share_id")?;
    let emails = named(state, ctx)?;
    if share.text("access") == "secure" {
        let shared = state.shared.entry(ctx.arg("share_id").to_owned()).or_default();
        let before = shared.reviewers.len();
        shared.reviewers.extend(emails);
        if shared.reviewers.len() > before {
            touch(state, ctx, Map::new())?;
        }
    }
    Ok(Reply::NO_CONTENT)
}

/// Removes the reviewers of the body, or none if one of them is not a reviewer.
pub(super) fn remove(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let share = ctx.find(&state.shares, "share_id")?.id().to_owned();
    let emails = named(state, ctx)?;
    let reviewers = &mut state.shared.entry(share).or_default().reviewers;
    if let Some(stranger) = emails.iter().find(|email| !reviewers.contains(*email)) {
        let detail = format!("'{stranger}' is not a reviewer of this share");
        return Err(Failure::new(StatusCode::NOT_FOUND, detail));
    }
    reviewers.retain(|email| !emails.contains(email));
    touch(state, ctx, Map::new())?;
    Ok(Reply::NO_CONTENT)
}

/// Returns the email addresses of the reviewers in the body, which has one kind of identifiers.
fn named(state: &State, ctx: &RequestContext<'_>) -> Result<Vec<String>, Failure> {
    let reviewers = ctx.field("reviewers");
    let mut given = KINDS.into_iter().filter(|kind| !reviewers[*kind].is_null());
    let (Some(kind), None) = (given.next(), given.next()) else {
        let detail = format!("expected exactly one of {}", KINDS.join(", "));
        return Err(Failure::invalid("/data/reviewers", detail));
    };
    let names = reviewers[kind].as_array().into_iter().flatten().filter_map(Value::as_str);
    let emails = names.enumerate().map(|(i, name)| match kind {
        "emails" if is_email(name) => Ok(name.to_lowercase()),
        "emails" => {
            let pointer = format!("/data/reviewers/emails/{i}");
            Err(Failure::invalid(&pointer, "is not an email address"))
        }
        kind => {
            let user = (kind == "user_ids").then(|| state.users.get(name)).flatten();
            let user = user.filter(|user| state.account_role(ctx.account(), user.id()).is_some());
            let user = user.ok_or_else(|| not_found(kind))?;
            Ok(user.text("email").to_lowercase())
        }
    });
    emails.collect()
}

fn is_email(text: &str) -> bool {
    let parts = text.split_once('@');
    let filled = parts.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
    filled && !text.contains(char::is_whitespace)
}

/// Returns the user of an account with an email address.
pub(super) fn user<'s>(state: &'s State, account: &str, email: &str) -> Option<&'s Row> {
    let mut users = state.users.values();
    users.find(|user| {
        user.text("email").to_lowercase() == email
            && state.account_role(account, user.id()).is_some()
    })
}

/// Renders a person with an email address, with all fields of a user of the account.
pub(super) fn person(state: &State, account: &str, email: &str) -> Value {
    user(state, account, email).map_or_else(
        || json!({"id": null, "name": null, "email": email, "avatar_url": null, "active": null}),
        |user| state.person(user.id()),
    )
}
