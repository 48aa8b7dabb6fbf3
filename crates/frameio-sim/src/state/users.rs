//! Users and their tokens.

use frameio_core::Secret;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::event::Actor;
use super::{Role, Row, State, Table, insert, new_id};

/// New user for [`Builder::user`](crate::Builder::user) and [`Sim::add_user`](crate::Sim::add_user).
///
/// ```
/// use frameio_sim::{Sim, User};
///
/// let sim = Sim::builder().user(User::admin("Ada", "ada@example.com").token("t0ken")).build();
/// let ada = sim.user_id("ada@example.com").unwrap();
/// assert_eq!(sim.token_of(&ada).as_deref(), Some("t0ken"));
/// ```
#[derive(Clone, Debug)]
pub struct User {
    name: String,
    email: String,
    role: Role,
    token: Option<Secret>,
}

impl User {
    /// Creates a member of the account, who has access only where a role is given.
    pub fn member(name: impl Into<String>, email: impl Into<String>) -> Self {
        Self { name: name.into(), email: email.into(), role: Role::Member, token: None }
    }

    /// Creates an administrator of the account, with access to everything in it.
    pub fn admin(name: impl Into<String>, email: impl Into<String>) -> Self {
        Self { role: Role::Admin, ..Self::member(name, email) }
    }

    /// Sets the user's token. Default: a random one, see [`Sim::token_of`](crate::Sim::token_of).
    #[must_use]
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into().into());
        self
    }
}

/// Permanent token and its user.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) secret: Secret,
    pub(crate) user: String,
}

impl Token {
    /// Returns the first token of a user.
    pub(crate) fn of(tokens: &[Self], user: &str) -> Option<String> {
        let token = tokens.iter().find(|token| token.user == user)?;
        Some(token.secret.expose().to_owned())
    }
}

/// Adds a user to an account; returns the id and the token.
pub(crate) fn add_user(
    state: &mut State,
    account: &str,
    user: User,
    now: Timestamp,
) -> (String, Token) {
    let id = insert_user(&mut state.users, &user.name, &user.email, now);
    state.access.give(account, &id, user.role);
    let secret = user.token.unwrap_or_else(|| new_id().into());
    (id.clone(), Token { secret, user: id })
}

/// Adds the record of a user and returns its id.
pub(crate) fn insert_user(users: &mut Table, name: &str, email: &str, now: Timestamp) -> String {
    let fields = json!({"name": name, "email": email, "avatar_url": null});
    let id = insert(users, Actor { account: "", user: "", now }, fields);
    if let Some(user) = users.get_mut(&id) {
        user.creator.clone_from(&id);
    }
    id
}

/// Returns the record of a user in the form that this user receives.
pub(crate) fn own_view(user: &Row) -> Value {
    let mut fields = user.fields.clone();
    fields.retain(|name, _| matches!(name.as_str(), "id" | "name" | "email" | "avatar_url"));
    fields.into()
}

impl State {
    /// Returns a user in the form that responses include, or null for an unknown id.
    pub(crate) fn person(&self, id: &str) -> Value {
        let Some(user) = self.users.get(id) else { return Value::Null };
        let mut person = own_view(user);
        person["active"] = (!self.access.is_deactivated(id)).into();
        person["adobe_user_id"] = Value::Null;
        person
    }
}
