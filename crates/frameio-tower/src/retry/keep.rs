//! What is kept of a request, to send it again.

use frameio_core::{Body, Call, CallOptions};
use http::{Extensions, HeaderMap, Method, Request, Uri, Version};

use crate::deadline::DeadlineAt;
use crate::record::CallRecord;

/// A request that can be sent again.
#[derive(Debug)]
pub(super) struct Kept {
    method: Method,
    uri: Uri,
    version: Version,
    headers: HeaderMap,
    body: Body,
    pub(super) known: Known,
    /// Those of other people, and with them the known ones.
    extensions: Option<Extensions>,
}

/// The extensions that the layers give each other, but for the record of the call, which they all
/// have.
///
/// Most requests have no others. Kept here, they need not be copied with the map that they are in
/// and a box for each, which would be the most expensive part of a request to keep.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) call: Option<Call>,
    pub(super) options: Option<CallOptions>,
    pub(super) deadline: Option<DeadlineAt>,
}

impl Known {
    fn of(extensions: &Extensions) -> Self {
        Self {
            call: extensions.get().cloned(),
            options: extensions.get().copied(),
            deadline: extensions.get().copied(),
        }
    }

    /// How many these are, with the record.
    fn len(&self) -> usize {
        1 + usize::from(self.call.is_some())
            + usize::from(self.options.is_some())
            + usize::from(self.deadline.is_some())
    }

    fn to_extensions(&self, record: &CallRecord) -> Extensions {
        let mut extensions = Extensions::new();
        extensions.insert(record.clone());
        self.call.clone().map(|call| extensions.insert(call));
        self.options.map(|options| extensions.insert(options));
        self.deadline.map(|deadline| extensions.insert(deadline));
        extensions
    }
}

impl Kept {
    /// What is needed to send `request`, which has the record of its call, again; none if its body
    /// can be sent only once.
    pub(super) fn of(request: &Request<Body>) -> Option<Self> {
        let body = request.body().try_clone()?;
        let known = Known::of(request.extensions());
        let others = request.extensions().len() > known.len();
        Some(Self {
            method: request.method().clone(),
            uri: request.uri().clone(),
            version: request.version(),
            headers: request.headers().clone(),
            body,
            known,
            extensions: others.then(|| request.extensions().clone()),
        })
    }

    pub(super) fn method(&self) -> &Method {
        &self.method
    }

    /// The request once more.
    pub(super) fn again(&self, record: &CallRecord) -> Request<Body> {
        // A body that was kept can be kept again.
        let mut request = Request::new(self.body.try_clone().unwrap_or_default());
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.uri.clone();
        *request.version_mut() = self.version;
        *request.headers_mut() = self.headers.clone();
        *request.extensions_mut() =
            self.extensions.clone().unwrap_or_else(|| self.known.to_extensions(record));
        request
    }
}
