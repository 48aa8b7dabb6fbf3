//! Reviewers of a share.

use frameio_core::limits::{Check, Limits};
use frameio_core::{AccountId, Cursor, Endpoint, Page, ShareId, UserId, model, open_enum};
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::users::User;

/// Lists the reviewers of a share.
///
/// Returns pages of [`User`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/shares/{share_id}/reviewers",
    id = "shares.list_reviewers", response = Page<User>, quota = "10/min",
)]
#[non_exhaustive]
pub struct ListShareReviewers {
    /// Account that owns the share.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Share whose reviewers are listed.
    #[endpoint(path)]
    pub share_id: ShareId,
    /// Sort order. Default: chosen by the service.
    #[endpoint(query)]
    pub sort: Option<ReviewerSort>,
    /// Cursor of the page to return. Default: the first page.
    #[endpoint(page)]
    pub after: Option<Cursor>,
    /// Number of items per page, 1 to 100. Default: 50.
    #[endpoint(page, range = 1..=100)]
    pub page_size: Option<u32>,
    /// Whether the response contains the number of items on all pages. Default: false.
    #[endpoint(page)]
    pub include_total_count: Option<bool>,
}

/// Invites people to a share.
///
/// People invited to a secure share become its reviewers. People invited to a public share receive
/// an email only.
///
/// ```no_run
/// # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
/// use frameio::shares::{AddShareReviewers, Reviewers};
///
/// let reviewers = Reviewers::emails(["kim@example.com"]);
/// client.send(AddShareReviewers::new("account", "share", reviewers, "Please have a look")).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    POST "/v4/accounts/{account_id}/shares/{share_id}/reviewers",
    id = "shares.add_reviewers", response = (), quota = "10/min",
)]
#[non_exhaustive]
pub struct AddShareReviewers {
    /// Account that owns the share.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Share to which people are invited.
    #[endpoint(path)]
    pub share_id: ShareId,
    /// People to invite.
    #[endpoint(body)]
    pub reviewers: InvitedReviewers,
    /// Message in the invitation.
    #[endpoint(body)]
    pub message: String,
    /// Whether the service sends the invitations by email. Default: true.
    #[endpoint(body)]
    pub notify_by_email: Option<bool>,
}

/// Removes reviewers from a secure share.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    DELETE "/v4/accounts/{account_id}/shares/{share_id}/reviewers",
    id = "shares.remove_reviewers", response = (), quota = "10/min",
)]
#[non_exhaustive]
pub struct RemoveShareReviewers {
    /// Account that owns the share.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Share to remove the reviewers from.
    #[endpoint(path)]
    pub share_id: ShareId,
    /// Reviewers to remove.
    #[endpoint(body)]
    pub reviewers: Reviewers,
}

/// People, identified by exactly one kind of identifier. 1 to 10, each once.
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
    /// Email addresses. The only kind that identifies people without a membership in the account.
    Emails(Vec<String>),
    /// User ids.
    Users(Vec<UserId>),
    /// Ids of users at Adobe.
    AdobeUsers(Vec<String>),
}

impl Reviewers {
    /// Identifies people by their email addresses.
    pub fn emails<T: Into<String>>(emails: impl IntoIterator<Item = T>) -> Self {
        Self::Emails(emails.into_iter().map(Into::into).collect())
    }

    /// Identifies people by their user ids.
    pub fn users<T: Into<UserId>>(users: impl IntoIterator<Item = T>) -> Self {
        Self::Users(users.into_iter().map(Into::into).collect())
    }

    /// Identifies people by their ids at Adobe.
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

/// Checks a list of identifiers: 1 to 10, each once.
fn check_ids<T: PartialEq>(limits: &mut Limits, field: &'static str, ids: &Vec<T>) {
    limits.check(field, ids, 1..=10);
    limits.within(field, |limits| limits.distinct(ids));
}

/// People to invite to a share.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvitedReviewers {
    /// People, identified one by one.
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

/// Serializes an object with one field.
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
    /// Fields of all kinds of identifiers, of which exactly one is present.
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
            return Err(D::Error::custom(format_args!("unknown kind of reviewers `{unknown}`")));
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
                "expected exactly one of `emails`, `user_ids`, `adobe_user_ids` and, to invite, \
                 `share_list_ids`",
            )),
        }
    }
}

impl<'de> Deserialize<'de> for Reviewers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match InvitedReviewers::deserialize(deserializer)? {
            InvitedReviewers::Reviewers(reviewers) => Ok(reviewers),
            InvitedReviewers::ShareLists(_) => {
                Err(D::Error::custom("`share_list_ids` can be invited, but not removed"))
            }
        }
    }
}

open_enum! {
    /// Sort order of reviewers.
    pub enum ReviewerSort {
        /// By name, A to Z.
        NameAsc = "name_asc",
        /// By name, Z to A.
        NameDesc = "name_desc",
        /// Active reviewers first.
        Active = "active",
        /// Inactive reviewers first.
        Inactive = "inactive",
    }
}
