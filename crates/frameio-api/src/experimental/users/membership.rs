//! What a user belongs to, and how it is read: one pass, whatever the kind and wherever it is told.

use frameio_core::decode::{check_exact_fields, decode_json, read_object};
use frameio_core::page::PageItem;
use frameio_core::{DecodeError, Extra, GroupId, Page, ProjectId, WorkspaceId, model, open_enum};
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use crate::permissions::{ProjectRole, Role};

open_enum! {
    /// The kinds of what a user can belong to.
    pub enum MembershipKind {
        /// A group.
        Group = "group",
        /// A project.
        Project = "project",
        /// A workspace.
        Workspace = "workspace",
    }
}

/// What a user belongs to.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Membership {
    /// A group.
    Group(GroupMembership),
    /// A project.
    Project(ProjectMembership),
    /// A workspace.
    Workspace(WorkspaceMembership),
    /// What this version does not know, as it came.
    Other(Extra),
}

model! {
    /// A group that a user belongs to.
    pub struct GroupMembership {
        /// The group's id.
        pub id: GroupId,
        /// What it is called.
        pub name: String,
        /// That it is a group.
        pub kind = "type": MembershipKind,
    }
}

model! {
    /// A project that a user belongs to.
    pub struct ProjectMembership {
        /// The project's id.
        pub id: ProjectId,
        /// What it is called.
        pub name: String,
        /// The user's role on it.
        pub role: ProjectRole,
        /// That it is a project.
        pub kind = "type": MembershipKind,
    }
}

model! {
    /// A workspace that a user belongs to.
    pub struct WorkspaceMembership {
        /// The workspace's id.
        pub id: WorkspaceId,
        /// What it is called.
        pub name: String,
        /// The user's role on it.
        pub role: Role,
        /// That it is a workspace.
        pub kind = "type": MembershipKind,
    }
}

impl Membership {
    /// What it is called that the user belongs to.
    pub fn name(&self) -> &str {
        match self {
            Self::Group(group) => &group.name,
            Self::Project(project) => &project.name,
            Self::Workspace(workspace) => &workspace.name,
            Self::Other(fields) => fields.get("name").and_then(Value::as_str).unwrap_or_default(),
        }
    }

    /// Reads what its kind can be looked up of first.
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
    /// The fields of all kinds, each optional: an error in one of them has its path.
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
    /// Decodes a page in one pass, and again only if there is something on it that nobody foresaw:
    /// a kind that is not known may have fields of other types.
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
    fn each_kind_has_its_own_ids_and_roles() {
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
    fn a_kind_that_is_not_known_comes_back_as_it_came() {
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
        let told = |wrong: Value| page(&[wrong, crew.clone()]).unwrap_err();
        let error = told(json!({"type": "project", "id": "p", "name": "Sea", "role": 1}));
        assert_eq!(error.path, "data[0].role", "{error}");
        for lacks in ["type", "id", "name", "role"] {
            let mut project =
                json!({"type": "project", "id": "p", "name": "Sea", "role": "viewer"});
            project.as_object_mut().unwrap().remove(lacks);
            let error = told(project);
            assert!(error.message.contains(&format!("`{lacks}`")), "{error}");
            assert_eq!(error.path, "data[0]", "{error}");
        }
    }
}
