//! Changes the retry policy: repeats a 409, and returns a 503 to the caller.
//!
//! ```console
//! $ cargo run --example retry_policy
//! ```
//!
//! A policy decides about one outcome. The layer applies the maximum number of retries, the budget
//! and the deadline of the call.

use std::time::Duration;

use frameio::layers::retry::{AttemptOutcome, RetryPolicy, StandardPolicy};
use frameio::users::ShowCurrentUser;
use frameio::{Client, Error};
use frameio_sim::{Fault, Sim};
use http::StatusCode;

/// Changes two decisions of the documented policy, and keeps the others.
struct RetryConflicts(StandardPolicy);

impl RetryPolicy for RetryConflicts {
    fn retry(&self, outcome: &AttemptOutcome<'_>) -> Option<Duration> {
        match outcome.status() {
            // Only if a repetition has no second effect.
            Some(StatusCode::CONFLICT) if outcome.idempotent => {
                Some(outcome.retry_after().unwrap_or(Duration::from_millis(50)))
            }
            Some(StatusCode::SERVICE_UNAVAILABLE) => None,
            _ => self.0.retry(outcome),
        }
    }
}

/// Returns the result of a call whose first attempt fails with `status`, and the number of
/// attempts.
async fn call(status: StatusCode) -> Result<(Option<Error>, usize), Box<dyn std::error::Error>> {
    let sim = Sim::builder().fault(Fault::status(status).next(1)).build();
    let client = Client::builder()
        .token(Sim::TOKEN)
        .transport(sim.clone())
        .retry(RetryConflicts(StandardPolicy::documented()))
        .build()?;
    let error = client.send(ShowCurrentUser::new()).await.err();
    Ok((error, sim.requests().len()))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (error, attempts) = call(StatusCode::CONFLICT).await?;
    assert!(error.is_none() && attempts == 2);
    println!("409: repeated, succeeded after {attempts} attempts");

    let (error, attempts) = call(StatusCode::SERVICE_UNAVAILABLE).await?;
    let error = error.ok_or("the 503 was repeated")?;
    assert_eq!(attempts, 1);
    println!("503: returned after {attempts} attempt: {error}");
    Ok(())
}
