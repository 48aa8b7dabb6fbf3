//! Encoding and decoding of requests on users and their roles.

use frameio_api::account_permissions::UpdateAccountUserRole;
use frameio_api::permissions::{
    AccountRole, AccountUserRole, AssignableAccountRole, AssignedProjectRole, ProjectRole,
    UserRole, UserRoleSort, WorkspaceRole,
};
use frameio_api::project_permissions::{
    ListProjectUsers, RemoveProjectUser, UpdateProjectUserRole,
};
use frameio_api::workspace_permissions::UpdateWorkspaceUserRole;
use frameio_core::page::PageItem;
use frameio_core::{Endpoint, encode};
use serde_json::{Value, json};

fn body(endpoint: &impl Endpoint) -> Value {
    let request = encode(endpoint).unwrap();
    serde_json::from_slice(request.body().as_bytes().unwrap()).unwrap()
}

#[test]
fn encodes_roles_by_name() {
    let role = |name: &str| json!({"data": {"role": name}});
    let update = UpdateAccountUserRole::new("a", "u", AssignableAccountRole::Member);
    assert_eq!(body(&update), role("member"));
    let update = UpdateWorkspaceUserRole::new("a", "w", "u", WorkspaceRole::WorkspaceAdmin);
    assert_eq!(body(&update), role("workspace_admin"));
    let update = UpdateWorkspaceUserRole::new("a", "w", "u", ProjectRole::EditOnly);
    assert_eq!(body(&update), role("edit_only"));
    let update = UpdateProjectUserRole::new("a", "p", "u", "younger_than_this");
    assert_eq!(body(&update), role("younger_than_this"));
}

#[test]
fn encodes_the_sort_order_of_users() {
    let request = ListProjectUsers::new("a", "adobe:p")
        .include_deactivated(true)
        .sort(UserRoleSort::EmailDesc)
        .page_size(100);
    assert_eq!(
        encode(&request).unwrap().uri(),
        "/v4/accounts/a/projects/adobe%3Ap/users\
         ?include_deactivated=true&sort=email_desc&page_size=100"
    );
}

/// Copies the roles of users of one project to another, as a program would.
#[test]
fn copies_grantable_roles_to_another_project() {
    let user = |id: Option<&str>, role: &str| json!({"user": {"id": id, "email": "kim@example.com"}, "role": role});
    let users = [
        user(Some("ABC@DEF.e"), "editor"),
        user(Some("owner"), "owner"),
        user(Some("admin"), "workspace_admin"),
        user(None, "viewer"),
    ];
    let page = json!({"data": users, "links": {}}).to_string();
    let page = UserRole::decode_page(page.as_bytes()).unwrap();
    let updates = page.data.into_iter().filter_map(|it| {
        let role = it.role.to_project_role()?;
        Some(UpdateProjectUserRole::new("a", "p", it.user.id?, role))
    });
    let updates: Vec<_> = updates.collect();
    assert_eq!(updates, [UpdateProjectUserRole::new("a", "p", "ABC@DEF.e", ProjectRole::Editor)]);
    let uri = encode(&updates[0]).unwrap().uri().to_string();
    assert_eq!(uri, "/v4/accounts/a/projects/p/users/ABC%40DEF.e");
    let remove = RemoveProjectUser::new("a", "p", "u");
    assert!(encode(&remove).unwrap().body().as_bytes().unwrap_or_default().is_empty());
}

#[test]
fn accepts_responses_without_a_role() {
    let read = |role: Value| {
        let json = json!({"user": {"email": "kim@example.com"}, "role": role});
        serde_json::from_value::<AccountUserRole>(json).unwrap().role
    };
    assert_eq!(read(json!("reviewer")), Some(AccountRole::Reviewer));
    assert_eq!(read(Value::Null), None);
    let given: AssignedProjectRole = serde_json::from_value(json!({})).unwrap();
    assert_eq!(given.role, None);
}

#[cfg(feature = "experimental")]
mod experimental {
    use frameio_api::experimental::permissions::{GroupRole, GroupRoleSort};
    use frameio_api::experimental::project_permissions::UpdateProjectGroupRole;
    use frameio_api::experimental::users::{ListUserMemberships, MembershipKind, MembershipSort};
    use frameio_api::experimental::workspace_permissions::ListWorkspaceGroups;
    use frameio_api::permissions::Role;

    use super::*;

    #[test]
    fn encodes_and_decodes_roles_of_groups() {
        let update = UpdateProjectGroupRole::new("a", "p", "g", ProjectRole::Viewer);
        assert_eq!(body(&update), json!({"data": {"role": "viewer"}}));
        let request = encode(&update).unwrap();
        assert_eq!(request.uri(), "/v4/accounts/a/projects/p/groups/g");
        assert_eq!(request.headers()["api-version"], "experimental");
        let list = ListWorkspaceGroups::new("a", "w").sort(GroupRoleSort::RoleDesc);
        let uri = encode(&list).unwrap().uri().to_string();
        assert_eq!(uri, "/v4/accounts/a/workspaces/w/groups?sort=role_desc");
        let group = json!({
            "id": "g", "name": "Editors", "emoji": "🎬", "member_count": 3, "source": "workfront",
            "created_at": "2026-03-22T10:11:12Z", "updated_at": "2026-03-22T10:11:12Z",
        });
        let read: GroupRole =
            serde_json::from_value(json!({"group": group, "role": "workspace_admin"})).unwrap();
        assert_eq!((&*read.group.name, read.role), ("Editors", Role::WorkspaceAdmin));
    }

    #[test]
    fn filters_memberships_by_type() {
        let request = ListUserMemberships::new("a", "u")
            .kinds([MembershipKind::Project, MembershipKind::Workspace])
            .sort(MembershipSort::TypeAsc);
        assert_eq!(
            encode(&request).unwrap().uri(),
            "/v4/accounts/a/users/u/memberships?type=project,workspace&sort=type_asc"
        );
    }
}
