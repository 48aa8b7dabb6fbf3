//! Calls with JSON, through the whole stack to the simulator.

use frameio::{Body, CallOptions, Catalog, Client, ErrorKind, Operation};
use frameio_sim::{Fault, Sim};
use http::{Request, StatusCode};
use serde_json::{Value, json};

fn client() -> (Sim, Client) {
    let sim = Sim::new();
    let client = Client::builder().token(Sim::TOKEN).transport(sim.clone()).build().unwrap();
    (sim, client)
}

fn request(id: &str, input: &Value) -> Request<Body> {
    Operation::find(id).unwrap().request(input.as_object().unwrap(), &CallOptions::new()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn returns_the_json_of_the_service_after_a_retry() {
    let (sim, client) = client();
    sim.inject(Fault::status(StatusCode::SERVICE_UNAVAILABLE).on("folders.create").next(1));
    let demo = sim.demo();
    let input = json!({
        "account_id": demo.account_id, "folder_id": demo.root_folder_id, "data": {"name": "Sea"},
    });
    let folder = client.send_json(request("folders.create", &input)).await.unwrap();
    assert_eq!(folder["data"]["name"], "Sea");
    assert_eq!(folder["data"].get("cover_file_id"), Some(&Value::Null), "null is kept");
    let operations: Vec<_> = sim.requests().iter().map(|it| it.operation).collect();
    assert_eq!(operations, [Some("folders.create"); 2]);

    let input = json!({"account_id": demo.account_id, "folder_id": folder["data"]["id"]});
    assert_eq!(client.send_json(request("folders.delete", &input)).await.unwrap(), Value::Null);
    let error = client.send_json(request("folders.show", &input)).await.unwrap_err();
    assert!(error.is_not_found() && error.operation() == Some("folders.show"), "{error}");
}

#[tokio::test]
async fn fails_on_a_response_without_the_documented_shape() {
    let (sim, client) = client();
    sim.inject(Fault::body(StatusCode::OK, "application/json", r#"{"data":{"id":7}}"#).next(1));
    let error = client.send_json(request("users.show", &json!({}))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("at `data.id`"), "{error}");
}

#[tokio::test]
async fn refuses_a_plain_request() {
    let (sim, client) = client();
    let plain = Request::get("/v4/me").body(Body::empty()).unwrap();
    let error = client.send_json(plain).await.unwrap_err();
    assert!(error.to_string().contains("use `Client::request`"), "{error}");
    assert_eq!(sim.requests().len(), 0);
}

#[tokio::test]
async fn a_call_with_json_can_be_spawned() {
    let (_sim, client) = client();
    let call = tokio::spawn(async move {
        client.send_json(request("users.show", &json!({}))).await.map(|me| me["data"].is_object())
    });
    assert!(call.await.unwrap().unwrap());
}

#[tokio::test]
async fn repairs_deviating_responses() {
    for (body, repaired) in [
        (
            "\u{feff}{\"data\":null,\"meta\":12345678901234567890123}",
            json!({"data": [], "meta": "12345678901234567890123", "links": {}}),
        ),
        (
            r#"{"data":[],"links":{"next":{"href":"/v4/accounts?after=c1"}}}"#,
            json!({"data": [], "links": {"next": r#"{"href":"/v4/accounts%3Fafter=c1"}"#}}),
        ),
    ] {
        let respond = tower::service_fn(move |_: http::Request<Body>| async move {
            Ok::<_, std::convert::Infallible>(http::Response::new(Body::from(body)))
        });
        let client = Client::from_service(respond);
        let page = client.send_json(request("accounts.index", &json!({}))).await.unwrap();
        assert_eq!(page, repaired);
    }
}
