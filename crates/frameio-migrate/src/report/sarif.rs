//! The report as SARIF 2.1.0, for code-scanning services.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::patterns::Effort;
use crate::scan::{Finding, Scan};

/// Writes a scan as SARIF 2.1.0, with one rule for each kind of finding.
pub fn sarif(scan: &Scan) -> String {
    let mut rules: BTreeMap<&str, Value> = BTreeMap::new();
    for finding in &scan.findings {
        rules.entry(finding.id).or_insert_with(|| {
            json!({
                "id": finding.id,
                "shortDescription": { "text": finding.title },
                "help": { "text": finding.advice },
                "defaultConfiguration": { "level": level(finding.effort) },
            })
        });
    }
    let notifications: Vec<_> = scan
        .skipped
        .iter()
        .map(|skipped| {
            let text = format!("{}: {}", skipped.file, skipped.reason);
            json!({ "level": "warning", "message": { "text": text } })
        })
        .collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "frameio migrate scan",
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules.into_values().collect::<Vec<_>>(),
            } },
            "invocations": [{
                "executionSuccessful": true,
                "toolExecutionNotifications": notifications,
            }],
            "columnKind": "unicodeCodePoints",
            "results": scan.findings.iter().map(result).collect::<Vec<_>>(),
        }],
    });
    serde_json::to_string_pretty(&log).unwrap_or_else(|_| unreachable!("a log has text keys"))
}

fn result(finding: &Finding) -> Value {
    let mut message = format!("{}: {}", finding.title, finding.advice);
    for operation in &finding.operations {
        let _ = write!(message, "\nV4: {} ({})", operation.route, operation.rust);
    }
    if let Some(cell) = finding.cell {
        let _ = write!(message, "\nCell {cell} of the notebook, line {}.", finding.line);
    }
    let mut place = json!({ "artifactLocation": { "uri": uri(&finding.file) } });
    // Lines of a notebook are counted within the cell, so they are no lines of the file.
    if finding.cell.is_none() {
        place["region"] = json!({ "startLine": finding.line, "startColumn": finding.column });
    }
    json!({
        "ruleId": finding.id,
        "level": level(finding.effort),
        "message": { "text": message },
        "locations": [{ "physicalLocation": place }],
    })
}

const fn level(effort: Effort) -> &'static str {
    match effort {
        Effort::None => "note",
        Effort::Small | Effort::Medium => "warning",
        Effort::Large => "error",
    }
}

/// Characters of a path that stay as they are in a URI.
const PATH: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Encodes a path as a relative URI reference.
fn uri(path: &str) -> String {
    utf8_percent_encode(path, PATH).to_string()
}
