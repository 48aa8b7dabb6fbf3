//! Initial state of a simulator, which a reset restores.

use frameio_core::Secret;

use crate::faults::Fault;
use crate::ims::SavedIms;
use crate::state::{Demo, State, Token, new_id};

/// Default token of the demo user.
pub(crate) const DEFAULT_TOKEN: &str = "frameio-sim-demo-token";

/// Initial state of a simulator.
pub(crate) struct InitialState {
    pub(crate) state: State,
    pub(crate) demo: Demo,
    pub(crate) tokens: Vec<Token>,
    /// Tokens of the builder, which belong to the demo user of every state.
    pub(crate) builder_tokens: Vec<Secret>,
    pub(crate) ims: SavedIms,
    pub(crate) faults: Vec<Fault>,
    pub(crate) seed: u64,
}

impl InitialState {
    /// Inserts the builder's tokens first, or the default token if the demo user has none.
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

    /// Adds a token for every user without one.
    pub(crate) fn add_missing_tokens(&mut self) {
        for id in self.state.users.keys() {
            if !self.tokens.iter().any(|token| token.user == *id) {
                self.tokens.push(Token { secret: new_id().into(), user: id.clone() });
            }
        }
    }
}
