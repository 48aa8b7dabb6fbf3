//! A subscriber that keeps every span and event.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, LazyLock, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::NoSubscriber;
use tracing::{Dispatch, Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

/// A span or an event as it was seen.
#[derive(Clone, Debug)]
pub struct Seen {
    pub name: &'static str,
    pub target: &'static str,
    pub level: Level,
    /// The name of the span around it.
    pub parent: Option<&'static str>,
    pub fields: BTreeMap<&'static str, String>,
    pub entered: bool,
    pub closed: bool,
}

impl Seen {
    /// The fields, as `name=value`.
    pub fn fields(&self) -> Vec<String> {
        self.fields.iter().map(|(name, value)| format!("{name}={value}")).collect()
    }
}

/// What has been seen. Each span is in it once, in the order of opening.
#[derive(Clone, Default)]
pub struct Capture {
    spans: Arc<Mutex<Vec<Seen>>>,
    events: Arc<Mutex<Vec<Seen>>>,
}

impl Capture {
    /// Starts to listen, on this thread, to what `wanted` lets through.
    pub fn start(wanted: fn(&Metadata<'_>) -> bool) -> (Self, tracing::subscriber::DefaultGuard) {
        // As long as there is one subscriber in the process, tracing asks the thread that comes to
        // an event first whether it is of interest, and that may be the thread of another test.
        static ANOTHER: LazyLock<Dispatch> =
            LazyLock::new(|| Dispatch::new(NoSubscriber::default()));
        LazyLock::force(&ANOTHER);

        let capture = Self::default();
        // A filter of the whole, and not of the layer, which would hide what it does not disable.
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

/// The place of a span among those seen.
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
