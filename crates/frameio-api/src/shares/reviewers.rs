//! Reviewers of a share: named by exactly one kind of identifier.

use frameio_core::limits::{Check, Limits};
use frameio_core::{UserId, model, open_enum};
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, SerializeMap, Serializer};

/// People, named by one kind of identifier: 1 to 10 of them, each once.
///
/// ```
/// use frameio_api::shares::{RemoveShareReviewers, Reviewers};
///
/// let reviewers = Reviewers::emails(["kim@example.com"]);
/// let request = frameio_core::encode(&RemoveShareReviewers::new("a", "s", reviewers))?;
/// let body = request.body().as_bytes().unwrap();
/// assert_eq!(body, br#"{"data":{"reviewers":{"emails":["kim@example.com"]}}}"#);
/// # Ok::<_, frameio_core::EncodeError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reviewers {
    /// By e-mail address: the only way to name somebody who is not a member of the account.
    Emails(Vec<String>),
    /// By user id.
    Users(Vec<UserId>),
    /// By the id at Adobe.
    AdobeUsers(Vec<String>),
}

impl Reviewers {
    /// Names people by their e-mail addresses.
    pub fn emails<T: Into<String>>(emails: impl IntoIterator<Item = T>) -> Self {
        Self::Emails(emails.into_iter().map(Into::into).collect())
    }

    /// Names people by their user ids.
    pub fn users<T: Into<UserId>>(users: impl IntoIterator<Item = T>) -> Self {
        Self::Users(users.into_iter().map(Into::into).collect())
    }

    /// Names people by their ids at Adobe.
    pub fn adobe_users<T: Into<String>>(users: impl IntoIterator<Item = T>) -> Self {
        Self::AdobeUsers(users.into_iter().map(Into::into).collect())
    }
}

impl Check for Reviewers {
    fn check(&self, limits: &mut Limits) {
        match self {
            Self::Emails(emails) => check_ids(limits, "emails", emails),
            Self::Users(users) => check_ids(limits, "user_ids", users),
            Self::AdobeUsers(users) => check_ids(limits, "adobe_user_ids", users),
        }
    }
}

/// Checks a list of reviewers or of share lists: 1 to 10, each once.
fn check_ids<T: PartialEq>(limits: &mut Limits, field: &'static str, ids: &Vec<T>) {
    limits.check(field, ids, 1..=10);
    limits.within(field, |limits| limits.distinct(ids));
}

/// Whom to invite to a share.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvitedReviewers {
    /// These people.
    Reviewers(Reviewers),
    /// Members of the share lists with these ids, 1 to 10.
    ShareLists(Vec<String>),
}

impl From<Reviewers> for InvitedReviewers {
    fn from(reviewers: Reviewers) -> Self {
        Self::Reviewers(reviewers)
    }
}

impl Check for InvitedReviewers {
    fn check(&self, limits: &mut Limits) {
        match self {
            Self::Reviewers(reviewers) => reviewers.check(limits),
            Self::ShareLists(lists) => check_ids(limits, "share_list_ids", lists),
        }
    }
}

/// Writes the one field that there is.
fn one<S: Serializer>(
    serializer: S,
    name: &'static str,
    ids: &impl Serialize,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry(name, ids)?;
    map.end()
}

impl Serialize for Reviewers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Emails(emails) => one(serializer, "emails", emails),
            Self::Users(users) => one(serializer, "user_ids", users),
            Self::AdobeUsers(users) => one(serializer, "adobe_user_ids", users),
        }
    }
}

impl Serialize for InvitedReviewers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Reviewers(reviewers) => reviewers.serialize(serializer),
            Self::ShareLists(lists) => one(serializer, "share_list_ids", lists),
        }
    }
}

model! {
    /// The fields of all kinds, of which one is given.
    pub struct Fields {
        pub emails: Option<Vec<String>>,
        pub user_ids: Option<Vec<UserId>>,
        pub adobe_user_ids: Option<Vec<String>>,
        pub share_list_ids: Option<Vec<String>>,
    }
}

impl<'de> Deserialize<'de> for InvitedReviewers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = Fields::deserialize(deserializer)?;
        if let Some(unknown) = fields.extra.keys().next() {
            return Err(D::Error::custom(format_args!("`{unknown}` is no kind of reviewers")));
        }
        let mut given = [
            fields.emails.map(Reviewers::Emails).map(Self::from),
            fields.user_ids.map(Reviewers::Users).map(Self::from),
            fields.adobe_user_ids.map(Reviewers::AdobeUsers).map(Self::from),
            fields.share_list_ids.map(Self::ShareLists),
        ]
        .into_iter()
        .flatten();
        match (given.next(), given.next()) {
            (Some(one), None) => Ok(one),
            _ => Err(D::Error::custom(
                "exactly one of `emails`, `user_ids`, `adobe_user_ids` and, to invite, \
                 `share_list_ids` has to be given",
            )),
        }
    }
}

impl<'de> Deserialize<'de> for Reviewers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match InvitedReviewers::deserialize(deserializer)? {
            InvitedReviewers::Reviewers(reviewers) => Ok(reviewers),
            InvitedReviewers::ShareLists(_) => {
                Err(D::Error::custom("`share_list_ids` cannot be removed, only invited"))
            }
        }
    }
}

open_enum! {
    /// The order of reviewers.
    pub enum ReviewerSort {
        /// By name, A first.
        NameAsc = "name_asc",
        /// By name, Z first.
        NameDesc = "name_desc",
        /// Those who are active first.
        Active = "active",
        /// Those who are not active first.
        Inactive = "inactive",
    }
}
