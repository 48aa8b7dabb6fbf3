//! Secrets of the API and redirects that custom layers follow.

use std::pin::Pin;
use std::task::{Context, Poll};

use frameio_core::Body;
use frameio_tower::{DefaultStack, StaticToken};
use http::{HeaderMap, HeaderValue, Request, Response, Uri};
use tower::layer::layer_fn;
use tower::util::MapRequestLayer;
use tower::{Layer, Service, ServiceExt};
use tower_http::follow_redirect::FollowRedirectLayer;

use crate::support::script::{Script, Step, respond};

const API: &str = "https://api.frame.io";
const OTHER: &str = "https://other.example/me";

/// Service that sends a request again to the location of its redirect, with all headers.
#[derive(Clone)]
struct Follow<S> {
    inner: S,
    keeps_extensions: bool,
}

impl<S> Service<Request<Body>> for Follow<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error: Send, Future: Send>
        + Clone
        + Send
        + 'static,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let mut copy = Request::new(Body::empty());
        *copy.headers_mut() = request.headers().clone();
        if self.keeps_extensions {
            *copy.extensions_mut() = request.extensions().clone();
        }
        let unready = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, unready);
        Box::pin(async move {
            let response = inner.call(request).await?;
            let Some(location) = response.headers().get("location") else { return Ok(response) };
            *copy.uri_mut() = location.to_str().unwrap().parse().unwrap();
            inner.ready().await?.call(copy).await
        })
    }
}

/// Responds to the first request with a redirect to another host.
fn redirect() -> Step {
    let response = Response::builder().status(302).header("location", OTHER);
    respond(response.body(Body::empty()).unwrap())
}

fn stack() -> DefaultStack {
    let mut headers = HeaderMap::new();
    headers.insert("x-api-key", HeaderValue::from_static("secret"));
    headers.insert("user-agent", HeaderValue::from_static("test"));
    DefaultStack::new(Uri::from_static(API))
        .unwrap()
        .auth(StaticToken::new("token"))
        .headers(headers)
}

/// Sends a request. Returns, for each request that the transport received, its URI and the value of a
/// header.
async fn sent(stack: DefaultStack, header: &str) -> Vec<(String, Option<String>)> {
    let script = Script::new([redirect()]);
    let request = Request::get("/v4/me").body(Body::empty()).unwrap();
    stack.layer(script.clone()).oneshot(request).await.unwrap();
    let text = |value: &HeaderValue| value.to_str().unwrap().to_owned();
    let seen = script.seen().into_iter();
    seen.map(|seen| (seen.parts.uri.to_string(), seen.parts.headers.get(header).map(text)))
        .collect()
}

/// Returns the header of the first request and of the redirected one.
async fn redirected(stack: DefaultStack, header: &str) -> [Option<String>; 2] {
    let sent = sent(stack, header).await;
    let uris: Vec<_> = sent.iter().map(|(uri, _)| uri.as_str()).collect();
    assert_eq!(uris, ["https://api.frame.io/v4/me", OTHER]);
    let [first, second] = <[_; 2]>::try_from(sent).unwrap();
    [first.1, second.1]
}

#[tokio::test(start_paused = true)]
async fn secrets_do_not_follow_redirects_in_any_position_of_a_custom_layer() {
    for keeps_extensions in [true, false] {
        let follow = layer_fn(move |inner| Follow { inner, keeps_extensions });
        let tag = MapRequestLayer::new(|request: Request<Body>| request);
        for (position, stack) in [
            ("call", stack().call_layer(follow)),
            ("retry", stack().retry_layer(follow)),
            ("attempt", stack().attempt_layer(follow)),
            ("inner attempt", stack().attempt_layer(follow).attempt_layer(tag.clone())),
            ("outer attempt", stack().attempt_layer(tag.clone()).attempt_layer(follow)),
            ("tower-http, call", stack().call_layer(FollowRedirectLayer::new())),
            ("tower-http, attempt", stack().attempt_layer(FollowRedirectLayer::new())),
        ] {
            for (header, value) in [("authorization", "Bearer token"), ("x-api-key", "secret")] {
                let values = redirected(stack.clone(), header).await;
                let expected = [Some(value.to_owned()), None];
                assert_eq!(values, expected, "{position}, {header}, {keeps_extensions}");
            }
            let agents = redirected(stack, "user-agent").await;
            assert_eq!(agents, [(); 2].map(|()| Some("test".to_owned())), "{position}");
        }
    }
}

/// A layer that signs requests itself decides which of them it signs.
#[tokio::test(start_paused = true)]
async fn headers_that_an_attempt_layer_sets_itself_are_kept() {
    let sign = MapRequestLayer::new(|mut request: Request<Body>| {
        for name in ["authorization", "x-api-key"] {
            let mut value = HeaderValue::from_static("mine");
            value.set_sensitive(true);
            request.headers_mut().insert(name, value);
        }
        request
    });
    let follow = layer_fn(|inner| Follow { inner, keeps_extensions: true });
    for stack in [
        stack().attempt_layer(sign.clone()).attempt_layer(follow),
        stack().attempt_layer(follow).attempt_layer(sign.clone()),
        stack().no_auth().attempt_layer(follow).attempt_layer(sign.clone()),
    ] {
        for header in ["authorization", "x-api-key"] {
            let values = redirected(stack.clone(), header).await;
            assert_eq!(values, [(); 2].map(|()| Some("mine".to_owned())), "{header}");
        }
    }
}

/// A request to another origin keeps the headers that the caller gave it.
#[tokio::test(start_paused = true)]
async fn secrets_are_not_added_for_other_origins() {
    for header in ["x-api-key", "authorization"] {
        for own in [None, Some("own")] {
            let script = Script::new([]);
            let mut request = Request::get(OTHER).body(Body::empty()).unwrap();
            own.map(|own| request.headers_mut().insert(header, HeaderValue::from_static(own)));
            let stack = stack().attempt_layer(FollowRedirectLayer::new());
            stack.layer(script.clone()).oneshot(request).await.unwrap();
            let sent = script.seen().remove(0).parts.headers;
            assert_eq!(sent.get(header).map(|value| value.to_str().unwrap()), own);
        }
    }
}
