//! Webhooks.

use frameio_api::webhooks::{
    CallbackUrl, CreateWebhook, DeleteWebhook, ListWebhooks, ShowWebhook, UpdateWebhook,
};
use frameio_api::workspaces::ListWorkspaces;

use super::teams::refuse_others;
use crate::context::Context;
use crate::fields::Fields;
use crate::known_ids::Kind;
use crate::listing::Window;
use crate::refusal::Refusal;
use crate::response::{Outcome, list, object};
use crate::translate::comment::deleted;
use crate::translate::{events, hook as translate};

const SHAPE: &str = "deliveries have the shape of V4 unless the url is that of the relay";

/// Webhooks of all teams of an account.
pub(crate) async fn index(cx: Context) -> Outcome {
    let account = cx.account_argument().await?;
    let mut hooks = Vec::new();
    for team in cx.all(ListWorkspaces::new(&account).page_size(100)).await? {
        for hook in cx.all(ListWebhooks::new(&account, &team.id).page_size(100)).await? {
            cx.session.ids.learn(hook.id.as_str(), &account, Kind::Webhook, None);
            hooks.push(translate::hook(&hook, &account));
        }
    }
    list(Window::of(hooks, cx.request.paging(cx.settings.page_size)))
}

pub(crate) async fn show(cx: Context) -> Outcome {
    let id = cx.argument("hook_id")?;
    let hook = cx.with_account(&id, Kind::Webhook, |account| {
        cx.send(ShowWebhook::new(account, id.as_str()))
    });
    let hook = hook.await?;
    object(translate::hook(&hook.value, &hook.account))
}

pub(crate) async fn create(cx: Context) -> Outcome {
    let team = cx.workspace(&cx.argument("team_id")?).await?;
    let fields = Fields::new(&cx.request.body);
    cx.report.ignored(&fields.others(&["name", "url", "events", "active", "project_id"]));
    let given = fields.ids("events")?;
    let mapped = mapped(&cx, &given)?;
    let (name, url) = (fields.required_text("name")?, fields.required_text("url")?);
    let (account, id) = (&team.account, &team.value.id);
    let request = CreateWebhook::new(account, id, mapped, name, CallbackUrl::new(url));
    let hook = cx.send(request).await?;
    cx.session.ids.learn(hook.id.as_str(), account, Kind::Webhook, None);
    cx.report.note(format!("lossy: {SHAPE}"));
    object(translate::hook(&hook, account))
}

pub(crate) async fn update(cx: Context) -> Outcome {
    let id = cx.argument("hook_id")?;
    let fields = Fields::new(&cx.request.body);
    refuse_others(&fields, &["name", "url", "events", "active", "id"], "webhooks.update")?;
    let (name, url) = (fields.text("name")?, fields.text("url")?);
    let active = fields.flag("active")?;
    let given = match fields.get("events") {
        Some(_) => Some(fields.ids("events")?),
        None => None,
    };
    let events = match &given {
        Some(given) => Some(mapped(&cx, given)?),
        None => None,
    };
    let updated = cx.with_account(&id, Kind::Webhook, |account| {
        let mut request = UpdateWebhook::new(account, id.as_str());
        (request.name, request.url) = (name.clone(), url.clone());
        (request.active, request.events) = (active, events.clone());
        cx.send(request)
    });
    let hook = updated.await?;
    object(translate::hook(&hook.value, &hook.account))
}

pub(crate) async fn delete(cx: Context) -> Outcome {
    let id = cx.argument("hook_id")?;
    let hook = cx.with_account(&id, Kind::Webhook, |account| {
        cx.send(ShowWebhook::new(account, id.as_str()))
    });
    let hook = hook.await?;
    cx.send(DeleteWebhook::new(&hook.account, id.as_str())).await?;
    cx.session.ids.forget(&id);
    object(deleted(translate::hook(&hook.value, &hook.account)))
}

/// V4 events of a list of legacy ones. Events without a counterpart are dropped with a warning,
/// unless nothing remains.
fn mapped(cx: &Context, given: &[String]) -> Result<Vec<frameio_core::EventType>, Refusal> {
    let (mapped, lost) = events::to_v4(given);
    if mapped.is_empty() {
        let detail = format!("V4 has none of these events: {}", lost.join(", "));
        return Err(Refusal::invalid(detail).instead("webhooks.create"));
    }
    cx.report.ignored(&lost);
    Ok(mapped)
}
