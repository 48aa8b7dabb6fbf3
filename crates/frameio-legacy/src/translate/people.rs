//! Users and their roles.

use frameio_api::permissions::{Role, UserRole};
use frameio_api::users::{CurrentUser, User, UserDetails};
use frameio_core::AccountId;
use serde_json::{Value, json};

use super::{extend, fill};

/// Fields of a user that V4 does not have.
const ABSENT: &[&str] = &[
    "bio",
    "context",
    "deleted_at",
    "email_preferences",
    "features_seen",
    "inserted_at",
    "joined_via",
    "last_seen",
    "location",
    "phone",
    "roles",
    "timezone_value",
    "updated_at",
    "user_default_color",
];

struct Person<'a> {
    id: Option<&'a str>,
    name: Option<&'a str>,
    email: &'a str,
    image: Option<&'a str>,
}

fn person(person: &Person<'_>, account: &AccountId) -> Value {
    let mut user = json!({
        "_type": "user",
        "id": person.id,
        "name": person.name.unwrap_or(person.email),
        "email": person.email,
        "account_id": account,
        "profile_image": person.image,
        "from_google": false,
        "from_adobe": true,
    });
    let images = ["image_32", "image_64", "image_128", "image_256"];
    fill(&mut user, &images, &person.image.into());
    fill(&mut user, ABSENT, &Value::Null);
    user
}

pub(crate) fn user(user: &User, account: &AccountId) -> Value {
    let id = user.id.as_ref().map(|id| id.as_str());
    let (name, image) = (user.name.as_deref(), user.avatar_url.as_deref());
    person(&Person { id, name, email: &user.email, image }, account)
}

pub(crate) fn user_details(user: &UserDetails, account: &AccountId) -> Value {
    let id = user.id.as_ref().map(|id| id.as_str());
    let (name, image) = (user.name.as_deref(), user.avatar_url.as_deref());
    person(&Person { id, name, email: &user.email, image }, account)
}

pub(crate) fn current_user(user: &CurrentUser, account: &AccountId) -> Value {
    let (id, name) = (Some(user.id.as_str()), Some(user.name.as_str()));
    let image = user.avatar_url.as_deref();
    person(&Person { id, name, email: &user.email, image }, account)
}

/// A user or null, as the owner or creator of something.
pub(crate) fn optional_user(of: Option<&User>, account: &AccountId) -> Value {
    of.map_or(Value::Null, |it| user(it, account))
}

/// Id of the owner or creator of something.
pub(crate) fn optional_id(of: Option<&User>) -> Value {
    of.and_then(|it| it.id.as_ref()).map(|id| id.as_str()).into()
}

/// A member of a team.
pub(crate) fn team_member(role: &UserRole, account: &AccountId) -> Value {
    let manages =
        matches!(role.role, Role::Owner | Role::Admin | Role::WorkspaceAdmin | Role::FullAccess);
    json!({
        "_type": "team_member",
        "role": if manages { "team_manager" } else { "member" },
        "user": user(&role.user, account),
        "user_id": role.user.id,
    })
}

/// A collaborator of a project. The id carries project and user, which a deletion needs.
pub(crate) fn collaborator(
    member: &User,
    project: &str,
    account: &AccountId,
    inserted_at: &str,
) -> Value {
    let id = member.id.as_ref().map(|user| collaborator_id(project, user.as_str()));
    let mut embedded = user(member, account);
    let role = json!({
        "owner": false, "collaborator": true, "team_member": false, "team_role": null,
    });
    extend(&mut embedded, json!({ "project_role": role }));
    json!({
        "_type": "collaborator",
        "id": id,
        "project_id": project,
        "user_id": member.id,
        "user": embedded,
        "creator_id": null,
        "message": null,
        "inserted_at": inserted_at,
        "updated_at": inserted_at,
        "deleted_at": null,
    })
}

/// Separates the parts of the id of a collaborator. It does not occur in ids of the service.
const SEPARATOR: &str = "~";

/// Returns the id of a collaborator.
pub(crate) fn collaborator_id(project: &str, user: &str) -> String {
    format!("{project}{SEPARATOR}{user}")
}

/// Returns the project and the user of a collaborator.
pub(crate) fn split_collaborator_id(id: &str) -> Option<(&str, &str)> {
    id.split_once(SEPARATOR).filter(|(project, user)| !project.is_empty() && !user.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_without_a_name_has_the_address() {
        let user: User = serde_json::from_value(json!({"email": "kim@example.com"})).unwrap();
        let user = super::user(&user, &"a".into());
        assert_eq!((&user["name"], &user["id"]), (&json!("kim@example.com"), &Value::Null));
        assert_eq!(user["account_id"], "a");
        assert!(user.as_object().unwrap().contains_key("image_256"));
    }

    #[test]
    fn the_id_of_a_collaborator_has_two_parts() {
        assert_eq!(split_collaborator_id(&collaborator_id("p", "u")), Some(("p", "u")));
        for wrong in ["", "p", "~u", "p~"] {
            assert_eq!(split_collaborator_id(wrong), None);
        }
    }
}
