//! Webhooks that send nothing.

use frameio::webhooks::ListWebhooks;
use frameio::workspaces::ListWorkspaces;
use serde_json::Value;

use super::access::Access;
use super::finding::Finding;
use crate::report::counted;

const CHECK: &str = "webhooks";

/// Maximum number of workspaces whose webhooks are read.
const MAX_WORKSPACES: usize = 10;

/// Lists the webhooks that do not deliver events.
pub(super) async fn check(access: &Access) -> Vec<Finding> {
    let (mut findings, mut count, mut workspaces) = (Vec::new(), 0, 0);
    for account in &access.accounts {
        let list = ListWorkspaces::new(&**account).page_size(100);
        let Ok(list) = access.probe.call(list).await else { break };
        for workspace in list.data().iter().filter_map(|it| it["id"].as_str()) {
            if workspaces == MAX_WORKSPACES {
                findings.push(Finding::skipped(
                    CHECK,
                    format!("only the first {MAX_WORKSPACES} workspaces are checked"),
                ));
                return findings;
            }
            workspaces += 1;
            let list = ListWebhooks::new(&**account, workspace).page_size(100);
            match access.probe.call(list).await {
                Ok(reply) if reply.status.is_success() => {
                    let webhooks = reply.data();
                    count += webhooks.len();
                    findings.extend(webhooks.iter().filter_map(|it| silent(workspace, it)));
                }
                Ok(reply) => {
                    let fact = format!("workspace {workspace}: {}", reply.summary());
                    let finding = Finding::skipped(CHECK, fact);
                    findings.push(match reply.status {
                        http::StatusCode::FORBIDDEN => {
                            finding.infer("only some roles may list webhooks")
                        }
                        _ => finding,
                    });
                }
                Err(failure) => {
                    findings.push(Finding::skipped(CHECK, failure.message));
                    return findings;
                }
            }
        }
    }
    if findings.is_empty() {
        findings.push(
            Finding::ok(CHECK)
                .read(format!("{count} in {}, all active", counted(workspaces, "workspace"))),
        );
    }
    findings
}

/// Reports a webhook that sends nothing: it is not active, or has only events that V4 never sends.
fn silent(workspace: &str, webhook: &Value) -> Option<Finding> {
    let id = webhook["id"].as_str().unwrap_or_default();
    let events = webhook["events"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let (legacy, current): (Vec<_>, Vec<_>) = events.partition(|it| it.starts_with("asset."));
    let update = |data: &str| {
        format!(
            "`frameio call webhooks.update --input '{{\"webhook_id\": \"{id}\", \"data\": {{{data}}}}}'`"
        )
    };
    let (state, inferred, advice) = match webhook["active"] == false {
        true if !legacy.is_empty() => (
            "is switched off",
            "it subscribes to asset.* events of the legacy API, and the move to V4 switched it off",
            format!(
                "replace its events and switch it on with `frameio migrate webhooks --send {id}`"
            ),
        ),
        true => (
            "is switched off",
            "somebody switched it off, or the move of the account to V4 did",
            format!("switch it on with {}", update("\"active\": true")),
        ),
        false if !legacy.is_empty() && current.is_empty() => (
            "subscribes to asset.* events only",
            "V4 never sends the events of the legacy API",
            format!("set events of V4 with {}", update("\"events\": [\"file.ready\"]")),
        ),
        false => return None,
    };
    let read = format!("webhook {id} in workspace {workspace} {state}");
    Some(Finding::note(CHECK).read(read).infer(inferred).advise(advice))
}
