//! From a request to its answer.

use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use frameio_core::{Body, UserId};
use http::header::{CONTENT_TYPE, HOST, HeaderMap, HeaderName};
use http::request::Parts;
use http::{Request, Response, StatusCode};
use http_body::Body as _;
use serde_json::{Map, Value};
use tower_service::Service;

use crate::caller::Caller;
use crate::content::{Content, drain};
use crate::contract::EXPERIMENTAL;
use crate::control;
use crate::cors;
use crate::faults::Fault;
use crate::hooks;
use crate::ims;
use crate::media;
use crate::query::Query;
use crate::quota::Level;
use crate::record;
use crate::respond::{Failure, Outcome, Problem, with_level};
use crate::roles;
use crate::route::{Args, Route, Target};
use crate::sim::{Shared, Sim, lock};
use crate::state::Ctx;

/// The longest JSON body; the longest annotation fits in several times.
const LONGEST_JSON: usize = 4 * 1024 * 1024;

const API_VERSION: HeaderName = HeaderName::from_static("api-version");

/// What a request has told while it was answered, for the record.
#[derive(Debug, Default)]
struct Noted {
    /// What was JSON in the body.
    json: Bytes,
    user_id: Option<UserId>,
}

type Answer = Pin<Box<dyn Future<Output = io::Result<Response<Body>>> + Send>>;

/// Fails only where a [`Fault`](crate::Fault) resets the connection, as a transport does: with
/// [`ConnectionReset`](io::ErrorKind::ConnectionReset).
impl<B> Service<Request<B>> for Sim
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
{
    type Response = Response<Body>;
    type Error = io::Error;
    type Future = Answer;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Answer {
        let shared = self.shared.clone();
        Box::pin(async move { answer(&shared, request).await })
    }
}

async fn answer<B>(shared: &Arc<Shared>, request: Request<B>) -> io::Result<Response<Body>>
where
    B: http_body::Body<Data = Bytes>,
{
    let (mut parts, body) = request.into_parts();
    if let Some(endpoint) = control::Endpoint::of(parts.uri.path()) {
        return Ok(control::answer(shared, &endpoint, &parts, body).await);
    }
    if let Some(response) = cors::preflight(&parts) {
        return Ok(response);
    }
    let origin = cors::origin(&parts.headers);
    let target = Target::of(&parts.method, parts.uri.path());
    let clock = &shared.env.clock;
    let (time, start) = (clock.now(), clock.elapsed());
    let mut noted = Noted::default();
    let fault = lock(&shared.faults).take(target.id());
    let mut answer = match fault {
        Some(fault) => faulty(shared, fault, &target, &parts, body, &mut noted).await,
        None => Ok(respond(shared, &target, &parts, body, &mut noted, false).await),
    };
    if let (Ok(response), Some(origin)) = (&mut answer, origin) {
        cors::allow(response.headers_mut(), origin);
    }
    hooks::settle(shared);
    let Noted { json, user_id } = noted;
    let body = match &target {
        Target::Ims(_) => ims::without_secrets(&mut parts.uri, &json),
        _ => json,
    };
    let duration = clock.elapsed().saturating_sub(start);
    let operation = target.id();
    let request = record::Request { operation, user_id, parts, body, time, duration };
    let told = answer.as_ref().ok().map(|r| (r.status(), r.body().size_hint().exact()));
    lock(&shared.records).push(request, told);
    answer
}

/// Answers as a fault wants it.
async fn faulty<B>(
    shared: &Arc<Shared>,
    fault: Fault,
    target: &Target,
    parts: &Parts,
    body: B,
    noted: &mut Noted,
) -> io::Result<Response<Body>>
where
    B: http_body::Body<Data = Bytes>,
{
    if matches!(target, Target::Operation(..)) {
        let caller = Caller::of(shared, &parts.headers).ok();
        noted.user_id = caller.map(|caller| caller.user_id.into_owned().into());
    }
    shared.env.clock.sleep(fault.waits()).await;
    fault.before()?;
    let quota = match target {
        Target::Operation(route, _) => Some(lock(&shared.buckets).quota(route.operation)),
        _ => None,
    };
    let response = match fault.instead(quota) {
        Some(response) if matches!(target, Target::Part { .. }) => {
            drain(&parts.headers, pin!(body)).await;
            response
        }
        Some(response) => {
            noted.json = Content::read(body, &parts.headers, LONGEST_JSON).await.data;
            response
        }
        None => respond(shared, target, parts, body, noted, fault.drops_part()).await,
    };
    fault.change(response)
}

/// Answers; what the record tells of the request is left in `noted`.
async fn respond<B>(
    shared: &Arc<Shared>,
    target: &Target,
    parts: &Parts,
    body: B,
    noted: &mut Noted,
    drops_part: bool,
) -> Response<Body>
where
    B: http_body::Body<Data = Bytes>,
{
    match target {
        Target::Operation(route, args) => {
            let content = Content::read(body, &parts.headers, LONGEST_JSON).await;
            noted.json.clone_from(&content.data);
            let response = operation(shared, route, args, parts, &content, noted);
            media::fetch::start(shared);
            response
        }
        Target::Part { id, number } => {
            media::put(shared, parts, (id, *number), body, drops_part).await
        }
        Target::Download { id } => media::get(shared, parts, id).await,
        Target::Ims(endpoint) => {
            let content = Content::read(body, &parts.headers, LONGEST_JSON).await;
            noted.json.clone_from(&content.data);
            let body = (!content.is_too_long).then_some(&noted.json);
            ims::answer(shared, *endpoint, parts, base(parts), body)
        }
        Target::Nothing => {
            noted.json = Content::read(body, &parts.headers, LONGEST_JSON).await.data;
            Failure::new(StatusCode::NOT_FOUND, "there is no such route").into_response()
        }
    }
}

/// Answers a call of the API: who asks, how often, what, and only then the answer.
fn operation(
    shared: &Shared,
    route: &Route,
    args: &Args,
    parts: &Parts,
    content: &Content,
    noted: &mut Noted,
) -> Response<Body> {
    if route.spec.is_experimental()
        && parts.headers.get(API_VERSION).is_none_or(|version| version != EXPERIMENTAL)
    {
        let detail = format!("{} needs the header `api-version: experimental`", route.operation.id);
        return Failure::new(StatusCode::NOT_FOUND, detail).into_response();
    }
    let quota = lock(&shared.buckets).quota(route.operation);
    let caller = match Caller::of(shared, &parts.headers) {
        Ok(caller) => caller,
        Err(detail) => {
            let refusal = Failure::new(StatusCode::UNAUTHORIZED, detail).into_response();
            return with_level(refusal, &Level::unused(quota));
        }
    };
    noted.user_id = Some(caller.user_id.as_ref().into());
    let account = args.iter().find(|(name, _)| *name == "account_id");
    let account = account.map_or("", |(_, account)| account);
    let now = shared.env.clock.elapsed();
    // The lock is not kept for what follows.
    let spent = lock(&shared.buckets).spend(&caller.spender, account, route.operation, now);
    match spent {
        Ok(level) => {
            let outcome = handle(shared, route, args, &caller, parts, content, &noted.json);
            let response = outcome.map_or_else(Failure::into_response, |r| r.into_response());
            with_level(response, &level)
        }
        Err(level) => {
            let detail = format!("{} is limited to {quota}", route.operation.id);
            let refusal = Failure::new(StatusCode::TOO_MANY_REQUESTS, detail);
            with_level(refusal.into_response(), &level)
        }
    }
}

/// Checks query and body against the contract, then who asks, and runs the operation.
fn handle(
    shared: &Shared,
    route: &Route,
    args: &Args,
    caller: &Caller<'_>,
    parts: &Parts,
    content: &Content,
    json: &[u8],
) -> Outcome {
    let mut problems = Vec::new();
    let version = parts.headers.get(API_VERSION);
    if let (Some(known), Some(given)) = (route.operation.api_version, version)
        && given != known
    {
        problems.push(Problem::at("/api-version", format!("the header has to be `{known}`")));
    }
    let query = parts.uri.query().unwrap_or_default();
    let query = Query::parse(&route.spec.parameters, query, &mut problems);
    let data = match &route.spec.body {
        Some(body) if body.required || content.is_too_long || !content.data.is_empty() => {
            body.take(parse(&parts.headers, content, json)?)
        }
        _ => Ok(Map::new()),
    };
    let data = match data {
        Ok(data) if problems.is_empty() => data,
        Ok(_) => return Err(Failure::unprocessable(problems)),
        Err(more) => {
            problems.extend(more);
            return Err(Failure::unprocessable(problems));
        }
    };
    let ctx = Ctx {
        env: &shared.env,
        now: shared.env.clock.now(),
        base: &base(parts),
        user_id: &caller.user_id,
        path: parts.uri.path(),
        args,
        query,
        data,
    };
    let mut state = lock(&shared.state);
    roles::check(&state, &ctx, route.operation.id)?;
    (route.simulated.handle)(&mut state, &ctx)
}

fn parse(headers: &HeaderMap, content: &Content, json: &[u8]) -> Result<Value, Failure> {
    if content.is_too_long {
        let detail = format!("the body is longer than {LONGEST_JSON} bytes");
        return Err(Failure::new(StatusCode::PAYLOAD_TOO_LARGE, detail));
    }
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !content_type.is_some_and(|value| value.starts_with("application/json")) {
        let detail = "the content-type has to be application/json";
        return Err(Failure::new(StatusCode::BAD_REQUEST, detail));
    }
    serde_json::from_slice(json).map_err(|error| {
        Failure::new(StatusCode::BAD_REQUEST, format!("the body is not JSON: {error}"))
    })
}

/// Scheme and authority under which the client knows the simulator: on a socket the path alone
/// stands in the request line, in process the whole URI does.
fn base(parts: &Parts) -> String {
    let scheme = parts.uri.scheme_str().unwrap_or("http");
    let host = || parts.headers.get(HOST).and_then(|host| host.to_str().ok());
    let authority = parts.uri.authority().map(|authority| authority.as_str()).or_else(host);
    format!("{scheme}://{}", authority.unwrap_or("localhost"))
}
