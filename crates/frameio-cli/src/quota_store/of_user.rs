//! Buckets of the user that the credentials belong to, which is known with the first token.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use frameio::BoxError;
use frameio::auth::profile::{Profile, Services};
use frameio::auth::{Claims, Session};
use frameio::layers::rate_limit::{QuotaBucket, QuotaResponse, QuotaStore, Reservation};
use sha2::{Digest, Sha256};

use crate::credentials::Credentials;

/// Store in which the buckets of each service and user are separate.
///
/// The service counts the calls of a user with all tokens together, so buckets have the name of the
/// user in the claims of the token, of the app of a server, or else a hash of the token.
pub(super) struct OfUser<S> {
    store: S,
    api_url: Arc<str>,
    user: OnceLock<Arc<str>>,
    /// Session whose token is read with the first call; `None` for a fixed token.
    session: Option<Session>,
}

impl<S> OfUser<S> {
    pub(super) fn new(
        store: S,
        services: &Services,
        profile: &Profile,
        credentials: &Credentials,
    ) -> Self {
        let user = OnceLock::new();
        let known = match (credentials.fixed_token(), credentials.server_id(profile)) {
            (Some(token), _) => Some(name(token.expose())),
            (None, app) => app.map(|app| format!("app {app}")),
        };
        if let Some(known) = known {
            let _ = user.set(known.into());
        }
        let api_url = services.api_url.trim_end_matches('/').into();
        Self { store, api_url, user, session: credentials.as_session().cloned() }
    }

    /// Returns the name of the user.
    async fn user(&self) -> Arc<str>
    where
        S: Sync,
    {
        if let Some(user) = self.user.get() {
            return user.clone();
        }
        let Some(session) = &self.session else { return Arc::from("") };
        // Reads saved tokens, without a request.
        match session.export().await.ok().flatten() {
            Some(tokens) => {
                self.user.get_or_init(|| name(tokens.access_token.expose()).into()).clone()
            }
            None => Arc::from(""),
        }
    }

    /// Returns the bucket of this service and user.
    fn own(&self, bucket: &QuotaBucket, user: Arc<str>) -> QuotaBucket {
        let mut own = bucket.clone();
        let account = bucket.account.as_deref().unwrap_or_default();
        own.account = Some(format!("{} {account}", self.api_url).into());
        // Quotas of a whole account have no credential.
        own.credential = bucket.credential.as_ref().map(|_| user);
        own
    }

    fn known(&self, bucket: &QuotaBucket) -> QuotaBucket {
        let user = self.user.get().cloned();
        self.own(bucket, user.unwrap_or_else(|| Arc::from("")))
    }
}

/// Returns the user of a token of Adobe, or a hash of any other token.
fn name(token: &str) -> String {
    match Claims::unverified(token).and_then(|claims| claims.user_id) {
        Some(user) => format!("user {user}"),
        None => {
            let hash = Sha256::digest(token);
            let digits = hash.iter().take(16).map(|byte| format!("{byte:02x}"));
            format!("token {}", digits.collect::<String>())
        }
    }
}

impl<S: QuotaStore> QuotaStore for OfUser<S> {
    async fn reserve(
        &self,
        bucket: &QuotaBucket,
        max_wait: Option<Duration>,
    ) -> Result<Reservation, BoxError> {
        let user = self.user().await;
        self.store.reserve(&self.own(bucket, user), max_wait).await
    }

    fn is_valid(&self, bucket: &QuotaBucket, reservation: &Reservation) -> bool {
        self.store.is_valid(&self.known(bucket), reservation)
    }

    async fn invalidated(&self, bucket: &QuotaBucket) {
        self.store.invalidated(&self.known(bucket)).await;
    }

    fn release(&self, bucket: &QuotaBucket, reservation: Reservation) {
        self.store.release(&self.known(bucket), reservation);
    }

    fn record_response(&self, bucket: &QuotaBucket, response: QuotaResponse) {
        self.store.record_response(&self.known(bucket), response);
    }
}
