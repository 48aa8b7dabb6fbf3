//! Which files are sent, by their names.

use std::path::Path;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::{TransferError, TransferErrorKind};

/// What is to be sent, and what is not.
#[derive(Clone, Debug)]
pub(super) struct Patterns {
    /// All, where there are none.
    include: Option<GlobSet>,
    exclude: GlobSet,
}

impl Patterns {
    pub(super) fn new(include: &[String], exclude: &[String]) -> Result<Self, TransferError> {
        let any = !include.is_empty();
        let include = if any { Some(set(include)?) } else { None };
        Ok(Self { include, exclude: set(exclude)? })
    }

    /// Whether not every file is sent.
    pub(super) const fn choose(&self) -> bool {
        self.include.is_some()
    }

    /// Whether a file or a directory, with all in it, is left out.
    pub(super) fn exclude(&self, path: &Path) -> bool {
        self.exclude.is_match(path)
    }

    /// Whether a file is among those to be sent.
    pub(super) fn include(&self, path: &Path) -> bool {
        self.include.as_ref().is_none_or(|set| path.ancestors().any(|path| set.is_match(path)))
    }
}

fn set(patterns: &[String]) -> Result<GlobSet, TransferError> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        set.add(glob(pattern)?);
    }
    set.build().map_err(|error| refuse(&error))
}

fn glob(pattern: &str) -> Result<globset::Glob, TransferError> {
    let bare = pattern.trim_end_matches('/');
    let anchored = match bare.strip_prefix('/') {
        Some(below) => below.to_owned(),
        None if bare.contains('/') => bare.to_owned(),
        None => format!("**/{bare}"),
    };
    if bare.is_empty() {
        let message = format!("the pattern {pattern:?} is empty");
        return Err(TransferError::new(TransferErrorKind::Invalid, message));
    }
    let glob = GlobBuilder::new(&anchored).literal_separator(true).build();
    glob.map_err(|error| refuse(&error))
}

fn refuse(error: &globset::Error) -> TransferError {
    let message = match error.glob() {
        Some(glob) => format!("{glob:?} is no pattern: {}", error.kind()),
        None => format!("the patterns are too much: {}", error.kind()),
    };
    TransferError::new(TransferErrorKind::Invalid, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matched(pattern: &str, path: &str) -> bool {
        let patterns = Patterns::new(&[], &[pattern.to_owned()]).unwrap();
        patterns.exclude(Path::new(path))
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
    fn a_directory_that_is_included_is_with_all_in_it() {
        let patterns = Patterns::new(&["Day *".into(), "*.mov".into()], &[]).unwrap();
        assert!(patterns.choose() && patterns.include(Path::new("Day 1/x/y.txt")));
        assert!(patterns.include(Path::new("x/y.mov")) && !patterns.include(Path::new("x/y.txt")));
        assert!(!Patterns::new(&[], &[]).unwrap().choose());
    }

    #[test]
    fn what_is_no_pattern_is_told() {
        for (pattern, told) in
            [("a[", "\"**/a[\" is no pattern: "), ("", "is empty"), ("//", "is empty")]
        {
            let error = Patterns::new(&[pattern.into()], &[]).unwrap_err();
            assert!(error.to_string().contains(told), "{error}");
        }
    }
}
