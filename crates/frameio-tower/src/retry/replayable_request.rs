//! Copy of a request, from which retries are created.

use frameio_core::{Call, CallLimits, CloneBody};
use http::{Extensions, HeaderMap, Method, Request, Uri, Version};

use crate::deadline::DeadlineAt;
use crate::record::CallRecord;

/// Request that can be sent several times.
#[derive(Debug)]
pub(super) struct ReplayableRequest<B> {
    method: Method,
    uri: Uri,
    version: Version,
    headers: HeaderMap,
    body: B,
    pub(super) known: KnownExtensions,
    /// All extensions, if there are others in addition to the known ones.
    extensions: Option<Extensions>,
}

/// Extensions that the layers of this crate exchange, except for the record, which every request
/// has.
///
/// Most requests have no other extensions. Fields are cheaper to copy than the extension map, which
/// allocates a box for each entry.
#[derive(Debug)]
pub(super) struct KnownExtensions {
    pub(super) call: Option<Call>,
    pub(super) options: Option<CallLimits>,
    pub(super) deadline: Option<DeadlineAt>,
}

impl KnownExtensions {
    fn of(extensions: &Extensions) -> Self {
        Self {
            call: extensions.get().cloned(),
            options: extensions.get().copied(),
            deadline: extensions.get().copied(),
        }
    }

    /// Number of extensions, including the record.
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

impl<B: CloneBody> ReplayableRequest<B> {
    /// Copies `request`, which has a [`CallRecord`]. Returns `None` if its body cannot be cloned.
    ///
    /// The copy is boxed to keep the future of a call small: it is moved several times, and allocators
    /// are slower above about a kilobyte.
    pub(super) fn of(request: &Request<B>) -> Option<Box<Self>> {
        let body = request.body().try_clone()?;
        let known = KnownExtensions::of(request.extensions());
        let others = request.extensions().len() > known.len();
        Some(Box::new(Self {
            method: request.method().clone(),
            uri: request.uri().clone(),
            version: request.version(),
            headers: request.headers().clone(),
            body,
            known,
            extensions: others.then(|| request.extensions().clone()),
        }))
    }

    pub(super) fn is_idempotent_method(&self) -> bool {
        self.method.is_idempotent()
    }

    /// Creates the request of the next attempt. Returns `None` if the body can no longer be cloned.
    pub(super) fn next_attempt(&self, record: &CallRecord) -> Option<Request<B>> {
        let mut request = Request::new(self.body.try_clone()?);
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.uri.clone();
        *request.version_mut() = self.version;
        *request.headers_mut() = self.headers.clone();
        *request.extensions_mut() =
            self.extensions.clone().unwrap_or_else(|| self.known.to_extensions(record));
        Some(request)
    }
}

#[cfg(test)]
mod tests {
    use frameio_core::{Body, Operation, Quota};
    use tokio::time::Instant;

    use super::*;

    static SHOW: Operation =
        Operation::new("users.show", Method::GET, "/v4/me", Quota::per_minute(100));

    #[test]
    fn the_extension_map_is_copied_only_for_other_extensions() {
        for known in 0..8_u8 {
            let mut request = Request::new(Body::empty());
            let extensions = request.extensions_mut();
            extensions.insert(CallRecord::new());
            if known & 1 != 0 {
                extensions.insert(Call::new(&SHOW));
            }
            if known & 2 != 0 {
                extensions.insert(CallLimits::default());
            }
            if known & 4 != 0 {
                extensions.insert(DeadlineAt(Instant::now()));
            }
            let copy = ReplayableRequest::of(&request).unwrap();
            assert!(copy.extensions.is_none(), "known extensions {known:03b}");

            request.extensions_mut().insert("other");
            let copy = ReplayableRequest::of(&request).unwrap();
            assert_eq!(copy.extensions.unwrap().get(), Some(&"other"), "{known:03b}");
        }
    }
}
