//! Subscriber that records spans and events.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, LazyLock, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::NoSubscriber;
use tracing::{Dispatch, Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

/// Recorded span or event.
#[derive(Clone, Debug)]
pub struct Seen {
    pub name: &'static str,
    pub target: &'static str,
    pub level: Level,
    /// Name of the enclosing span.
    pub parent: Option<&'static str>,
    pub fields: BTreeMap<&'static str, String>,
    pub entered: bool,
    pub closed: bool,
}

impl Seen {
    /// Returns the fields as `name=value`.
    pub fn fields(&self) -> Vec<String> {
        self.fields.iter().map(|(name, value)| format!("{name}={value}")).collect()
    }
}

/// Recorded spans and events. Each span is recorded once, in the order of opening.
#[derive(Clone, Default)]
pub struct Capture {
    spans: Arc<Mutex<Vec<Seen>>>,
    events: Arc<Mutex<Vec<Seen>>>,
}

impl Capture {
    /// Records the spans and events of this thread that `wanted` accepts.
    pub fn start(wanted: fn(&Metadata<'_>) -> bool) -> (Self, tracing::subscriber::DefaultGuard) {
        // With a single subscriber in the process, tracing caches the interest of the first thread
        // that reaches an event, which may belong to another test.
        static ANOTHER: LazyLock<Dispatch> =
            LazyLock::new(|| Dispatch::new(NoSubscriber::default()));
        LazyLock::force(&ANOTHER);

        let capture = Self::default();
        // A global filter. A filter of this layer alone would hide spans without disabling them.
        let filter = tracing_subscriber::filter::filter_fn(wanted);
        let subscriber = tracing_subscriber::registry().with(capture.clone()).with(filter);
        (capture, tracing::subscriber::set_default(subscriber))
    }

    pub fn spans(&self) -> Vec<Seen> {
        self.spans.lock().unwrap().clone()
    }

    pub fn events(&self) -> Vec<Seen> {
        self.events.lock().unwrap().clone()
    }
}

/// Index of a span among the recorded ones.
struct Index(usize);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Capture {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let span = context.span(id).expect("a new span");
        let parent = span.parent().map(|parent| parent.name());
        let mut seen = seen(attributes.metadata(), parent);
        attributes.record(&mut Fields(&mut seen.fields));
        let mut spans = self.spans.lock().unwrap();
        span.extensions_mut().insert(Index(spans.len()));
        spans.push(seen);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        self.change(id, &context, |seen| values.record(&mut Fields(&mut seen.fields)));
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        self.change(id, &context, |seen| seen.entered = true);
    }

    fn on_exit(&self, id: &Id, context: Context<'_, S>) {
        self.change(id, &context, |seen| seen.entered = false);
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        self.change(&id, &context, |seen| seen.closed = true);
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let parent = context.event_span(event).map(|parent| parent.name());
        let mut seen = seen(event.metadata(), parent);
        event.record(&mut Fields(&mut seen.fields));
        self.events.lock().unwrap().push(seen);
    }
}

impl Capture {
    fn change<S>(&self, id: &Id, context: &Context<'_, S>, change: impl FnOnce(&mut Seen))
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let span = context.span(id).expect("a known span");
        if let Some(Index(index)) = span.extensions().get() {
            change(&mut self.spans.lock().unwrap()[*index]);
        }
    }
}

fn seen(metadata: &'static Metadata<'static>, parent: Option<&'static str>) -> Seen {
    Seen {
        name: metadata.name(),
        target: metadata.target(),
        level: *metadata.level(),
        parent,
        fields: BTreeMap::new(),
        entered: false,
        closed: false,
    }
}

struct Fields<'a>(&'a mut BTreeMap<&'static str, String>);

impl Visit for Fields<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}
