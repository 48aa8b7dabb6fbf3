//! Changes of users that the web app allows and the API does not.

use frameio_core::{AccountId, FolderId, UserId};

use super::Sim;
use crate::state::{Role, Token, User, add_user};

impl Sim {
    /// Adds a user to the demo account.
    pub fn add_user(&self, user: User) -> UserId {
        let now = self.shared.env.clock.now();
        let world = &mut *self.shared.lock();
        let (id, token) = add_user(&mut world.state, world.demo.account_id.as_str(), user, now);
        world.tokens.push(token);
        id.into()
    }

    /// Returns the id of the user with an email address.
    pub fn user_id(&self, email: &str) -> Option<UserId> {
        let state = &self.shared.lock().state;
        let user = state.users.values().find(|user| user.text("email") == email)?;
        Some(user.id().into())
    }

    /// Returns the token of a user, the first one if the user has several.
    pub fn token_of(&self, user_id: &UserId) -> Option<String> {
        Token::of(&self.shared.lock().tokens, user_id.as_str())
    }

    /// Deactivates a user of the demo account, who then has no access to it.
    ///
    /// Lists omit deactivated users, unless the request has `include_deactivated`. Returns false for an
    /// unknown user and for the owner, who cannot be deactivated.
    pub fn deactivate_user(&self, user_id: &UserId) -> bool {
        let world = &mut *self.shared.lock();
        let (account, id) = (world.demo.account_id.as_str(), user_id.as_str());
        let leaves = world.state.account_role(account, id).is_some_and(|role| role < Role::Owner);
        if leaves {
            world.state.access.deactivate(id);
        }
        leaves
    }

    /// Issues an access token of Adobe IMS to a user, as a sign-in with the demo web app does.
    ///
    /// Without all of the scopes `AdobeID` and `additional_info.roles` the API refuses the token, as
    /// the service does. Returns `None` for a scope that users cannot grant.
    pub fn issue_token(&self, user_id: &UserId, scopes: &str) -> Option<String> {
        let now = self.shared.env.clock.now();
        self.shared.lock().ims.issue(user_id.as_str(), scopes, now)
    }

    /// Locks an account, or unlocks it. Everything in a locked account is refused with 403.
    pub fn lock_account(&self, account_id: &AccountId, locked: bool) {
        self.shared.lock().state.access.set_locked(account_id.as_str(), locked);
    }

    /// Connects a user to the sign-in of Adobe, or disconnects them. Default: connected.
    ///
    /// Tokens of Adobe for a disconnected user are refused with 401.
    pub fn connect_user(&self, user_id: &UserId, connected: bool) {
        self.shared.lock().state.access.set_connected(user_id.as_str(), connected);
    }

    /// Sets whether the accounts are administered in the Adobe Admin Console.
    ///
    /// With `true`, legacy developer tokens are refused with 401; with `false`, tokens of Adobe are.
    /// Default: `None`, which accepts both.
    pub fn set_in_admin_console(&self, in_admin_console: impl Into<Option<bool>>) {
        self.shared.lock().state.access.set_in_admin_console(in_admin_console.into());
    }

    /// Restricts a folder to users with a role on it or with full access, or lifts the restriction.
    ///
    /// Returns false for an unknown folder.
    pub fn restrict_folder(&self, folder_id: &FolderId, restricted: bool) -> bool {
        let now = self.shared.env.clock.now();
        let folders = &mut self.shared.lock().state.folders;
        let folder = folders.get_mut(folder_id.as_str());
        let changes = [("restricted".to_owned(), restricted.into())].into_iter().collect();
        folder.map(|folder| folder.update(changes, now)).is_some()
    }
}
