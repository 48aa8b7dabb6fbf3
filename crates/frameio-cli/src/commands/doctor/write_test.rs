//! Upload of one byte, which shows what the storage refuses, followed by its deletion.

use frameio::Body;
use http::{Method, Request, header};
use serde_json::json;

use super::Doctor;
use super::access::Access;
use super::finding::Finding;
use super::place::Place;
use super::probe::{Probe, Reply};
use super::{proxy, storage};
use crate::exit::{Failure, Status};

const CHECK: &str = "upload";

/// Name of the file that is uploaded and deleted.
const NAME: &str = "frameio-doctor.txt";

/// Uploads a file of one byte into a folder, and deletes it.
pub(super) async fn check(doctor: &Doctor<'_>, access: &Access, place: &Place) -> Vec<Finding> {
    let Some(folder) = place.resolved.folder_id() else {
        let finding = Finding::problem(CHECK, Status::Usage, "not_a_folder");
        let read = format!("'{}' is not a folder or project", place.resolved.path);
        return vec![
            finding
                .read(read)
                .infer("only a folder or project receives files")
                .advise("pass the folder that contains it"),
        ];
    };
    let account = format!("/v4/accounts/{}", place.resolved.account_id);
    let path = format!("{account}/folders/{folder}/files/local_upload");
    let body = json!({"data": {"name": NAME, "file_size": 1}}).to_string();
    let request = Request::builder()
        .method(Method::POST)
        .uri(&path)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body));
    let created = match access.probe.send(request).await {
        Ok(reply) if reply.status.is_success() => reply.json()["data"].take(),
        Ok(reply) => return vec![refused(&path, &reply)],
        Err(failure) => return vec![no_response(&failure)],
    };
    let text = |name: &str| created[name].as_str().unwrap_or_default();
    let url = created["upload_urls"][0]["url"].as_str().unwrap_or_default();
    let mut findings = vec![put(doctor, url, text("media_type")).await];
    let path = format!("{account}/files/{}", text("id"));
    let request = Request::builder().method(Method::DELETE).uri(&path).body(Body::empty());
    match access.probe.send(request).await {
        Ok(reply) if reply.status.is_success() => {}
        other => {
            let reason = match other {
                Ok(reply) => reply.summary(),
                Err(failure) => failure.message,
            };
            let place = &place.resolved.path;
            findings.push(
                Finding::note(CHECK)
                    .read(format!("the file '{NAME}' in '{place}' could not be deleted: {reason}"))
                    .advise(format!("delete it with `frameio rm --yes {}`", text("id"))),
            );
        }
    }
    findings
}

/// Sends the byte with the headers that the signature covers.
async fn put(doctor: &Doctor<'_>, url: &str, media_type: &str) -> Finding {
    let request = Request::builder()
        .method(Method::PUT)
        .uri(url)
        .header(header::CONTENT_TYPE, media_type)
        .header("x-amz-acl", "private")
        .body(Body::from("x"));
    match Probe::anonymous(doctor.limit).send(request).await {
        Ok(reply) if reply.status.is_success() => {
            Finding::ok(CHECK).read("one byte was uploaded and deleted")
        }
        Ok(reply) => storage::refused(CHECK, &reply),
        Err(failure) => no_response(&failure),
    }
}

fn refused(path: &str, reply: &Reply) -> Finding {
    let fact = format!("POST {path} returned {}", reply.summary());
    if let Some(finding) = proxy::refused(CHECK, reply) {
        return finding.read(fact);
    }
    match reply.status.as_u16() {
        403 => Finding::problem(CHECK, Status::Forbidden, "upload_forbidden")
            .read(fact)
            .infer("the role of the user does not permit uploads into this folder")
            .advise("ask a manager of the project for the role of an editor"),
        _ => Finding::problem(CHECK, Status::Refused, "upload_refused").read(fact),
    }
}

fn no_response(failure: &Failure) -> Finding {
    Finding::problem(CHECK, failure.status, "no_response").read(&failure.message)
}
