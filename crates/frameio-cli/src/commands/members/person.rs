//! Users of an account, named by their email address or name.

use frameio::UserId;
use frameio::permissions::AccountUserRole;
use frameio::users::{ListAccountUsers, UserDetails};

use super::super::by_name::folded;
use super::place::Place;
use crate::exit::{Failure, Status};

/// Maximum number of users in an error message.
const HINTS: usize = 5;

/// A user of the account.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) id: UserId,
    /// Name and email address.
    pub(super) label: String,
}

/// The users of an account, including deactivated ones.
pub(super) struct People(Vec<UserDetails>);

impl People {
    pub(super) async fn of(place: &Place) -> Result<Self, Failure> {
        let list = ListAccountUsers::new(&place.account).include_deactivated(true).page_size(100);
        let (mut items, mut users) = (place.client.items(list), Vec::new());
        while let Some(member) = items.next().await {
            let AccountUserRole { user, .. } = member?;
            users.push(user);
        }
        Ok(Self(users))
    }

    /// Finds a user by their id, email address or name.
    pub(super) fn find(&self, text: &str) -> Result<Person, Failure> {
        let text = text.trim();
        let has_id = |user: &UserDetails| user.id.as_ref().is_some_and(|id| id.as_str() == text);
        let has_email = |user: &UserDetails| same(&user.email, text);
        let has_name = |user: &UserDetails| user.name.as_ref().is_some_and(|it| same(it, text));
        let found = [self.all(has_id), self.all(has_email), self.all(has_name)];
        let found = found.into_iter().find(|found| !found.is_empty()).unwrap_or_default();
        match found.as_slice() {
            [] => Err(Failure::new(Status::NotFound, self.unknown(text))),
            [only] => match &only.id {
                Some(id) => Ok(Person { id: id.clone(), label: label(only) }),
                None => Err(Failure::new(
                    Status::NotFound,
                    format!("'{text}' is a reviewer without a membership in the account"),
                )),
            },
            several => {
                let all: Vec<_> = several.iter().map(|user| label(user)).collect();
                let message =
                    format!("'{text}' is ambiguous, use an email address: {}", all.join(", "));
                Err(Failure::usage(message))
            }
        }
    }

    fn all(&self, is_wanted: impl Fn(&UserDetails) -> bool) -> Vec<&UserDetails> {
        self.0.iter().filter(|user| is_wanted(user)).collect()
    }

    /// Explains that a person is not a user of the account, and lists similar ones.
    fn unknown(&self, text: &str) -> String {
        let lower = folded(text);
        let contains = |text: &str| folded(text).contains(&lower);
        let mut similar =
            self.all(|user| contains(&user.email) || user.name.as_deref().is_some_and(contains));
        similar.truncate(HINTS);
        let hint = match similar.as_slice() {
            [] => String::new(),
            users => {
                let users: Vec<_> = users.iter().map(|user| label(user)).collect();
                format!("; similar: {}", users.join(", "))
            }
        };
        format!(
            "no user of the account has the email address, name or ID '{text}'{hint}; the API cannot \
             invite people: invite them in the web app or the Adobe Admin Console, or send them a share"
        )
    }
}

/// Returns the name and the email address of a user.
fn label(user: &UserDetails) -> String {
    let deactivated = if user.active == Some(false) { " (deactivated)" } else { "" };
    match &user.name {
        Some(name) => format!("{name} <{}>{deactivated}", user.email),
        None => format!("<{}>{deactivated}", user.email),
    }
}

fn same(one: &str, other: &str) -> bool {
    folded(one) == folded(other)
}
