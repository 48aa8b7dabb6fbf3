//! Text of I/O errors.

use std::io;

use crate::system;

/// Returns the message of an error for use within a sentence: in lower case, and without the number of
/// the operating system or the full stop of Windows.
///
/// Windows translates its messages, so common ones are replaced by those of Unix.
///
/// ```
/// let error = std::fs::read("/missing").unwrap_err();
/// let reason = frameio_private_file::reason(&error);
/// assert_eq!(reason, "no such file or directory");
/// ```
pub fn reason(error: &io::Error) -> String {
    if let Some(message) = system::message(error) {
        return message.to_owned();
    }
    let message = error.to_string();
    let message = message.split(" (os error").next().unwrap_or_default();
    let message = message.strip_suffix('.').unwrap_or(message);
    let mut chars = message.chars();
    match chars.next() {
        Some(first) if chars.as_str().starts_with(|second: char| second.is_lowercase()) => {
            first.to_lowercase().chain(chars).collect()
        }
        _ => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::windows_message::of_windows;

    #[test]
    fn missing_files_have_the_same_message_on_all_systems() {
        let error = std::fs::read("missing/file").unwrap_err();
        assert_eq!(Some(&*reason(&error)), of_windows(2));
        let dir = tempfile::tempdir().unwrap();
        let error = std::fs::create_dir(dir.path()).unwrap_err();
        assert_eq!(Some(&*reason(&error)), of_windows(183));
        assert_eq!(of_windows(1), None);
    }

    #[test]
    fn keeps_abbreviations_and_removes_the_number() {
        assert_eq!(reason(&io::Error::other("TLS is unavailable")), "TLS is unavailable");
        let error = io::Error::other("Permission denied (os error 13)");
        assert_eq!(reason(&error), "permission denied");
        let error = io::Error::other("Access is denied. (os error 5)");
        assert_eq!(reason(&error), "access is denied");
        assert_eq!(reason(&io::Error::other("")), "");
    }
}
