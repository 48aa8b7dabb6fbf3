//! Include and exclude patterns.
//!
//! The `ignore` crate is unsuitable: its walker does not yield ignored entries, which are reported here
//! with a reason, and its overrides cannot include a directory with all of its content.

use std::path::{Component, Path};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use unicode_normalization::UnicodeNormalization;

use crate::{TransferError, TransferErrorKind};

/// Patterns of files to include and exclude.
#[derive(Clone, Debug)]
pub(super) struct Patterns {
    /// `None` includes all files.
    include: Option<Set>,
    exclude: Set,
}

/// Patterns for files and folders, and patterns for folders only.
#[derive(Clone, Debug)]
struct Set {
    any: Globs,
    folders: Globs,
}

/// Patterns for names, which match at any depth, and for paths.
#[derive(Clone, Debug)]
struct Globs {
    names: GlobSet,
    paths: GlobSet,
}

/// Directories that a path pattern can be relative to.
///
/// These are the directory itself, its parent (as paths are printed), and the directory that the given
/// path is relative to.
#[derive(Clone, Debug)]
pub(crate) struct Bases {
    /// Name of the directory, if it is transferred with its name.
    name: Option<String>,
    /// Prefixes to prepend to the path within the directory.
    prefixes: Vec<String>,
}

impl Default for Bases {
    fn default() -> Self {
        Self { name: None, prefixes: vec![String::new()] }
    }
}

impl Bases {
    pub(crate) fn new(name: Option<&str>, typed: &Path) -> Self {
        let name = name.map(|name| text_of(Path::new(name)));
        let mut prefixes = vec![String::new()];
        for prefix in name.clone().into_iter().chain([text_of(typed)]) {
            if !prefixes.contains(&prefix) {
                prefixes.push(prefix);
            }
        }
        Self { name, prefixes }
    }

    /// Adds another directory that paths can be relative to: the parent of a folder with this name.
    pub(super) fn or_below(mut self, name: Option<&str>) -> Self {
        let name = name.map(|name| text_of(Path::new(name)));
        self.prefixes.extend(name.filter(|name| !self.prefixes.contains(name)));
        self
    }

    /// Returns the path within the directory as seen from each base.
    pub(super) fn paths(&self, below: &str) -> impl Iterator<Item = String> {
        self.prefixes.iter().map(move |prefix| match (&**prefix, below) {
            ("", below) => below.to_owned(),
            (prefix, "") => prefix.to_owned(),
            (prefix, below) => format!("{prefix}/{below}"),
        })
    }
}

/// Returns a relative path with `/` between its names, in the normalization form that patterns have.
/// Names that are not UTF-8 are converted lossily.
pub(crate) fn text_of(path: &Path) -> String {
    let names = path.components().filter_map(|part| match part {
        Component::CurDir | Component::RootDir | Component::Prefix(_) => None,
        name => Some(name.as_os_str().to_string_lossy().nfc().collect()),
    });
    names.collect::<Vec<String>>().join("/")
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

    /// Returns whether there are exclude patterns.
    pub(super) fn has_exclude(&self) -> bool {
        !self.exclude.is_empty()
    }

    /// Returns whether a file, or a folder with its content, is excluded. `below` is the path within
    /// the directory.
    pub(super) fn exclude(&self, bases: &Bases, below: &str, is_folder: bool) -> bool {
        self.exclude.has(bases, below, is_folder)
    }

    /// Returns whether a file or one of its parent folders is included.
    pub(super) fn include(&self, bases: &Bases, below: &str) -> bool {
        let Some(set) = &self.include else { return true };
        let above = below.match_indices('/').filter_map(|(at, _)| below.get(..at));
        set.has(bases, below, false)
            || [""].into_iter().chain(above).any(|path| set.has(bases, path, true))
    }
}

impl Set {
    fn new(patterns: &[String]) -> Result<Self, TransferError> {
        let (folders, any): (Vec<_>, Vec<_>) =
            patterns.iter().partition(|pattern| pattern.ends_with('/'));
        Ok(Self { any: Globs::new(&any)?, folders: Globs::new(&folders)? })
    }

    fn is_empty(&self) -> bool {
        self.any.is_empty() && self.folders.is_empty()
    }

    fn has(&self, bases: &Bases, below: &str, is_folder: bool) -> bool {
        self.any.has(bases, below) || (is_folder && self.folders.has(bases, below))
    }
}

impl Globs {
    fn new(patterns: &[&String]) -> Result<Self, TransferError> {
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

    fn is_empty(&self) -> bool {
        self.names.is_empty() && self.paths.is_empty()
    }

    fn has(&self, bases: &Bases, below: &str) -> bool {
        let named = match below.rsplit('/').next().filter(|name| !name.is_empty()) {
            Some(name) => Some(name),
            // The directory itself.
            None => bases.name.as_deref(),
        };
        named.is_some_and(|name| self.names.is_match(name))
            || (!self.paths.is_empty() && bases.paths(below).any(|path| self.paths.is_match(path)))
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
    let glob = GlobBuilder::new(&bare.nfc().collect::<String>()).literal_separator(true).build();
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
        patterns.exclude(&bases(), path, pattern.ends_with('/'))
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
    fn a_pattern_with_a_final_slash_matches_only_folders() {
        for pattern in ["tmp/", "/x/tmp/", "./tmp/"] {
            let patterns = Patterns::new(&[], &[pattern.into()]).unwrap();
            let path = if pattern.contains('x') { "x/tmp" } else { "tmp" };
            assert!(patterns.exclude(&bases(), path, true), "{pattern}");
            assert!(!patterns.exclude(&bases(), path, false), "{pattern}");
            let patterns = Patterns::new(&[pattern.into()], &[]).unwrap();
            assert!(patterns.include(&bases(), &format!("{path}/a")), "{pattern}");
            assert!(!patterns.include(&bases(), path), "{pattern}");
        }
    }

    #[test]
    fn matches_names_in_any_normalization() {
        let (nfc, nfd) = ("Gr\u{f6}\u{df}e.mov", "Gro\u{308}\u{df}e.mov");
        for (pattern, name) in [(nfc, nfd), (nfd, nfc)] {
            let patterns = Patterns::new(&[], &[pattern.into()]).unwrap();
            assert!(patterns.exclude(&bases(), &text_of(Path::new(name)), false));
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
        assert!(patterns.exclude(&absolute, "Cache", true));
    }

    #[test]
    fn includes_the_content_of_a_directory() {
        let include = |pattern: &str, path: &str| {
            let patterns = Patterns::new(&[pattern.into()], &[]).unwrap();
            assert!(patterns.has_include());
            patterns.include(&bases(), path)
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
