//! Reachability of the storage, by a signed URL of a file.

use frameio::files::{FileInclude, ListFiles, ShowFile};
use frameio::projects::{ListProjects, ShowProject};
use frameio::workspaces::ListWorkspaces;
use frameio::{AccountId, Endpoint, FileId};
use http::{Request, header};
use serde_json::Value;

use super::Doctor;
use super::access::Access;
use super::finding::Finding;
use super::personal::origin;
use super::probe::{Probe, Reply, unanswered};
use super::proxy;
use crate::exit::Status;

const CHECK: &str = "storage";

/// File whose content is requested.
pub(super) struct Sample {
    pub(super) account: AccountId,
    pub(super) file: FileId,
}

/// Requests one byte of a file: that of the arguments, or the first one that is found.
pub(super) async fn check(
    doctor: &Doctor<'_>,
    access: &Access,
    project: Option<&str>,
    sample: Option<Sample>,
) -> Finding {
    let is_named = sample.is_some();
    let Some(sample) = (match sample {
        Some(sample) => Some(sample),
        None => first_file(access, project).await,
    }) else {
        return Finding::skipped(CHECK, "no file to test; pass the path of a file");
    };
    let Sample { account, file } = &sample;
    let show = ShowFile::new(account, file).include([FileInclude::MediaLinksOriginal]);
    let reply = match access.probe.call(show).await {
        Ok(reply) => reply,
        Err(failure) => return unanswered(CHECK, failure),
    };
    match reply.status.as_u16() {
        200..=299 => {}
        // The file was not named, so the right to download it may not matter.
        403 if is_named => {
            return Finding::problem(CHECK, Status::Forbidden, "download_forbidden")
                .read(reply.fact())
                .infer("the role of the user does not permit downloads of originals")
                .advise("ask for a role that may download, or use a rendition");
        }
        _ => return Finding::skipped(CHECK, reply.fact()),
    }
    let link = reply.json()["data"]["media_links"]["original"]["download_url"].take();
    match link {
        Value::String(url) => fetch(doctor, &url).await,
        _ => Finding::skipped(
            CHECK,
            format!("the file {} has no link to its content yet", sample.file.as_str()),
        ),
    }
}

/// Returns a file in the root folder of a project.
async fn first_file(access: &Access, project: Option<&str>) -> Option<Sample> {
    let account = AccountId::from(access.accounts.first()?.as_str());
    let project = match project {
        Some(project) => data(access, ShowProject::new(&account, project)).await?,
        None => {
            let list = data(access, ListWorkspaces::new(&account).page_size(1)).await?;
            let workspace = list.first()?["id"].as_str()?;
            data(access, ListProjects::new(&account, workspace).page_size(1)).await?
        }
    };
    let root = project.first()?["root_folder_id"].as_str()?;
    let files = data(access, ListFiles::new(&account, root).page_size(50)).await?;
    // An upload that is incomplete has no content.
    let file = files.iter().find(|it| it["status"] != "created")?["id"].as_str()?;
    Some(Sample { account, file: file.into() })
}

/// Returns the data of a response; `None` without one.
async fn data(access: &Access, endpoint: impl Endpoint) -> Option<Vec<Value>> {
    Some(access.probe.call(endpoint).await.ok()?.data())
}

/// Requests the first byte of a signed URL.
async fn fetch(doctor: &Doctor<'_>, url: &str) -> Finding {
    let host = origin(url);
    let request = Request::get(url).header(header::RANGE, "bytes=0-0").body(frameio::Body::empty());
    match Probe::new(doctor.limit).send(request).await {
        Ok(reply) if reply.status.is_success() => {
            Finding::ok(CHECK).read(format!("{host} responded with {}", reply.status.as_u16()))
        }
        // The bytes of an empty file cannot be requested.
        Ok(reply) if reply.status == http::StatusCode::RANGE_NOT_SATISFIABLE => {
            Finding::ok(CHECK).read(format!("{host} responded"))
        }
        Ok(reply) => refused(CHECK, &reply).read(host),
        Err(failure) => Finding::problem(CHECK, failure.status, "storage_unreachable")
            .read(format!("{host}: {}", failure.message))
            .infer("the storage has other hosts than the API, which a firewall may block")
            .advise(format!("allow connections to {host}")),
    }
}

/// Explains an error of the storage.
pub(super) fn refused(check: &'static str, reply: &Reply) -> Finding {
    let text = String::from_utf8_lossy(&reply.body);
    let (code, message) = (tag(&text, "Code"), tag(&text, "Message"));
    let status = reply.status.as_u16();
    let mut fact = format!("the storage responded with {status}");
    if let Some(code) = code {
        fact += &format!(" {}", code.chars().take(40).collect::<String>());
    }
    let finding =
        proxy::refused(check, reply).unwrap_or_else(|| by_code(check, status, code, message));
    finding.read(fact)
}

/// Explains an error of the storage by its code and its message.
fn by_code(check: &'static str, status: u16, code: Option<&str>, message: Option<&str>) -> Finding {
    let expired = message.is_some_and(|message| message.to_lowercase().contains("expired"));
    let (cause, inferred, advice) = match (code, expired) {
        (_, true) | (Some("RequestTimeTooSkewed" | "ExpiredToken"), _) => (
            "storage_url_expired",
            "the signed URL has expired, although it was just created: the clock of this machine \
             is wrong, or a proxy holds requests back",
            "set the clock by NTP, and run the command again: it requests new URLs",
        ),
        (Some("SignatureDoesNotMatch"), _) => (
            "storage_headers",
            "a proxy on the way changes the headers or the URL that the signature covers: \
             content-type, host and x-amz-acl",
            "except the storage from the proxy with NO_PROXY, or from its content inspection",
        ),
        _ if status == 403 => (
            "storage_forbidden",
            "the storage refuses the signed URL, or a firewall responds in its place",
            "run the command again: it requests new URLs",
        ),
        _ => ("storage_failed", "the storage fails", "try again later"),
    };
    let status = match status {
        403 => Status::Forbidden,
        500..=599 => Status::ServerError,
        _ => Status::Refused,
    };
    Finding::problem(check, status, cause).infer(inferred).advise(advice)
}

/// Returns the text of an XML element without attributes.
fn tag<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    Some(rest.split_once(&format!("</{name}>"))?.0)
}
