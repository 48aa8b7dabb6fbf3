//! Metrics of calls through the whole client, whose outcomes are those of the spans.

use std::sync::{Arc, Mutex};

use frameio::folders::CreateFolder;
use frameio::layers::{Metrics, metrics::CallMetrics};
use frameio::users::ShowCurrentUser;
use frameio::{Body, BoxError, Client, ClientBuilder};
use frameio_testing::script::{Script, response, user};
use http::Request;

/// Reported events, in order.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Metrics for Log {
    fn call_started(&self) {
        self.0.lock().unwrap().push("started".to_owned());
    }

    fn call_finished(&self, call: &CallMetrics) {
        let operation = call.operation.map_or("request", |operation| operation.id);
        let line = format!("{operation} {} after {} attempts", call.outcome, call.attempts);
        self.0.lock().unwrap().push(line);
    }
}

fn client(log: &Log, set: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Client {
    set(Client::builder().token("t").metrics(log.clone())).build().unwrap()
}

#[tokio::test]
async fn a_call_is_reported_once_with_the_outcome_of_its_span() {
    let log = Log::default();
    for (status, body, outcome) in [
        (200, r#"{"data":{"id":"u","name":"Kim","email":"kim@example.com"}}"#, "200"),
        (200, "<html>", "decode"),
        (404, "{}", "404"),
    ] {
        let transport = Script::new(move |_, _| response(status, body));
        let client = client(&log, |builder| builder.transport(transport));
        let _ = client.send(ShowCurrentUser::new()).await;
        let finished = format!("users.show {outcome} after 1 attempts");
        assert_eq!(log.take(), ["started", finished.as_str()]);
    }
}

#[tokio::test]
async fn a_request_that_cannot_be_encoded_is_reported() {
    let log = Log::default();
    let client = client(&log, |builder| builder.transport(Script::new(|_, _| user())));
    client.send(CreateFolder::new("", "")).await.unwrap_err();
    assert_eq!(log.take(), ["started", "folders.create encode after 0 attempts"]);

    let request = Request::get("/v4/me").body(Body::empty()).unwrap();
    client.request(request).await.unwrap();
    assert_eq!(log.take(), ["started", "request 200 after 1 attempts"]);
}

#[tokio::test]
async fn a_dropped_call_is_reported_once() {
    let log = Log::default();
    let hang = tower::service_fn(async |_: Request<Body>| {
        std::future::pending::<Result<http::Response<Body>, BoxError>>().await
    });
    let client = client(&log, |builder| builder.transport(hang));
    let mut call = Box::pin(client.send(ShowCurrentUser::new()));
    assert!(futures_util::poll!(&mut call).is_pending());
    drop(call);
    assert_eq!(log.take(), ["started", "users.show cancelled after 1 attempts"]);
}
