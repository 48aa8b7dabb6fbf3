//! Links of the Markdown files: to files of the repository, pages of the guide, and their sections.

use std::path::{Path, PathBuf};

use super::root;

/// Directories without pages of ours.
const SKIPPED: [&str; 4] = [".git", "target", "node_modules", "corpus"];

/// A Markdown file and its links.
struct Page {
    /// Path relative to the root.
    path: PathBuf,
    links: Vec<String>,
}

fn pages() -> Vec<Page> {
    let mut found = Vec::new();
    collect(&root(), &mut found);
    found.sort();
    let page = |path: PathBuf| {
        let links = links(&std::fs::read_to_string(&path).unwrap());
        Page { path: path.strip_prefix(root()).unwrap().to_owned(), links }
    };
    found.into_iter().map(page).collect()
}

fn collect(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !SKIPPED.contains(&name.as_str()) {
            collect(&path, found);
        } else if name.ends_with(".md") {
            found.push(path);
        }
    }
}

/// Returns the lines that are not in a block of code.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut in_code = false;
    text.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        in_code ^= fence;
        !in_code && !fence
    })
}

/// Returns the targets of inline links and of reference definitions.
fn links(text: &str) -> Vec<String> {
    let mut links = Vec::new();
    for line in prose(text) {
        if let Some((label, target)) = line.split_once("]: ")
            && label.starts_with('[')
            && !label.contains(']')
        {
            links.push(target.trim().to_owned());
        }
        for rest in line.split("](").skip(1) {
            links.extend(rest.split_once(')').map(|(target, _)| target.to_owned()));
        }
    }
    links
}

/// Returns the ids that headings get.
fn anchors(text: &str) -> Vec<String> {
    let id = |heading: &str| -> String {
        let kept = heading.trim().chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
    };
    let headings = prose(text).filter(|line| line.starts_with('#'));
    headings.map(|line| id(line.trim_start_matches('#'))).collect()
}

fn repository() -> String {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let line = manifest.lines().find_map(|line| line.strip_prefix("repository = \"")).unwrap();
    line.trim_end_matches('"').to_owned()
}

/// Returns the file, relative to the root, that a link leads to; `None` for other websites and for
/// items of the documentation, which rustdoc checks.
fn target(page: &Path, link: &str) -> Option<PathBuf> {
    let link = link.split('#').next().unwrap();
    let guide = |name: &str| Some(Path::new("crates/frameio/src/guide").join(format!("{name}.md")));
    if let Some(name) = link.strip_prefix("https://docs.rs/frameio/latest/frameio/guide/") {
        return guide(name.trim_end_matches('/'));
    }
    if let Some(name) = link.strip_prefix("crate::guide::") {
        return guide(name);
    }
    if let Some(path) = link.strip_prefix(&format!("{}/blob/main/", repository())) {
        return Some(path.into());
    }
    match link {
        "" => Some(page.to_owned()),
        _ if link.contains("://") || link.contains("::") || link.contains('@') => None,
        _ => Some(page.parent().unwrap().join(link)),
    }
}

#[test]
fn links_lead_to_existing_files_and_sections() {
    let mut found = Vec::new();
    for page in pages() {
        for link in &page.links {
            let Some(target) = target(&page.path, link) else { continue };
            let shown = format!("{}: '{link}'", page.path.display());
            let Ok(path) = root().join(&target).canonicalize() else {
                found.push(format!("{shown}: no such file"));
                continue;
            };
            let Some((_, section)) = link.split_once('#') else { continue };
            if path.extension().is_some_and(|extension| extension == "md")
                && !anchors(&std::fs::read_to_string(path).unwrap()).iter().any(|id| id == section)
            {
                found.push(format!("{shown}: no such section"));
            }
        }
    }
    assert!(found.is_empty(), "links:\n{}", found.join("\n"));
}

#[test]
fn the_readme_links_every_guide_example_and_page() {
    let readme = Path::new("README.md");
    let pages = pages();
    let links = &pages.iter().find(|page| page.path == readme).unwrap().links;
    let linked: Vec<_> = links.iter().filter_map(|link| target(readme, link)).collect();
    let mut missing = Vec::new();
    for directory in ["examples", "docs", "crates/frameio/src/guide"] {
        for entry in std::fs::read_dir(root().join(directory)).unwrap() {
            let path = Path::new(directory).join(entry.unwrap().file_name());
            // For contributors: CONTRIBUTING.md links it.
            let internal =
                path.ends_with("guide/mod.rs") || path.ends_with("adopting-a-document.md");
            if !internal && !linked.contains(&path) {
                missing.push(path.display().to_string());
            }
        }
    }
    assert!(missing.is_empty(), "not linked in README.md: {missing:?}");
}

#[test]
fn links_in_code_are_not_followed() {
    let text = "[a](b.md) and [c]\n```text\n[d](e.md)\n```\n\n[c]: f.md#g\n";
    assert_eq!(links(text), ["b.md", "f.md#g"]);
    assert_eq!(anchors("# Was it sent?\n```\n# let x;\n```\n"), ["was-it-sent"]);
}
