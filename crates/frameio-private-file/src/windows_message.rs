//! Messages of errors of Windows.

/// Returns the text for an error of Windows.
pub(crate) const fn of_windows(code: i32) -> Option<&'static str> {
    Some(match code {
        2 | 3 | 53 | 67 => "no such file or directory",
        5 => "permission denied",
        32 | 33 => "another program has it open",
        39 | 112 => "no space left on device",
        80 | 183 => "file exists",
        123 | 161 => "invalid file name",
        145 => "directory not empty",
        206 => "file name too long",
        _ => return None,
    })
}
