//! Exports metrics of calls and attempts in the text format of Prometheus.
//!
//! ```console
//! $ cargo run --example prometheus
//! ```

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use frameio::layers::metrics::{AttemptMetrics, CallMetrics, Metrics};
use frameio::{Client, users::ShowCurrentUser};
use frameio_sim::{Fault, Sim};

/// Series by the name and type of their metric, then by suffix and labels.
#[derive(Clone, Default)]
struct Prometheus(Arc<Mutex<BTreeMap<&'static str, BTreeMap<String, f64>>>>);

impl Prometheus {
    fn add(&self, metric: &'static str, series: &str, value: f64) {
        let mut metrics = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *metrics.entry(metric).or_default().entry(series.to_owned()).or_default() += value;
    }
    fn page(&self) -> String {
        let mut page = String::new();
        for (metric, series) in self.0.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let name = metric.split(' ').next().unwrap_or_default();
            page.push_str(&format!("# TYPE {metric}\n"));
            page.extend(series.iter().map(|(series, value)| format!("{name}{series} {value}\n")));
        }
        page
    }
}

impl Metrics for Prometheus {
    fn call_finished(&self, call: &CallMetrics) {
        self.add("frameio_quota_wait_seconds_total counter", "", call.quota_wait.as_secs_f64());
    }
    fn attempt_finished(&self, attempt: &AttemptMetrics) {
        let (template, outcome) =
            (attempt.url_template.unwrap_or("-"), attempt.outcome.to_string());
        let labels = format!("{{url_template={template:?},outcome={outcome:?}}}");
        let metric = "frameio_attempt_duration_seconds summary";
        self.add(metric, &format!("_sum{labels}"), attempt.duration.as_secs_f64());
        self.add(metric, &format!("_count{labels}"), 1.0);
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sim = Sim::builder().fault(Fault::status(http::StatusCode::BAD_GATEWAY).next(1)).build();
    let metrics = Prometheus::default();
    let client = Client::builder().token(Sim::TOKEN).transport(sim).metrics(metrics.clone());
    client.build()?.send(ShowCurrentUser::new()).await?; // Succeeds at the second attempt.
    print!("{}", metrics.page());
    Ok(())
}
