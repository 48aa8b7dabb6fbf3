//! Rows of `frameio ls`, `frameio tree` and `frameio find`.

use frameio::VersionStackId;
use frameio::assets::Asset;
use frameio::files::File;
use frameio::projects::Project;
use frameio::transfer::RemotePath;
use frameio::workspaces::Workspace;
use jiff::Timestamp;

use crate::report::{Cell, Column, Row, Tone};

/// Position of a file in its version stack.
#[derive(Clone, Copy, Debug)]
pub(super) struct Version {
    /// Number, counted from the oldest; `None` if the order is unknown.
    pub(super) number: Option<usize>,
    pub(super) is_head: bool,
}

/// A row of a listing.
#[derive(Clone, Debug)]
pub(super) struct AssetRow {
    pub(super) kind: String,
    pub(super) id: String,
    pub(super) name: String,
    size: Option<u64>,
    status: Option<String>,
    pub(super) updated_at: Option<Timestamp>,
    pub(super) url: Option<String>,
    /// Number of versions of a stack, if it was requested.
    pub(super) versions: Option<u32>,
    /// Position of a file in its version stack, in listings of versions.
    pub(super) version: Option<Version>,
    /// Path from the workspace on.
    pub(super) path: Option<String>,
    /// Version stack of a version.
    stack_id: Option<String>,
}

impl AssetRow {
    pub(super) fn new(asset: &Asset) -> Self {
        let file = match asset {
            Asset::File(file) => Some(&**file),
            Asset::VersionStack(stack) => stack.head_version.as_deref(),
            _ => None,
        };
        let (updated_at, url) = match asset {
            Asset::File(file) => (Some(file.updated_at), Some(&file.view_url)),
            Asset::Folder(folder) => (Some(folder.updated_at), Some(&folder.view_url)),
            Asset::VersionStack(stack) => (Some(stack.updated_at), Some(&stack.view_url)),
            _ => (None, None),
        };
        Self {
            size: file.map(|file| file.file_size),
            status: file.map(|file| file.status.as_str().to_owned()),
            updated_at,
            url: url.cloned(),
            ..Self::container(asset.kind(), asset.id().as_str(), asset.name())
        }
    }

    pub(super) fn workspace(workspace: &Workspace) -> Self {
        Self {
            updated_at: Some(workspace.updated_at),
            ..Self::container("workspace", workspace.id.as_str(), &workspace.name)
        }
    }

    pub(super) fn project(project: &Project) -> Self {
        Self {
            updated_at: Some(project.updated_at),
            url: Some(project.view_url.clone()),
            status: Some(project.status.as_str().to_owned()),
            ..Self::container("project", project.id.as_str(), &project.name)
        }
    }

    fn container(kind: &str, id: &str, name: &str) -> Self {
        let (kind, id, name) = (kind.to_owned(), id.to_owned(), name.to_owned());
        let (size, status, updated_at, url) = (None, None, None, None);
        let (versions, version, path, stack_id) = (None, None, None, None);
        Self { kind, id, name, size, status, updated_at, url, versions, version, path, stack_id }
    }

    /// Creates the row of a version of this stack.
    pub(super) fn version_of(&self, file: &File, version: Version) -> Self {
        let stack = self.path.as_deref();
        let path = stack.map(|path| format!("{path}{}", RemotePath::new([&file.name])));
        Self {
            version: Some(version),
            path,
            stack_id: Some(self.id.clone()),
            ..Self::new(&Asset::File(Box::new(file.clone())))
        }
    }

    /// Sets the path.
    pub(super) fn at(self, path: &RemotePath) -> Self {
        Self { path: Some(path.to_string()), ..self }
    }

    /// Returns the size of a file; `None` for a folder, project or workspace.
    pub(super) const fn size(&self) -> Option<u64> {
        self.size
    }

    /// Returns the ID of a version stack.
    pub(super) fn stack(&self) -> Option<VersionStackId> {
        (self.kind == "version_stack").then(|| self.id.as_str().into())
    }

    /// Returns the name, followed by `/` unless it is a file.
    fn shown_name(&self) -> String {
        let end = if self.size.is_none() { "/" } else { "" };
        match self.version {
            None => format!("{}{end}", self.name),
            Some(Version { number, is_head }) => {
                let number = number.map_or("v?".to_owned(), |number| format!("v{number}"));
                let head = if is_head { " (head)" } else { "" };
                format!("  {number}  {}{head}", self.name)
            }
        }
    }

    /// Returns the name with a note about a file that is not uploaded.
    pub(super) fn short(&self) -> String {
        let state = match self.status.as_deref() {
            Some("created") => "  (not uploaded)",
            _ => "",
        };
        format!("{}{state}", self.shown_name())
    }

    /// Returns the status in the words of people.
    pub(super) fn status(&self) -> Cell {
        status_cell(self.status.as_deref())
    }
}

/// Returns the status of a file or project in the words of people.
pub(super) fn status_cell(status: Option<&str>) -> Cell {
    match status {
        Some("created") => Cell::Both("not uploaded".to_owned(), "created".into()),
        status => status.into(),
    }
}

/// Returns the tone of the status of a file or project.
pub(super) fn status_tone(status: Option<&str>) -> Tone {
    match status {
        Some("created") => Tone::Attention,
        Some("inactive" | "archived") => Tone::Dim,
        _ => Tone::Plain,
    }
}

impl Row for AssetRow {
    const COLUMNS: &'static [Column] = &[
        Column::new("name").file_name(),
        Column::new("size").right(),
        Column::new("status"),
        Column::new("updated_at"),
        Column::new("versions").right().costly(),
        Column::new("type").long(),
        Column::new("id").long(),
        Column::new("url").hidden(),
        Column::new("path").hidden(),
        Column::new("version").hidden(),
        Column::new("is_head").hidden(),
        Column::new("stack_id").hidden(),
    ];

    fn cells(&self) -> Vec<Cell> {
        let number = self.version.and_then(|version| version.number);
        vec![
            Cell::Both(self.shown_name(), self.name.as_str().into()),
            Cell::size(self.size),
            self.status(),
            self.updated_at.into(),
            self.versions.map_or(Cell::Empty, |it| Cell::Number(it.into())),
            self.kind.as_str().into(),
            self.id.as_str().into(),
            self.url.as_deref().into(),
            self.path.as_deref().into(),
            number.map_or(Cell::Empty, |it| Cell::Number(i64::try_from(it).unwrap_or(i64::MAX))),
            self.version.map(|version| version.is_head).into(),
            self.stack_id.as_deref().into(),
        ]
    }

    fn tone(&self, column: &str) -> Tone {
        match column {
            "status" => status_tone(self.status.as_deref()),
            _ => Tone::Plain,
        }
    }
}

/// A row of a walk, which reads no version stacks.
pub(super) struct TreeRow(pub(super) AssetRow);

impl Row for TreeRow {
    const COLUMNS: &'static [Column] = &[
        Column::new("name").file_name(),
        Column::new("size").right(),
        Column::new("status"),
        Column::new("updated_at"),
        Column::new("type").long(),
        Column::new("id").long(),
        Column::new("url").hidden(),
        Column::new("path").hidden(),
    ];

    fn cells(&self) -> Vec<Cell> {
        let columns = AssetRow::COLUMNS.iter().map(|column| column.name);
        let cells: Vec<_> = columns.zip(self.0.cells()).collect();
        let cell = |column: &Column| cells.iter().find(|(name, _)| *name == column.name);
        Self::COLUMNS.iter().filter_map(cell).map(|(_, cell)| cell.clone()).collect()
    }

    fn tone(&self, column: &str) -> Tone {
        self.0.tone(column)
    }
}
