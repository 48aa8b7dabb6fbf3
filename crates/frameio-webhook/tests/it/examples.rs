//! The example `custom_action`, in process.

#[allow(dead_code, reason = "it has a `main`")]
#[path = "../../../../examples/custom_action.rs"]
mod custom_action;

use axum::Router;
use frameio_webhook::{Signer, Verifier};
use http_body_util::BodyExt;
use tower::ServiceExt;

const SECRET: &str = "secret";

async fn post(router: &Router, path: &str, secret: &str, body: String) -> (u16, String) {
    let request = Signer::new(secret).unwrap().request(path, body).unwrap();
    let answer = router.clone().oneshot(request.map(axum::body::Body::new)).await.unwrap();
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn the_action_shows_two_forms_and_orders_once() {
    let router = custom_action::router(Verifier::new(SECRET).unwrap());
    let send = async |request: &frameio_webhook::action::ActionRequest| {
        let body = serde_json::to_string(request).unwrap();
        let (status, response) = post(&router, "/actions", SECRET, body).await;
        assert_eq!(status, 200, "{response}");
        let response: serde_json::Value = serde_json::from_str(&response).unwrap();
        response
    };
    let [start, format, address] = custom_action::interaction();

    let response = send(&start).await;
    assert_eq!(
        (&response["title"], &response["description"]),
        (&"Deliver".into(), &"2 selected".into())
    );
    assert_eq!(response["fields"][0]["options"][1]["value"], "h264");

    let response = send(&address).await;
    assert_eq!(response["title"], "That did not work", "the first form was not submitted");

    assert_eq!(send(&format).await["title"], "Recipient");
    let wrong = start.clone().submit([("to", "nobody")]);
    let expected = "invalid address 'nobody': an e-mail address contains '@'";
    assert_eq!(send(&wrong).await["description"], expected);
    for _ in 0..2 {
        let response = send(&address).await;
        let ordered = "2 as prores with timecode to client@example.com, without a note";
        assert_eq!(response["description"], ordered);
    }

    let other = start.submit([("format", "avi"), ("burn_in", "true")]);
    assert_eq!(send(&other).await["description"], "`format` is not one of the options");
}
