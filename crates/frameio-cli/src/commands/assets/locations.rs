//! Paths of items that the service returns without their path.

use std::collections::HashMap;

use frameio::projects::{Project, ShowProject};
use frameio::transfer::RemotePath;
use frameio::workspaces::ShowWorkspace;
use frameio::{AccountId, AssetId, Client, ProjectId, WorkspaceId};
use serde_json::Value;

use crate::exit::Failure;
use crate::report::Cell;
use crate::resolver::{Parent, parent};

/// Maximum number of folders above an item.
const MAX_DEPTH: usize = 256;

/// Determines the paths of items. Each folder, project and workspace is requested once.
pub(in crate::commands) struct Locations<'a> {
    client: &'a Client,
    account: AccountId,
    parents: HashMap<AssetId, Option<Parent>>,
    projects: HashMap<ProjectId, Project>,
    workspaces: HashMap<WorkspaceId, String>,
}

/// Place of an item.
pub(in crate::commands) struct Location {
    /// `None` if a folder above the item is not visible to the user.
    pub(in crate::commands) path: Option<RemotePath>,
    /// Names below the nearest folder that is not visible.
    pub(in crate::commands) visible: RemotePath,
    pub(in crate::commands) workspace_id: WorkspaceId,
    /// Folders and version stacks that contain the item, the innermost first.
    pub(in crate::commands) above: Vec<AssetId>,
}

/// Returns the cell of a path, for people from the nearest visible folder on if one above is not visible.
pub(in crate::commands) fn path_cell(path: Option<&RemotePath>, visible: &RemotePath) -> Cell {
    match path {
        Some(path) => path.to_string().into(),
        None => Cell::Both(format!("…{visible}"), Value::Null),
    }
}

impl<'a> Locations<'a> {
    pub(in crate::commands) fn new(client: &'a Client, account: AccountId) -> Self {
        Self {
            client,
            account,
            parents: HashMap::new(),
            projects: HashMap::new(),
            workspaces: HashMap::new(),
        }
    }

    /// Adds a folder or version stack that the service does not show, because it is deleted.
    pub(in crate::commands) fn add(&mut self, id: AssetId, name: &str, parent_id: Option<AssetId>) {
        let name = name.to_owned();
        self.parents.insert(id, Some(Parent { name, parent_id }));
    }

    /// Returns the location of an item in a project.
    pub(in crate::commands) async fn find(
        &mut self,
        project: &ProjectId,
        parent: Option<AssetId>,
        name: &str,
    ) -> Result<Location, Failure> {
        let project = self.project(project).await?;
        let (mut names, mut above) = (vec![name.to_owned()], Vec::new());
        let (mut next, mut is_visible) = (parent, true);
        while let Some(id) = next.filter(|_| above.len() < MAX_DEPTH) {
            above.push(id.clone());
            if id.as_str() == project.root_folder_id.as_str() {
                break;
            }
            let Some(parent) = self.parent(&id).await? else {
                is_visible = false;
                break;
            };
            names.push(parent.name);
            next = parent.parent_id;
        }
        names.reverse();
        let visible = RemotePath::new(&names);
        let workspace = self.workspace(&project.workspace_id).await?;
        let path = [workspace, project.name.clone()].into_iter().chain(names);
        Ok(Location {
            path: is_visible.then(|| RemotePath::new(path)),
            visible,
            workspace_id: project.workspace_id,
            above,
        })
    }

    /// Returns the path of a project.
    pub(in crate::commands) async fn project_path(
        &mut self,
        project: &Project,
    ) -> Result<RemotePath, Failure> {
        let workspace = self.workspace(&project.workspace_id).await?;
        Ok(RemotePath::new([&workspace, &project.name]))
    }

    async fn project(&mut self, id: &ProjectId) -> Result<Project, Failure> {
        if let Some(project) = self.projects.get(id) {
            return Ok(project.clone());
        }
        let project = self.client.send(ShowProject::new(&self.account, id)).await?;
        self.projects.insert(id.clone(), project.clone());
        Ok(project)
    }

    async fn workspace(&mut self, id: &WorkspaceId) -> Result<String, Failure> {
        if let Some(name) = self.workspaces.get(id) {
            return Ok(name.clone());
        }
        let workspace = self.client.send(ShowWorkspace::new(&self.account, id)).await?;
        self.workspaces.insert(id.clone(), workspace.name.clone());
        Ok(workspace.name)
    }

    /// Returns a folder or version stack; `None` if it is not visible.
    async fn parent(&mut self, id: &AssetId) -> Result<Option<Parent>, Failure> {
        if let Some(parent) = self.parents.get(id) {
            return Ok(parent.clone());
        }
        let parent = parent(self.client, &self.account, id).await?;
        self.parents.insert(id.clone(), parent.clone());
        Ok(parent)
    }
}
