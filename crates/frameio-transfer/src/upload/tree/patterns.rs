//! Which files are sent, by their names.
//!
//! The crate `ignore` is not used for this: its walker does not yield what it leaves out, which is
//! reported here with the reason, and its overrides have no directory that is included with all that
//! is in it.

use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::{TransferError, TransferErrorKind};

/// Patterns of files to send and to leave out.
#[derive(Clone, Debug)]
pub(super) struct Patterns {
    /// All files, where there are none.
    include: Option<Set>,
    exclude: Set,
}

/// Patterns for names, which hold anywhere, and for paths.
#[derive(Clone, Debug)]
struct Set {
    names: GlobSet,
    paths: GlobSet,
}

/// What the patterns of a path begin at: each directory that somebody may write a path from.
///
/// That is the directory that is sent, the folder that it becomes at the service, as the output
/// shows it, and the directory in which its path was typed.
#[derive(Clone, Debug)]
pub(super) struct Bases {
    /// The name at the service, if the directory is sent with its name.
    name: Option<PathBuf>,
    /// What to put before the path below the directory.
    prefixes: Vec<PathBuf>,
}

impl Bases {
    pub(super) fn new(name: Option<&str>, typed: &Path) -> Self {
        let name = name.map(PathBuf::from);
        let typed = typed.components().filter(|part| {
            use std::path::Component;
            !matches!(part, Component::CurDir | Component::RootDir | Component::Prefix(_))
        });
        let mut prefixes = vec![PathBuf::new()];
        for prefix in name.clone().into_iter().chain([typed.collect()]) {
            if !prefixes.contains(&prefix) {
                prefixes.push(prefix);
            }
        }
        Self { name, prefixes }
    }
}

impl Patterns {
    pub(super) fn new(include: &[String], exclude: &[String]) -> Result<Self, TransferError> {
        let any = !include.is_empty();
        let include = if any { Some(Set::new(include)?) } else { None };
        Ok(Self { include, exclude: Set::new(exclude)? })
    }

    /// Whether only files that match are sent.
    pub(super) const fn choose(&self) -> bool {
        self.include.is_some()
    }

    /// Whether a file or a directory, with all in it, is left out; `below` is its path in the
    /// directory that is sent.
    pub(super) fn exclude(&self, bases: &Bases, below: &Path) -> bool {
        self.exclude.has(bases, below)
    }

    /// Whether a file is among those to be sent, by itself or by a directory that it is in.
    pub(super) fn include(&self, bases: &Bases, below: &Path) -> bool {
        let matches = |set: &Set| below.ancestors().any(|path| set.has(bases, path));
        self.include.as_ref().is_none_or(matches)
    }
}

impl Set {
    fn new(patterns: &[String]) -> Result<Self, TransferError> {
        let (mut names, mut paths) = (GlobSetBuilder::new(), GlobSetBuilder::new());
        for pattern in patterns {
            let (glob, is_path) = glob(pattern)?;
            let set = if is_path { &mut paths } else { &mut names };
            set.add(glob);
        }
        let build = |set: GlobSetBuilder| {
            set.build().map_err(|error| {
                let message = format!("the patterns cannot be used: {}", error.kind());
                TransferError::new(TransferErrorKind::Invalid, message)
            })
        };
        Ok(Self { names: build(names)?, paths: build(paths)? })
    }

    fn has(&self, bases: &Bases, below: &Path) -> bool {
        let named = match below.file_name() {
            Some(name) => Some(Path::new(name)),
            // The directory itself.
            None => bases.name.as_deref(),
        };
        named.is_some_and(|name| self.names.is_match(name))
            || (!self.paths.is_empty()
                && bases.prefixes.iter().any(|prefix| self.paths.is_match(prefix.join(below))))
    }
}

/// Reads a pattern, and whether it is of paths.
fn glob(pattern: &str) -> Result<(globset::Glob, bool), TransferError> {
    let refuse = |reason: &dyn std::fmt::Display| {
        let message = format!("invalid pattern '{pattern}': {reason}");
        TransferError::new(TransferErrorKind::Invalid, message)
    };
    let mut bare = pattern.trim_end_matches('/');
    let mut is_path = bare.contains('/');
    // From where it begins makes no difference.
    while let Some(rest) = bare.strip_prefix("./").or_else(|| bare.strip_prefix('/')) {
        bare = rest;
    }
    if bare.is_empty() || bare == "." {
        return Err(refuse(&"it is empty"));
    }
    is_path |= bare.contains('/');
    let glob = GlobBuilder::new(bare).literal_separator(true).build();
    Ok((glob.map_err(|error| refuse(error.kind()))?, is_path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bases() -> Bases {
        Bases::new(Some("p"), Path::new("./cards/p"))
    }

    fn matched(pattern: &str, path: &str) -> bool {
        let patterns = Patterns::new(&[], &[pattern.to_owned()]).unwrap();
        patterns.exclude(&bases(), Path::new(path))
    }

    #[test]
    fn a_name_is_anywhere_and_a_path_is_from_the_root() {
        for (pattern, yes, no) in [
            ("*.mov", ["a.mov", "x/y/a.mov"], ["a.mp4", "a.mov/b"]),
            ("tmp", ["tmp", "x/tmp"], ["tmp2", "x/tmp/y"]),
            ("tmp/", ["tmp", "x/tmp"], ["tmp2", "x"]),
            ("/tmp", ["tmp", "tmp"], ["x/tmp", "tmp2"]),
            ("x/*.mov", ["x/a.mov", "x/.mov"], ["x/y/a.mov", "y/x/a.mov"]),
            ("x/**/*.mov", ["x/a.mov", "x/y/z/a.mov"], ["a.mov", "x/a.mp4"]),
            ("{a,b}?.[m]ov", ["a1.mov", "z/b2.mov"], ["c1.mov", "a.mov"]),
        ] {
            for path in yes {
                assert!(matched(pattern, path), "{pattern} {path}");
            }
            for path in no {
                assert!(!matched(pattern, path), "{pattern} {path}");
            }
        }
    }

    #[test]
    fn a_path_can_be_written_as_it_is_typed_and_as_it_is_shown() {
        for pattern in [
            "Cache/a",
            "./Cache/a",
            "/Cache/a",
            "p/Cache/a",
            "/p/Cache/a",
            "./p/Cache/a",
            "cards/p/Cache/a",
            "./cards/p/Cache/a",
            "cards/p/Cache/a/",
        ] {
            assert!(matched(pattern, "Cache/a"), "{pattern}");
            assert!(!matched(pattern, "x/Cache/a"), "{pattern}");
        }
        assert!(matched("./Cache", "Cache") && !matched("./Cache", "x/Cache"));
        let absolute = Bases::new(None, Path::new("/home/kim/p"));
        let patterns = Patterns::new(&[], &["/home/kim/p/Cache".into()]).unwrap();
        assert!(patterns.exclude(&absolute, Path::new("Cache")));
    }

    #[test]
    fn a_directory_that_is_included_is_with_all_in_it() {
        let include = |pattern: &str, path: &str| {
            let patterns = Patterns::new(&[pattern.into()], &[]).unwrap();
            assert!(patterns.choose());
            patterns.include(&bases(), Path::new(path))
        };
        assert!(include("Day *", "Day 1/x/y.txt") && include("*.mov", "x/y.mov"));
        assert!(include("p", "x/y.txt") && include("p/x", "x/y.txt"));
        assert!(!include("*.mov", "x/y.txt"));
        assert!(!include("work", "x/y.txt"), "it is above what is sent");
        assert!(!Patterns::new(&[], &[]).unwrap().choose());
    }

    #[test]
    fn an_invalid_pattern_is_refused_with_the_reason() {
        for (pattern, reason) in [
            ("a[", "invalid pattern 'a[': unclosed character class"),
            ("", "invalid pattern '': it is empty"),
            ("//", "it is empty"),
            (".", "it is empty"),
            ("./", "it is empty"),
            ("/./", "it is empty"),
        ] {
            let error = Patterns::new(&[pattern.into()], &[]).unwrap_err();
            assert!(error.to_string().contains(reason), "{error}");
        }
    }
}
