//! Signs the users of a web app in with Adobe.
//!
//! ```console
//! $ cargo run --features auth --example sign_in_web
//! ```
//!
//! Open `http://localhost:3000` in a browser. `FRAMEIO_CLIENT_ID` and `FRAMEIO_CLIENT_SECRET`
//! belong to an OAuth Web App credential, and `FRAMEIO_REDIRECT_URI` is its redirect to
//! `/callback`. Without them, users sign in on the login page of a local Frame.io.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use frameio::auth::{Authorization, Credential, Ims, Session};
use frameio::users::ShowCurrentUser;
use frameio::{Client, ClientBuilder};
use frameio_sim::{Credential as Demo, Sim};
use tokio::sync::Mutex;
use uuid::Uuid;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[derive(Clone)]
pub(crate) struct App {
    pub(crate) ims: Ims,
    pub(crate) client: ClientBuilder,
    pub(crate) browsers: Arc<Mutex<HashMap<String, Browser>>>,
}

/// State of a browser, by its cookie.
pub(crate) enum Browser {
    SigningIn(Authorization),
    SignedIn(Client),
}

/// A failed sign-in or call, shown to the user in one line.
struct Failure(String);

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        (StatusCode::BAD_GATEWAY, self.0).into_response()
    }
}

pub(crate) fn router(app: App) -> Router {
    Router::new()
        .route("/", get(home))
        .route("/sign-in", get(sign_in))
        .route("/callback", get(callback))
        .with_state(app)
}

async fn home(
    State(app): State<App>,
    headers: HeaderMap,
) -> std::result::Result<Html<String>, Failure> {
    let client = match app.browsers.lock().await.get(cookie(&headers)) {
        Some(Browser::SignedIn(client)) => client.clone(),
        _ => return Ok(Html("<a href=\"/sign-in\">Sign in with Adobe</a>".to_owned())),
    };
    let user = client.send(ShowCurrentUser::new()).await?;
    let name = user.name.replace('&', "&amp;").replace('<', "&lt;");
    Ok(Html(format!("<p>Signed in as {name}.</p>")))
}

async fn sign_in(State(app): State<App>) -> std::result::Result<Response, Failure> {
    let authorization = app.ims.authorization()?;
    let redirect = Redirect::to(authorization.url());
    let id = Uuid::new_v4().to_string();
    let cookie = format!("browser={id}; HttpOnly; SameSite=Lax; Path=/");
    app.browsers.lock().await.insert(id, Browser::SigningIn(authorization));
    Ok(([(header::SET_COOKIE, cookie)], redirect).into_response())
}

async fn callback(
    State(app): State<App>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> std::result::Result<Redirect, Failure> {
    let id = cookie(&headers);
    let authorization = match app.browsers.lock().await.get(id) {
        Some(Browser::SigningIn(authorization)) => authorization.clone(),
        _ => return Ok(Redirect::to("/")),
    };
    let code = authorization.finish(&query.unwrap_or_default())?;
    // One session for each user. A token store would keep it across restarts.
    let session = Session::new(app.ims.clone());
    session.import(app.ims.exchange(code).await?).await?;
    let client = app.client.clone().token_provider(session).build()?;
    app.browsers.lock().await.insert(id.to_owned(), Browser::SignedIn(client));
    Ok(Redirect::to("/"))
}

/// Returns the name of the browser, or an empty one for a new browser.
fn cookie(headers: &HeaderMap) -> &str {
    let cookies = headers.get(header::COOKIE).and_then(|value| value.to_str().ok());
    let mut cookies = cookies.unwrap_or_default().split("; ");
    cookies.find_map(|cookie| cookie.strip_prefix("browser=")).unwrap_or_default()
}

#[tokio::main]
async fn main() -> Result<()> {
    let env = |name: &str| std::env::var(format!("FRAMEIO_{name}"));
    let redirect = env("REDIRECT_URI").unwrap_or("http://localhost:3000/callback".to_owned());
    let sim = Sim::builder().login_page(true).build().serve().await?;
    let (ims, client) = match (env("CLIENT_ID"), env("CLIENT_SECRET")) {
        (Ok(id), Ok(secret)) => {
            (Ims::new(Credential::web(id, secret, redirect))?, Client::builder())
        }
        _ => {
            let demo = Credential::web(Demo::DEMO_WEB, Demo::DEMO_SECRET, redirect);
            let ims = Ims::builder(demo).base_url(sim.url()).build()?;
            (ims, Client::builder().base_url(sim.url()))
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    println!("http://localhost:3000");
    Ok(axum::serve(listener, router(App { ims, client, browsers: Arc::default() })).await?)
}
