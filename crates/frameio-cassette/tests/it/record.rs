//! Recording: what passes through, and what is recorded.

use std::convert::Infallible;

use bytes::Bytes;
use frameio::users::ShowCurrentUser;
use frameio::{Body, BoxError, Client};
use frameio_cassette::{RecordLayer, RecordedBody, Recorder, Replay};
use frameio_sim::Sim;
use http::{Request, Response};
use http_body_util::BodyExt;
use tower::{Layer, Service, ServiceExt, service_fn};

fn request(method: &str, uri: &str, body: impl Into<Body>) -> Request<Body> {
    Request::builder().method(method).uri(uri).body(body.into()).unwrap()
}

/// Responds with a media type and a body that is read frame by frame.
async fn respond(
    recorder: &Recorder,
    media_type: &'static str,
    frames: Vec<Result<&'static str, BoxError>>,
) -> Result<Bytes, BoxError> {
    let mut frames = Some(frames);
    let service = service_fn(move |_: Request<Body>| {
        let frames = frames.take().unwrap_or_default();
        let frames = frames.into_iter().map(|frame| frame.map(Bytes::from));
        let frames = Frames(frames.collect());
        let response = Response::builder().header("content-type", media_type);
        std::future::ready(Ok::<_, Infallible>(response.body(Body::stream(frames)).unwrap()))
    });
    let mut service = RecordLayer::new(recorder).layer(service);
    let response = service.call(request("GET", "/v4/me", "")).await?;
    Ok(response.into_body().collect().await?.to_bytes())
}

/// Body of prepared frames.
struct Frames(std::collections::VecDeque<Result<Bytes, BoxError>>);

impl http_body::Body for Frames {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, BoxError>>> {
        let frame = self.get_mut().0.pop_front();
        std::task::Poll::Ready(frame.map(|it| it.map(http_body::Frame::data)))
    }
}

fn recorded_body(recorder: &Recorder) -> Option<RecordedBody> {
    let cassette = recorder.cassette();
    cassette.exchanges()[0].response.clone().unwrap().body
}

#[tokio::test]
async fn passes_every_body_on_unchanged() {
    let json = Recorder::new();
    let frames = vec![Ok("{\"a\":"), Ok("1}")];
    assert_eq!(respond(&json, "application/json", frames).await.unwrap(), "{\"a\":1}");
    assert_eq!(recorded_body(&json), Some(RecordedBody::Json(serde_json::json!({"a": 1}))));

    let large = Recorder::new().body_limit(4);
    let frames = vec![Ok("{\"a\":"), Ok("1}"), Ok("  ")];
    assert_eq!(respond(&large, "application/json", frames).await.unwrap(), "{\"a\":1}  ");
    assert_eq!(recorded_body(&large), Some(RecordedBody::Omitted { bytes: None }));

    let media = Recorder::new();
    assert_eq!(respond(&media, "video/mp4", vec![Ok("abc")]).await.unwrap(), "abc");
    assert_eq!(recorded_body(&media), Some(RecordedBody::Omitted { bytes: None }));

    let broken = Recorder::new();
    let frames = vec![Ok("{\"a\":"), Err("reset".into())];
    let error = respond(&broken, "application/json", frames).await.unwrap_err();
    assert_eq!(error.to_string(), "reset");
    assert_eq!(recorded_body(&broken), Some(RecordedBody::Omitted { bytes: None }));
}

#[tokio::test]
async fn records_a_request_without_a_response() {
    let recorder = Recorder::new();
    let failing = service_fn(|_: Request<Body>| {
        std::future::ready(Err::<Response<Body>, _>(std::io::Error::other("down")))
    });
    let mut service = RecordLayer::new(&recorder).layer(failing);
    assert!(service.call(request("GET", "/v4/me", "")).await.is_err());
    let cassette = recorder.cassette();
    assert_eq!(cassette.exchanges()[0].response, None);
    let replayed = Replay::strict(cassette).oneshot(request("GET", "/v4/me", "")).await;
    let error = replayed.unwrap_err().to_string();
    assert_eq!(error, "GET /v4/me: the recorded request had no response");
}

/// Two exchanges that create folders.
fn folders() -> Replay {
    Replay::strict(CASSETTE.parse().unwrap())
}

const CASSETTE: &str = r#"{"frameio_cassette":1}
{"n":1,"request":{"method":"POST","target":"/v4/folders","body":{"json":{"data":{"name":"name-1"}}}},"response":{"status":201,"body":{"json":{"data":{"name":"name-1"}}}}}
{"n":2,"request":{"method":"GET","target":"/v4/folders/id-1"},"response":{"status":200,"body":{"json":{"data":{"id":"id-1"}}}}}
"#;

#[tokio::test]
async fn a_strict_replay_requires_order_and_bodies() {
    let create = r#"{"data":{"name":"Dailies"}}"#;
    let replay = folders();
    let response = replay.clone().oneshot(request("POST", "/v4/folders", create)).await.unwrap();
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), create);
    assert_eq!(replay.remaining(), 1);
    let error = replay.finish().unwrap_err().to_string();
    assert_eq!(error, "GET /v4/folders/id-1: recorded, but not requested");
    replay.clone().oneshot(request("GET", "/v4/folders/id-1", "")).await.unwrap();
    replay.finish().unwrap();
    let error = replay.oneshot(request("GET", "/v4/me", "")).await.unwrap_err().to_string();
    assert_eq!(error, "GET /v4/me: the cassette has no further exchange");

    for (request, expected) in [
        (
            request("GET", "/v4/folders/id-1?secret=1", ""),
            "GET /v4/folders/id-1: exchange 1 of the cassette is POST /v4/folders",
        ),
        (
            request("POST", "/v4/folders", r#"{"data":{"title":"Dailies"}}"#),
            "POST /v4/folders: the body differs from exchange 1 of the cassette",
        ),
    ] {
        let error = folders().oneshot(request).await.unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
}

#[tokio::test]
async fn a_lenient_replay_ignores_order_and_bodies() {
    let replay = Replay::lenient(CASSETTE.parse().unwrap());
    for (method, uri) in
        [("GET", "/v4/folders/f1"), ("POST", "/v4/folders"), ("GET", "/v4/folders/f1")]
    {
        replay.clone().oneshot(request(method, uri, "{}")).await.unwrap();
    }
    replay.finish().unwrap();
    let error = replay.oneshot(request("GET", "/v4/folders/f2", "")).await.unwrap_err();
    assert_eq!(error.to_string(), "GET /v4/folders/f2: not in the cassette");
}

#[tokio::test(start_paused = true)]
async fn records_attempts_or_calls_depending_on_its_place() {
    for (is_attempt, recorded) in [(true, 2), (false, 1)] {
        let sim = Sim::builder().fault("users.show=503".parse().unwrap()).build();
        let recorder = Recorder::new();
        let builder = Client::builder().token(Sim::TOKEN).transport(sim);
        let layer = RecordLayer::new(&recorder);
        let builder =
            if is_attempt { builder.attempt_layer(layer) } else { builder.call_layer(layer) };
        builder.build().unwrap().send(ShowCurrentUser::new()).await.unwrap();
        let cassette = recorder.cassette();
        let statuses = cassette.exchanges().iter().map(|it| it.response.as_ref().unwrap().status);
        let statuses: Vec<_> = statuses.collect();
        assert_eq!(statuses, [503, 200][2 - recorded..]);
        assert_eq!(cassette.exchanges()[0].operation.as_deref(), Some("users.show"));
    }
}
