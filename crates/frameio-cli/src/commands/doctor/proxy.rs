//! Responses of proxies and firewalls.

use http::{StatusCode, header};

use super::finding::Finding;
use super::probe::Reply;
use crate::exit::Status;

/// Returns the finding for the page of a proxy or firewall in place of a response of the service.
pub(super) fn refused(check: &'static str, reply: &Reply) -> Option<Finding> {
    let content_type = reply.headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
    let is_page = content_type.is_some_and(|it| it.starts_with("text/html"));
    let status = match reply.status {
        StatusCode::PROXY_AUTHENTICATION_REQUIRED => Status::Forbidden,
        StatusCode::UNAUTHORIZED if is_page => Status::SignedOut,
        StatusCode::FORBIDDEN if is_page => Status::Forbidden,
        _ => return None,
    };
    Some(
        Finding::problem(check, status, "proxy_refused")
            .infer("the body is not that of Frame.io: a proxy or a firewall on the way responded")
            .advise("ask your network administrator to allow the host, or change HTTPS_PROXY"),
    )
}
