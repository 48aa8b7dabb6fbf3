//! The ids that a profile fills in.

use frameio::Operation;
use frameio::auth::profile::Profile;
use serde_json::{Map, Value};

use crate::exit::{Failure, Status};

/// Use of the ids of a profile.
pub(crate) trait ProfileIds {
    /// Adds to a failure about a missing id why that of the profile was not used.
    fn explain(&self, failure: Failure) -> Failure;

    /// Adds the ids that the route of an operation needs and the input lacks.
    fn fill(&self, operation: &Operation, input: &mut Map<String, Value>);
}

impl ProfileIds for Profile {
    fn explain(&self, mut failure: Failure) -> Failure {
        if self.had_other_ids && failure.status == Status::Usage {
            failure.message += " (the IDs of the profile belong to its own sign-in, and this run uses \
                                the credentials of the environment)";
        }
        failure
    }

    fn fill(&self, operation: &Operation, input: &mut Map<String, Value>) {
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
