//! Granted codes, access tokens and refresh tokens.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::credential::Kind;
use super::scopes::{ADOBE_ID, ROLES, SERVER, Scopes};
use super::vault::Vault;
use super::{adobe_id, jwt};
use crate::clock;
use crate::state::random_secret;

/// Lifetime of a code, the maximum that OAuth recommends.
const CODE_LIFE: Duration = Duration::from_secs(10 * 60);

const REFRESH_TOKEN_LIFE: Duration = Duration::from_secs(14 * 24 * 60 * 60);

#[derive(Debug, Default)]
pub(super) struct Grants {
    pub(super) codes: Vault<Code>,
    pub(super) access: Vault<Arc<Access>>,
    pub(super) refresh: Vault<Grant>,
}

/// Permission of an app, granted by a user or by a server to itself.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Grant {
    /// Id shared by all tokens of a sign-in.
    pub(super) id: Uuid,
    pub(super) client_id: String,
    /// Id of the user at Frame.io.
    pub(super) user_id: String,
    pub(super) scopes: Scopes,
}

/// Authorization code.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Code {
    pub(super) grant: Grant,
    pub(super) redirect_uri: String,
    pub(super) challenge: Option<String>,
}

/// Access token.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Access {
    pub(super) grant: Grant,
    kind: Kind,
    id: Uuid,
    created_at: Timestamp,
    life: Duration,
}

impl Access {
    pub(super) fn new(grant: Grant, kind: Kind, now: Timestamp, life: Duration) -> Self {
        Self { grant, kind, id: Uuid::new_v4(), created_at: now, life }
    }

    /// Returns the id of the user at Frame.io.
    pub(crate) fn user_id(&self) -> &str {
        &self.grant.user_id
    }

    /// Returns a scope that the API requires and the token lacks.
    pub(crate) fn lacks(&self) -> Option<&'static str> {
        let of_the_kind = if self.kind == Kind::ServerToServer { SERVER } else { ROLES };
        [ADOBE_ID, of_the_kind].into_iter().find(|scope| !self.grant.scopes.has(scope))
    }

    pub(super) fn expires_at(&self) -> Timestamp {
        clock::after(self.created_at, self.life)
    }

    /// Returns the claims of the token. Times are texts in milliseconds.
    pub(super) fn claims(&self) -> Value {
        json!({
            "id": self.id.to_string(),
            "type": "access_token",
            "as": "ims-na1",
            "client_id": self.grant.client_id,
            "user_id": adobe_id(&self.grant.user_id),
            "scope": self.grant.scopes.joined(),
            "created_at": self.created_at.as_millisecond().to_string(),
            "expires_in": self.life.as_millis().to_string(),
        })
    }
}

impl Grants {
    pub(super) fn give_code(&mut self, code: Code, now: Timestamp) -> String {
        let text = random_secret();
        self.codes.insert(&text, clock::after(now, CODE_LIFE), code);
        text
    }

    pub(super) fn give_access(&mut self, access: Access) -> String {
        let token = jwt::token(&access.claims());
        self.access.insert(&token, access.expires_at(), Arc::new(access));
        token
    }

    pub(super) fn give_refresh(&mut self, grant: Grant, now: Timestamp) -> String {
        let token = jwt::token(&json!({
            "id": Uuid::new_v4().to_string(),
            "type": "refresh_token",
            "client_id": grant.client_id,
            "user_id": adobe_id(&grant.user_id),
            "scope": grant.scopes.joined(),
            "created_at": now.as_millisecond().to_string(),
            "expires_in": REFRESH_TOKEN_LIFE.as_millis().to_string(),
        }));
        self.refresh.insert(&token, clock::after(now, REFRESH_TOKEN_LIFE), grant);
        token
    }
}
