//! Custom actions, run as by a user of the web app.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use frameio_core::limits::Limits;
use frameio_core::{ActionId, UserId};
use frameio_webhook::Resource;
use frameio_webhook::action::{ActionRequest, Field, FieldType, Form, InteractionId};
use serde_json::Value;

use super::RESPONSE_TIMEOUT;
use super::deliver::deliver;
use crate::shared::Shared;
use crate::state::{PendingDelivery, Row, State, new_id};

/// Maximum number of assets for one run of an action.
const MAX_SELECTED: usize = 100;

/// Runs a custom action; see [`Sim::trigger`](crate::Sim::trigger).
pub(crate) async fn trigger(
    shared: &Arc<Shared>,
    action: &ActionId,
    user: &UserId,
    selection: Vec<Resource>,
) -> Result<Interaction, TriggerError> {
    let first = first(&shared.lock().state, action, user, selection)?;
    Interaction::send(shared, first).await
}

/// Interaction of a user with a custom action, started by [`Sim::trigger`](crate::Sim::trigger).
#[derive(Clone)]
pub struct Interaction {
    shared: Arc<Shared>,
    request: ActionRequest,
    shown: Shown,
}

/// Content that a custom action shows to the user.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Shown {
    /// Message, which ends the interaction.
    #[non_exhaustive]
    Message {
        /// Headline of the message.
        title: String,
        /// Text below the headline.
        description: String,
    },
    /// Form to [submit](Interaction::submit).
    Form(Form),
    /// Nothing, which ends the interaction.
    Nothing,
}

impl Interaction {
    /// Returns the id, which all requests of the interaction contain.
    pub const fn id(&self) -> &InteractionId {
        &self.request.interaction_id
    }

    /// Returns the form or message that is shown to the user.
    pub const fn shown(&self) -> &Shown {
        &self.shown
    }

    /// Submits the shown form, with `data` by field name.
    ///
    /// A field without data has its value in the form, or else an empty text, or `false` for a boolean.
    ///
    /// # Errors
    /// Fails when no form is shown, when the form has no such field or option, and for the reasons of
    /// [`Sim::trigger`](crate::Sim::trigger).
    ///
    /// # Panics
    /// Panics outside of a tokio runtime.
    pub async fn submit<N, V>(
        &self,
        data: impl IntoIterator<Item = (N, V)> + Send,
    ) -> Result<Self, TriggerError>
    where
        N: Into<String>,
        V: Into<Value>,
    {
        let data = data.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        let data = filled(&self.shown, data)?;
        Self::send(&self.shared, self.request.clone().submit(data)).await
    }

    async fn send(shared: &Arc<Shared>, request: ActionRequest) -> Result<Self, TriggerError> {
        let body = serde_json::to_vec(&request);
        let body = body.map_err(|error| refused(error.to_string()))?;
        let (limit, rng) = {
            let world = &mut *shared.lock();
            let action = world.state.actions.get(request.action_id.as_str());
            let limit = action.and_then(|action| action.field("timeout").as_u64());
            (limit, world.deliveries.rng())
        };
        let delivery = PendingDelivery {
            sender: request.action_id.as_str().to_owned(),
            body: body.into(),
            limit: limit.map_or(RESPONSE_TIMEOUT, Duration::from_secs),
        };
        let clock = shared.env.clock.clone();
        let response = deliver(delivery, Arc::downgrade(shared), clock, rng).await;
        let shown = Shown::read(&response.map_err(TriggerError::Failed)?)?;
        Ok(Self { shared: shared.clone(), request, shown })
    }
}

impl fmt::Debug for Interaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Interaction");
        debug.field("id", self.id()).field("shown", &self.shown).finish_non_exhaustive()
    }
}

impl Shown {
    fn read(response: &[u8]) -> Result<Self, TriggerError> {
        let unreadable = |detail: String| TriggerError::Unreadable(detail);
        if response.trim_ascii().is_empty() {
            return Ok(Self::Nothing);
        }
        let response: Value = serde_json::from_slice(response)
            .map_err(|error| unreadable(format!("not JSON: {error}")))?;
        if response.as_object().is_some_and(serde_json::Map::is_empty) {
            return Ok(Self::Nothing);
        }
        if response.get("fields").is_some() {
            let form: Form = serde_json::from_value(response)
                .map_err(|error| unreadable(format!("not a form: {error}")))?;
            Limits::of(&form).map_err(|error| unreadable(format!("in the form, {error}")))?;
            return Ok(Self::Form(form));
        }
        let text = |name: &str| response.get(name).map(|text| text.as_str().map(str::to_owned));
        match (text("title"), text("description").unwrap_or_else(|| Some(String::new()))) {
            (Some(Some(title)), Some(description)) => Ok(Self::Message { title, description }),
            _ => Err(unreadable(
                "neither a form with 'fields', nor a message with the texts 'title' and \
                 'description'"
                    .to_owned(),
            )),
        }
    }
}

/// Creates the first request of an interaction.
fn first(
    state: &State,
    action: &ActionId,
    user: &UserId,
    selection: Vec<Resource>,
) -> Result<ActionRequest, TriggerError> {
    let action = state.actions.get(action.as_str());
    let action = action.ok_or_else(|| refused("no such custom action"))?;
    if *action.field("active") != true {
        return Err(refused("the custom action is deactivated"));
    }
    if !state.users.contains_key(user.as_str()) {
        return Err(refused("no such user"));
    }
    if selection.is_empty() || selection.len() > MAX_SELECTED {
        let selected = selection.len();
        let detail = format!("{selected} assets are selected, expected 1 to {MAX_SELECTED}");
        return Err(refused(detail));
    }
    if selection.len() > 1 && *action.field("multi_asset") == false {
        return Err(refused(
            "the custom action accepts one asset at a time: 'multi_asset' is false",
        ));
    }
    let workspace = action.text("workspace_id");
    let mut project = None;
    for resource in &selection {
        let of = selected(state, resource).map(|asset| asset.text("project_id"));
        let of = of.and_then(|project| state.projects.get(project));
        let of = of.filter(|project| project.text("workspace_id") == workspace);
        let Some(of) = of.map(Row::id) else {
            let (kind, id) = (resource.kind(), resource.id());
            let detail = format!("no {kind} '{id}' in the workspace of the custom action");
            return Err(refused(detail));
        };
        if project.replace(of).is_some_and(|other| other != of) {
            return Err(refused("the selected assets belong to different projects"));
        }
    }
    let request = ActionRequest::new(action.text("event"), action.id(), new_id(), &*action.account);
    let request = request.workspace(workspace).user(user.clone()).select(selection);
    Ok(match project {
        Some(project) => request.project(project),
        None => request,
    })
}

/// Returns an asset on which an action can be run.
fn selected<'s>(state: &'s State, resource: &Resource) -> Option<&'s Row> {
    match resource {
        Resource::File(id) => state.files.get(id.as_str()),
        Resource::Folder(id) => state.folders.get(id.as_str()),
        // The id of its head version also selects a version stack.
        Resource::VersionStack(id) => {
            state.version_stacks.get(id.as_str()).or_else(|| state.files.get(id.as_str()))
        }
        _ => None,
    }
}

/// Returns the data of a submitted form: the given values, and defaults for other fields.
fn filled(
    shown: &Shown,
    typed: Vec<(String, Value)>,
) -> Result<Vec<(String, Value)>, TriggerError> {
    let Shown::Form(form) = shown else { return Err(refused("no form is shown")) };
    let fields = || form.fields.iter().filter(|field| field.kind != FieldType::Link);
    let mut data: Vec<_> = fields().map(|field| (field.name.clone(), untouched(field))).collect();
    for (name, value) in typed {
        let (Some(field), Some((_, typed))) = (
            fields().find(|field| field.name == name),
            data.iter_mut().find(|(known, _)| *known == name),
        ) else {
            let names: Vec<_> = fields().map(|field| format!("'{}'", field.name)).collect();
            let names = names.join(", ");
            return Err(refused(format!("the form has no field '{name}', only {names}")));
        };
        let mut offered = field.options.iter().flatten();
        if field.kind == FieldType::Select && !offered.any(|option| value == *option.value) {
            return Err(refused(format!("the field '{name}' has no option {value}")));
        }
        *typed = value;
    }
    Ok(data)
}

fn untouched(field: &Field) -> Value {
    match (&field.value, &field.kind) {
        (Some(value), _) => value.as_str().into(),
        (None, FieldType::Boolean) => "false".into(),
        (None, _) => "".into(),
    }
}

/// Error of running a custom action.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TriggerError {
    /// The service would not send the request, for the contained reason.
    Refused(String),
    /// No attempt was successful; contains the error of the last one.
    Failed(String),
    /// The response is neither a form nor a message, for the contained reason.
    Unreadable(String),
}

fn refused(detail: impl Into<String>) -> TriggerError {
    TriggerError::Refused(detail.into())
}

impl fmt::Display for TriggerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(detail) => f.write_str(detail),
            Self::Failed(detail) => write!(f, "the custom action failed: {detail}"),
            Self::Unreadable(detail) => {
                write!(f, "the response of the custom action cannot be shown: {detail}")
            }
        }
    }
}

impl std::error::Error for TriggerError {}
