//! Shows calls and attempts as spans: as text on standard error, and by OpenTelemetry on standard
//! output.
//!
//! ```console
//! $ cargo run --example tracing_spans
//! ```
//!
//! A call has the span `frameio.call`, and each of its attempts a span `frameio.http` with the
//! field names of OpenTelemetry's conventions. Here the first attempt fails, so that a second
//! follows. A layer in the attempt slot sends the context of the attempt's span as `traceparent`.

use frameio::users::ShowCurrentUser;
use frameio::{Body, Client};
use frameio_sim::{Fault, Sim};
use http::{HeaderName, HeaderValue, Request, StatusCode};
use opentelemetry::propagation::{Injector, TextMapPropagator};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tower::util::MapRequestLayer;
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::prelude::*;

struct Headers<'a>(&'a mut http::HeaderMap);

impl Injector for Headers<'_> {
    fn set(&mut self, key: &str, value: String) {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(key), HeaderValue::try_from(value)) {
            self.0.insert(name, value);
        }
    }
}

/// Sends the span of the attempt as the parent of the service's spans.
fn propagate(mut request: Request<Body>) -> Request<Body> {
    let context = tracing::Span::current().context();
    TraceContextPropagator::new().inject_context(&context, &mut Headers(request.headers_mut()));
    request
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(opentelemetry_stdout::SpanExporter::default())
        .build();
    let readable = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_span_events(FmtSpan::NEW | FmtSpan::CLOSE);
    tracing_subscriber::registry()
        .with(Targets::new().with_target("frameio", tracing::Level::DEBUG))
        .with(readable)
        .with(tracing_opentelemetry::layer().with_tracer(provider.tracer("tracing_spans")))
        .init();

    let sim = Sim::builder().build();
    sim.inject(Fault::status(StatusCode::SERVICE_UNAVAILABLE));
    let client = Client::builder()
        .token(Sim::TOKEN)
        .transport(sim.clone())
        .attempt_layer(MapRequestLayer::new(propagate))
        .build()?;
    client.send(ShowCurrentUser::new()).await?;

    for request in sim.requests() {
        eprintln!("received traceparent {:?}", request.headers.get("traceparent"));
    }
    provider.shutdown()?;
    Ok(())
}
