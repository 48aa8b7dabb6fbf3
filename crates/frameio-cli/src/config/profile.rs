//! One named profile: a service, a sign-in, and the ids that it fills in.

use frameio::Operation;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::exit::{Failure, Status};

/// Settings of a user at a service.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Profile {
    /// API URL, unless it is the public service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) base_url: Option<String>,
    /// Sign-in URL, unless it is the public service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ims_url: Option<String>,
    /// How the user signed in; `None` if signed out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sign_in: Option<SignIn>,
    /// Where the secrets of the sign-in are.
    pub(crate) storage: Storage,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) account_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) workspace_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) project_id: Option<String>,
    /// Whether ids were removed because they belong to another sign-in.
    #[serde(skip)]
    pub(crate) had_other_ids: bool,
}

/// Kind of sign-in, without its secrets.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum SignIn {
    Token,
    ServerToServer { client_id: String },
    Web { client_id: String, redirect_uri: String },
    Native { client_id: String, redirect_uri: String },
}

/// Place of the secrets of a sign-in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Storage {
    /// Files that only their owner can read.
    #[default]
    File,
    /// The keyring of the system.
    Keyring,
}

impl SignIn {
    /// Returns the name for people.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::ServerToServer { .. } => "server-to-server",
            Self::Web { .. } => "web app",
            Self::Native { .. } => "native app",
        }
    }
}

impl Profile {
    /// Removes the ids, which belong to another sign-in than the one in use.
    pub(crate) fn clear_ids(&mut self) {
        let ids = [self.account_id.take(), self.workspace_id.take(), self.project_id.take()];
        self.had_other_ids |= ids.iter().any(Option::is_some);
    }

    /// Adds to a failure about a missing id why that of the profile was not used.
    pub(crate) fn explain(&self, mut failure: Failure) -> Failure {
        if self.had_other_ids && failure.status == Status::Usage {
            failure.message += " (the IDs of the profile belong to its own sign-in, and this run uses \
                                the credentials of the environment)";
        }
        failure
    }

    /// Adds the ids that the route of an operation needs and the input lacks.
    pub(crate) fn fill(&self, operation: &Operation, input: &mut Map<String, Value>) {
        for (parameter, id) in [
            ("account_id", &self.account_id),
            ("workspace_id", &self.workspace_id),
            ("project_id", &self.project_id),
        ] {
            let Some(id) = id else { continue };
            // Only what the route asks for: an unrequested filter would hide results.
            if operation.path.contains(&format!("{{{parameter}}}")) {
                input.entry(parameter).or_insert_with(|| id.as_str().into());
            }
        }
    }
}
