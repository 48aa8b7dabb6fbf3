//! Users and groups of an account, as values of user fields.

use frameio::groups::ListGroups;
use frameio::metadata::{UserValue, UserValueType};
use frameio::metadata_fields::MemberOptions;
use frameio::project_permissions::ListProjectUsers;
use frameio::users::ListAccountUsers;
use frameio::{AccountId, Client, ProjectId};

use crate::commands::by_name::{self, Label};
use crate::exit::Failure;

/// A user or a group.
pub(super) struct Person {
    pub(super) value: UserValue,
    /// Name, or the email address of a user without a name.
    pub(super) name: String,
    email: Option<String>,
}

/// The users and groups that values of user fields can name.
#[derive(Default)]
pub(super) struct People(Vec<Person>);

impl People {
    /// Lists the users and groups of an account. A caller without the right to list them gets the users
    /// of the project.
    pub(super) async fn load(
        client: &Client,
        account: &AccountId,
        project: &ProjectId,
    ) -> Result<Self, Failure> {
        let mut people = match Self::of_account(client, account).await {
            Err(error) if error.status().is_some_and(|status| status.as_u16() == 403) => {
                Self::of_project(client, account, project).await?
            }
            people => people?,
        };
        people.extend(Self::groups(client, account).await?);
        Ok(Self(people))
    }

    async fn of_account(
        client: &Client,
        account: &AccountId,
    ) -> Result<Vec<Person>, frameio::Error> {
        let mut users = client.items(ListAccountUsers::new(account).page_size(100));
        let mut people = Vec::new();
        while let Some(role) = users.next().await {
            let user = role?.user;
            people.extend(user.id.map(|id| Person::user(id.as_str(), user.name, user.email)));
        }
        Ok(people)
    }

    async fn of_project(
        client: &Client,
        account: &AccountId,
        project: &ProjectId,
    ) -> Result<Vec<Person>, frameio::Error> {
        let mut users = client.items(ListProjectUsers::new(account, project).page_size(100));
        let mut people = Vec::new();
        while let Some(role) = users.next().await {
            let user = role?.user;
            people.extend(user.id.map(|id| Person::user(id.as_str(), user.name, user.email)));
        }
        Ok(people)
    }

    /// Lists the groups; none if the caller is not allowed to.
    async fn groups(client: &Client, account: &AccountId) -> Result<Vec<Person>, frameio::Error> {
        let mut groups = client.items(ListGroups::new(account).page_size(100));
        let mut people = Vec::new();
        while let Some(group) = groups.next().await {
            match group {
                Ok(group) => {
                    let value = UserValue::group(group.id);
                    people.push(Person { value, name: group.name, email: None });
                }
                Err(error) if error.status().is_some_and(|status| status.as_u16() == 403) => {
                    return Ok(Vec::new());
                }
                Err(error) => return Err(error),
            }
        }
        Ok(people)
    }

    /// Finds a person by email address, name or ID among those that the field accepts.
    pub(super) fn find(&self, typed: &str, members: &MemberOptions) -> Result<UserValue, String> {
        let allowed: Vec<&Person> = match members {
            MemberOptions::Custom(members) => {
                self.0.iter().filter(|person| members.contains(&person.value)).collect()
            }
            _ => self.0.iter().collect(),
        };
        let wanted = by_name::folded(typed);
        let has_email = |person: &&&Person| {
            person.email.as_deref().is_some_and(|email| by_name::folded(email) == wanted)
        };
        if let Some(person) = allowed.iter().find(has_email) {
            return Ok(person.value.clone());
        }
        let found = by_name::only(allowed.iter(), typed, "user or group", |person| {
            Label::new(&person.name, &person.value.id)
        });
        found.map(|person| person.value.clone()).map_err(|error| error.reason().to_owned())
    }

    /// Returns the name of a value, or else its ID.
    pub(super) fn name<'a>(&'a self, value: &'a UserValue) -> &'a str {
        let person = self.0.iter().find(|person| person.value == *value);
        person.map_or(&value.id, |person| &person.name)
    }

    /// Returns the email address of a user.
    pub(super) fn email(&self, value: &UserValue) -> Option<&str> {
        let is_user = value.kind == UserValueType::User;
        let person = self.0.iter().find(|person| is_user && person.value == *value)?;
        person.email.as_deref()
    }
}

impl Person {
    fn user(id: &str, name: Option<String>, email: String) -> Self {
        let name = name.unwrap_or_else(|| email.clone());
        Self { value: UserValue::user(id), name, email: Some(email) }
    }
}
