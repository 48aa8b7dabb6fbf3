//! Who there is besides the demo user, and the tokens by which they are known.

use frameio_core::{FolderId, UserId};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use crate::builder::Builder;
use crate::resources::users;
use crate::roles::Role;
use crate::sim::{Sim, lock};
use crate::state::{State, new_id};

/// A user of the demo account, to be added to it by [`Builder::user`] or [`Sim::add_user`].
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
    token: Option<SecretString>,
}

impl User {
    /// Someone who sees what they are added to, by the operations on permissions.
    pub fn member(name: impl Into<String>, email: impl Into<String>) -> Self {
        Self { name: name.into(), email: email.into(), role: Role::Member, token: None }
    }

    /// Someone who manages the account, and may do everything in it.
    pub fn admin(name: impl Into<String>, email: impl Into<String>) -> Self {
        Self { role: Role::Admin, ..Self::member(name, email) }
    }

    /// Takes this token as the user's. Default: a random one, which [`Sim::token_of`] tells.
    #[must_use]
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into().into());
        self
    }
}

impl Builder {
    /// Adds a user to the demo account, after the users that are there from the start.
    #[must_use]
    pub fn user(mut self, user: User) -> Self {
        self.users.push(user);
        self
    }
}

impl Sim {
    /// Adds a user to the demo account.
    pub fn add_user(&self, user: User) -> UserId {
        let now = self.shared.env.clock.now();
        let account = self.demo().account_id;
        let (id, token) = add(&mut lock(&self.shared.state), account.as_str(), user, now);
        lock(&self.shared.tokens).push(token);
        id.into()
    }

    /// The user of an e-mail address.
    pub fn user_id(&self, email: &str) -> Option<UserId> {
        let state = lock(&self.shared.state);
        let user = state.users.values().find(|user| user.text("email") == email)?;
        Some(user.id().into())
    }

    /// The token of a user; the first one of those who have several.
    pub fn token_of(&self, user_id: &UserId) -> Option<String> {
        let tokens = lock(&self.shared.tokens);
        let token = tokens.iter().find(|token| token.user == user_id.as_str())?;
        Some(token.secret.expose_secret().to_owned())
    }
}

/// What is done in the web app, and by no operation of the API.
impl Sim {
    /// Deactivates a user in the demo account, who may then do nothing there any more.
    ///
    /// Lists of users leave them out, unless they are asked with `include_deactivated`. False
    /// where there is no such user, and for the owner, who stays.
    pub fn deactivate_user(&self, user_id: &UserId) -> bool {
        let account = self.demo().account_id;
        let (state, id) = (&mut *lock(&self.shared.state), user_id.as_str());
        let leaves =
            state.account_role(account.as_str(), id).is_some_and(|role| role < Role::Owner);
        if leaves {
            state.access.deactivate(id);
        }
        leaves
    }

    /// Restricts a folder to those who were given a role on it, and to those with full access;
    /// or opens it again. False where there is no such folder.
    pub fn restrict_folder(&self, folder_id: &FolderId, restricted: bool) -> bool {
        let now = self.shared.env.clock.now();
        let folders = &mut lock(&self.shared.state).folders;
        let folder = folders.get_mut(folder_id.as_str());
        let changes = [("restricted".to_owned(), restricted.into())].into_iter().collect();
        folder.map(|folder| folder.update(changes, now)).is_some()
    }
}

/// A token that is good as long as the simulator runs, and whose it is.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) secret: SecretString,
    pub(crate) user: String,
}

/// Adds a user to an account; gives the id and the token.
pub(crate) fn add(state: &mut State, account: &str, user: User, now: Timestamp) -> (String, Token) {
    let id = users::add(&mut state.users, &user.name, &user.email, now);
    state.access.give(account, &id, user.role);
    let secret = user.token.unwrap_or_else(|| new_id().into());
    (id.clone(), Token { secret, user: id })
}
