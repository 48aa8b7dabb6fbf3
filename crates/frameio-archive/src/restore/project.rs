//! The new project.

use frameio_api::projects::{CreateProject, ListProjects, Project, ShowProject};
use frameio_client::Client;

use super::RestoreArchive;
use super::state::{Kind, State};
use crate::error::{ArchiveError, ArchiveErrorKind};

/// Creates the project, unless an earlier run did. Refuses an existing project.
pub(super) async fn create(
    client: &Client,
    settings: &RestoreArchive,
    old: &Project,
    state: &State,
) -> Result<Project, ArchiveError> {
    let account = &settings.account;
    if let Some(id) = state.created(Kind::Project, old.id.as_str()) {
        let show = client.send(ShowProject::new(account, id)).await;
        return show.map_err(|error| match error.is_not_found() {
            true => {
                let message = "the project of the earlier run was deleted; choose another name";
                ArchiveError::new(ArchiveErrorKind::Destination, message)
            }
            false => ArchiveError::call(error),
        });
    }
    let mut existing = named(client, settings).await?;
    // The note of the earlier run was written when no project had the name.
    if state.is_begun(Kind::Project, old.id.as_str())
        && existing.len() == 1
        && let Some(project) = existing.pop()
    {
        state.done(Kind::Project, old.id.as_str(), project.id.as_str()).await?;
        return Ok(project);
    }
    if !existing.is_empty() {
        let name = &settings.name;
        let message = format!("a project named '{name}' exists; restore to a new project");
        return Err(ArchiveError::new(ArchiveErrorKind::Destination, message));
    }
    state.begin(Kind::Project, old.id.as_str()).await?;
    let mut create = CreateProject::new(account, &settings.workspace, &settings.name);
    if let Some(restricted) = old.restricted {
        create = create.restricted(restricted);
    }
    let project = client.send(create).await.map_err(ArchiveError::call)?;
    state.done(Kind::Project, old.id.as_str(), project.id.as_str()).await?;
    Ok(project)
}

/// Lists the projects with the name.
async fn named(client: &Client, settings: &RestoreArchive) -> Result<Vec<Project>, ArchiveError> {
    let list = ListProjects::new(&settings.account, &settings.workspace).page_size(100);
    let mut projects = client.items(list).strict(true);
    let mut named = Vec::new();
    while let Some(project) = projects.next().await.transpose().map_err(ArchiveError::call)? {
        if project.name == settings.name {
            named.push(project);
        }
    }
    Ok(named)
}
