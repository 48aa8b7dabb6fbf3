use bytes::Bytes;
use http::request::Builder;
use http::{Request, header};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::{self, connect::HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use serde::de::DeserializeOwned;

use super::{CHILDREN, COMMENTS, Calls, Comment, Envelope, NewComment, User};
use crate::page::{PlainAsset, PlainPage};

const BEARER: &str = "Bearer an-access-token-of-some-length";

/// The lean rival: hyper-util's client with the settings of the SDK, the body collected, and
/// serde's derive from the slice. It checks the status and does nothing else.
#[derive(Clone)]
pub struct Hyper {
    client: legacy::Client<HttpConnector, Full<Bytes>>,
    url: String,
    me: String,
    comments: String,
}

impl Hyper {
    async fn send<T: DeserializeOwned>(&self, request: Builder, body: Bytes) -> T {
        let request = request
            .header(header::ACCEPT, "application/json")
            .header(header::USER_AGENT, "raw")
            .header(header::AUTHORIZATION, BEARER)
            .body(Full::new(body))
            .expect("the request is valid");
        let response = self.client.request(request).await.expect("the server responds");
        assert!(response.status().is_success());
        let body = response.into_body().collect().await.expect("the body is complete").to_bytes();
        serde_json::from_slice(&body).expect("the documented shape")
    }
}

impl Calls for Hyper {
    const NAME: &'static str = "hyper";

    fn new(url: &str) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .timer(TokioTimer::new())
            .build(connector);
        let url = url.to_owned();
        Self { client, me: format!("{url}/v4/me"), comments: format!("{url}{COMMENTS}"), url }
    }

    async fn me(&self) {
        let request = Request::get(&self.me);
        let _ = self.send::<Envelope<User>>(request, Bytes::new()).await.data;
    }

    async fn comment(&self) {
        let request = Request::post(&self.comments);
        let request = request.header(header::CONTENT_TYPE, "application/json");
        let body = serde_json::to_vec(&NewComment::new()).expect("JSON").into();
        let _ = self.send::<Envelope<Comment>>(request, body).await.data;
    }

    async fn pages(&self, pages: usize) {
        let mut path = CHILDREN.to_owned();
        for _ in 0..pages {
            let request = Request::get(format!("{}{path}", self.url));
            let page = self.send::<PlainPage<PlainAsset>>(request, Bytes::new()).await;
            assert_eq!(page.data.len(), 100);
            path = page.links.next.expect("another page");
        }
    }
}
