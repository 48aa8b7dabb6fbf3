//! Configuration of user fields.

use frameio_core::limits::{Check, Limits};
use frameio_core::{Extra, model};
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::metadata::{MemberOptionsType, UserValue};

/// Configuration of a user field.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct UserConfiguration {
    /// Users and groups that can be selected.
    pub members: MemberOptions,
    /// Whether newly selected members are notified.
    pub notify_members: bool,
    /// Fields that this version does not know.
    pub extra: Extra,
}

/// Users and groups that can be selected in a user field.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum MemberOptions {
    /// All members of the project.
    AllProjectMembers,
    /// A list of users and groups, at least one.
    Custom(Vec<UserValue>),
    /// A source that this version does not know, and the users and groups in the response.
    Other(Box<str>, Option<Vec<UserValue>>),
}

impl UserConfiguration {
    /// Creates a configuration that does not notify members.
    pub fn new(members: MemberOptions) -> Self {
        Self { members, notify_members: false, extra: Extra::new() }
    }

    /// Sets whether newly selected members are notified.
    #[must_use]
    pub fn notify_members(mut self, notify_members: bool) -> Self {
        self.notify_members = notify_members;
        self
    }
}

impl Check for UserConfiguration {
    fn check(&self, limits: &mut Limits) {
        if let MemberOptions::Custom(members) = &self.members {
            limits.check(CUSTOM_MEMBERS, members, 1..=u64::MAX);
        }
    }
}

model! {
    /// JSON form of the configuration.
    pub struct Fields {
        pub custom_members: Option<Vec<UserValue>>,
        pub member_options_type: MemberOptionsType,
        pub notify_members: bool,
    }
}

impl<'de> Deserialize<'de> for UserConfiguration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Fields { custom_members, member_options_type, notify_members, mut extra } =
            Fields::deserialize(deserializer)?;
        let members = match (member_options_type, custom_members) {
            (MemberOptionsType::AllProjectMembers, members) => {
                // The list has no effect here, so it is kept outside of the model.
                if let Some(members) = members.filter(|members| !members.is_empty()) {
                    let members = serde_json::to_value(members).map_err(D::Error::custom)?;
                    extra.insert(CUSTOM_MEMBERS.to_owned(), members);
                }
                MemberOptions::AllProjectMembers
            }
            (MemberOptionsType::Custom, Some(members)) => MemberOptions::Custom(members),
            (MemberOptionsType::Custom, None) => {
                return Err(D::Error::missing_field(CUSTOM_MEMBERS));
            }
            (MemberOptionsType::Other(other), members) => MemberOptions::Other(other, members),
        };
        Ok(Self { members, notify_members, extra })
    }
}

const CUSTOM_MEMBERS: &str = "custom_members";

/// Form in which a configuration is serialized, which decides about missing lists of members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// An empty list for missing custom members.
    Response,
    /// No field for missing custom members.
    Request,
}

/// Serializes the form of responses.
impl Serialize for UserConfiguration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        InForm(self, Form::Response).serialize(serializer)
    }
}

/// A configuration, with the form in which it is serialized.
pub(super) struct InForm<'a>(pub(super) &'a UserConfiguration, pub(super) Form);

impl Serialize for InForm<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(UserConfiguration { members, notify_members, extra }, form) = self;
        let mut map = serializer.serialize_map(None)?;
        let (kind, members) = match members {
            MemberOptions::AllProjectMembers => (&MemberOptionsType::AllProjectMembers, None),
            MemberOptions::Custom(members) => (&MemberOptionsType::Custom, Some(members)),
            MemberOptions::Other(kind, members) => {
                (&MemberOptionsType::Other(kind.clone()), members.as_ref())
            }
        };
        match (members, form) {
            (Some(members), _) => map.serialize_entry(CUSTOM_MEMBERS, members)?,
            _ if extra.contains_key(CUSTOM_MEMBERS) => {}
            (None, Form::Response) => map.serialize_entry(CUSTOM_MEMBERS, &[(); 0])?,
            (None, Form::Request) => {}
        }
        map.serialize_entry("member_options_type", kind)?;
        map.serialize_entry("notify_members", notify_members)?;
        for (name, value) in extra {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(json: &Value) -> serde_json::Result<UserConfiguration> {
        UserConfiguration::deserialize(json)
    }

    #[test]
    fn decodes_custom_members_only_with_their_option() {
        let kim = json!([{"id": "kim", "type": "user"}]);
        let custom = json!({
            "custom_members": kim, "member_options_type": "custom", "notify_members": true,
        });
        let typed = read(&custom).unwrap();
        let members = MemberOptions::Custom(vec![UserValue::user("kim")]);
        assert_eq!(typed, UserConfiguration::new(members).notify_members(true));
        assert_eq!(serde_json::to_value(&typed).unwrap(), custom);

        let lacks = json!({"member_options_type": "custom", "notify_members": true});
        assert!(read(&lacks).unwrap_err().to_string().contains("`custom_members`"));

        let stale = json!({
            "custom_members": kim, "member_options_type": "all_project_members",
            "notify_members": true,
        });
        let typed = read(&stale).unwrap();
        assert_eq!(typed.members, MemberOptions::AllProjectMembers);
        assert_eq!(serde_json::to_value(&typed).unwrap(), stale);

        let odd = json!({
            "custom_members": kim, "member_options_type": "the_cast", "notify_members": false,
        });
        let typed = read(&odd).unwrap();
        assert!(
            matches!(&typed.members, MemberOptions::Other(kind, Some(_)) if &**kind == "the_cast")
        );
        assert_eq!(serde_json::to_value(&typed).unwrap(), odd);
    }

    #[test]
    fn refuses_an_empty_list_of_custom_members() {
        let empty = UserConfiguration::new(MemberOptions::Custom(Vec::new()));
        assert_eq!(Limits::of(&empty).unwrap_err().field, "custom_members");
        assert_eq!(Limits::of(&UserConfiguration::new(MemberOptions::AllProjectMembers)), Ok(()));
    }
}
