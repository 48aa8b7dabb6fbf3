//! Teams, which are workspaces.

use frameio_api::permissions::WorkspaceRole;
use frameio_api::users::ListAccountUsers;
use frameio_api::users::ShowCurrentUser;
use frameio_api::workspace_permissions::{
    ListWorkspaceUsers, RemoveWorkspaceUser, UpdateWorkspaceUserRole,
};
use frameio_api::workspaces::{
    CreateWorkspace, ListWorkspaces, ShowWorkspace, UpdateWorkspace, Workspace, WorkspaceInclude,
};
use frameio_core::AccountId;
use serde_json::{Value, json};

use crate::context::{Context, Located};
use crate::fields::Fields;
use crate::known_ids::Kind;
use crate::listing::Window;
use crate::refusal::Refusal;
use crate::response::{Outcome, list, object};
use crate::translate::{account as translate, people};

/// Teams of every account that the caller sees.
pub(crate) async fn index_all(cx: Context) -> Outcome {
    let mut teams = Vec::new();
    for account in cx.accounts().await?.iter() {
        let request = workspaces(&account.id, 100);
        for workspace in cx.all(request).await? {
            teams.push(workspace);
        }
    }
    let window = Window::of(teams, cx.request.paging(cx.settings.page_size));
    cx.list_teams(window).await
}

pub(crate) async fn index(cx: Context) -> Outcome {
    let account = cx.account_argument().await?;
    let paging = cx.request.paging(cx.settings.page_size);
    let name = format!("workspaces of {account}");
    let window = cx.window(&name, paging, 100, |size| workspaces(&account, size)).await?;
    cx.list_teams(window).await
}

pub(crate) async fn show(cx: Context) -> Outcome {
    let team = cx.workspace(&cx.argument("team_id")?).await?.value;
    object(cx.team(&team).await?)
}

pub(crate) async fn create(cx: Context) -> Outcome {
    let account = cx.account_argument().await?;
    let fields = Fields::new(&cx.request.body);
    cx.report.ignored(&fields.others(&["name"]));
    let request = CreateWorkspace::new(&account).name(fields.required_text("name")?);
    let workspace = cx.send(request).await?;
    cx.session.ids.learn(workspace.id.as_str(), &account, Kind::Workspace, None);
    object(cx.team(&workspace).await?)
}

pub(crate) async fn update(cx: Context) -> Outcome {
    let id = cx.argument("team_id")?;
    let fields = Fields::new(&cx.request.body);
    refuse_others(&fields, &["name"], "workspaces.update")?;
    let name = fields.required_text("name")?;
    let updated = cx.with_account(&id, Kind::Workspace, |account| {
        cx.send(UpdateWorkspace::new(account, id.as_str()).name(name.as_str()))
    });
    let workspace = updated.await?.value;
    object(cx.team(&workspace).await?)
}

pub(crate) async fn members(cx: Context) -> Outcome {
    let team = cx.workspace(&cx.argument("team_id")?).await?;
    let (account, id) = (team.account, team.value.id);
    let name = format!("users of {id}");
    let paging = cx.request.paging(cx.settings.page_size);
    let users =
        |size| ListWorkspaceUsers::new(&account, &id).page_size(size).include_total_count(true);
    let window = cx.window(&name, paging, 100, users).await?;
    let items = window.items.iter().map(|role| people::team_member(role, &account)).collect();
    list(window.with_items(items))
}

pub(crate) async fn add_member(cx: Context) -> Outcome {
    let team = cx.workspace(&cx.argument("team_id")?).await?;
    let fields = Fields::new(&cx.request.body);
    let role = match fields.text("role")?.as_deref() {
        Some("team_manager") => WorkspaceRole::WorkspaceAdmin,
        _ => WorkspaceRole::Editor,
    };
    let user = match fields.text("user_id")? {
        Some(user) => cx.id(&user)?,
        None => cx.user_by_email(&team.account, &fields.required_text("email")?).await?,
    };
    cx.send(UpdateWorkspaceUserRole::new(&team.account, &team.value.id, user.as_str(), role))
        .await?;
    object(cx.member(&team.account, &team.value, &user).await?)
}

/// The membership of the caller in a team.
pub(crate) async fn membership(cx: Context) -> Outcome {
    let team = cx.workspace(&cx.argument("team_id")?).await?;
    let me = cx.send(ShowCurrentUser::new()).await?;
    object(cx.member(&team.account, &team.value, me.id.as_str()).await?)
}

pub(crate) async fn add_members(cx: Context) -> Outcome {
    let team = cx.workspace(&cx.argument("team_id")?).await?;
    let (mut success, mut error) = (json!({}), json!({}));
    for email in Fields::new(&cx.request.body).batch("email")? {
        match cx.user_by_email(&team.account, &email).await {
            Ok(user) => {
                let role = WorkspaceRole::Editor;
                let (account, team) = (&team.account, &team.value.id);
                cx.send(UpdateWorkspaceUserRole::new(account, team, user.as_str(), role)).await?;
                success[email] = user.into();
            }
            Err(refusal) if refusal.status == 422 => error[email] = refusal.detail.into(),
            Err(refusal) => return Err(refusal),
        }
    }
    object(json!({ "success": success, "error": error }))
}

pub(crate) async fn remove_members(cx: Context) -> Outcome {
    let team = cx.workspace(&cx.argument("team_id")?).await?;
    let (mut success, mut error) = (json!({}), json!({}));
    for email in Fields::new(&cx.request.body).batch("email")? {
        match cx.user_by_email(&team.account, &email).await {
            Ok(user) => {
                let (account, team) = (&team.account, &team.value.id);
                cx.send(RemoveWorkspaceUser::new(account, team, user.as_str())).await?;
                success[email] = user.into();
            }
            Err(refusal) if refusal.status == 422 => error[email] = refusal.detail.into(),
            Err(refusal) => return Err(refusal),
        }
    }
    object(json!({ "success": success, "error": error }))
}

fn workspaces(account: &AccountId, size: u32) -> ListWorkspaces {
    ListWorkspaces::new(account)
        .include(WorkspaceInclude::Creator)
        .page_size(size)
        .include_total_count(true)
}

/// Refuses an update of fields that have no place in V4: it would be lost in silence.
pub(crate) fn refuse_others(
    fields: &Fields<'_>,
    known: &[&str],
    operation: &str,
) -> Result<(), Refusal> {
    match fields.others(known).as_slice() {
        [] => Ok(()),
        others => {
            let names = others.join("', '");
            let detail = format!("no V4 equivalent of '{names}'; use {operation}");
            Err(Refusal::invalid(detail).instead(operation))
        }
    }
}

impl Context {
    /// Returns a workspace with its account.
    pub(crate) async fn workspace(&self, id: &str) -> Result<Located<Workspace>, Refusal> {
        self.with_account(id, Kind::Workspace, |account| {
            self.send(ShowWorkspace::new(account, id).include(WorkspaceInclude::Creator))
        })
        .await
    }

    async fn list_teams(&self, window: Window<Workspace>) -> Outcome {
        let mut teams = Vec::with_capacity(window.items.len());
        for workspace in &window.items {
            let (id, account) = (workspace.id.as_str(), &workspace.account_id);
            self.session.ids.learn(id, account, Kind::Workspace, None);
            teams.push(self.team(workspace).await?);
        }
        list(window.with_items(teams))
    }

    /// Translates a workspace, with its number of members where the caller may see it.
    async fn team(&self, workspace: &Workspace) -> Result<Value, Refusal> {
        let users = ListWorkspaceUsers::new(&workspace.account_id, &workspace.id)
            .page_size(1)
            .include_total_count(true);
        let count = match self.count(users).await {
            Ok(count) => Some(count),
            Err(refusal) if refusal.is_forbidden() || refusal.is_not_found() => None,
            Err(refusal) => return Err(refusal),
        };
        Ok(translate::team(workspace, count))
    }

    async fn member(
        &self,
        account: &AccountId,
        team: &Workspace,
        user: &str,
    ) -> Result<Value, Refusal> {
        let users = self.all(ListWorkspaceUsers::new(account, &team.id).page_size(100)).await?;
        let found =
            users.iter().find(|it| it.user.id.as_ref().is_some_and(|id| id.as_str() == user));
        let found = found.ok_or_else(|| Refusal::not_found("the user is not in this team"))?;
        Ok(people::team_member(found, account))
    }

    /// Returns the id of a user of the account by e-mail address.
    pub(crate) async fn user_by_email(
        &self,
        account: &AccountId,
        email: &str,
    ) -> Result<String, Refusal> {
        let users = self.all(ListAccountUsers::new(account).page_size(100)).await?;
        let found = users.iter().find(|it| it.user.email.eq_ignore_ascii_case(email.trim()));
        let id = found.and_then(|it| it.user.id.as_ref());
        id.map(|id| id.as_str().to_owned()).ok_or_else(|| {
            let detail = format!(
                "'{email}' is not a user of the account: invite the user in the web app, or to a \
                 share with shares.add_reviewers"
            );
            Refusal::invalid(detail).instead("shares.add_reviewers")
        })
    }
}
