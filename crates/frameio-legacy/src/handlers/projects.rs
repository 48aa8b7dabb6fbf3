//! Projects.

use frameio_api::folders::ShowFolder;
use frameio_api::projects::{
    CreateProject, DeleteProject, ListDeletedAssets, ListInvitedProjects, ListProjects, Project,
    ProjectInclude, ProjectStatus, ShowProject, UpdateProject,
};
use frameio_core::AccountId;
use serde_json::Value;

use super::teams::refuse_others;
use crate::context::{Context, Located};
use crate::fields::Fields;
use crate::known_ids::Kind;
use crate::listing::Window;
use crate::refusal::Refusal;
use crate::response::{Outcome, list, object};
use crate::translate::comment::deleted;
use crate::translate::{account as translate, asset};

pub(crate) async fn index(cx: Context) -> Outcome {
    let team = cx.workspace(&cx.argument("team_id")?).await?;
    let (account, id) = (team.account, team.value.id);
    let paging = cx.request.paging(cx.settings.page_size);
    let projects = |size| {
        ListProjects::new(&account, &id)
            .include(ProjectInclude::Owner)
            .page_size(size)
            .include_total_count(true)
    };
    // Inactive projects were archived: left out unless they are asked for, so all are read.
    let all = cx.all(projects(100)).await?;
    let wanted = cx.archive_filter();
    let projects = all.into_iter().filter(|project| wanted(project)).collect();
    cx.list_projects(&account, Window::of(projects, paging))
}

/// Projects of teams that the caller is not in.
pub(crate) async fn shared(cx: Context) -> Outcome {
    let mut projects = Vec::new();
    let wanted = cx.archive_filter();
    let only = cx.request.query("filter[account_id]").map(str::to_owned);
    let name = cx.request.query("filter[name]").map(str::to_lowercase);
    for account in cx.accounts().await?.iter() {
        if only.as_deref().is_some_and(|only| only != account.id.as_str()) {
            continue;
        }
        let request =
            ListInvitedProjects::new(&account.id).include(ProjectInclude::Owner).page_size(100);
        for project in cx.all(request).await? {
            let named = name.as_ref().is_none_or(|it| project.name.to_lowercase().contains(it));
            if named && wanted(&project) {
                cx.session.ids.learn_project(&account.id, &project);
                let mut value = translate::project(&project, &account.id);
                value["shared"] = true.into();
                projects.push(value);
            }
        }
    }
    list(Window::of(projects, cx.request.paging(cx.settings.page_size)))
}

pub(crate) async fn show(cx: Context) -> Outcome {
    let project = cx.project(&cx.argument("project_id")?).await?;
    object(cx.whole_project(&project.account, &project.value).await?)
}

pub(crate) async fn create(cx: Context) -> Outcome {
    let team = cx.workspace(&cx.argument("team_id")?).await?;
    let fields = Fields::new(&cx.request.body);
    cx.report.ignored(&fields.others(&["name", "private"]));
    let mut request =
        CreateProject::new(&team.account, &team.value.id, fields.required_text("name")?);
    request.restricted = fields.flag("private")?;
    let project = cx.send(request).await?;
    object(cx.whole_project(&team.account, &project).await?)
}

pub(crate) async fn update(cx: Context) -> Outcome {
    let id = cx.argument("project_id")?;
    let fields = Fields::new(&cx.request.body);
    refuse_others(&fields, &["name", "private", "archived"], "projects.update")?;
    let (name, restricted) = (fields.text("name")?, fields.flag("private")?);
    let status = fields.flag("archived")?.map(|archived| match archived {
        true => ProjectStatus::Inactive,
        false => ProjectStatus::Active,
    });
    if name.is_none() && restricted.is_none() && status.is_none() {
        return Err(Refusal::invalid("nothing to change: set 'name', 'private' or 'archived'"));
    }
    let updated = cx.with_account(&id, Kind::Project, |account| {
        let mut request = UpdateProject::new(account, id.as_str());
        (request.name, request.restricted) = (name.clone(), restricted);
        request.status = status.clone();
        cx.send(request)
    });
    updated.await?;
    let project = cx.project(&id).await?;
    object(cx.whole_project(&project.account, &project.value).await?)
}

pub(crate) async fn delete(cx: Context) -> Outcome {
    let id = cx.argument("project_id")?;
    let project = cx.project(&id).await?;
    let value = cx.whole_project(&project.account, &project.value).await?;
    cx.send(DeleteProject::new(&project.account, id.as_str())).await?;
    cx.session.ids.forget(&id);
    object(deleted(value))
}

/// Recently deleted assets of a project.
pub(crate) async fn trash(cx: Context) -> Outcome {
    let project = cx.project(&cx.argument("project_id")?).await?;
    let (account, id) = (&project.account, &project.value.id);
    let paging = cx.request.paging(cx.settings.page_size);
    let trash =
        |size| ListDeletedAssets::new(account, id).page_size(size).include_total_count(true);
    let window = cx.window(&format!("trash of {id}"), paging, 100, trash).await?;
    let team = Some(project.value.workspace_id.as_str().to_owned());
    let items = window.items.iter().map(|it| asset::deleted(it, account, team.clone())).collect();
    list(window.with_items(items))
}

impl Context {
    /// Returns a project with its account.
    pub(crate) async fn project(&self, id: &str) -> Result<Located<Project>, Refusal> {
        let project = self.with_account(id, Kind::Project, |account| {
            self.send(ShowProject::new(account, id).include(ProjectInclude::Owner))
        });
        let project = project.await?;
        self.session.ids.learn_project(&project.account, &project.value);
        Ok(project)
    }

    fn archive_filter(&self) -> impl Fn(&Project) -> bool + use<> {
        let filter = self.request.query("filter[archived]").unwrap_or("none").to_owned();
        move |project| match filter.as_str() {
            "all" => true,
            "only" => project.status == ProjectStatus::Inactive,
            _ => project.status != ProjectStatus::Inactive,
        }
    }

    fn list_projects(&self, account: &AccountId, window: Window<Project>) -> Outcome {
        let translated = window.items.iter().map(|project| {
            self.session.ids.learn_project(account, project);
            translate::project(project, account)
        });
        let items = translated.collect();
        list(window.with_items(items))
    }

    /// A project with its root folder, which programs read the account of.
    async fn whole_project(
        &self,
        account: &AccountId,
        project: &Project,
    ) -> Result<Value, Refusal> {
        self.session.ids.learn_project(account, project);
        let mut value = translate::project(project, account);
        let root = self.send(ShowFolder::new(account, &project.root_folder_id)).await?;
        value["root_asset"] = self.render_folder(account, &root).await?;
        Ok(value)
    }
}
