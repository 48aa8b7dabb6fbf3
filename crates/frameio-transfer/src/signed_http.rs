//! Requests to signed URLs, with validation of URLs, redirects and time limits.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use frameio_core::{Body, BoxError, is_loopback, may_be_loopback};
use frameio_tower::retry_after;
use http::header::LOCATION;
use http::{Method, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Limited};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::time::{Instant, timeout_at};
use tower::ServiceExt;

use super::attempt_error::{AttemptError, MAX_REDIRECTS, RedirectError, StorageResponse, UrlError};
use frameio_tower::HttpService;
use frameio_transport::InsecureUrl;

/// Maximum number of bytes read from the body of an error response.
const ERROR_BODY: usize = 64 << 10;

/// Characters that are percent-encoded in a path or query: all that RFC 3986 forbids there, and `#`,
/// which would cut off the signature.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b':')
    .remove(b'/')
    .remove(b'?')
    .remove(b'[')
    .remove(b']')
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b'%');

/// Sends requests to signed URLs, one attempt at a time.
#[derive(Clone, Debug)]
pub(crate) struct Storage {
    pub(crate) http: HttpService,
    /// Whether URLs may point to loopback addresses, like those of the simulator.
    pub(crate) allow_loopback: bool,
    /// Maximum time without transferred data.
    pub(crate) stall_timeout: Duration,
    /// Maximum time of an attempt until the head of its response arrives.
    pub(crate) attempt_timeout: Duration,
}

/// Parses a signed URL leniently, like browsers and other clients.
///
/// Ignores surrounding whitespace. Percent-encodes characters that are invalid in a URI, such as a
/// space or a quote in a file name, and keeps everything else as it was signed.
pub(crate) fn parse_url(text: &str) -> Result<Uri, UrlError> {
    let text = text.trim_matches(|c: char| c.is_ascii_whitespace() || c.is_ascii_control());
    let (scheme, rest) = text.split_once("://").ok_or(UrlError::Relative)?;
    if !scheme.eq_ignore_ascii_case("https") && !scheme.eq_ignore_ascii_case("http") {
        return Err(UrlError::Scheme);
    }
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let encoded = utf8_percent_encode(path, ENCODED);
    let uri: Uri =
        format!("{scheme}://{authority}{encoded}").parse().map_err(|_| UrlError::Malformed)?;
    let Some(authority) = uri.authority().filter(|authority| !authority.host().is_empty()) else {
        return Err(UrlError::Malformed);
    };
    let after_user = authority.as_str().rsplit('@').next().unwrap_or_default();
    let port = after_user.strip_prefix(authority.host()).unwrap_or_default();
    if !port.is_empty() && authority.port_u16().is_none_or(|port| port == 0) {
        return Err(UrlError::Port);
    }
    Ok(uri)
}

impl Storage {
    /// Parses a signed URL of the service, and verifies that requests may be sent to it.
    pub(crate) fn url(&self, text: &str) -> Result<Uri, UrlError> {
        let uri = parse_url(text)?;
        self.check(&uri)?;
        Ok(uri)
    }

    /// Refuses URLs to this machine, unless they are allowed.
    fn check(&self, uri: &Uri) -> Result<(), UrlError> {
        let host = uri.host().ok_or(UrlError::Relative)?;
        if may_be_loopback(host) && !self.allow_loopback {
            return Err(UrlError::Loopback);
        }
        Ok(())
    }

    /// Sends the request that `request` creates for a URL, and follows redirects.
    ///
    /// Returns a successful response with an unread body. Redirects are followed with the same method,
    /// and only to `https` or to an allowed loopback address. This is safe because the requests carry
    /// no token, and necessary because new S3 buckets and CDNs redirect.
    pub(crate) async fn send(
        &self,
        uri: &Uri,
        activity: &Activity,
        mut request: impl FnMut(Uri) -> Request<Body>,
    ) -> Result<Response<Body>, AttemptError> {
        let exchange = async {
            let mut uri = uri.clone();
            let mut redirects = 0;
            loop {
                self.check(&uri).map_err(AttemptError::Url)?;
                let request = request(uri.clone());
                let method = request.method().clone();
                let sent = self.http.clone().oneshot(request).await;
                let response = sent.map_err(|error| not_sent(error.into_inner()))?;
                if response.status().is_success() {
                    return Ok(response);
                }
                redirects += 1;
                uri = match self.redirect(&uri, &method, &response, redirects) {
                    Some(Ok(uri)) => uri,
                    Some(Err(error)) => {
                        let response =
                            StorageResponse { redirect: Some(error), ..refusal(response).await };
                        return Err(AttemptError::Responded(response));
                    }
                    None => return Err(AttemptError::Responded(refusal(response).await)),
                };
            }
        };
        self.watch(exchange, activity).await?
    }

    /// Returns the target of a redirect that has to be followed, if the response is one.
    fn redirect(
        &self,
        from: &Uri,
        method: &Method,
        response: &Response<Body>,
        redirects: u32,
    ) -> Option<Result<Uri, RedirectError>> {
        let follows = match response.status() {
            StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT => true,
            StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND | StatusCode::SEE_OTHER => {
                method == Method::GET
            }
            _ => false,
        };
        let location = response.headers().get(LOCATION).filter(|_| follows)?;
        if redirects > MAX_REDIRECTS {
            return Some(Err(RedirectError::TooMany));
        }
        let location = std::str::from_utf8(location.as_bytes()).map_err(|_| UrlError::Malformed);
        let uri = location.and_then(|location| self.resolve(from, location));
        Some(uri.map_err(RedirectError::Url))
    }

    /// Resolves the `location` header in a response to a request to `from`.
    fn resolve(&self, from: &Uri, location: &str) -> Result<Uri, UrlError> {
        let (scheme, authority) = (from.scheme_str(), from.authority());
        let uri = match scheme.zip(authority) {
            Some((scheme, _)) if location.starts_with("//") => {
                parse_url(&format!("{scheme}:{location}"))?
            }
            Some((scheme, authority)) if location.starts_with('/') => {
                parse_url(&format!("{scheme}://{authority}{location}"))?
            }
            _ => parse_url(location)?,
        };
        self.check(&uri)?;
        let is_local = uri.host().is_some_and(is_loopback);
        if uri.scheme_str() != Some("https") && !is_local {
            return Err(UrlError::Insecure);
        }
        Ok(uri)
    }

    /// Awaits a future until the stall timeout or the timeout of the attempt.
    pub(crate) async fn watch<F: Future>(
        &self,
        future: F,
        activity: &Activity,
    ) -> Result<F::Output, AttemptError> {
        let mut future = pin!(future);
        let start = Instant::now();
        let mut moved = (start, activity.count());
        loop {
            let stalls = moved.0.checked_add(self.stall_timeout);
            let ends = start.checked_add(self.attempt_timeout);
            let Some(until) = stalls.into_iter().chain(ends).min() else {
                return Ok(future.await);
            };
            if let Ok(output) = timeout_at(until, &mut future).await {
                return Ok(output);
            }
            if ends.is_some_and(|ends| Instant::now() >= ends) {
                return Err(AttemptError::TimedOut(self.attempt_timeout));
            }
            let now = activity.count();
            if now == moved.1 {
                return Err(AttemptError::Stalled(self.stall_timeout));
            }
            moved = (Instant::now(), now);
        }
    }
}

/// Counter that bodies increment when data is transferred, to detect stalls.
#[derive(Clone, Debug, Default)]
pub(crate) struct Activity(Arc<AtomicU64>);

impl Activity {
    pub(crate) fn touch(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Converts the error of a request without a response.
fn not_sent(error: BoxError) -> AttemptError {
    match frameio_tower::error::find::<InsecureUrl>(&*error) {
        Some(_) => AttemptError::Url(UrlError::Insecure),
        None => AttemptError::Transport(error),
    }
}

/// Reads an error response.
async fn refusal(response: Response<Body>) -> StorageResponse {
    let (parts, body) = response.into_parts();
    // The status counts even if the body does not arrive.
    let body = Limited::new(body, ERROR_BODY).collect().await;
    let body = body.map(|body| body.to_bytes()).unwrap_or_default();
    let wait = retry_after(&parts.headers, SystemTime::now());
    StorageResponse::new(parts.status, wait, &body)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::Mutex;

    use frameio_tower::Transport;

    use super::*;

    fn storage() -> Storage {
        over(tower::service_fn(|_: Request<Body>| {
            std::future::pending::<Result<Response<Body>, Infallible>>()
        }))
    }

    fn over(service: impl Transport) -> Storage {
        Storage {
            http: HttpService::new(service),
            allow_loopback: false,
            stall_timeout: Duration::from_secs(60),
            attempt_timeout: Duration::from_secs(1000),
        }
    }

    async fn send(storage: &Storage, activity: &Activity) -> Result<Response<Body>, AttemptError> {
        get(storage, "https://s3.example/a?sig=c4n4ry", activity).await
    }

    async fn get(
        storage: &Storage,
        url: &str,
        activity: &Activity,
    ) -> Result<Response<Body>, AttemptError> {
        let uri = url.parse().unwrap();
        let request = |uri| Request::get(uri).body(Body::empty()).unwrap();
        storage.send(&uri, activity, request).await
    }

    #[tokio::test(start_paused = true)]
    async fn a_stalled_attempt_fails_after_the_stall_timeout() {
        let start = Instant::now();
        let error = send(&storage(), &Activity::default()).await;
        assert!(matches!(error, Err(AttemptError::Stalled(_))));
        assert_eq!(start.elapsed().as_secs(), 60);
    }

    #[tokio::test(start_paused = true)]
    async fn an_active_attempt_fails_after_the_attempt_timeout() {
        let activity = Activity::default();
        let moving = activity.clone();
        let mover = tokio::spawn(async move {
            for _ in 0..100 {
                tokio::time::sleep(Duration::from_secs(50)).await;
                moving.touch();
            }
        });
        let start = Instant::now();
        let error = send(&storage(), &activity).await;
        assert!(matches!(error, Err(AttemptError::TimedOut(_))));
        assert_eq!(start.elapsed().as_secs(), 1000);
        mover.abort();
    }

    #[test]
    fn encodes_only_characters_that_are_invalid_in_a_uri() {
        for (text, uri) in [
            (
                "https://s3.example/a b.mov?name=\"a\tb\"; x&X-Amz-Signature=a%2Fb+c=",
                "https://s3.example/a%20b.mov?name=%22a%09b%22;%20x&X-Amz-Signature=a%2Fb+c=",
            ),
            ("\t https://s3.example/a?sig=1\r\n", "https://s3.example/a?sig=1"),
            (
                "https://s3.example/ö<1>?{a|b}^`\\",
                "https://s3.example/%C3%B6%3C1%3E?%7Ba%7Cb%7D%5E%60%5C",
            ),
            ("https://s3.example/a#1.mov?sig=1", "https://s3.example/a%231.mov?sig=1"),
            ("HTTPS://s3.example:8443?sig=1", "https://s3.example:8443/?sig=1"),
            ("https://[::1]:1/a[1]'(2)!*~,@:$", "https://[::1]:1/a[1]'(2)!*~,@:$"),
        ] {
            assert_eq!(parse_url(text).map(|uri| uri.to_string()), Ok(uri.to_owned()), "{text}");
        }
    }

    #[test]
    fn refuses_unusable_urls_with_a_reason() {
        for (text, error) in [
            ("", UrlError::Relative),
            ("/part?sig=1", UrlError::Relative),
            ("s3.example/part", UrlError::Relative),
            ("javascript:alert(1)", UrlError::Relative),
            ("file:///etc/passwd", UrlError::Scheme),
            ("javascript://s3.example/", UrlError::Scheme),
            ("https://", UrlError::Malformed),
            ("https:///a", UrlError::Malformed),
            ("https://s3 example/a", UrlError::Malformed),
            ("https://s3.example:99999/a", UrlError::Port),
            ("https://user@s3.example:0/a", UrlError::Port),
            ("https://[::1]:99999/a", UrlError::Port),
        ] {
            assert_eq!(parse_url(text), Err(error), "{text}");
        }
    }

    #[tokio::test]
    async fn refuses_loopback_urls_of_a_public_api() {
        let storage = over(tower::service_fn(|_: Request<Body>| async move {
            Ok::<_, Infallible>(Response::new(Body::empty()))
        }));
        let local = Storage { allow_loopback: true, ..storage.clone() };
        for url in [
            "http://127.0.0.1:8080/admin",
            "https://127.9.9.9/admin",
            "http://localhost/admin",
            "http://user:pw@[::1]/admin",
            "http://[::ffff:127.0.0.1]/admin",
            "https://0.0.0.0:8443/admin",
            "https://[::]/admin",
            "https://localhost./admin",
            "https://127.1/admin",
        ] {
            assert_eq!(storage.url(url), Err(UrlError::Loopback), "{url}");
            let error = get(&storage, url, &Activity::default()).await.unwrap_err();
            assert!(error.to_string().contains("points to a loopback address"), "{error}");
            assert!(crate::retry::Retries::default().wait(&error, 1).is_none());
            assert!(local.url(url).is_ok());
            assert!(get(&local, url, &Activity::default()).await.is_ok(), "{url}");
        }
        assert!(storage.url("https://s3.example/a").is_ok());
    }

    /// Creates a storage that redirects the first request to the first location, and so on.
    fn redirecting(
        status: u16,
        locations: &'static [&'static str],
    ) -> (Storage, Arc<Mutex<Vec<String>>>) {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let requests = seen.clone();
        let service = tower::service_fn(move |request: Request<Body>| {
            assert!(!request.headers().contains_key("authorization"));
            let number = {
                let mut requests = requests.lock().unwrap();
                requests.push(format!("{} {}", request.method(), request.uri()));
                requests.len() - 1
            };
            let mut response = Response::builder();
            if let Some(location) = locations.get(number) {
                response = response.status(status).header(LOCATION, *location);
            }
            let response = response.body(Body::empty()).unwrap();
            async move { Ok::<_, Infallible>(response) }
        });
        (over(service), seen)
    }

    #[tokio::test]
    async fn follows_redirects_with_the_same_method() {
        for status in [307, 308] {
            let locations = &["https://eu.s3.example/a b?sig=2", "/c?sig=3", "//cdn.example/d"];
            let (storage, seen) = redirecting(status, locations);
            let uri = "https://s3.example/a?sig=1".parse().unwrap();
            let put = |uri| Request::put(uri).body(Body::empty()).unwrap();
            let response = storage.send(&uri, &Activity::default(), put).await.unwrap();
            assert_eq!(response.status(), StatusCode::OK);
            assert_eq!(
                *seen.lock().unwrap(),
                [
                    "PUT https://s3.example/a?sig=1",
                    "PUT https://eu.s3.example/a%20b?sig=2",
                    "PUT https://eu.s3.example/c?sig=3",
                    "PUT https://cdn.example/d"
                ]
            );
        }
        for status in [301, 302, 303] {
            let (storage, seen) = redirecting(status, &["https://eu.s3.example/a"]);
            get(&storage, "https://s3.example/a", &Activity::default()).await.unwrap();
            assert_eq!(seen.lock().unwrap()[1], "GET https://eu.s3.example/a");
            let (storage, seen) = redirecting(status, &["https://eu.s3.example/a"]);
            let uri = "https://s3.example/a".parse().unwrap();
            let put = |uri| Request::put(uri).body(Body::empty()).unwrap();
            let error = storage.send(&uri, &Activity::default(), put).await.unwrap_err();
            assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
            assert_eq!(seen.lock().unwrap().len(), 1);
        }
    }

    #[tokio::test]
    async fn refuses_unsafe_and_endless_redirects() {
        for (location, reason) in [
            ("http://s3.example/c4n4ry", "is http://"),
            ("http://127.0.0.1:1/c4n4ry", "points to a loopback address"),
            ("ftp://s3.example/c4n4ry", "does not start with https:// or http://"),
            ("c4n4ry", "has no scheme and host"),
        ] {
            let locations: &'static [&'static str] = Box::leak(Box::new([location]));
            let (storage, seen) = redirecting(307, locations);
            let error = send(&storage, &Activity::default()).await.unwrap_err();
            assert!(error.to_string().contains(reason), "{error}");
            assert!(!format!("{error} {error:?}").contains("c4n4ry"), "{error:?}");
            assert!(crate::retry::Retries::default().wait(&error, 1).is_none());
            assert_eq!(seen.lock().unwrap().len(), 1);
        }
        let (storage, seen) = redirecting(307, &["/b"; 9]);
        let error = send(&storage, &Activity::default()).await.unwrap_err();
        assert!(error.to_string().contains("more than 3 redirects"), "{error}");
        assert_eq!(seen.lock().unwrap().len(), 4);
    }
}
