//! Files that are open for writing, as far as the system reports them.
//!
//! Linux lists the open files of the processes of the same user in `/proc`, without those in other
//! containers and on other machines. On Windows, a file that is open for writing cannot be opened with
//! a share mode that denies writing, which also holds for network shares. Elsewhere, nothing is
//! reported, and only size and time show that a file is written to.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use crate::tasks::blocking;

/// Returns the files that are open for writing, among some files in a directory.
pub(super) async fn open_for_writing(directory: &Path, files: Vec<PathBuf>) -> HashSet<PathBuf> {
    let directory = directory.to_owned();
    let found = blocking(move || Ok::<_, io::Error>(find(&directory, &files)));
    found.await.unwrap_or_default()
}

#[cfg(any(target_os = "android", target_os = "linux"))]
fn find(directory: &Path, files: &[PathBuf]) -> HashSet<PathBuf> {
    // The links in `/proc` are canonical paths.
    let Ok(canonical) = directory.canonicalize() else { return HashSet::new() };
    let open = linux::open_below(&canonical);
    if open.is_empty() {
        return HashSet::new();
    }
    let is_open = |file: &&PathBuf| {
        let below = file.strip_prefix(directory).unwrap_or(file);
        open.contains(&canonical.join(below))
            || file.canonicalize().is_ok_and(|path| open.contains(&path))
    };
    files.iter().filter(is_open).cloned().collect()
}

#[cfg(any(target_os = "android", target_os = "linux"))]
mod linux {
    use std::collections::HashSet;
    use std::fs::{read_dir, read_link, read_to_string};
    use std::path::{Path, PathBuf};

    /// Mask and value of the access mode in the flags of an open file.
    const ACCESS: u32 = 0o3;
    const READ_ONLY: u32 = 0o0;

    /// Returns the files below a directory that processes have open for writing.
    pub(super) fn open_below(directory: &Path) -> HashSet<PathBuf> {
        let mut open = HashSet::new();
        let Ok(processes) = read_dir("/proc") else { return open };
        for process in processes.flatten() {
            let is_process = process.file_name().as_encoded_bytes().iter().all(u8::is_ascii_digit);
            // The files of other users cannot be listed.
            let Ok(files) = read_dir(process.path().join("fd")) else { continue };
            for file in files.flatten().filter(|_| is_process) {
                let Ok(path) = read_link(file.path()) else { continue };
                if path.starts_with(directory) && is_writable(&process.path(), &file.file_name()) {
                    open.insert(path);
                }
            }
        }
        open
    }

    /// Returns whether a file is open for writing, according to its octal flags.
    fn is_writable(process: &Path, number: &std::ffi::OsStr) -> bool {
        let Ok(info) = read_to_string(process.join("fdinfo").join(number)) else { return false };
        let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
        let flags = flags.and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok());
        flags.is_some_and(|flags| flags & ACCESS != READ_ONLY)
    }
}

#[cfg(windows)]
fn find(_: &Path, files: &[PathBuf]) -> HashSet<PathBuf> {
    use std::os::windows::fs::OpenOptionsExt;
    /// `FILE_SHARE_READ` and `FILE_SHARE_DELETE`.
    const DENY_WRITING: u32 = 0x1 | 0x4;
    /// `ERROR_SHARING_VIOLATION`
    const VIOLATION: i32 = 32;
    let is_open = |file: &&PathBuf| {
        let opened = std::fs::File::options().read(true).share_mode(DENY_WRITING).open(file);
        opened.is_err_and(|error| error.raw_os_error() == Some(VIOLATION))
    };
    files.iter().filter(is_open).cloned().collect()
}

#[cfg(not(any(target_os = "android", target_os = "linux", windows)))]
fn find(_: &Path, _: &[PathBuf]) -> HashSet<PathBuf> {
    HashSet::new()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[tokio::test]
    async fn finds_files_that_are_open_for_writing() {
        let directory = tempfile::tempdir().unwrap();
        let files = ["written", "appended", "read", "closed"];
        let files = files.map(|name| directory.path().join(name));
        for file in &files {
            std::fs::write(file, "x").unwrap();
        }
        let options = std::fs::File::options();
        let _written = options.clone().write(true).open(&files[0]).unwrap();
        let _appended = options.clone().append(true).read(true).open(&files[1]).unwrap();
        let _read = options.clone().read(true).open(&files[2]).unwrap();
        let open = open_for_writing(directory.path(), files.to_vec()).await;
        assert_eq!(open, files[..2].iter().cloned().collect());
    }
}
