//! Pipeline of a request: faults, route, authentication, quota, contract, role, handler.

use std::io;
use std::pin::pin;
use std::sync::Arc;

use bytes::Bytes;
use frameio_core::{Body, UserId};
use http::header::{CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue};
use http::request::Parts;
use http::{Request, Response, StatusCode};
use http_body::Body as _;
use jiff::fmt::rfc2822::DateTimePrinter;
use serde_json::{Map, Value};
use tower::service_fn;
use tower_layer::Layer;
use tower_service::Service;

use super::authenticate::Caller;
use super::route::{Args, Route, Target};
use super::{base_url, control_routes, cors, ims_routes, origin_check};
use crate::clock::Clock;
use crate::contract::EXPERIMENTAL;
use crate::events;
use crate::faults::Fault;
use crate::history;
use crate::ims;
use crate::operations::context::RequestContext;
use crate::operations::query::Query;
use crate::operations::roles;
use crate::quota::Level;
use crate::request_body::{Content, drain};
use crate::response::{Failure, Outcome, Problem, with_level};
use crate::shared::{Env, Shared, World};
use crate::uploads;

/// Maximum size of a JSON body in bytes, several times that of the longest annotation.
const MAX_JSON_SIZE: usize = 4 * 1024 * 1024;

const API_VERSION: HeaderName = HeaderName::from_static("api-version");

/// Data about a request that the pipeline collects for the record.
#[derive(Debug, Default)]
struct RequestLog {
    /// The JSON of the body.
    json: Bytes,
    user_id: Option<UserId>,
}

/// Responds to a request.
///
/// Fails with [`ConnectionReset`](io::ErrorKind::ConnectionReset) when a fault resets the connection.
pub(crate) async fn respond<B>(
    shared: &Arc<Shared>,
    request: Request<B>,
) -> io::Result<Response<Body>>
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
{
    if control_routes::has(request.uri().path()) {
        return Ok(control_routes::respond(shared, request).await);
    }
    let (parts, body) = request.into_parts();
    if let Err(failure) = origin_check::check_host(&parts, &shared.env.hosts) {
        drain(&parts.headers, pin!(body)).await;
        return Ok(failure.into_response());
    }
    if !cors::is_from_local_page(&parts) {
        return recorded(shared, parts, body).await;
    }
    let is_preflight = cors::is_preflight(&parts);
    let request = Request::from_parts(parts, body);
    let recorded = service_fn(|request: Request<B>| {
        let (parts, body) = request.into_parts();
        recorded(shared, parts, body)
    });
    let mut response = cors::layer().layer(recorded).call(request).await?;
    if is_preflight {
        *response.status_mut() = StatusCode::NO_CONTENT;
    }
    Ok(response)
}

/// Responds, and records the request.
async fn recorded<B>(shared: &Arc<Shared>, mut parts: Parts, body: B) -> io::Result<Response<Body>>
where
    B: http_body::Body<Data = Bytes>,
{
    let clock = &shared.env.clock;
    let (time, start) = (clock.now(), clock.elapsed());
    let target = Target::of(&parts.method, parts.uri.path());
    let mut log = RequestLog::default();
    let fault = shared.lock().faults.take(target.id());
    let response = match fault {
        Some(fault) => {
            fault.change_request(&mut parts.headers);
            respond_with_fault(shared, fault, &target, &parts, body, &mut log).await
        }
        None => Ok(dispatch(shared, &target, &parts, body, &mut log, false).await),
    };
    let RequestLog { json, user_id } = log;
    let body = match &target {
        Target::Ims(_) => ims::without_secrets(&mut parts.uri, &json),
        _ => json,
    };
    let duration = clock.elapsed().saturating_sub(start);
    let request = history::Request { operation: target.id(), user_id, parts, body, time, duration };
    let sent = response.as_ref().ok().map(|r| (r.status(), r.body().size_hint().exact()));
    let world = &mut *shared.lock();
    uploads::start_pending_fetches(shared, world);
    events::dispatch_pending(shared, world);
    world.requests.push(request, sent);
    response.map(|response| dated(response, clock))
}

/// Sets the date of the simulator's clock once it differs from that of the machine, which servers send.
fn dated(mut response: Response<Body>, clock: &Clock) -> Response<Body> {
    let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&clock.now());
    if !clock.ahead().is_zero()
        && let Some(date) = date.ok().and_then(|date| HeaderValue::try_from(date).ok())
    {
        response.headers_mut().entry(DATE).or_insert(date);
    }
    response
}

/// Responds to a request that a fault applies to.
async fn respond_with_fault<B>(
    shared: &Arc<Shared>,
    fault: Fault,
    target: &Target,
    parts: &Parts,
    body: B,
    log: &mut RequestLog,
) -> io::Result<Response<Body>>
where
    B: http_body::Body<Data = Bytes>,
{
    let clock = &shared.env.clock;
    if matches!(target, Target::Operation(..)) {
        let caller = Caller::of(&shared.lock(), &parts.headers, clock.now()).ok();
        log.user_id = caller.map(|caller| caller.user_id.into_owned().into());
    }
    clock.sleep(fault.delay_before()).await;
    fault.before_request()?;
    let quota = match target {
        Target::Operation(route, _) => Some(shared.lock().buckets.quota(route.operation)),
        _ => None,
    };
    let response = match fault.replacement(quota) {
        Some(response) if matches!(target, Target::Part { .. }) => {
            drain(&parts.headers, pin!(body)).await;
            response
        }
        Some(response) => {
            log.json = Content::read(body, &parts.headers, MAX_JSON_SIZE).await.data;
            response
        }
        None => dispatch(shared, target, parts, body, log, fault.drops_part()).await,
    };
    fault.change_response(response)
}

/// Responds without faults.
async fn dispatch<B>(
    shared: &Arc<Shared>,
    target: &Target,
    parts: &Parts,
    body: B,
    log: &mut RequestLog,
    drops_part: bool,
) -> Response<Body>
where
    B: http_body::Body<Data = Bytes>,
{
    match target {
        Target::Operation(route, args) => {
            let content = Content::read(body, &parts.headers, MAX_JSON_SIZE).await;
            log.json.clone_from(&content.data);
            let world = &mut *shared.lock();
            operation(&shared.env, world, route, args, parts, &content, log)
        }
        Target::Part { id, number } => {
            uploads::put(shared, parts, (id, *number), body, drops_part).await
        }
        Target::Download { id } => uploads::get(shared, parts, id).await,
        Target::Ims(_) => {
            let content = Content::read(body, &parts.headers, MAX_JSON_SIZE).await;
            log.json.clone_from(&content.data);
            ims_routes::respond(shared, parts, content).await
        }
        Target::Unknown => {
            log.json = Content::read(body, &parts.headers, MAX_JSON_SIZE).await.data;
            Failure::new(StatusCode::NOT_FOUND, "no such route").into_response()
        }
    }
}

/// Responds to an API request. Authentication and quota precede all other checks.
fn operation(
    env: &Env,
    world: &mut World,
    route: &Route,
    args: &Args,
    parts: &Parts,
    content: &Content,
    log: &mut RequestLog,
) -> Response<Body> {
    if route.spec.is_experimental()
        && parts.headers.get(API_VERSION).is_none_or(|version| version != EXPERIMENTAL)
    {
        let detail =
            format!("{} requires the header 'api-version: experimental'", route.operation.id);
        return Failure::new(StatusCode::NOT_FOUND, detail).into_response();
    }
    let quota = world.buckets.quota(route.operation);
    let caller = match Caller::of(world, &parts.headers, env.clock.now()) {
        Ok(caller) => caller,
        Err(detail) => {
            let refusal = Failure::new(StatusCode::UNAUTHORIZED, detail).into_response();
            return with_level(refusal, &Level::unused(quota));
        }
    };
    log.user_id = Some(caller.user_id.as_ref().into());
    let account = args.iter().find(|(name, _)| *name == "account_id");
    let account = account.map_or("", |(_, account)| account);
    let now = env.clock.elapsed();
    match world.buckets.spend(&caller.spender, account, route.operation, now) {
        Ok(level) => {
            let outcome = handle(env, world, route, args, &caller, parts, content);
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

/// Validates query and body by the contract, checks the user's role, and runs the operation.
fn handle(
    env: &Env,
    world: &mut World,
    route: &Route,
    args: &Args,
    caller: &Caller<'_>,
    parts: &Parts,
    content: &Content,
) -> Outcome {
    let mut problems = Vec::new();
    let version = parts.headers.get(API_VERSION);
    let query = parts.uri.query().unwrap_or_default();
    let is_experimental = version.is_some_and(|version| version == EXPERIMENTAL);
    let (parameters, body) = route.spec.request(is_experimental);
    let query = Query::parse(parameters, query, &mut problems);
    // The official SDK follows the link to the next page without this header.
    let follows_link = version.is_none() && query.text("after").is_some();
    if let Some(known) = route.operation.api_version
        && version.is_none_or(|given| given != known)
        && !follows_link
    {
        problems.push(Problem::at("/api-version", format!("the header must be '{known}'")));
    }
    let data = match body {
        Some(body) if body.required || content.is_too_long || !content.data.is_empty() => {
            body.take(parse(&parts.headers, content)?)
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
    let ctx = RequestContext {
        env,
        signer: &world.signer,
        now: env.clock.now(),
        base: &base_url(parts),
        user_id: &caller.user_id,
        path: parts.uri.path(),
        args,
        is_experimental,
        query,
        data,
    };
    roles::check(&world.state, &ctx, route.operation.id)?;
    (route.handler.handle)(&mut world.state, &ctx)
}

fn parse(headers: &HeaderMap, content: &Content) -> Result<Value, Failure> {
    if content.is_too_long {
        let detail = format!("the body exceeds {MAX_JSON_SIZE} bytes");
        return Err(Failure::new(StatusCode::PAYLOAD_TOO_LARGE, detail));
    }
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !content_type.is_some_and(|value| value.starts_with("application/json")) {
        let detail = "the content-type must be application/json";
        return Err(Failure::new(StatusCode::BAD_REQUEST, detail));
    }
    serde_json::from_slice(&content.data).map_err(|error| {
        Failure::new(StatusCode::BAD_REQUEST, format!("the body is not JSON: {error}"))
    })
}
