//! Helpers for blocking work.

use crate::error::{ArchiveError, ArchiveErrorKind};

/// Runs blocking work on a separate thread. A panic of the work is resumed.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ArchiveError> + Send + 'static,
) -> Result<T, ArchiveError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(error) => Err(ArchiveError::new(ArchiveErrorKind::Disk, error.to_string())),
        },
    }
}
