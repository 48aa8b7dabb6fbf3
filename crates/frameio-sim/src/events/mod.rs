//! Delivery of events to webhooks, the audit log and test records.

mod deliver;
mod trigger;

use std::sync::{Arc, Weak};
use std::time::Duration;

use frameio_webhook::{Event as WebhookEvent, Resource};
use jiff::Timestamp;
use tokio::runtime::Handle;

pub(crate) use self::deliver::NOT_ON_LOOPBACK;
pub(crate) use self::trigger::trigger;
pub use self::trigger::{Interaction, Shown, TriggerError};

use self::deliver::{deliver, record_undeliverable};
use crate::shared::{Shared, World};
use crate::state::{Event, PendingDelivery, Row, State};

/// Time limit for the response of a webhook's receiver.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(5);

/// Event of the simulator, as [`Sim::events`](crate::Sim::events) returns it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RecordedEvent {
    /// Event as webhooks receive it.
    pub event: WebhookEvent,
    /// Time of the event on the simulator's [`Clock`](crate::Clock).
    pub time: Timestamp,
}

/// Returns the recorded events, oldest first.
pub(crate) fn history(state: &State) -> Vec<RecordedEvent> {
    let recorded = |event: &Event| RecordedEvent { event: webhook_event(event), time: event.at };
    state.events.past.iter().map(recorded).collect()
}

/// Dispatches all pending events. Outside of a runtime, deliveries wait until one is available.
pub(crate) fn dispatch_pending(shared: &Arc<Shared>, world: &mut World) {
    let clock = &shared.env.clock;
    let now = clock.now();
    if !world.state.events.due.is_empty() {
        world.state.record_ready_files(now);
    }
    for event in std::mem::take(&mut world.state.events.pending) {
        for delivery in deliveries(&world.state, &event) {
            if !record_undeliverable(world, &delivery, now) {
                world.state.events.unsent.push(delivery);
            }
        }
        world.state.events.keep(event);
    }
    let Ok(runtime) = Handle::try_current() else { return };
    let mut awaited = Vec::new();
    for due in world.state.events.due.iter_mut().filter(|due| !due.awaited) {
        due.awaited = true;
        awaited.push(clock.sleep_until(due.at));
    }
    for moment in awaited {
        world.spawn(&runtime, dispatch_after(Arc::downgrade(shared), moment));
    }
    for delivery in std::mem::take(&mut world.state.events.unsent) {
        let rng = world.deliveries.rng();
        let sent = deliver(delivery, Arc::downgrade(shared), clock.clone(), rng);
        world.spawn(&runtime, async { drop(sent.await) });
    }
}

async fn dispatch_after(shared: Weak<Shared>, moment: impl Future<Output = ()> + Send) {
    moment.await;
    if let Some(shared) = shared.upgrade() {
        dispatch_pending(&shared, &mut shared.lock());
    }
}

/// Returns the deliveries of an event. An event without a workspace is delivered in all workspaces of
/// its account.
fn deliveries(state: &State, event: &Event) -> Vec<PendingDelivery> {
    let of_account = event.workspace.is_none() && event.project.is_none();
    let is_subscribed = |hook: &&Row| {
        let mut events = hook.field("events").as_array().into_iter().flatten();
        let workspace = event.workspace.as_deref();
        hook.account == event.account
            && (of_account || workspace == Some(hook.text("workspace_id")))
            && *hook.field("active") == true
            && events.any(|wanted| *wanted == *event.kind)
    };
    let delivery = |hook: &Row| {
        let event = webhook_event(event).workspace(hook.text("workspace_id"));
        let body = serde_json::to_vec(&event).unwrap_or_default().into();
        PendingDelivery { sender: hook.id().to_owned(), body, limit: RESPONSE_TIMEOUT }
    };
    state.webhooks.values().filter(is_subscribed).map(delivery).collect()
}

/// Returns an event in the form that webhooks receive.
fn webhook_event(event: &Event) -> WebhookEvent {
    let resource = Resource::new(&event.resource.0, &event.resource.1);
    let mut sent = WebhookEvent::new((&*event.kind).into(), resource, event.account.as_str());
    // A visitor of a share can be anonymous.
    if !event.user.is_empty() {
        sent = sent.user(event.user.as_str());
    }
    if let Some(workspace) = &event.workspace {
        sent = sent.workspace(workspace.as_str());
    }
    match &event.project {
        Some(project) => sent.project(project.as_str()),
        None => sent,
    }
}
