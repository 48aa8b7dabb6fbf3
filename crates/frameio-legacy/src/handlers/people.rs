//! Collaborators of projects.

use frameio_api::permissions::{ProjectRole, UserRole};
use frameio_api::project_permissions::{
    ListProjectUsers, RemoveProjectUser, UpdateProjectUserRole,
};
use frameio_api::users::ShowCurrentUser;
use frameio_api::workspace_permissions::ListWorkspaceUsers;
use frameio_core::AccountId;
use serde_json::{Value, json};

use crate::context::{Context, Located};
use crate::fields::Fields;
use crate::listing::Window;
use crate::refusal::Refusal;
use crate::response::{Outcome, list, object};
use crate::sort::Order;
use crate::translate::comment::deleted;
use crate::translate::{people, time};
use frameio_api::projects::Project;

/// Users of a project who are not users of its team, by e-mail address.
pub(crate) async fn collaborators(cx: Context) -> Outcome {
    let project = cx.project(&cx.argument("project_id")?).await?;
    cx.report.note("lossy: V4 does not distinguish collaborators from team members with a role");
    let mut items = cx.collaborators_of(&project).await?;
    let order = cx.request.query("sort").unwrap_or("user.email");
    Order::parse(order).sort(&mut items);
    list(Window::of(items, cx.request.paging(cx.settings.page_size)))
}

/// V4 has no pending invitations; fioctl merges this list with the collaborators.
pub(crate) async fn pending(cx: Context) -> Outcome {
    drop(cx.project(&cx.argument("project_id")?).await?);
    cx.report.note("lossy: V4 has no pending collaborators");
    list(Window::of(Vec::new(), cx.request.paging(cx.settings.page_size)))
}

pub(crate) async fn add(cx: Context) -> Outcome {
    let project = cx.project(&cx.argument("project_id")?).await?;
    let email = Fields::new(&cx.request.body).required_text("email")?;
    let user = cx.user_by_email(&project.account, &email).await?;
    cx.grant(&project, &user).await?;
    object(cx.collaborator(&project, &user).await?)
}

/// Removes a collaborator by an id that carries project and user.
pub(crate) async fn remove(cx: Context) -> Outcome {
    let id = cx.argument("collaborator_id")?;
    let (project, user) = people::split_collaborator_id(&id)
        .ok_or_else(|| Refusal::not_found("no such collaborator"))?;
    let project = cx.project(project).await?;
    object(cx.remove_collaborator(&project, user).await?)
}

pub(crate) async fn remove_by_email(cx: Context) -> Outcome {
    let project = cx.project(&cx.argument("project_id")?).await?;
    let email = match cx.request.query("email") {
        Some(email) => email.to_owned(),
        None => Fields::new(&cx.request.body).required_text("email")?,
    };
    let user = cx.user_by_email(&project.account, &email).await?;
    object(cx.remove_collaborator(&project, &user).await?)
}

pub(crate) async fn add_many(cx: Context) -> Outcome {
    let project = cx.project(&cx.argument("project_id")?).await?;
    let (mut success, mut error) = (json!({}), json!({}));
    for email in Fields::new(&cx.request.body).batch("email")? {
        match cx.user_by_email(&project.account, &email).await {
            Ok(user) => {
                cx.grant(&project, &user).await?;
                success[email] = user.into();
            }
            Err(refusal) if refusal.status == 422 => error[email] = refusal.detail.into(),
            Err(refusal) => return Err(refusal),
        }
    }
    object(json!({ "success": success, "error": error }))
}

pub(crate) async fn remove_many(cx: Context) -> Outcome {
    let project = cx.project(&cx.argument("project_id")?).await?;
    let (mut success, mut error) = (json!({}), json!({}));
    for email in Fields::new(&cx.request.body).batch("email")? {
        let removed = match cx.user_by_email(&project.account, &email).await {
            Ok(user) => cx.remove_collaborator(&project, &user).await,
            Err(refusal) => Err(refusal),
        };
        match removed {
            Ok(_) => success[email] = true.into(),
            Err(refusal) if refusal.status == 422 || refusal.is_not_found() => {
                error[email] = refusal.detail.into();
            }
            Err(refusal) => return Err(refusal),
        }
    }
    object(json!({ "success": success, "error": error }))
}

/// The membership of the caller in a project.
pub(crate) async fn membership(cx: Context) -> Outcome {
    let project = cx.project(&cx.argument("project_id")?).await?;
    let me = cx.send(ShowCurrentUser::new()).await?;
    let users = cx.project_users(&project).await?;
    let is_me = |role: &&UserRole| role.user.id.as_ref() == Some(&me.id);
    let role = users.iter().find(is_me).map(|role| role.role.as_str());
    let role = role.ok_or_else(|| Refusal::not_found("the caller has no role in this project"))?;
    object(json!({
        "_type": "project_membership",
        "project_id": project.value.id,
        "user_id": me.id,
        "role": role,
        "user": people::current_user(&me, &project.account),
    }))
}

impl Context {
    async fn project_users(&self, project: &Located<Project>) -> Result<Vec<UserRole>, Refusal> {
        self.all(ListProjectUsers::new(&project.account, &project.value.id).page_size(100)).await
    }

    async fn collaborators_of(&self, project: &Located<Project>) -> Result<Vec<Value>, Refusal> {
        let users = self.project_users(project).await?;
        let team = &project.value.workspace_id;
        let members = ListWorkspaceUsers::new(&project.account, team).page_size(100);
        let members = match self.all(members).await {
            Ok(members) => members,
            Err(refusal) if refusal.is_forbidden() || refusal.is_not_found() => Vec::new(),
            Err(refusal) => return Err(refusal),
        };
        let is_member = |role: &UserRole| {
            members.iter().any(|it| it.user.id.is_some() && it.user.id == role.user.id)
        };
        let collaborators = users.iter().filter(|role| !is_member(role));
        Ok(collaborators.map(|role| translated(project, role)).collect())
    }

    async fn collaborator(&self, project: &Located<Project>, user: &str) -> Result<Value, Refusal> {
        let users = self.project_users(project).await?;
        let is_user =
            |role: &&UserRole| role.user.id.as_ref().is_some_and(|id| id.as_str() == user);
        let role = users.iter().find(is_user);
        let role = role.ok_or_else(|| {
            let mut refusal = Refusal::not_found("no such collaborator");
            refusal.upstream = Some(http::StatusCode::NOT_FOUND);
            refusal
        })?;
        Ok(translated(project, role))
    }

    async fn grant(&self, project: &Located<Project>, user: &str) -> Result<(), Refusal> {
        let (account, id): (&AccountId, _) = (&project.account, &project.value.id);
        let role = ProjectRole::Editor;
        self.send(UpdateProjectUserRole::new(account, id, user, role)).await.map(drop)
    }

    async fn remove_collaborator(
        &self,
        project: &Located<Project>,
        user: &str,
    ) -> Result<Value, Refusal> {
        let value = self.collaborator(project, user).await?;
        self.send(RemoveProjectUser::new(&project.account, &project.value.id, user)).await?;
        Ok(deleted(value))
    }
}

/// V4 does not say since when somebody is a collaborator; the project is at least as old.
fn translated(project: &Located<Project>, role: &UserRole) -> Value {
    let at = time(project.value.created_at);
    people::collaborator(&role.user, project.value.id.as_str(), &project.account, &at)
}
