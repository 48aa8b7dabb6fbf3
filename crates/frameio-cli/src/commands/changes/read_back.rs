//! Calls whose response was lost: whether they were carried out is read back.

use std::time::Duration;

use frameio::Error;
use jiff::{SignedDuration, Timestamp};

use crate::exit::Failure;
use crate::report::Reporter;

/// Number of times that a change is looked for: a slow service may still carry out the request.
const READS: usize = 3;

/// Interval between them.
const PAUSE: Duration = Duration::from_secs(1);

/// Difference between the clocks of this machine and the service that is tolerated.
const SKEW: SignedDuration = SignedDuration::from_mins(1);

/// A failed call that may have been carried out.
#[derive(Debug)]
pub(in crate::commands) struct Uncertain(Failure);

impl Uncertain {
    /// Returns the failure of a call that was refused or not sent, or else the uncertain call.
    ///
    /// A repeated request, such as to restore something, does not find it any more if the first was carried out.
    pub(in crate::commands) fn of(error: Error) -> Result<Self, Failure> {
        let is_repeated = error.is_not_found() && error.attempts() > 1;
        match is_repeated || Failure::may_be_done(&error) {
            true => Ok(Self(Failure::without_hint(&error))),
            false => Err(error.into()),
        }
    }

    /// Returns the failure of a call that was not carried out.
    pub(in crate::commands) fn not_done(&self) -> Failure {
        self.with("reading back shows that it was not done")
    }

    /// Returns the failure of a call that may or may not have been carried out. `command` shows which.
    pub(in crate::commands) fn unknown(&self, reason: &str, command: &str) -> Failure {
        self.with(&format!("it may have been done ({reason}): `{command}` shows whether it was"))
    }

    fn with(&self, text: &str) -> Failure {
        Failure::new(self.0.status, format!("{}; {text}", self.0.message))
    }

    /// Looks for the result of the call several times, and returns it, or why it was not found.
    pub(in crate::commands) async fn look_for<T>(
        &self,
        command: &str,
        mut find: impl AsyncFnMut() -> Result<Option<T>, Failure>,
    ) -> Result<T, Failure> {
        let find = async || Ok(vec![find().await?]);
        let found = self.look_for_all(command, find).await?;
        found.into_iter().flatten().next().ok_or_else(|| self.not_done())
    }

    /// Looks for all results of the call several times, until none is missing.
    pub(in crate::commands) async fn look_for_all<T>(
        &self,
        command: &str,
        mut find: impl AsyncFnMut() -> Result<Vec<Option<T>>, Failure>,
    ) -> Result<Vec<Option<T>>, Failure> {
        let mut attempt = 1;
        loop {
            let found = find().await;
            let found = found.map_err(|failure| self.unknown(&failure.message, command))?;
            if found.iter().all(Option::is_some) || attempt == READS {
                if found.iter().any(Option::is_some) {
                    let text = "reading back shows that it was done";
                    Reporter::text().note(&format!("{}; {text}", self.0.message));
                }
                return Ok(found);
            }
            attempt += 1;
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// Sends a call that must not be repeated. If its response is lost, `find` looks for the result, and `command` is
/// the one that shows it if that fails too.
pub(in crate::commands) async fn confirmed<T>(
    sent: impl Future<Output = Result<T, Error>>,
    command: &str,
    find: impl AsyncFnMut() -> Result<Option<T>, Failure>,
) -> Result<T, Failure> {
    match sent.await {
        Ok(done) => Ok(done),
        Err(error) => Uncertain::of(error)?.look_for(command, find).await,
    }
}

/// Returns whether something was created by a call that began at `start`.
pub(in crate::commands) fn is_created_since(created_at: Timestamp, start: Timestamp) -> bool {
    created_at.duration_since(start) >= -SKEW
}
