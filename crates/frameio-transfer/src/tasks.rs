//! Helpers for tasks and blocking work.

use std::io;

use tokio::task::JoinError;

/// Runs blocking work on a separate thread.
pub(crate) async fn blocking<T, E>(
    run: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<io::Error> + Send + 'static,
{
    joined(tokio::task::spawn_blocking(run).await)
}

/// Flattens the result of a task. A panic of the task is resumed.
pub(crate) fn joined<T, E: From<io::Error>>(task: Result<Result<T, E>, JoinError>) -> Result<T, E> {
    settled(task).unwrap_or_else(|error| Err(io::Error::other(error).into()))
}

/// Returns the result of a task, or an error if the runtime shuts down. A panic of the task is
/// resumed.
pub(crate) fn settled<T>(task: Result<T, JoinError>) -> Result<T, JoinError> {
    task.map_err(|error| match error.try_into_panic() {
        Ok(panic) => std::panic::resume_unwind(panic),
        Err(error) => error,
    })
}
