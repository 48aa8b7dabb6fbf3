//! Users.

use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Simulated;
use crate::respond::{Failure, Outcome, Reply};
use crate::state::{By, Ctx, Row, State, Table, insert};

pub(super) const OPERATIONS: &[Simulated] = &[Simulated::new("users.show", show)];

fn show(state: &mut State, ctx: &Ctx<'_>) -> Outcome {
    let user = state.users.get(ctx.user_id);
    let user = user.ok_or_else(|| Failure::new(StatusCode::NOT_FOUND, "the user is gone"))?;
    Ok(Reply::ok(shown(user)))
}

/// A user as it sees itself.
pub(crate) fn shown(user: &Row) -> Value {
    let mut fields = user.fields.clone();
    fields.retain(|name, _| matches!(name.as_str(), "id" | "name" | "email" | "avatar_url"));
    fields.into()
}

/// Adds a user.
pub(crate) fn add(users: &mut Table, name: &str, email: &str, now: Timestamp) -> String {
    let fields = json!({"name": name, "email": email, "avatar_url": null});
    let id = insert(users, By { account: "", user: "", now }, fields);
    if let Some(user) = users.get_mut(&id) {
        user.creator.clone_from(&id);
    }
    id
}
