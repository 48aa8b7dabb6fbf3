//! What a row of the table of routes is.

use std::future::Future;
use std::pin::Pin;

use crate::context::Context;
use crate::response::Outcome;
use crate::routes::Route;

pub(crate) type Answer = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// A route with the function that answers it.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) route: Route,
    pub(crate) handler: fn(Context) -> Answer,
}

macro_rules! routes {
    ($( $class:ident $method:ident $path:literal [$($v4:literal),*] $handler:path, $note:literal; )*) => {
        /// Every route: class, method, path, V4 operations, handler, note.
        pub(crate) static ROUTES: &[Entry] = &[$(Entry {
            route: $crate::routes::Route {
                method: http::Method::$method,
                path: $path,
                class: $crate::routes::RouteClass::$class,
                v4: &[$($v4),*],
                note: $note,
            },
            handler: |cx| Box::pin($handler(cx)),
        }),*];
    };
}
pub(crate) use routes;
