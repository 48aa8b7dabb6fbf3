//! Tests with the IMS of the simulator: flows, errors, refreshes and stores.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod binding;
mod errors;
mod flows;
mod loopback;
mod processes;
mod races;
mod refresh;
mod secrets;
mod stores;
mod unauthorized;
mod unsaved;
use frameio_testing::traced;

use std::time::Duration;

use frameio::auth::{Credential, Ims, ImsBuilder, Session, SessionBuilder, Tokens};
use frameio::users::ShowCurrentUser;
use frameio::{Body, Client, Error};
use frameio_sim::{Credential as App, Fault, Sim};
use http::header::LOCATION;
use http::{Request, StatusCode};
use tower::ServiceExt;

pub(crate) const REDIRECT: &str = "http://localhost:4711/callback";
pub(crate) const HOUR: Duration = Duration::from_secs(60 * 60);
/// Lifetime of an access token.
pub(crate) const LIFE: Duration = HOUR;

pub(crate) fn web() -> Credential {
    Credential::web(App::DEMO_WEB, App::DEMO_SECRET, REDIRECT)
}

pub(crate) fn server() -> Credential {
    Credential::server_to_server(App::DEMO_SERVER_TO_SERVER, App::DEMO_SECRET)
}

/// A simulator and its clients.
pub(crate) struct World {
    pub(crate) sim: Sim,
}

impl World {
    pub(crate) fn new() -> Self {
        Self { sim: Sim::builder().quotas(false).access_token_life(LIFE).build() }
    }

    pub(crate) fn builder(&self, credential: Credential) -> ImsBuilder {
        let clock = self.sim.clock();
        Ims::builder(credential).transport(self.sim.clone()).clock(move || clock.now())
    }

    pub(crate) fn ims(&self, credential: Credential) -> Ims {
        self.builder(credential).build().unwrap()
    }

    pub(crate) fn session(&self, credential: Credential) -> SessionBuilder {
        Session::builder(self.ims(credential))
    }

    /// Opens a URL as a browser, and returns the target of the redirect.
    pub(crate) async fn browser(&self, url: &str) -> String {
        let request = Request::get(url).body(Body::empty()).unwrap();
        let response = self.sim.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::FOUND);
        response.headers()[LOCATION].to_str().unwrap().to_owned()
    }

    /// Signs in a user.
    pub(crate) async fn sign_in(&self, ims: &Ims) -> Tokens {
        let authorization = ims.authorization().unwrap();
        let callback = self.browser(authorization.url()).await;
        ims.exchange(authorization.finish(&callback).unwrap()).await.unwrap()
    }

    /// Returns a session of the web app with a signed-in user.
    pub(crate) async fn signed_in(&self) -> Session {
        let session = self.session(web()).build();
        session.import(self.sign_in(session.ims()).await).await.unwrap();
        session
    }

    pub(crate) fn client(&self, session: &Session) -> Client {
        let client = Client::builder().transport(self.sim.clone());
        client.token_provider(session.clone()).build().unwrap()
    }

    /// Returns the number of token requests since the last call.
    pub(crate) fn token_requests(&self) -> usize {
        let requests = self.sim.requests();
        self.sim.clear_requests();
        requests.iter().filter(|request| request.operation == Some(Sim::IMS_TOKEN)).count()
    }

    pub(crate) fn fault(&self, fault: Fault) {
        self.sim.inject(fault.on(Sim::IMS_TOKEN));
    }

    pub(crate) fn pass(&self, time: Duration) {
        self.sim.clock().advance(time);
    }
}

pub(crate) async fn me(client: &Client) -> Result<(), Error> {
    client.send(ShowCurrentUser::new()).await.map(drop)
}

/// Lets background tasks finish.
pub(crate) async fn settle() {
    for _ in 0..200 {
        tokio::task::yield_now().await;
    }
}

pub(crate) fn oauth(status: u16, code: &str) -> Fault {
    let body = format!(r#"{{"error":"{code}","error_description":"by a fault"}}"#);
    Fault::body(StatusCode::from_u16(status).unwrap(), "application/json", body)
}
