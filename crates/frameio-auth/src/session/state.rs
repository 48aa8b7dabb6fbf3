//! State of a session.

use std::time::Duration;

use frameio_core::Secret;
use frameio_tower::Token;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use crate::error::Error;
use crate::tokens::Tokens;

/// Result of a refresh; `None` while it runs.
pub(super) type Outcome = Option<Result<Tokens, Error>>;

/// Pause after a failed refresh in the background.
const PAUSE: SignedDuration = SignedDuration::from_secs(5);
/// Time in which a rejection of a token that replaced a rejected one is ignored: a refresh does not
/// help.
const TRIAL: SignedDuration = SignedDuration::from_secs(10);

#[derive(Default)]
pub(super) struct State {
    held: Option<Held>,
    refresh: Option<watch::Receiver<Outcome>>,
    failed_at: Option<Timestamp>,
    /// Refresh token that the service refused, and that is not sent again.
    refused: Option<Secret>,
}

/// Current tokens of a session.
#[derive(Clone)]
pub(super) struct Held {
    pub(super) tokens: Tokens,
    refresh_at: Timestamp,
    /// Whether the API rejected the token, or a refresh was requested.
    refresh_forced: bool,
    /// Time at which the token replaced one whose refresh was forced.
    on_trial_since: Option<Timestamp>,
    /// Set if the tokens could not be saved.
    pub(super) unsaved: Option<Unsaved>,
}

/// Refresh token that the store had when newer tokens could not be saved.
#[derive(Clone)]
pub(super) struct Unsaved(pub(super) Option<Secret>);

/// Whether the current token can be used.
pub(super) enum Freshness {
    Fresh(Token),
    /// Usable, but should be refreshed in the background.
    ExpiresSoon(Token),
    /// Expired, missing, or to be replaced.
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

    /// Returns whether `tokens` differ from the current ones.
    pub(super) fn is_new(&self, tokens: &Tokens) -> bool {
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

    /// Replaces the tokens. They are refreshed this long `before` they expire; `None` if they cannot be
    /// refreshed.
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

    /// Removes the tokens.
    pub(super) fn clear(&mut self) {
        self.held = None;
    }

    pub(super) fn force_refresh(&mut self) {
        if let Some(held) = &mut self.held {
            held.refresh_forced = true;
        }
    }

    /// Records that the API rejected `token`.
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

    /// Returns whether the service refused the refresh token of the current tokens.
    pub(super) fn has_ended(&self) -> bool {
        let held = self.held.as_ref().and_then(|held| held.tokens.refresh_token.as_ref());
        held.is_some_and(|refresh_token| self.is_refused(refresh_token))
    }

    /// Returns whether a refresh in the background may be started.
    pub(super) fn may_try(&self, now: Timestamp) -> bool {
        self.failed_at.is_none_or(|failed_at| now.duration_since(failed_at) >= PAUSE)
    }

    /// Returns the running refresh, unless its runtime was shut down.
    pub(super) fn running(&self) -> Option<watch::Receiver<Outcome>> {
        self.refresh.as_ref().filter(|refresh| refresh.has_changed().is_ok()).cloned()
    }

    pub(super) fn started(&mut self, refresh: watch::Receiver<Outcome>) {
        self.refresh = Some(refresh);
    }

    pub(super) fn ended(&mut self, failed_at: Option<Timestamp>) {
        self.refresh = None;
        self.failed_at = failed_at;
    }
}
