//! IDs of the profile, for input that lacks them.

use frameio::Operation;
use frameio::auth::profile::Profile;
use serde_json::{Map, Value};

use crate::exit::{Failure, Status};

/// Reason why the defaults of a profile have no effect.
pub(crate) const IDS_IGNORED: &str = "the IDs in the profile are ignored, because the credentials come from the \
                                      environment";

/// Adds the IDs of a profile to the input of operations.
pub(crate) trait ProfileIds {
    /// Explains, in a failure about a missing ID, why the one of the profile was not used.
    fn explain(&self, failure: Failure) -> Failure;

    /// Same for input that is refused, which may lack something else.
    fn explain_input(&self, failure: Failure) -> Failure {
        let ids = ["account_id", "workspace_id", "project_id"];
        match ids.iter().any(|id| failure.message.contains(id)) {
            true => self.explain(failure),
            false => failure,
        }
    }

    /// Returns the profile with this account, if one is given, without the IDs of another one.
    fn with_account(self, account: Option<&str>) -> Self;

    /// Adds the IDs that the route of an operation needs and the input lacks.
    fn fill(&self, operation: &Operation, input: &mut Map<String, Value>);
}

impl ProfileIds for Profile {
    fn explain(&self, mut failure: Failure) -> Failure {
        if self.ids_omitted && matches!(failure.status, Status::Usage | Status::NotFound) {
            failure.message += &format!(" ({IDS_IGNORED})");
        }
        failure
    }

    fn with_account(mut self, account: Option<&str>) -> Self {
        if let Some(account) = account
            && self.account_id.as_deref() != Some(account)
        {
            self.account_id = Some(account.to_owned());
            (self.workspace_id, self.project_id) = (None, None);
        }
        self
    }

    fn fill(&self, operation: &Operation, input: &mut Map<String, Value>) {
        for (parameter, id) in [
            ("account_id", &self.account_id),
            ("workspace_id", &self.workspace_id),
            ("project_id", &self.project_id),
        ] {
            let Some(id) = id else { continue };
            // Query parameters are left out: an unrequested filter would hide results.
            if operation.path.contains(&format!("{{{parameter}}}")) {
                input.entry(parameter).or_insert_with(|| id.as_str().into());
            }
        }
    }
}
