//! Upload of one byte, which shows what the storage refuses, followed by its deletion.

use frameio::Body;
use frameio::files::{CreateLocalUpload, DeleteFile};
use http::{Method, Request, header};

use super::Doctor;
use super::access::Access;
use super::finding::Finding;
use super::place::Place;
use super::probe::{Probe, Reply, unanswered};
use super::{proxy, storage};
use crate::exit::Status;

const CHECK: &str = "upload";

/// Name of the file that is uploaded and deleted.
const NAME: &str = "frameio-doctor.txt";

/// Uploads a file of one byte into a folder, and deletes it.
pub(super) async fn check(doctor: &Doctor<'_>, access: &Access, place: &Place) -> Vec<Finding> {
    let Some(folder) = place.resolved.folder_id() else {
        let finding = Finding::problem(CHECK, Status::Usage, "not_a_folder");
        let path = doctor.personal.path(&place.resolved.path);
        let read = format!("{path} is not a folder or project");
        return vec![
            finding
                .read(read)
                .infer("only a folder or project receives files")
                .advise("pass the folder that contains it"),
        ];
    };
    let account = &place.resolved.account_id;
    let created = match access.probe.call(CreateLocalUpload::new(account, folder, NAME, 1)).await {
        Ok(reply) if reply.status.is_success() => reply.json()["data"].take(),
        Ok(reply) => return vec![refused(&reply)],
        Err(failure) => return vec![unanswered(CHECK, failure)],
    };
    let text = |name: &str| created[name].as_str().unwrap_or_default();
    let url = created["upload_urls"][0]["url"].as_str().unwrap_or_default();
    let mut findings = vec![put(doctor, url, text("media_type")).await];
    match access.probe.call(DeleteFile::new(account, text("id"))).await {
        Ok(reply) if reply.status.is_success() => {}
        other => {
            let reason = match other {
                Ok(reply) => reply.summary(),
                Err(failure) => failure.message,
            };
            let place = doctor.personal.path(&place.resolved.path);
            findings.push(
                Finding::note(CHECK)
                    .read(format!("the file '{NAME}' in {place} could not be deleted: {reason}"))
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
    match Probe::new(doctor.limit).send(request).await {
        Ok(reply) if reply.status.is_success() => {
            Finding::ok(CHECK).read("one byte was uploaded and deleted")
        }
        Ok(reply) => storage::refused(CHECK, &reply),
        Err(failure) => unanswered(CHECK, failure),
    }
}

fn refused(reply: &Reply) -> Finding {
    let fact = reply.fact();
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
