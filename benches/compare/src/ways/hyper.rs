use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue, USER_AGENT};
use http::{Method, Request, Uri};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::{self, connect::HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use serde::de::DeserializeOwned;

use super::{CHILDREN, COMMENTS, Calls, Comment, Envelope, NewComment, User};
use crate::page::{PlainAsset, PlainPage};

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const AGENT: HeaderValue = HeaderValue::from_static("raw");
const BEARER: HeaderValue = HeaderValue::from_static("Bearer an-access-token-of-some-length");

/// The lean rival: hyper-util's client with the settings of the SDK, URLs and headers that are made
/// once, and serde's derive. It checks the status and has no other behaviour.
#[derive(Clone)]
pub struct Hyper {
    client: legacy::Client<HttpConnector, Full<Bytes>>,
    url: String,
    me: Uri,
    comments: Uri,
}

impl Hyper {
    async fn send<T: DeserializeOwned>(&self, method: Method, uri: Uri, body: Bytes) -> T {
        let json = !body.is_empty();
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        let headers = request.headers_mut();
        headers.insert(ACCEPT, JSON);
        headers.insert(USER_AGENT, AGENT);
        headers.insert(AUTHORIZATION, BEARER);
        if json {
            headers.insert(CONTENT_TYPE, JSON);
        }
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
        let uri = |path: &str| format!("{url}{path}").parse().expect("a URL");
        Self { client, me: uri("/v4/me"), comments: uri(COMMENTS), url: url.to_owned() }
    }

    async fn me(&self) {
        let _ = self.send::<Envelope<User>>(Method::GET, self.me.clone(), Bytes::new()).await.data;
    }

    async fn comment(&self) {
        let body = serde_json::to_vec(&NewComment::new()).expect("JSON").into();
        let uri = self.comments.clone();
        let _ = self.send::<Envelope<Comment>>(Method::POST, uri, body).await.data;
    }

    async fn pages(&self, pages: usize) {
        let mut path = CHILDREN.to_owned();
        for _ in 0..pages {
            let uri = format!("{}{path}", self.url).parse().expect("a URL");
            let page = self.send::<PlainPage<PlainAsset>>(Method::GET, uri, Bytes::new()).await;
            assert_eq!(page.data.len(), 100);
            path = page.links.next.expect("another page");
        }
    }
}
