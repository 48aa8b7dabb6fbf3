//! Memberships of a user, decoded in one pass for every type and position of the field `type`.

use frameio_core::decode::{check_exact_fields, decode_json, read_object};
use frameio_core::page::PageItem;
use frameio_core::{DecodeError, Extra, GroupId, Page, ProjectId, WorkspaceId, model, open_enum};
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use crate::permissions::{ProjectRole, Role};

open_enum! {
    /// Type of a membership.
    pub enum MembershipKind {
        /// A group.
        Group = "group",
        /// A project.
        Project = "project",
        /// A workspace.
        Workspace = "workspace",
    }
}

/// A membership of a user in a group, workspace or project.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Membership {
    /// A group.
    Group(GroupMembership),
    /// A project.
    Project(ProjectMembership),
    /// A workspace.
    Workspace(WorkspaceMembership),
    /// Membership of a type that this version does not know, with its fields unchanged.
    Other(Extra),
}

model! {
    /// Membership in a group.
    pub struct GroupMembership {
        /// Id of the group.
        pub id: GroupId,
        /// Name of the group.
        pub name: String,
        /// Type of the membership, always [`MembershipKind::Group`].
        pub kind = "type": MembershipKind,
    }
}

model! {
    /// Membership in a project.
    pub struct ProjectMembership {
        /// Id of the project.
        pub id: ProjectId,
        /// Name of the project.
        pub name: String,
        /// Role of the user on the project.
        pub role: ProjectRole,
        /// Type of the membership, always [`MembershipKind::Project`].
        pub kind = "type": MembershipKind,
    }
}

model! {
    /// Membership in a workspace.
    pub struct WorkspaceMembership {
        /// Id of the workspace.
        pub id: WorkspaceId,
        /// Name of the workspace.
        pub name: String,
        /// Role of the user on the workspace.
        pub role: Role,
        /// Type of the membership, always [`MembershipKind::Workspace`].
        pub kind = "type": MembershipKind,
    }
}

impl Membership {
    /// Returns the name of the group, workspace or project. It is empty if an unknown type has
    /// none.
    pub fn name(&self) -> &str {
        match self {
            Self::Group(group) => &group.name,
            Self::Project(project) => &project.name,
            Self::Workspace(workspace) => &workspace.name,
            Self::Other(fields) => fields.get("name").and_then(Value::as_str).unwrap_or_default(),
        }
    }

    /// Decodes a membership of the type that the fields name.
    fn from_untyped(fields: Extra) -> serde_json::Result<Self> {
        check_exact_fields(&fields).map_err(|error| serde_json::Error::custom(error.message))?;
        let kind = fields.get("type").and_then(Value::as_str).map(MembershipKind::from);
        let untyped = Value::Object(fields);
        match kind {
            Some(MembershipKind::Group) => GroupMembership::deserialize(untyped).map(Self::Group),
            Some(MembershipKind::Project) => {
                ProjectMembership::deserialize(untyped).map(Self::Project)
            }
            Some(MembershipKind::Workspace) => {
                WorkspaceMembership::deserialize(untyped).map(Self::Workspace)
            }
            Some(_) => Extra::deserialize(untyped).map(Self::Other),
            None => Err(serde_json::Error::missing_field("type")),
        }
    }
}

model! {
    /// Fields of all types, each optional, so that an error in one of them has its path.
    pub struct Fields {
        pub id: Option<String>,
        pub name: Option<String>,
        pub role: Option<Role>,
        pub kind = "type": MembershipKind,
    }
}

impl<'de> Deserialize<'de> for Membership {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_object(deserializer, |fields: Fields| match serde_json::to_value(fields)? {
            Value::Object(fields) => Self::from_untyped(fields),
            _ => Err(serde_json::Error::custom("a membership is an object")),
        })
    }
}

impl PageItem for Membership {
    /// Decodes a page in one pass. If that fails, decodes it again in two steps: the fields of an
    /// unknown type can have other types.
    fn decode_page(body: &[u8]) -> Result<Page<Self>, DecodeError> {
        decode_json::<Page<Self>>(body).or_else(|error| {
            let untyped = decode_json::<Page<Extra>>(body);
            untyped.ok().and_then(|page| page.try_map(Self::from_untyped).ok()).ok_or(error)
        })
    }
}

impl Serialize for Membership {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Group(group) => group.serialize(serializer),
            Self::Project(project) => project.serialize(serializer),
            Self::Workspace(workspace) => workspace.serialize(serializer),
            Self::Other(fields) => fields.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn page(memberships: &[Value]) -> Result<Page<Membership>, DecodeError> {
        Membership::decode_page(json!({"data": memberships, "links": {}}).to_string().as_bytes())
    }

    #[test]
    fn decodes_the_ids_and_roles_of_each_type() {
        let memberships = [
            json!({"type": "group", "id": "g", "name": "Editors", "role": "viewer"}),
            json!({"id": "p", "name": "Sea", "role": "edit_only", "type": "project"}),
            json!({"id": "w", "type": "workspace", "name": "Films", "role": "owner", "new": [1]}),
        ];
        let page = page(&memberships).unwrap();
        let [Membership::Group(group), Membership::Project(project), Membership::Workspace(space)] =
            &page.data[..]
        else {
            panic!("{page:?}")
        };
        assert_eq!((group.id.as_str(), &group.extra["role"]), ("g", &json!("viewer")));
        assert_eq!((project.id.as_str(), &project.role), ("p", &ProjectRole::EditOnly));
        assert_eq!((space.id.as_str(), &space.role), ("w", &Role::Owner));
        assert_eq!(
            page.data.iter().map(Membership::name).collect::<Vec<_>>(),
            ["Editors", "Sea", "Films",]
        );
        assert_eq!(serde_json::to_value(&page.data).unwrap(), json!(memberships));
    }

    #[test]
    fn unknown_types_round_trip() {
        let group = json!({"type": "group", "id": "g", "name": "Editors"});
        for role in [json!("captain"), json!({"of": "the boat"}), Value::Null] {
            let crew = json!({"type": "crew", "id": 7, "role": role});
            let page = page(&[group.clone(), crew.clone()]).unwrap();
            assert!(matches!(&page.data[..], [Membership::Group(_), Membership::Other(_)]));
            assert_eq!(page.data[1].name(), "");
            assert_eq!(serde_json::to_value(&page.data[1]).unwrap(), crew);
        }
    }

    #[test]
    fn errors_are_reported_next_to_unknown_fields() {
        let crew = json!({"type": "crew", "id": 7});
        let error_of = |wrong: Value| page(&[wrong, crew.clone()]).unwrap_err();
        let error = error_of(json!({"type": "project", "id": "p", "name": "Sea", "role": 1}));
        assert_eq!(error.path, "data[0].role", "{error}");
        for lacks in ["type", "id", "name", "role"] {
            let mut project =
                json!({"type": "project", "id": "p", "name": "Sea", "role": "viewer"});
            project.as_object_mut().unwrap().remove(lacks);
            let error = error_of(project);
            assert!(error.message.contains(&format!("`{lacks}`")), "{error}");
            assert_eq!(error.path, "data[0]", "{error}");
        }
    }
}
