//! Repeated attempts.

use std::io;
use std::time::Duration;

/// Pauses between attempts in milliseconds, together less than a second.
const PAUSES: [u64; 6] = [10, 20, 50, 100, 200, 400];

/// Repeats an action while it fails with a transient error.
pub(crate) fn retry(
    is_transient: impl Fn(&io::Error) -> bool,
    mut action: impl FnMut() -> io::Result<()>,
) -> io::Result<()> {
    for pause in PAUSES {
        match action() {
            Err(error) if is_transient(&error) => std::thread::sleep(Duration::from_millis(pause)),
            done => return done,
        }
    }
    action()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_an_action_only_after_transient_errors() {
        let mut kinds = [io::ErrorKind::PermissionDenied, io::ErrorKind::NotFound].into_iter();
        let is_transient = |error: &io::Error| error.kind() == io::ErrorKind::PermissionDenied;
        let mut attempt = || kinds.next().map_or(Ok(()), |kind| Err(kind.into()));
        let error = retry(is_transient, &mut attempt).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound, "the second error is final");
        retry(is_transient, attempt).unwrap();
    }
}
