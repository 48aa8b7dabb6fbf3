//! The state that a simulator starts with, and that a reset goes back to.
use frameio_core::Secret;

use crate::faults::Fault;
use crate::ims::SavedIms;
use crate::state::{Demo, State, Token, new_id};

/// Token of the demo user where the builder names none.
pub(crate) const DEFAULT_TOKEN: &str = "frameio-sim-demo-token";

/// State that a simulator starts with.
pub(crate) struct InitialState {
    pub(crate) state: State,
    pub(crate) demo: Demo,
    pub(crate) tokens: Vec<Token>,
    /// Tokens of the builder, which belong to the demo user of any state.
    pub(crate) builder_tokens: Vec<Secret>,
    pub(crate) ims: SavedIms,
    pub(crate) faults: Vec<Fault>,
    pub(crate) seed: u64,
}

impl InitialState {
    /// Puts the builder's tokens first, or the default where the demo user would have none.
    pub(crate) fn add_builder_tokens(&mut self) {
        let (tokens, user) = (&mut self.tokens, self.demo.user_id.as_str());
        let mut own = self.builder_tokens.clone();
        if own.is_empty() && !tokens.iter().any(|token| token.user == user) {
            own.push(DEFAULT_TOKEN.into());
        }
        let is_own = |token: &Token| own.iter().any(|own| own.expose() == token.secret.expose());
        tokens.retain(|token| !is_own(token));
        let own = own.into_iter().map(|secret| Token { secret, user: user.to_owned() });
        tokens.splice(0..0, own);
    }

    /// Gives a token to every user who has none.
    pub(crate) fn add_missing_tokens(&mut self) {
        for id in self.state.users.keys() {
            if !self.tokens.iter().any(|token| token.user == *id) {
                self.tokens.push(Token { secret: new_id().into(), user: id.clone() });
            }
        }
    }
}
