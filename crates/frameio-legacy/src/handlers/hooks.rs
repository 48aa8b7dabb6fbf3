//! Webhooks.

use frameio_api::webhooks::{
    CallbackUrl, CreateWebhook, DeleteWebhook, ListWebhooks, ShowWebhook, UpdateWebhook, Webhook,
};
use frameio_api::workspaces::ListWorkspaces;
use frameio_core::AccountId;
use serde_json::Value;

use super::teams::refuse_others;
use crate::context::Context;
use crate::fields::Fields;
use crate::known_ids::Kind;
use crate::listing::Window;
use crate::refusal::Refusal;
use crate::relay::{Entry, Relays, receiver};
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
            hooks.push(shown(&cx, &hook, &account));
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
    object(shown(&cx, &hook.value, &hook.account))
}

/// A webhook with the URL of its receiver, and not that of the relay.
fn shown(cx: &Context, hook: &Webhook, account: &AccountId) -> Value {
    let mut shown = translate::hook(hook, account);
    let relay = cx.settings.relays.as_ref().and_then(|it| it.of_webhook(hook.id.as_str()));
    if let Some((_, target)) = relay {
        shown["url"] = target.into();
    }
    shown
}

pub(crate) async fn create(cx: Context) -> Outcome {
    let team = cx.workspace(&cx.argument("team_id")?).await?;
    let fields = Fields::new(&cx.request.body);
    cx.report.ignored(&fields.others(&["name", "url", "events", "active", "project_id"]));
    let given = fields.ids("events")?;
    let mapped = mapped(&cx, &given)?;
    let (name, url) = (fields.required_text("name")?, fields.required_text("url")?);
    let (account, id) = (&team.account, &team.value.id);
    let create = |url: String| {
        CreateWebhook::new(account, id, mapped.clone(), name.clone(), CallbackUrl::new(url))
    };
    let hook = match cx.settings.relays.as_ref().filter(|relays| relays.registers()) {
        Some(relays) => register(&cx, relays, account, &url, create).await?,
        None => {
            let hook = cx.send(create(url)).await?;
            cx.report.note(format!("lossy: {SHAPE}"));
            hook
        }
    };
    cx.session.ids.learn(hook.id.as_str(), account, Kind::Webhook, None);
    object(shown(&cx, &hook, account))
}

/// Creates a webhook that delivers to a relay, and the relay to the receiver. Both sign with the secret
/// of V4, which the response contains.
async fn register(
    cx: &Context,
    relays: &Relays,
    account: &AccountId,
    target: &str,
    create: impl Fn(String) -> CreateWebhook,
) -> Result<Webhook, Refusal> {
    receiver(target)?;
    let path = relays.new_path()?;
    let hook = cx.send(create(format!("{}{path}", cx.request.base_url))).await?;
    let saved = match hook.secret.clone() {
        Some(secret) => {
            let (target, target_secret) = (target.to_owned(), secret.clone());
            let webhook = Some(hook.id.as_str().to_owned());
            relays.add(Entry { path, secret, target, target_secret, webhook }).await
        }
        None => Err(Refusal::bad_gateway("V4 returned no secret for the webhook")),
    };
    if let Err(refusal) = saved {
        // Its deliveries could not be verified.
        cx.send(DeleteWebhook::new(account, &hook.id)).await?;
        return Err(refusal);
    }
    Ok(hook)
}

pub(crate) async fn update(cx: Context) -> Outcome {
    let id = cx.argument("hook_id")?;
    let fields = Fields::new(&cx.request.body);
    refuse_others(&fields, &["name", "url", "events", "active", "id"], "webhooks.update")?;
    let (name, target) = (fields.text("name")?, fields.text("url")?);
    let active = fields.flag("active")?;
    let relay = cx.settings.relays.as_ref().filter(|relays| relays.of_webhook(&id).is_some());
    // V4 keeps the URL of the relay, and decides whether the caller may change the webhook.
    let url = match (&target, relay.and_then(|relays| relays.of_webhook(&id))) {
        (Some(target), Some((path, _))) => {
            receiver(target)?;
            Some(format!("{}{path}", cx.request.base_url))
        }
        _ => target.clone(),
    };
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
    if let (Some(relays), Some(target)) = (relay, &target) {
        relays.set_target(&id, target).await?;
    }
    object(shown(&cx, &hook.value, &hook.account))
}

pub(crate) async fn delete(cx: Context) -> Outcome {
    let id = cx.argument("hook_id")?;
    let hook = cx.with_account(&id, Kind::Webhook, |account| {
        cx.send(ShowWebhook::new(account, id.as_str()))
    });
    let hook = hook.await?;
    cx.send(DeleteWebhook::new(&hook.account, id.as_str())).await?;
    cx.session.ids.forget(&id);
    let shown = shown(&cx, &hook.value, &hook.account);
    if let Some(relays) = &cx.settings.relays {
        relays.remove(&id).await?;
    }
    object(deleted(shown))
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
