//! Who is asked to look at a share.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::touch;
use crate::operations::context::{RequestContext, not_found};
use crate::operations::query::page_by;
use crate::response::{Failure, Outcome, Reply};
use crate::state::{Row, State};

/// The kinds of names that reviewers have.
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

/// On a public share they would only get a mail, which is not sent here.
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

/// Removes all whom the body names, or nobody where one of them is no reviewer.
pub(super) fn remove(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let share = ctx.find(&state.shares, "share_id")?.id().to_owned();
    let emails = named(state, ctx)?;
    let reviewers = &mut state.shared.entry(share).or_default().reviewers;
    if let Some(stranger) = emails.iter().find(|email| !reviewers.contains(*email)) {
        let detail = format!("{stranger} is no reviewer of this share");
        return Err(Failure::new(StatusCode::NOT_FOUND, detail));
    }
    reviewers.retain(|email| !emails.contains(email));
    touch(state, ctx, Map::new())?;
    Ok(Reply::NO_CONTENT)
}

/// The e-mail addresses of those whom the body names, all in one way.
fn named(state: &State, ctx: &RequestContext<'_>) -> Result<Vec<String>, Failure> {
    let reviewers = ctx.field("reviewers");
    let mut given = KINDS.into_iter().filter(|kind| !reviewers[*kind].is_null());
    let (Some(kind), None) = (given.next(), given.next()) else {
        let detail = format!("needs exactly one of {}", KINDS.join(", "));
        return Err(Failure::invalid("/data/reviewers", detail));
    };
    let names = reviewers[kind].as_array().into_iter().flatten().filter_map(Value::as_str);
    let emails = names.enumerate().map(|(i, name)| match kind {
        "emails" if is_email(name) => Ok(name.to_lowercase()),
        "emails" => {
            let pointer = format!("/data/reviewers/emails/{i}");
            Err(Failure::invalid(&pointer, "is no e-mail address"))
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

/// The user of an account with an e-mail address.
pub(super) fn user<'s>(state: &'s State, account: &str, email: &str) -> Option<&'s Row> {
    let mut users = state.users.values();
    users.find(|user| {
        user.text("email").to_lowercase() == email
            && state.account_role(account, user.id()).is_some()
    })
}

/// Somebody of an e-mail address; of those who are in the account all that is known.
pub(super) fn person(state: &State, account: &str, email: &str) -> Value {
    user(state, account, email).map_or_else(
        || json!({"id": null, "name": null, "email": email, "avatar_url": null, "active": null}),
        |user| state.person(user.id()),
    )
}
