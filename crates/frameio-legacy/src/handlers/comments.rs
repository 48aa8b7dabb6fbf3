//! Comments.

use frameio_api::comments::{
    Comment, CommentInclude, CreateComment, DeleteComment, ListComments, ShowComment, UpdateComment,
};
use frameio_core::{AccountId, Patch};
use serde_json::Value;

use super::teams::refuse_others;
use crate::context::{Context, Located};
use crate::fields::Fields;
use crate::known_ids::Kind;
use crate::listing::Window;
use crate::refusal::Refusal;
use crate::response::{Outcome, list, object};
use crate::settings::Replies;
use crate::translate::comment::{self as translate, deleted, flatten};

const INCLUDE: [CommentInclude; 2] = [CommentInclude::Owner, CommentInclude::Replies];

/// Fields of a comment that V4 has, and those that are harmless.
const KNOWN: &[&str] =
    &["text", "timestamp", "duration", "annotation", "page", "completed", "private", "id"];

/// One flat list of comments and replies. The total counts replies, so all comments are read.
pub(crate) async fn index(cx: Context) -> Outcome {
    let (account, file) = cx.commented_file(&cx.argument("asset_id")?).await?;
    let request = ListComments::new(&account, file.as_str()).include(INCLUDE).page_size(100);
    let comments = cx.all(request).await?;
    let flat = comments.iter().flat_map(|comment| {
        cx.learn_comment(&account, comment);
        flatten(cx.translated(&account, comment))
    });
    let window = Window::of(flat.collect(), cx.request.paging(cx.settings.page_size));
    list(window)
}

pub(crate) async fn show(cx: Context) -> Outcome {
    let comment = cx.comment(&cx.argument("comment_id")?).await?;
    object(cx.translated(&comment.account, &comment.value))
}

pub(crate) async fn create(cx: Context) -> Outcome {
    let fields = Fields::new(&cx.request.body);
    refuse_private(&fields)?;
    refuse_position(&fields)?;
    let text = fields.required_text("text")?;
    let (account, file) = cx.commented_file(&cx.argument("asset_id")?).await?;
    cx.report.ignored(&fields.others(KNOWN));
    let mut request = CreateComment::new(&account, file.as_str(), text);
    let first = cx.settings.first_frame;
    request.timestamp = fields.integer("timestamp")?.map(|it| it.saturating_add(first).into());
    request.duration = fields.integer("duration")?.filter(|duration| *duration > 0);
    if request.timestamp.is_none() {
        request.duration = None;
    }
    request.annotation = annotation(&fields)?;
    request.page = page(&fields)?;
    request.completed = fields.flag("completed")?;
    let comment = cx.send(request).await?;
    cx.learn_comment(&account, &comment);
    let shown = cx.comment(comment.id.as_str()).await?;
    object(cx.translated(&account, &shown.value))
}

/// The official clients update by `POST`, the reference by `PUT`.
pub(crate) async fn update(cx: Context) -> Outcome {
    let fields = Fields::new(&cx.request.body);
    refuse_private(&fields)?;
    refuse_position(&fields)?;
    refuse_others(&fields, KNOWN, "comments.update")?;
    let id = cx.argument("comment_id")?;
    let (text, completed) = (fields.text("text")?, fields.flag("completed")?);
    let first = cx.settings.first_frame;
    let timestamp = match fields.is_null("timestamp") {
        true => Patch::Clear,
        false => patch(fields.integer("timestamp")?.map(|it| it.saturating_add(first).into())),
    };
    let (duration, page) = (fields.integer("duration")?, page(&fields)?);
    let annotation = annotation(&fields)?;
    let updated = cx.with_account(&id, Kind::Comment, |account| {
        let mut request = UpdateComment::new(account, id.as_str());
        request.text = text.clone();
        request.timestamp = timestamp.clone();
        request.duration = patch(duration);
        request.page = patch(page);
        request.annotation = patch(annotation.clone());
        request.completed = patch(completed);
        cx.send(request)
    });
    updated.await?;
    let comment = cx.comment(&id).await?;
    object(cx.translated(&comment.account, &comment.value))
}

pub(crate) async fn complete(cx: Context) -> Outcome {
    set_completed(&cx, true).await
}

pub(crate) async fn uncomplete(cx: Context) -> Outcome {
    set_completed(&cx, false).await
}

async fn set_completed(cx: &Context, completed: bool) -> Outcome {
    let id = cx.argument("comment_id")?;
    let updated = cx.with_account(&id, Kind::Comment, |account| {
        let mut request = UpdateComment::new(account, id.as_str());
        request.completed = Patch::Set(completed);
        cx.send(request)
    });
    updated.await?;
    let comment = cx.comment(&id).await?;
    object(cx.translated(&comment.account, &comment.value))
}

pub(crate) async fn delete(cx: Context) -> Outcome {
    let id = cx.argument("comment_id")?;
    let comment = cx.comment(&id).await?;
    let value = cx.translated(&comment.account, &comment.value);
    cx.send(DeleteComment::new(&comment.account, id.as_str())).await?;
    cx.session.ids.forget(&id);
    object(deleted(value))
}

pub(crate) async fn replies(cx: Context) -> Outcome {
    let comment = cx.comment(&cx.argument("comment_id")?).await?;
    let flat = flatten(cx.translated(&comment.account, &comment.value));
    let replies = flat.into_iter().skip(1).collect();
    list(Window::of(replies, cx.request.paging(cx.settings.page_size)))
}

/// V4 cannot create replies. By choice, a comment that quotes the other one stands for it.
pub(crate) async fn reply(cx: Context) -> Outcome {
    let fields = Fields::new(&cx.request.body);
    refuse_private(&fields)?;
    let text = fields.required_text("text")?;
    if cx.settings.replies == Replies::Refuse {
        let detail = "V4 cannot create replies; create a comment at the same frame instead";
        return Err(Refusal::invalid(detail).instead("comments.create"));
    }
    let parent = cx.comment(&cx.argument("comment_id")?).await?;
    let quoted: String = parent.value.text.chars().take(200).collect();
    let text = format!("> {}\n\n{text}", quoted.replace('\n', "\n> "));
    let mut request = CreateComment::new(&parent.account, &parent.value.file_id, text);
    request.timestamp = parent.value.timestamp.clone();
    let reply = cx.send(request).await?;
    cx.learn_comment(&parent.account, &reply);
    cx.report.note("lossy: V4 cannot create replies; this is a comment that quotes");
    let first = cx.settings.first_frame;
    let parent_id = Some(parent.value.id.as_str());
    object(translate::comment(&reply, parent_id, &parent.account, first))
}

/// A comment for the team alone must never become one that clients see.
fn refuse_private(fields: &Fields<'_>) -> Result<(), Refusal> {
    match fields.flag("private")? {
        Some(true) => {
            let detail = "V4 has no private comments: everybody would see it, so it is refused";
            Err(Refusal::invalid(detail))
        }
        _ => Ok(()),
    }
}

fn refuse_position(fields: &Fields<'_>) -> Result<(), Refusal> {
    match fields.others(&[]).into_iter().find(|name| matches!(*name, "pitch" | "yaw")) {
        Some(name) => Err(Refusal::invalid(format!("V4 has no '{name}' of comments"))),
        None => Ok(()),
    }
}

fn page(fields: &Fields<'_>) -> Result<Option<u32>, Refusal> {
    let page = fields.integer("page")?.filter(|page| *page > 0);
    page.map(u32::try_from).transpose().map_err(|_| Refusal::invalid("'page' is too large"))
}

/// A drawing is JSON text on both sides; some programs send the JSON itself.
fn annotation(fields: &Fields<'_>) -> Result<Option<String>, Refusal> {
    match fields.get("annotation") {
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(list @ (Value::Array(_) | Value::Object(_))) => Ok(Some(list.to_string())),
        Some(_) => Err(Refusal::invalid("'annotation' is not JSON text")),
        None => Ok(None),
    }
}

fn patch<T>(value: Option<T>) -> Patch<T> {
    value.map_or(Patch::Keep, Patch::Set)
}

impl Context {
    async fn comment(&self, id: &str) -> Result<Located<Comment>, Refusal> {
        let comment = self.with_account(id, Kind::Comment, |account| {
            self.send(ShowComment::new(account, id).include(INCLUDE))
        });
        let comment = comment.await?;
        self.learn_comment(&comment.account, &comment.value);
        Ok(comment)
    }

    fn translated(&self, account: &AccountId, comment: &Comment) -> Value {
        let known = self.place(comment.id.as_str()).and_then(|place| place.parent);
        translate::comment(comment, known.as_deref(), account, self.settings.first_frame)
    }

    /// Learns a comment and its replies, which name their comment.
    fn learn_comment(&self, account: &AccountId, comment: &Comment) {
        let ids = &self.session.ids;
        if ids.get(comment.id.as_str()).flatten().is_none() {
            ids.learn(comment.id.as_str(), account, Kind::Comment, None);
        }
        for reply in comment.replies.iter().flatten() {
            ids.learn(reply.id.as_str(), account, Kind::Comment, Some(comment.id.as_str()));
        }
    }
}
