//! Finds items by the pattern of their names, in a walk of the folders.

use frameio::Client;
use frameio::transfer::{RemotePath, Transfers};
use globset::{GlobBuilder, GlobMatcher};

use super::super::by_name::normalized;
use super::super::place_walk::{PlaceWalk, Visited, Visitor};
use super::Output;
use super::row::FoundItem;
use crate::exit::Failure;
use crate::report::counted;
use crate::resolver::Listable;

/// Pattern of names.
pub(super) struct Pattern {
    names: GlobMatcher,
    has_slash: bool,
}

impl Pattern {
    pub(super) fn parse(text: &str, ignores_case: bool) -> Result<Self, Failure> {
        if text.is_empty() {
            return Err(Failure::value("--name", text, "it matches no name"));
        }
        let glob = GlobBuilder::new(&normalized(text))
            .case_insensitive(ignores_case)
            .literal_separator(false)
            .build();
        match glob {
            Ok(glob) => Ok(Self { names: glob.compile_matcher(), has_slash: text.contains('/') }),
            Err(error) => Err(Failure::value("--name", text, error.kind())),
        }
    }

    fn is_match(&self, name: &str) -> bool {
        self.names.is_match(normalized(name))
    }
}

/// Prints the items below a place whose names match a pattern.
pub(super) async fn run(
    client: &Client,
    transfers: &Transfers,
    pattern: Pattern,
    place: Listable,
    output: Output,
) -> Result<(), Failure> {
    let above = match &place {
        Listable::Root(_) => RemotePath::default(),
        Listable::Item(item) => item.path.clone(),
    };
    let mut search = Search { pattern, above, output };
    let mut walk = PlaceWalk::new(client, transfers, None);
    walk.run(&place, &mut search).await?;
    if search.pattern.has_slash && search.output.count == 0 {
        let note = "'--name' compares names, not paths: pass the folder as PLACE";
        search.output.list.reporter().note(note);
    }
    if search.output.is_full() {
        let count = counted(search.output.count, "result");
        let note = format!("the search ended after {count} ('--limit')");
        search.output.list.reporter().note(&note);
    }
    search.output.list.finish()?;
    walk.finish("searched")
}

/// A search for names.
struct Search {
    pattern: Pattern,
    /// Path of the place of the walk.
    above: RemotePath,
    output: Output,
}

impl Visitor for Search {
    fn visit(&mut self, item: Visited<'_>, path: &RemotePath) -> Result<(), Failure> {
        let (kind, name) = match item {
            Visited::Workspace(_) => return Ok(()),
            Visited::Project(project) => ("project", project.name.as_str()),
            Visited::Asset(asset) => (asset.kind(), asset.name()),
        };
        if !self.output.wants(kind) || !self.pattern.is_match(name) {
            return Ok(());
        }
        let path = self.above.append(path);
        match item {
            Visited::Workspace(_) => Ok(()),
            Visited::Project(project) => self.output.add(&FoundItem::project(project, path)),
            Visited::Asset(asset) => self.output.add(&FoundItem::new(asset, Some(path))),
        }
    }

    fn is_done(&self) -> bool {
        self.output.is_full()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_names() {
        let matches =
            |pattern: &str, name: &str| Pattern::parse(pattern, false).unwrap().is_match(name);
        assert!(matches("*.mov", "A001.mov") && !matches("*.mov", "A001.mov.txt"));
        assert!(matches("*.{mov,mp4}", "a.mp4") && matches("A00?", "A001"));
        assert!(matches("*4*5*", "Scene 4/5"), "a slash is a character like others");
        assert!(matches("Caf\u{e9}*", "Cafe\u{301}.mov"), "macOS decomposes é");
        assert!(!matches("*.MOV", "a.mov"));
        assert!(Pattern::parse("*.MOV", true).unwrap().is_match("a.mov"));
    }

    #[test]
    fn refuses_an_invalid_pattern() {
        let failure = Pattern::parse("[", false).map(drop).unwrap_err();
        assert!(failure.message.starts_with("invalid value '[' for '--name': "), "{failure:?}");
    }
}
