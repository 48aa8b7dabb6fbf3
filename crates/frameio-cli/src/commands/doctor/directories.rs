//! Directories for configuration, state and cache: permissions and free space.

use std::fs::Metadata;
use std::path::{Path, PathBuf};

use super::finding::Finding;
use crate::config;
use crate::exit::{Failure, Status, io_reason};

const CHECK: &str = "directories";

/// Free space below which saving tokens or manifests may fail.
const LITTLE_SPACE: u64 = 16 << 20;

/// Checks all directories. Blocks.
pub(super) fn check() -> Vec<Finding> {
    let configuration = config::directory().map(|directory| directory.path().to_owned());
    let directories = [
        ("configuration", configuration, "sign-ins and profiles cannot be saved"),
        ("state", config::state(), "records of transfers and shared quotas cannot be saved"),
        ("cache", config::cache(), "names are not cached, so that paths take more calls"),
    ];
    let mut findings: Vec<_> = directories
        .into_iter()
        .flat_map(|(name, path, without)| directory(name, path, without))
        .collect();
    findings.extend(unreadable_profiles());
    findings.extend(exposed_files());
    findings
}

/// Reports profiles that cannot be read, also if variables override them.
fn unreadable_profiles() -> Option<Finding> {
    // Another finding explains a directory that cannot be used.
    config::directory().ok().filter(|directory| directory.path().is_dir())?;
    let failure = config::load().err()?;
    let finding = Finding::problem("profiles", failure.status, "profiles_unreadable");
    let advice = "correct the file, or delete it and run `frameio login`";
    Some(finding.read(failure.message).infer("no profile can be used or changed").advise(advice))
}

/// Checks a directory, or else the existing one in which it would be created. `without` is what a directory
/// that is not writable prevents.
fn directory(name: &str, path: Result<PathBuf, Failure>, without: &str) -> Vec<Finding> {
    let path = match path {
        Ok(path) => path,
        Err(failure) => {
            let finding = Finding::problem(CHECK, failure.status, "no_directory");
            return vec![finding.read(failure.message).advise("set FRAMEIO_CONFIG_DIR")];
        }
    };
    let Some(existing) = path.ancestors().find(|path| path.exists()) else { return Vec::new() };
    let mut fact = format!("{name}: {}", path.display());
    if existing != path {
        fact += " (missing, created when needed)";
    }
    let shown = existing.display();
    if !existing.is_dir() {
        return vec![
            Finding::problem(CHECK, Status::Other, "directory_not_writable")
                .read(fact)
                .read(format!("{shown} is not a directory"))
                .infer(without)
                .advise(format!("rename {shown}, or set FRAMEIO_CONFIG_DIR to a directory")),
        ];
    }
    if let Err(error) = tempfile::NamedTempFile::with_prefix_in(".frameio-doctor-", existing) {
        let advice = match existing == path {
            true => format!("make {shown} writable"),
            false => format!("create {} yourself", path.display()),
        };
        return vec![
            Finding::problem(CHECK, Status::Other, "directory_not_writable")
                .read(fact)
                .read(format!("cannot create a file in {shown}: {}", io_reason(&error)))
                .infer(without)
                .advise(format!("{advice}, or set FRAMEIO_CONFIG_DIR to another directory")),
        ];
    }
    match free_space(existing) {
        Some(free) if free < LITTLE_SPACE => vec![
            Finding::problem(CHECK, Status::Other, "disk_full")
                .read(fact)
                .read(format!("{} MiB free", free >> 20))
                .infer("the disk is nearly full, so sign-ins and manifests may be lost")
                .advise("free some space"),
        ],
        free => {
            let free = free.map(|free| format!(", {} MiB free", free >> 20)).unwrap_or_default();
            vec![Finding::ok(CHECK).read(fact + &free)]
        }
    }
}

/// Reports saved secrets that other users can read.
fn exposed_files() -> Vec<Finding> {
    let Ok(directory) = config::directory() else { return Vec::new() };
    let folders = ["tokens", "secrets"].map(|name| directory.path().join(name));
    let entries = folders.iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten();
    let files = entries.filter_map(|entry| {
        let path = entry.ok()?.path();
        let is_exposed = is_exposed(&path.metadata().ok()?);
        is_exposed.then(|| path.display().to_string())
    });
    let finding = |path| {
        Finding::problem(CHECK, Status::Other, "exposed_secret")
            .read(format!("other users of this machine can read {path}"))
            .infer("it contains a token or a secret")
            .advise(format!("run `chmod 600 {path}`, and sign in again if others use this machine"))
    };
    files.map(finding).collect()
}

#[cfg(unix)]
fn is_exposed(metadata: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;

    metadata.is_file() && metadata.permissions().mode() & 0o077 != 0
}

#[cfg(not(unix))]
fn is_exposed(_: &Metadata) -> bool {
    false
}

/// Returns the free space of a file system in bytes, if the platform reports it.
#[cfg(unix)]
fn free_space(path: &Path) -> Option<u64> {
    let status = rustix::fs::statvfs(path).ok()?;
    Some(status.f_bavail.saturating_mul(status.f_frsize))
}

#[cfg(not(unix))]
fn free_space(_: &Path) -> Option<u64> {
    None
}
