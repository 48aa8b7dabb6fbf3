//! What a session knows at a moment, behind its lock.

use std::time::Duration;

use frameio_core::Secret;
use frameio_tower::Token;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use crate::error::Error;
use crate::tokens::Tokens;

/// What a refresh came to, once it has ended.
pub(super) type Outcome = Option<Result<Tokens, Error>>;

/// For how long calls go on with an aging token after a refresh has failed.
const PAUSE: SignedDuration = SignedDuration::from_secs(5);
/// A token that came in place of a rejected one and is rejected this soon is not the trouble.
const TRIAL: SignedDuration = SignedDuration::from_secs(10);

#[derive(Default)]
pub(super) struct State {
    held: Option<Held>,
    renewal: Option<watch::Receiver<Outcome>>,
    failed_at: Option<Timestamp>,
    /// The refresh token that the service refused: it is not asked with it again.
    refused: Option<Secret>,
}

/// Tokens, and what has become of them.
#[derive(Clone)]
pub(super) struct Held {
    pub(super) tokens: Tokens,
    refresh_at: Timestamp,
    /// The API has not taken it, or somebody wants another one.
    refresh_forced: bool,
    /// When it came in place of a token that had to be refreshed.
    on_trial_since: Option<Timestamp>,
    /// It could not be saved; what the store had then.
    pub(super) unsaved: Option<Unsaved>,
}

/// The refresh token in whose place an unsaved one came.
#[derive(Clone)]
pub(super) struct Unsaved(pub(super) Option<Secret>);

/// Whether the cached token can be used.
pub(super) enum Freshness {
    Fresh(Token),
    /// It can be used, and should be refreshed meanwhile.
    ExpiresSoon(Token),
    /// It has expired, or has to be replaced, or there is none.
    Expired,
}

impl State {
    pub(super) fn freshness(&self, now: Timestamp) -> Freshness {
        match &self.held {
            Some(held) if held.refresh_forced || held.tokens.expires_at <= now => {
                Freshness::Expired
            }
            Some(held) if held.refresh_at <= now => {
                Freshness::ExpiresSoon(held.tokens.access_token.clone())
            }
            Some(held) => Freshness::Fresh(held.tokens.access_token.clone()),
            None => Freshness::Expired,
        }
    }

    /// Whether `tokens` are better than those that are held.
    pub(super) fn is_news(&self, tokens: &Tokens) -> bool {
        self.held.as_ref().is_none_or(|held| held.tokens.access_token != tokens.access_token)
    }

    pub(super) fn held(&self) -> Option<&Held> {
        self.held.as_ref()
    }

    pub(super) fn access_token(&self) -> Option<Token> {
        Some(self.held.as_ref()?.tokens.access_token.clone())
    }

    pub(super) fn expires_at(&self) -> Option<Timestamp> {
        Some(self.held.as_ref()?.tokens.expires_at)
    }

    /// Takes other tokens, which are to be refreshed `before` they expire where they can be.
    pub(super) fn hold(
        &mut self,
        tokens: Tokens,
        before: Option<Duration>,
        unsaved: Option<Unsaved>,
        now: Timestamp,
    ) {
        let replaces_forced = self.held.as_ref().is_some_and(|held| held.refresh_forced);
        let refresh_at = match before {
            Some(before) => {
                let before = before.min(tokens.remaining(now) / 2);
                let before = SignedDuration::try_from(before).unwrap_or_default();
                tokens.expires_at.checked_sub(before).unwrap_or(tokens.expires_at)
            }
            None => tokens.expires_at,
        };
        self.held = Some(Held {
            tokens,
            refresh_at,
            refresh_forced: false,
            on_trial_since: replaces_forced.then_some(now),
            unsaved,
        });
        self.refused = None;
        self.failed_at = None;
    }

    pub(super) fn saved(&mut self) {
        if let Some(held) = &mut self.held {
            held.unsaved = None;
        }
    }

    /// Forgets the tokens.
    pub(super) fn clear(&mut self) {
        self.held = None;
    }

    pub(super) fn force_refresh(&mut self) {
        if let Some(held) = &mut self.held {
            held.refresh_forced = true;
        }
    }

    /// The API has not taken `token`.
    pub(super) fn rejected(&mut self, token: &Token, now: Timestamp) {
        if let Some(held) = &mut self.held
            && held.tokens.access_token == *token
            && held.on_trial_since.is_none_or(|since| now.duration_since(since) >= TRIAL)
        {
            held.refresh_forced = true;
        }
    }

    pub(super) fn refuse(&mut self, refresh_token: Secret) {
        self.refused = Some(refresh_token);
    }

    pub(super) fn is_refused(&self, refresh_token: &Secret) -> bool {
        self.refused.as_ref() == Some(refresh_token)
    }

    /// Whether a refresh that nobody has to wait for may be started.
    pub(super) fn may_try(&self, now: Timestamp) -> bool {
        self.failed_at.is_none_or(|failed_at| now.duration_since(failed_at) >= PAUSE)
    }

    /// The refresh that is under way. One whose runtime is gone is none.
    pub(super) fn running(&self) -> Option<watch::Receiver<Outcome>> {
        self.renewal.as_ref().filter(|renewal| renewal.has_changed().is_ok()).cloned()
    }

    pub(super) fn started(&mut self, renewal: watch::Receiver<Outcome>) {
        self.renewal = Some(renewal);
    }

    pub(super) fn ended(&mut self, failed_at: Option<Timestamp>) {
        self.renewal = None;
        self.failed_at = failed_at;
    }
}
