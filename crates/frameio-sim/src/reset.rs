//! Back to the start, and to another one.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use crate::faults::{Fault, Faults};
use crate::hooks::Deliveries;
use crate::ims::SavedIms;
use crate::people::Token;
use crate::record::Records;
use crate::saved::Document;
use crate::sim::{Demo, Sim, lock};
use crate::state::{State, new_id};

/// What a simulator began with.
pub(crate) struct Start {
    pub(crate) state: State,
    pub(crate) demo: Demo,
    pub(crate) tokens: Vec<Token>,
    /// Those of the builder, which are the demo user's in any state.
    pub(crate) own_tokens: Vec<SecretString>,
    pub(crate) ims: SavedIms,
    pub(crate) faults: Vec<Fault>,
    pub(crate) seed: u64,
}

/// What was granted is left out, and so are the secrets of the state.
impl fmt::Debug for Start {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Start").field("seed", &self.seed).finish_non_exhaustive()
    }
}

/// Puts the builder's tokens before those that are there, or the default where the demo user has
/// none.
pub(crate) fn take_own(tokens: &mut Vec<Token>, own: &[SecretString], user: &str) {
    let mut own = own.to_vec();
    if own.is_empty() && !tokens.iter().any(|token| token.user == user) {
        own.push(Sim::TOKEN.into());
    }
    let named =
        |token: &Token| own.iter().any(|own| own.expose_secret() == token.secret.expose_secret());
    tokens.retain(|token| !named(token));
    let own = own.into_iter().map(|secret| Token { secret, user: user.to_owned() });
    tokens.splice(0..0, own);
}

/// Gives a token to everybody who has none.
pub(crate) fn give_tokens(tokens: &mut Vec<Token>, state: &State) {
    for id in state.users.keys() {
        if !tokens.iter().any(|token| token.user == *id) {
            tokens.push(Token { secret: new_id().into(), user: id.clone() });
        }
    }
}

impl Sim {
    /// Makes everything as it was when the simulator was built, but the time, which goes on.
    ///
    /// The [`demo`](Sim::demo) keeps its ids and tokens. What was made, uploaded, recorded and
    /// counted is gone, and so are the tokens of IMS. The quotas are whole, the faults are those
    /// of the [builder](crate::Builder::fault), drawn anew by its seed, and what went on in the
    /// background, as deliveries do, ends. Of what a [file of state](crate::SavedState) began with, the
    /// bytes that were removed from a directory stay removed.
    pub fn reset(&self) {
        let shared = &self.shared;
        let start = &*lock(&shared.start);
        lock(&shared.tasks).abort_all();
        {
            let state = &mut *lock(&shared.state);
            state.uploads.remove_files(&start.state.uploads);
            *state = start.state.clone();
        }
        *lock(&shared.demo) = start.demo.clone();
        lock(&shared.tokens).clone_from(&start.tokens);
        shared.ims.reset(&start.ims);
        lock(&shared.buckets).clear();
        *lock(&shared.faults) = Faults::new(start.seed, &start.faults);
        *lock(&shared.records) = Records::default();
        *lock(&shared.deliveries) = Deliveries::new(start.seed);
    }

    /// Begins anew with a document in place of what the simulator was built with.
    pub(crate) fn begin(&self, document: Document) {
        let env = &self.shared.env;
        env.clock.advance(document.ahead().saturating_sub(env.clock.ahead()));
        if let Some(key) = &document.signing_key {
            env.signer.replace(key);
        }
        {
            let start = &mut *lock(&self.shared.start);
            start.ims = document.ims.clone();
            (start.state, start.demo, start.tokens) = document.begin(&env.storage);
            take_own(&mut start.tokens, &start.own_tokens, start.demo.user_id.as_str());
            give_tokens(&mut start.tokens, &start.state);
        }
        self.reset();
    }
}
