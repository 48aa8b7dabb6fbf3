//! HTTP in front of everything: servers, CORS, origin checks, routes, and the pipeline of a request.

mod authenticate;
mod cors;
mod origin_check;
pub(crate) mod pipeline;
mod route;
mod server;

pub use self::server::SimServer;
