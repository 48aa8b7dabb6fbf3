//! Exports metrics of calls and attempts by OpenTelemetry, to standard output.
//!
//! ```console
//! $ cargo run --example opentelemetry_metrics
//! ```

use frameio::layers::metrics::{AttemptMetrics, CallMetrics, Metrics, Outcome};
use frameio::{Client, users::ShowCurrentUser};
use frameio_sim::{Fault, Sim};
use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Histogram, Meter, MeterProvider};
use opentelemetry_sdk::metrics::SdkMeterProvider;

const SECONDS: [f64; 8] = [0.005, 0.025, 0.1, 0.5, 1.0, 2.5, 5.0, 10.0];

struct OpenTelemetry {
    attempts: Histogram<f64>,
    quota_wait: Counter<f64>,
}

impl OpenTelemetry {
    fn new(meter: &Meter) -> Self {
        let attempts = meter.f64_histogram("http.client.request.duration").with_unit("s");
        let attempts = attempts.with_boundaries(SECONDS.to_vec()).build();
        let quota_wait = meter.f64_counter("frameio.quota.wait").with_unit("s").build();
        Self { attempts, quota_wait }
    }
}

impl Metrics for OpenTelemetry {
    fn call_finished(&self, call: &CallMetrics) {
        self.quota_wait.add(call.quota_wait.as_secs_f64(), &[]);
    }
    fn attempt_finished(&self, attempt: &AttemptMetrics) {
        let mut attributes = vec![
            KeyValue::new("http.request.method", attempt.method.to_string()),
            match attempt.outcome {
                Outcome::Response(status) => {
                    KeyValue::new("http.response.status_code", i64::from(status.as_u16()))
                }
                failure => KeyValue::new("error.type", failure.to_string()),
            },
        ];
        attributes.extend(attempt.url_template.map(|it| KeyValue::new("url.template", it)));
        self.attempts.record(attempt.duration.as_secs_f64(), &attributes);
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let exporter = opentelemetry_stdout::MetricExporter::default();
    let provider = SdkMeterProvider::builder().with_periodic_exporter(exporter).build();
    let sim = Sim::builder().fault(Fault::status(http::StatusCode::BAD_GATEWAY).next(1)).build();
    let metrics = OpenTelemetry::new(&provider.meter("example"));
    let client = Client::builder().token(Sim::TOKEN).transport(sim).metrics(metrics).build()?;
    client.send(ShowCurrentUser::new()).await?; // Succeeds at the second attempt.
    provider.shutdown()?;
    Ok(())
}
