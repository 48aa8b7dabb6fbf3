//! Include and exclude patterns.
//!
//! The `ignore` crate is unsuitable: its walker does not yield ignored entries, which are reported here
//! with a reason, and its overrides cannot include a directory with all of its content.

use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::{TransferError, TransferErrorKind};

/// Patterns of files to include and exclude.
#[derive(Clone, Debug)]
pub(super) struct Patterns {
    /// `None` includes all files.
    include: Option<Set>,
    exclude: Set,
}

/// Patterns for names, which match at any depth, and for paths.
#[derive(Clone, Debug)]
struct Set {
    names: GlobSet,
    paths: GlobSet,
}

/// Directories that a path pattern can be relative to.
///
/// These are the uploaded directory, the parent of the remote folder (as paths are printed), and the
/// directory that the given path is relative to.
#[derive(Clone, Debug)]
pub(super) struct Bases {
    /// Remote name, if the directory is uploaded with its name.
    name: Option<PathBuf>,
    /// Prefixes to prepend to the path within the directory.
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

    /// Returns whether there are include patterns.
    pub(super) const fn has_include(&self) -> bool {
        self.include.is_some()
    }

    /// Returns whether a file, or a directory with its content, is excluded. `below` is the path
    /// within the uploaded directory.
    pub(super) fn exclude(&self, bases: &Bases, below: &Path) -> bool {
        self.exclude.has(bases, below)
    }

    /// Returns whether a file or one of its parent directories is included.
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
                let message = format!("invalid patterns: {}", error.kind());
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

/// Parses a pattern. Also returns whether it matches paths rather than names.
fn glob(pattern: &str) -> Result<(globset::Glob, bool), TransferError> {
    let refuse = |reason: &dyn std::fmt::Display| {
        let message = format!("invalid pattern '{pattern}': {reason}");
        TransferError::new(TransferErrorKind::Invalid, message)
    };
    let mut bare = pattern.trim_end_matches('/');
    let mut is_path = bare.contains('/');
    // A leading `./` or `/` does not change the meaning.
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
    fn names_match_at_any_depth_and_paths_from_the_root() {
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
    fn paths_match_relative_to_each_base() {
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
    fn includes_the_content_of_a_directory() {
        let include = |pattern: &str, path: &str| {
            let patterns = Patterns::new(&[pattern.into()], &[]).unwrap();
            assert!(patterns.has_include());
            patterns.include(&bases(), Path::new(path))
        };
        assert!(include("Day *", "Day 1/x/y.txt") && include("*.mov", "x/y.mov"));
        assert!(include("p", "x/y.txt") && include("p/x", "x/y.txt"));
        assert!(!include("*.mov", "x/y.txt"));
        assert!(!include("work", "x/y.txt"), "a parent of the uploaded directory");
        assert!(!Patterns::new(&[], &[]).unwrap().has_include());
    }

    #[test]
    fn refuses_invalid_patterns_with_a_reason() {
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
