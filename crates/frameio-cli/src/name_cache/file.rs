//! Content of a file of the cache: a line of JSON, and a line for each name.

use std::io;

use frameio::transfer::{ItemId, ItemLocation, RemotePath, Resolved};
use serde::{Deserialize, Serialize};

/// Maximum number of names at a place.
const MAX_NAMES: usize = 20_000;

/// Names at a place with their types and IDs.
#[derive(Debug, Default)]
pub(crate) struct Names(Vec<Name>);

#[derive(Debug, PartialEq, Eq)]
struct Name {
    /// Name as in a path, in which `/` and `\` of names are escaped; that of a container ends with `/`.
    completed: String,
    kind: String,
    id: String,
}

impl Names {
    /// Adds an item, unless its name cannot be part of a path.
    pub(crate) fn add(&mut self, name: &str, kind: &str, id: &str) {
        let is_usable = !name.is_empty() && !name.contains(['\n', '\r', '\0', '\u{b}']);
        let is_word = |text: &str| !text.contains(|c: char| c.is_whitespace());
        if is_usable && is_word(kind) && is_word(id) && !self.is_full() {
            let is_container = matches!(kind, "account" | "workspace" | "project" | "folder");
            let completed = format!("{}{}", escaped(name), if is_container { "/" } else { "" });
            self.0.push(Name { completed, kind: kind.to_owned(), id: id.to_owned() });
        }
    }

    /// Returns whether no more names are kept.
    pub(crate) fn is_full(&self) -> bool {
        self.0.len() >= MAX_NAMES
    }

    pub(crate) fn starting_with<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().map(|it| &*it.completed).filter(move |name| name.starts_with(prefix))
    }

    /// Returns the names as they are, not as parts of paths.
    pub(crate) fn plain(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|it| it.completed.replace(r"\/", "/").replace(r"\\", r"\"))
    }

    /// Returns the type and the ID of the only item of this name.
    pub(crate) fn only(&self, name: &str) -> Option<(&str, &str)> {
        let name = escaped(name);
        let is_named = |it: &&Name| {
            it.completed.strip_prefix(&name).is_some_and(|it| it.is_empty() || it == "/")
        };
        let mut found = self.0.iter().filter(is_named);
        let only = found.next()?;
        found.next().is_none().then_some((&only.kind, &only.id))
    }
}

/// Escapes a name as paths do.
fn escaped(name: &str) -> String {
    name.replace('\\', r"\\").replace('/', r"\/")
}

/// An item without its properties.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CachedItem {
    pub(super) id: String,
    kind: String,
    account: String,
    workspace: String,
    project: Option<String>,
    parent: Option<String>,
    /// ID of the folder with the contents of a folder or project.
    contents: Option<String>,
    path: Vec<String>,
}

impl CachedItem {
    /// Returns what is saved about an item.
    pub(crate) fn of(item: &Resolved) -> Option<Self> {
        let location = item.location();
        let (kind, id) = match &location.id {
            ItemId::Workspace(id) => ("workspace", id.as_str()),
            ItemId::Project(id) => ("project", id.as_str()),
            ItemId::Folder(id) => ("folder", id.as_str()),
            ItemId::File(id) => ("file", id.as_str()),
            ItemId::VersionStack(id) => ("version_stack", id.as_str()),
            _ => return None,
        };
        Some(Self {
            id: id.to_owned(),
            kind: kind.to_owned(),
            account: location.account_id.as_str().to_owned(),
            workspace: location.workspace_id.as_str().to_owned(),
            project: location.project_id.map(|id| id.as_str().to_owned()),
            parent: item.parent_id().map(|id| id.as_str().to_owned()),
            contents: item.folder_id().map(|id| id.as_str().to_owned()),
            path: location.path.names().to_vec(),
        })
    }

    /// Returns the item of this name, type and ID in a folder, project or workspace.
    pub(crate) fn child(&self, name: &str, kind: &str, id: &str) -> Self {
        Self {
            id: id.to_owned(),
            kind: kind.to_owned(),
            project: self.project.clone().or_else(|| (kind == "project").then(|| id.to_owned())),
            parent: self.contents.clone(),
            contents: None,
            path: self.path.iter().cloned().chain([name.to_owned()]).collect(),
            ..self.clone()
        }
    }

    /// Returns the location, unless the type is unknown.
    pub(crate) fn location(&self) -> Option<ItemLocation> {
        let id = self.id.as_str();
        let id = match self.kind.as_str() {
            "workspace" => ItemId::Workspace(id.into()),
            "project" => ItemId::Project(id.into()),
            "folder" => ItemId::Folder(id.into()),
            "file" => ItemId::File(id.into()),
            "version_stack" => ItemId::VersionStack(id.into()),
            _ => return None,
        };
        Some(ItemLocation::new(
            self.account.as_str().into(),
            self.workspace.as_str().into(),
            self.project.as_deref().map(Into::into),
            RemotePath::new(&self.path),
            id,
        ))
    }

    /// Returns whether an item that was read again has the same name and parent.
    pub(crate) fn is_unchanged(&self, current: &Resolved) -> bool {
        let parent = current.parent_id();
        let is_moved = match (&self.parent, &parent) {
            (Some(was), Some(is)) => was != is.as_str(),
            _ => false,
        };
        !is_moved && self.path == current.path.names()
    }
}

/// Content of a file.
#[derive(Debug, Default)]
pub(super) struct CachedFile {
    /// Second at which the item was found.
    pub(super) found_at: u64,
    /// Second at which the names were listed; 0 if they were not.
    pub(super) listed_at: u64,
    pub(super) item: Option<CachedItem>,
    pub(super) names: Names,
}

#[derive(Serialize, Deserialize)]
struct Header {
    found_at: u64,
    listed_at: u64,
    item: Option<CachedItem>,
}

impl CachedFile {
    /// Parses a file. Returns `None` for one of another version.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let Header { found_at, listed_at, item } = serde_json::from_str(lines.next()?).ok()?;
        let names = lines.take(MAX_NAMES).map(|line| {
            let (kind, rest) = line.split_once(' ')?;
            let (id, completed) = rest.split_once(' ')?;
            let [completed, kind, id] = [completed, kind, id].map(str::to_owned);
            Some(Name { completed, kind, id })
        });
        Some(Self { found_at, listed_at, item, names: Names(names.collect::<Option<_>>()?) })
    }

    pub(super) fn to_text(&self) -> io::Result<String> {
        let (found_at, listed_at, item) = (self.found_at, self.listed_at, self.item.clone());
        let mut text = serde_json::to_string(&Header { found_at, listed_at, item })?;
        text.push('\n');
        for Name { completed, kind, id } in &self.names.0 {
            text.extend([kind, " ", id, " ", completed, "\n"]);
        }
        Ok(text)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn item(id: &str) -> CachedItem {
        CachedItem {
            id: id.to_owned(),
            kind: "folder".to_owned(),
            account: "a".to_owned(),
            workspace: "w".to_owned(),
            project: Some("p".to_owned()),
            parent: None,
            contents: Some(id.to_owned()),
            path: ["W", "P", "F"].map(str::to_owned).to_vec(),
        }
    }

    #[test]
    fn a_file_is_read_as_it_was_written() {
        let mut names = Names::default();
        names.add("Day  01", "folder", "d1");
        names.add(" take.mov", "file", "f1");
        let file = CachedFile { found_at: 7, listed_at: 8, item: Some(item("i")), names };
        let read = CachedFile::parse(&file.to_text().unwrap()).unwrap();
        assert_eq!((read.found_at, read.listed_at, &read.item), (7, 8, &file.item));
        assert_eq!(read.names.0, file.names.0);
        for broken in ["", "names\n", "{}\n", "{\"found_at\":1,\"listed_at\":1,\"item\":null}\nx\n"]
        {
            assert!(CachedFile::parse(broken).is_none(), "{broken}");
        }
    }

    #[test]
    fn a_name_that_occurs_twice_names_no_item() {
        let mut names = Names::default();
        names.add("a", "folder", "1");
        names.add("b", "file", "2");
        names.add("b", "file", "3");
        assert_eq!(names.only("a"), Some(("folder", "1")));
        assert_eq!((names.only("b"), names.only("c")), (None, None));
        names.add(r"d\", "file", "4");
        names.add("d/", "file", "5");
        assert_eq!(
            (names.only(r"d\"), names.only("d/")),
            (Some(("file", "4")), Some(("file", "5")))
        );
    }

    #[test]
    fn a_child_is_located_below_its_folder() {
        let location = item("i").child("x.mov", "file", "f").location().unwrap();
        assert_eq!(location.path.to_string(), "/W/P/F/x.mov");
        assert_eq!(location.id, ItemId::File("f".into()));
        assert_eq!(item("i").child("x", "unknown", "f").location(), None);
    }
}
