//! Reads a source tree and decides which matches are legacy use.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use ignore::WalkBuilder;
use regex::{Regex, RegexSet, RegexSetBuilder};
use serde::Serialize;

use crate::language::Language;
use crate::lines::Line;
use crate::operations::{Replacement, replacement};
use crate::patterns::{Certainty, Effort, Kind, Pattern, patterns};
use crate::source::{self, Unread};

/// Files that mark the root of a package.
const MANIFESTS: [&str; 13] = [
    "package.json",
    "pyproject.toml",
    "setup.py",
    "requirements.txt",
    "Pipfile",
    "Cargo.toml",
    "go.mod",
    "Gemfile",
    "composer.json",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "Dockerfile",
];

/// Directories of foreign code.
const FOREIGN: [&str; 7] =
    ["node_modules", "vendor", "venv", ".venv", "site-packages", "target", "__pycache__"];

/// Patterns that say less than another one on the same line, the most general first; a trailing dot
/// stands for all ids with that beginning.
const COVERED: [(&str, &[&str]); 8] = [
    ("url.base", &["path.", "js.axios", "ipaas.http"]),
    ("url.split", &["url.base", "path.", "url.http"]),
    ("path.v2seg", &["path."]),
    ("path.asset", &["path."]),
    ("path.rl", &["path.rl."]),
    ("path.teams", &["path.hooks", "path.actions", "path.bogus"]),
    ("auth.prefix", &["auth.token"]),
    ("auth.env", &["auth.token"]),
];

static PATTERNS: LazyLock<(Vec<Pattern>, RegexSet)> = LazyLock::new(|| {
    let patterns = patterns();
    let texts = patterns.iter().map(|pattern| format!("(?m){}", pattern.expression.as_str()));
    // With the default cache, long lines are matched a hundred times slower.
    let set = RegexSetBuilder::new(texts).dfa_size_limit(64 << 20).build();
    let set = set.expect("each of the expressions compiles");
    (patterns, set)
});

/// Signs of code for V4.
static V4: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"/v4/|api\.frame\.io/v4|next\.frame\.io|adobelogin\.com|\bfrom frameio import|\bimport frameio\b|["']frameio["']\s*:\s*["'][\^~]?4|frameio\s*[=~>]=\s*4|\bframeio::|\bworkspace_id\b"#,
    )
    .expect("the expression compiles")
});

/// Ends of two texts with a value between them, as code joins them to a path: `"assets/" + id + "/children"`,
/// or hands them to a function: `'assets', $id, 'children'`.
static JOINS: LazyLock<Regex> = LazyLock::new(|| {
    let value = r#"[\w$@.>\[\]()-]{1,60}?"#;
    let quote = "[\"'`]";
    let joined =
        format!(r"(/?){quote}\s*(?:[+.&]\s*{value}\s*[+.&]|,\s*{value}\s*,)\s*{quote}(/?)");
    Regex::new(&joined).expect("the expression compiles")
});

/// A mention of the product, in any spelling.
static MENTION: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)frame[._-]?io").expect("the expression compiles"));

/// Settings of a scan.
#[derive(Clone, Debug, Default)]
pub struct ScanOptions {
    all_files: bool,
}

impl ScanOptions {
    /// Creates the default settings: files that `.gitignore` excludes and directories of foreign code,
    /// such as `node_modules`, are left out.
    pub fn new() -> Self {
        Self::default()
    }

    /// Scans ignored files and directories of foreign code too. Default: no.
    pub fn all_files(mut self, all_files: bool) -> Self {
        self.all_files = all_files;
        self
    }
}

/// Result of a scan.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Scan {
    /// Findings by file, line and column.
    pub findings: Vec<Finding>,
    /// Number of files that were read.
    pub files: usize,
    /// Files that could not be read.
    pub skipped: Vec<Skipped>,
}

/// File that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Skipped {
    /// Path below the scanned directory.
    pub file: String,
    /// Reason, for people.
    pub reason: String,
}

/// A use of the legacy API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// Path below the scanned directory, with `/`.
    pub file: String,
    /// Cell of a notebook, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cell: Option<usize>,
    /// Line, counted from 1; in a notebook within its cell.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
    /// Stable id of the pattern, such as `path.children`.
    pub id: &'static str,
    /// What it is about.
    pub kind: Kind,
    /// What it is.
    pub title: &'static str,
    /// What to do, and what to watch out for.
    pub advice: &'static str,
    /// How much work it is.
    pub effort: Effort,
    /// Whether the match alone shows the legacy API.
    pub certainty: Certainty,
    /// V4 operations that replace it; empty if it is not a call or has no equivalent.
    pub operations: Vec<Replacement>,
}

/// Scans a file or a directory tree. Symbolic links are not followed.
///
/// # Errors
/// Fails if `root` cannot be read. Files below it that cannot be read are listed in [`Scan::skipped`].
pub fn scan(root: &Path, options: &ScanOptions) -> io::Result<Scan> {
    let is_directory = std::fs::metadata(root)?.is_dir();
    if is_directory {
        std::fs::read_dir(root)?;
    }
    let mut scan = Scan::default();
    let mut files = Vec::new();
    for entry in walk(root, options) {
        let path = match entry {
            Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) => entry.into_path(),
            Ok(_) => continue,
            Err(error) => {
                let file = root.to_string_lossy().into_owned();
                scan.skipped.push(Skipped { file, reason: error.to_string() });
                continue;
            }
        };
        let name = if is_directory { relative(root, &path) } else { file_name(&path) };
        let language = Language::of(&path);
        match source::read(&path, language) {
            Ok(lines) => {
                scan.files += 1;
                files.push(File::new(name, root, &path, language, &lines));
            }
            Err(Unread::Binary) => {}
            Err(Unread::TooLarge) => {
                let reason = format!("larger than {} MiB", source::SIZE_LIMIT >> 20);
                scan.skipped.push(Skipped { file: name, reason });
            }
            Err(Unread::Failed(error)) => {
                scan.skipped.push(Skipped { file: name, reason: error.to_string() });
            }
        }
    }
    let packages: BTreeSet<PathBuf> =
        files.iter().filter(|file| file.is_legacy).map(|file| file.package.clone()).collect();
    scan.findings = files.into_iter().flat_map(|file| file.findings(&packages)).collect();
    scan.findings.sort_by(|a, b| {
        (&a.file, a.cell, a.line, a.column, a.id).cmp(&(&b.file, b.cell, b.line, b.column, b.id))
    });
    Ok(scan)
}

fn walk(root: &Path, options: &ScanOptions) -> ignore::Walk {
    let all = options.all_files;
    WalkBuilder::new(root)
        // Environment files and the profile of fioctl are hidden.
        .hidden(false)
        .git_ignore(!all)
        .git_exclude(!all)
        .git_global(false)
        .ignore(!all)
        .require_git(false)
        .follow_links(false)
        .sort_by_file_path(Ord::cmp)
        .filter_entry(move |entry| {
            let name = entry.file_name().to_str().unwrap_or_default();
            name != ".git" && (all || entry.depth() == 0 || !FOREIGN.contains(&name))
        })
        .build()
}

fn relative(root: &Path, path: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path);
    let parts = path.components().map(|part| part.as_os_str().to_string_lossy());
    parts.collect::<Vec<_>>().join("/")
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// Match of a pattern in a file.
struct Match {
    cell: Option<usize>,
    line: usize,
    column: usize,
    pattern: &'static Pattern,
}

/// Matches of a file, and what decides which of them count.
struct File {
    name: String,
    package: PathBuf,
    matches: Vec<Match>,
    /// It uses the legacy API for certain.
    is_legacy: bool,
    /// It names the product.
    mentions: bool,
    /// It has signs of V4.
    is_v4: bool,
}

impl File {
    fn new(name: String, root: &Path, path: &Path, language: Language, lines: &[Line]) -> Self {
        let (patterns, set) = &*PATTERNS;
        let mut matches = Vec::new();
        let (mut mentions, mut is_v4) = (MENTION.is_match(&name), false);
        for line in lines {
            mentions |= MENTION.is_match(&line.text);
            is_v4 |= V4.is_match(&line.text);
            let joined = JOINS.replace_all(&line.text, "/{}/");
            let mut texts = vec![&*line.text];
            // Only paths that come out of it: all else is found in the text as written.
            texts.extend((*joined != line.text).then_some(&*joined));
            for (text, is_joined) in texts.into_iter().zip([false, true]) {
                for index in set.matches(text) {
                    let Some(pattern) = patterns.get(index) else { continue };
                    let fits = !is_joined || pattern.kind == Kind::Op;
                    if !fits || !pattern.applies_to(language) {
                        continue;
                    }
                    for found in pattern.expression.find_iter(text) {
                        if is_foreign_url(text, found.start()) {
                            continue;
                        }
                        let before = text.get(..found.start()).unwrap_or_default();
                        let column = before.chars().count() + 1;
                        matches.push(Match { cell: line.cell, line: line.number, column, pattern });
                    }
                }
            }
        }
        let is_legacy = matches.iter().any(|found| found.pattern.certainty == Certainty::Certain);
        let matches = specific(matches);
        Self { name, package: package(root, path), matches, is_legacy, mentions, is_v4 }
    }

    fn findings(self, packages: &BTreeSet<PathBuf>) -> Vec<Finding> {
        let own = self.is_legacy;
        let around = own || (!self.is_v4 && packages.contains(&self.package));
        // A call in a package that uses the legacy API elsewhere: relative routes of a client module.
        let calls = around && self.matches.iter().any(|found| is_call(found.pattern.kind));
        let counts = |pattern: &Pattern| match pattern.certainty {
            Certainty::Certain => true,
            Certainty::Context if is_call(pattern.kind) => around,
            Certainty::Context => own || (around && (self.mentions || calls)),
        };
        let finding = |found: &Match| {
            let pattern = found.pattern;
            Finding {
                file: self.name.clone(),
                cell: found.cell,
                line: found.line,
                column: found.column,
                id: pattern.id,
                kind: pattern.kind,
                title: pattern.title,
                advice: pattern.advice,
                effort: pattern.effort,
                certainty: pattern.certainty,
                operations: pattern.operations.iter().map(|id| replacement(id)).collect(),
            }
        };
        self.matches.iter().filter(|found| counts(found.pattern)).map(finding).collect()
    }
}

fn is_call(kind: Kind) -> bool {
    matches!(kind, Kind::Op | Kind::Call | Kind::Import | Kind::Cli | Kind::Platform)
}

/// Removes the matches that say less than another one on their line, and repetitions.
fn specific(matches: Vec<Match>) -> Vec<Match> {
    let mut lines: BTreeMap<(Option<usize>, usize), BTreeSet<&'static str>> = BTreeMap::new();
    for found in &matches {
        lines.entry((found.cell, found.line)).or_default().insert(found.pattern.id);
    }
    let rank = |id: &str| COVERED.iter().position(|(general, _)| *general == id);
    let covered = |found: &Match| {
        let Some(own) = rank(found.pattern.id) else { return false };
        let Some((_, by)) = COVERED.get(own) else { return false };
        let others = lines.get(&(found.cell, found.line)).into_iter().flatten();
        others.copied().any(|other| {
            // Among general patterns, the later one in the list says more.
            rank(other).is_none_or(|other| other > own)
                && by.iter().any(|by| other == *by || (by.ends_with('.') && other.starts_with(by)))
        })
    };
    let mut seen = BTreeSet::new();
    let kept = matches
        .iter()
        .map(|found| !covered(found) && seen.insert((found.cell, found.line, found.pattern.id)));
    let kept: Vec<bool> = kept.collect();
    matches.into_iter().zip(kept).filter_map(|(found, kept)| kept.then_some(found)).collect()
}

/// Whether a match is within the URL of another service.
fn is_foreign_url(line: &str, start: usize) -> bool {
    let before = line.get(..start).unwrap_or_default();
    let word =
        before.rfind(|c: char| c.is_whitespace() || "\"'`(<>".contains(c)).map_or(0, |at| at + 1);
    let Some((_, url)) = line.get(word..).and_then(|url| url.split_once("://")) else {
        return false;
    };
    let host = url.split(['/', '?', '"', '\'', '`']).next().unwrap_or_default();
    // A host in a variable may be any.
    before.get(word..).is_some_and(|begin| begin.contains("://"))
        && !host.contains(['$', '{', '%', '<'])
        && !MENTION.is_match(host)
}

/// Returns the directory of the package that a file belongs to: the closest one with a manifest, or
/// else the directory below the root.
fn package(root: &Path, path: &Path) -> PathBuf {
    let ancestors = path.ancestors().skip(1).take_while(|directory| directory.starts_with(root));
    let mut outermost = root.to_owned();
    for directory in ancestors {
        if MANIFESTS.iter().any(|manifest| directory.join(manifest).is_file()) {
            return directory.to_owned();
        }
        if directory.parent() == Some(root) {
            outermost = directory.to_owned();
        }
    }
    outermost
}
