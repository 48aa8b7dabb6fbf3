//! Text of I/O errors.

use std::io;

/// Returns the message of an error for use within a sentence: in lower case, and without the number of
/// the operating system or the full stop of Windows.
///
/// ```
/// let error = std::fs::read("/missing").unwrap_err();
/// let reason = frameio_private_file::reason(&error);
/// # #[cfg(unix)]
/// assert_eq!(reason, "no such file or directory");
/// ```
pub fn reason(error: &io::Error) -> String {
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
