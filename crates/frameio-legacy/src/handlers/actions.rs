//! Custom actions.

use frameio_api::custom_actions::{
    ActionDescription, ActionEvent, CreateCustomAction, CustomAction, DeleteCustomAction,
    ListCustomActions, ShowCustomAction, UpdateCustomAction,
};
use frameio_api::webhooks::CallbackUrl;
use frameio_api::workspaces::ListWorkspaces;

use super::teams::refuse_others;
use crate::context::{Context, Located};
use crate::fields::Fields;
use crate::known_ids::Kind;
use crate::listing::Window;
use crate::refusal::Refusal;
use crate::response::{Outcome, list, object};
use crate::translate::comment::deleted;
use crate::translate::hook as translate;

const KNOWN: &[&str] =
    &["name", "description", "event", "url", "active", "allow_collaborators", "id"];
const SHAPE: &str = "lossy: requests to the action have the shape of V4";

/// Actions of all teams of an account.
pub(crate) async fn index(cx: Context) -> Outcome {
    let account = cx.account_argument().await?;
    let mut actions = Vec::new();
    for team in cx.all(ListWorkspaces::new(&account).page_size(100)).await? {
        for action in cx.all(ListCustomActions::new(&account, &team.id).page_size(100)).await? {
            cx.session.ids.learn(action.id.as_str(), &account, Kind::Action, None);
            actions.push(translate::action(&action));
        }
    }
    list(Window::of(actions, cx.request.paging(cx.settings.page_size)))
}

pub(crate) async fn of_team(cx: Context) -> Outcome {
    let team = cx.workspace(&cx.argument("team_id")?).await?;
    let (account, id) = (&team.account, &team.value.id);
    let paging = cx.request.paging(cx.settings.page_size);
    let actions =
        |size| ListCustomActions::new(account, id).page_size(size).include_total_count(true);
    let window = cx.window(&format!("actions of {id}"), paging, 100, actions).await?;
    let items = window.items.iter().map(translate::action).collect();
    list(window.with_items(items))
}

pub(crate) async fn show(cx: Context) -> Outcome {
    object(translate::action(&cx.action().await?.value))
}

pub(crate) async fn create(cx: Context) -> Outcome {
    let team = cx.workspace(&cx.argument("team_id")?).await?;
    let fields = Fields::new(&cx.request.body);
    cx.report.ignored(&fields.others(&["name", "description", "event", "url"]));
    let name = fields.required_text("name")?;
    let description = fields.text("description")?.filter(|text| !text.is_empty());
    let request = CreateCustomAction::new(
        &team.account,
        &team.value.id,
        ActionDescription::new(description.unwrap_or_else(|| name.clone())),
        ActionEvent::new(fields.required_text("event")?),
        name,
        CallbackUrl::new(fields.required_text("url")?),
    );
    let action = cx.send(request.multi_asset(false)).await?;
    cx.session.ids.learn(action.id.as_str(), &team.account, Kind::Action, None);
    cx.report.note(SHAPE);
    object(translate::action(&action))
}

pub(crate) async fn update(cx: Context) -> Outcome {
    let id = cx.argument("action_id")?;
    let fields = Fields::new(&cx.request.body);
    refuse_others(&fields, KNOWN, "custom_actions.actions_update")?;
    let (name, description) = (fields.text("name")?, fields.text("description")?);
    let (event, url) = (fields.text("event")?, fields.text("url")?);
    let active = fields.flag("active")?;
    let updated = cx.with_account(&id, Kind::Action, |account| {
        let mut request = UpdateCustomAction::new(account, id.as_str());
        (request.name, request.description) = (name.clone(), description.clone());
        (request.event, request.url) = (event.clone(), url.clone());
        request.active = active;
        cx.send(request)
    });
    object(translate::action(&updated.await?.value))
}

pub(crate) async fn delete(cx: Context) -> Outcome {
    let action = cx.action().await?;
    cx.send(DeleteCustomAction::new(&action.account, &action.value.id)).await?;
    cx.session.ids.forget(action.value.id.as_str());
    object(deleted(translate::action(&action.value)))
}

impl Context {
    async fn action(&self) -> Result<Located<CustomAction>, Refusal> {
        let id = self.argument("action_id")?;
        let shown = self.with_account(&id, Kind::Action, |account| {
            self.send(ShowCustomAction::new(account, id.as_str()))
        });
        shown.await
    }
}
