//! Access to one place: whether the user sees it, and what the role permits.

use clap::ValueEnum;
use frameio::accounts::ListAccounts;
use frameio::folder_permissions::ListFolderUsers;
use frameio::project_permissions::ListProjectUsers;
use frameio::transfer::{Resolved, ResolvedItem, Transfers};
use frameio::workspace_permissions::ListWorkspaceUsers;
use serde_json::Value;

use super::Doctor;
use super::access::Access;
use super::finding::Finding;
use super::probe::late;
use super::storage::Sample;
use super::token::Signed;
use crate::args::AccountArg;
use crate::exit::{Failure, Status};
use crate::resolver::Resolver;

const CHECK: &str = "place";

/// What the user wants to do at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(super) enum Action {
    /// See the item
    View,
    /// Comment, and download originals
    Comment,
    /// Upload, rename and move
    Upload,
    /// Manage members, shares and webhooks
    Manage,
}

impl Action {
    const fn name(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Comment => "comment",
            Self::Upload => "upload",
            Self::Manage => "manage",
        }
    }

    /// Returns the last action that a role permits; `None` for an unknown role.
    fn of_role(role: &str) -> Option<Self> {
        Some(match role {
            "viewer" => Self::View,
            "commenter" => Self::Comment,
            "edit_only" | "editor" => Self::Upload,
            "full_access" | "workspace_admin" | "admin" | "owner" => Self::Manage,
            _ => return None,
        })
    }
}

/// Resolved place, and the file in it whose content can be requested.
pub(super) struct Place {
    pub(super) resolved: Resolved,
}

impl Place {
    /// Returns the file of the place.
    pub(super) fn sample(&self) -> Option<Sample> {
        let file = self.resolved.file()?;
        Some(Sample { account: self.resolved.account_id.clone(), file: file.id.clone() })
    }
}

/// Finds a place, or explains why the user does not see it.
pub(super) async fn find(
    doctor: &Doctor<'_>,
    signed: &Signed,
    account: &AccountArg,
    text: &str,
) -> Result<Place, Finding> {
    let not_found = |failure: Failure| not_found(doctor.personal.place(text, failure));
    let transfers = Transfers::new(doctor.client(signed).map_err(not_found)?);
    let resolver = Resolver::new(doctor.global, &transfers, account).map_err(not_found)?;
    let limit = doctor.limit * 3;
    // As before a change: a diagnosis must not depend on the cache.
    match tokio::time::timeout(limit, resolver.resolve_for_write(Some(text))).await {
        Ok(Ok(resolved)) => Ok(Place { resolved }),
        Ok(Err(failure)) => Err(not_found(failure)),
        Err(_) => Err(not_found(late(limit))),
    }
}

fn not_found(failure: Failure) -> Finding {
    let finding = Finding::problem(
        CHECK,
        failure.status,
        match failure.status {
            Status::NotFound => "not_visible",
            Status::Forbidden => "place_forbidden",
            _ => "no_place",
        },
    );
    let finding = finding.read(failure.message);
    match failure.status {
        Status::NotFound => finding
            .infer(
                "it does not exist, or it is in a restricted project or folder in which the user \
                 has no role: the service hides such items",
            )
            .advise("check the name with `frameio ls`, or ask its owner for a role"),
        Status::Forbidden => {
            finding.infer("the role of the user is too low").advise("ask its owner for a role")
        }
        _ => finding,
    }
}

/// Compares the role of the user at a place with what they want to do.
pub(super) async fn check(access: &Access, place: &Place, action: Action) -> Finding {
    let resolved = &place.resolved;
    let kind = match resolved.item {
        ResolvedItem::Workspace => "workspace",
        ResolvedItem::Project(_) => "project",
        ResolvedItem::Folder(_) => "folder",
        ResolvedItem::File(_) => "file",
        ResolvedItem::VersionStack(_) => "version stack",
        _ => "item",
    };
    let found = format!("the user sees this {kind}");
    let Some(role) = role(access, resolved).await else {
        return Finding::ok(CHECK).read(found).read("the role of the user at it is unknown");
    };
    let finding = |finding: Finding| finding.read(found).read(format!("role {role}"));
    match Action::of_role(&role) {
        Some(permitted) if permitted < action => {
            finding(Finding::problem(CHECK, Status::Forbidden, "role_too_low"))
                .infer(format!(
                    "the role permits '{}' at most, so '{}' is refused with 403",
                    permitted.name(),
                    action.name()
                ))
                .advise("ask a manager of the project for a higher role")
        }
        Some(_) => finding(Finding::ok(CHECK)),
        None => finding(Finding::note(CHECK)).infer("this version does not know the role"),
    }
}

/// Returns the highest role of the user in the account, the workspace, the project and the folder.
async fn role(access: &Access, resolved: &Resolved) -> Option<String> {
    let (account, probe) = (&resolved.account_id, &access.probe);
    let workspace = ListWorkspaceUsers::new(account, &resolved.workspace_id).page_size(100);
    let mut lists = vec![probe.call(workspace).await];
    if let Some(project) = &resolved.project_id {
        lists.push(probe.call(ListProjectUsers::new(account, project).page_size(100)).await);
    }
    if let Some(folder) = resolved.folder_id() {
        lists.push(probe.call(ListFolderUsers::new(account, folder).page_size(100)).await);
    }
    let mut roles = account_roles(access, account.as_str()).await;
    for reply in lists.into_iter().flatten() {
        let own = reply.data().into_iter().filter(|it| it["user"]["id"] == access.user_id.as_str());
        roles.extend(own.filter_map(|it| it["role"].as_str().map(str::to_owned)));
    }
    roles.into_iter().max_by_key(|role| Action::of_role(role))
}

async fn account_roles(access: &Access, account: &str) -> Vec<String> {
    let list = ListAccounts::new().page_size(100);
    let Ok(reply) = access.probe.call(list).await else { return Vec::new() };
    let accounts = reply.data();
    let account = accounts.iter().find(|it| it["id"] == account);
    let roles = account.and_then(|it| it["roles"].as_array());
    let names = roles.into_iter().flatten().filter_map(Value::as_str);
    // Members of an account have no access by that role alone.
    names.filter(|role| Action::of_role(role).is_some()).map(str::to_owned).collect()
}
