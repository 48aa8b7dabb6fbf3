//! Visits of a share under its link.

use std::fmt;

use frameio_core::FileId;
use jiff::Timestamp;
use serde_json::json;

use super::{assets, reviewers};
use crate::operations::comments;
use crate::operations::context::RequestContext;
use crate::operations::page::page_by;
use crate::response::Outcome;
use crate::state::{Activity, Actor, Row, State, new_id};

pub(super) fn list(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let share = ctx.find(&state.shares, "share_id")?;
    let activities = state.shared.get(share.id()).into_iter().flat_map(|it| &it.activities);
    let page = page_by(
        ctx,
        activities.collect(),
        |_, _| serde_json::Value::Null,
        |activity| {
            let visitor = activity.visitor.as_deref();
            let person = visitor.map(|email| reviewers::person(state, &share.account, email));
            let mut shown = json!({
                "id": activity.id,
                "type": activity.kind,
                "asset_id": activity.asset,
                "inserted_at": activity.at.to_string(),
                "user_id": person.as_ref().map(|person| &person["id"]),
            });
            if ctx.query.includes("user") {
                shown["user"] = person.into();
            }
            shown
        },
    )?;
    // The contract has the parameter, but not the field in the response.
    Ok(page.without("total_count"))
}

/// Action of a visitor on a share, for [`Sim::visit_share`](crate::Sim::visit_share).
///
/// ```
/// # use frameio_core::FileId;
/// use frameio_sim::Visit;
///
/// # let file_id = FileId::from("f");
/// let anonymous = Visit::share();
/// let ada = Visit::comment(&file_id, "Too dark").by("ada@example.com");
/// ```
#[derive(Clone, Debug)]
pub struct Visit {
    act: Act,
    by: Option<String>,
}

#[derive(Clone, Debug)]
enum Act {
    Share,
    Asset(String),
    Download(String),
    Comment(String, String),
}

impl Visit {
    const fn of(act: Act) -> Self {
        Self { act, by: None }
    }

    /// Opens the share (activity `share_viewed`), which is the only visit that webhooks receive.
    pub const fn share() -> Self {
        Self::of(Act::Share)
    }

    /// Views a file (activity `asset_viewed`).
    pub fn asset(file_id: &FileId) -> Self {
        Self::of(Act::Asset(file_id.as_str().to_owned()))
    }

    /// Downloads a file (activity `asset_downloaded`).
    pub fn download(file_id: &FileId) -> Self {
        Self::of(Act::Download(file_id.as_str().to_owned()))
    }

    /// Adds a comment to a file (activity `comment_created`).
    pub fn comment(file_id: &FileId, text: impl Into<String>) -> Self {
        Self::of(Act::Comment(file_id.as_str().to_owned(), text.into()))
    }

    /// Sets the visitor by email address, which can be that of a user. Default: an anonymous visitor, who
    /// can open only public shares.
    #[must_use]
    pub fn by(mut self, email: impl Into<String>) -> Self {
        self.by = Some(email.into().to_lowercase());
        self
    }
}

/// Reason why a share refuses a visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitError(&'static str);

impl fmt::Display for VisitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for VisitError {}

impl Visit {
    /// Performs the visit; see [`Sim::visit_share`](crate::Sim::visit_share).
    pub(crate) fn run(self, state: &mut State, id: &str, now: Timestamp) -> Result<(), VisitError> {
        let share = state.shares.get(id).ok_or(VisitError("no such share"))?;
        self.check(state, share, now)?;
        let (account, project) = (share.account.clone(), share.text("project_id").to_owned());
        let user = self.by.as_deref().and_then(|email| reviewers::user(state, &account, email));
        let user = user.map(|user| user.id().to_owned()).unwrap_or_default();
        let actor = Actor { account: &account, user: &user, now };
        if let Some(share) = state.shares.get_mut(id) {
            share.fields.insert("last_viewed_at".to_owned(), now.to_string().into());
        }
        let (kind, asset) = match self.act {
            Act::Share => {
                state.record_event(actor, "share.viewed", ("share", id), &project);
                ("share_viewed", None)
            }
            Act::Asset(file) => ("asset_viewed", Some(file)),
            Act::Download(file) => ("asset_downloaded", Some(file)),
            Act::Comment(file, text) => {
                comments::add(state, actor, &file, &text);
                ("comment_created", Some(file))
            }
        };
        let activity =
            Activity { id: new_id(), kind: kind.into(), at: now, asset, visitor: self.by };
        state.shared.entry(id.to_owned()).or_default().activities.push(activity);
        Ok(())
    }

    /// Checks whether the share allows the visit.
    fn check(&self, state: &State, share: &Row, now: Timestamp) -> Result<(), VisitError> {
        let is_off = |name| *share.field(name) == false;
        let expiration = share.text("expiration").parse::<Timestamp>();
        let (file, wrong) = match &self.act {
            Act::Share => (None, None),
            Act::Asset(file) => (Some(file), None),
            Act::Download(file) => {
                (Some(file), is_off("downloading_enabled").then_some("downloads are disabled"))
            }
            Act::Comment(file, _) => {
                (Some(file), is_off("commenting_enabled").then_some("comments are disabled"))
            }
        };
        let shows = |file: &String| {
            state.files.contains_key(file)
                && assets::within(state, share).iter().any(|it| it.id() == file)
        };
        let error = if is_off("enabled") {
            Some("the share is disabled")
        } else if expiration.is_ok_and(|expiration| expiration <= now) {
            Some("the share has expired")
        } else if share.text("access") == "secure" && !self.is_admitted(state, share) {
            Some(
                "the share is secure: only reviewers and users with access to its project can open it",
            )
        } else if file.is_some_and(|file| !shows(file)) {
            Some("the share does not contain this file")
        } else {
            wrong
        };
        error.map_or(Ok(()), |error| Err(VisitError(error)))
    }

    fn is_admitted(&self, state: &State, share: &Row) -> bool {
        let Some(email) = &self.by else { return false };
        let shared = state.shared.get(share.id());
        shared.is_some_and(|shared| shared.reviewers.contains(email))
            || reviewers::user(state, &share.account, email)
                .is_some_and(|user| state.sees(user.id(), share))
    }
}
