//! The report as Markdown.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{place, summary, visible};
use crate::patterns::Effort;
use crate::scan::Scan;

/// Writes a scan as Markdown: the effort of each file as a table, then the findings of each file.
pub fn markdown(scan: &Scan) -> String {
    let mut text = format!("# Use of the legacy Frame.io API\n\n{}\n", summary(scan));
    if !scan.findings.is_empty() {
        text.push_str(
            "\n## Effort\n\n| file | large | medium | small | none |\n|---|---|---|---|---|\n",
        );
        let mut efforts: BTreeMap<&str, BTreeMap<Effort, usize>> = BTreeMap::new();
        for finding in &scan.findings {
            *efforts.entry(&finding.file).or_default().entry(finding.effort).or_default() += 1;
        }
        for (file, counts) in &efforts {
            let count = |effort| counts.get(&effort).copied().unwrap_or_default();
            let [large, medium, small, none] =
                [Effort::Large, Effort::Medium, Effort::Small, Effort::None].map(count);
            let _ = writeln!(text, "| {} | {large} | {medium} | {small} | {none} |", cell(file));
        }
    }
    for findings in scan.findings.chunk_by(|a, b| a.file == b.file) {
        let Some(first) = findings.first() else { continue };
        let _ = writeln!(text, "\n## {}\n", cell(&first.file));
        text.push_str("| place | what | V4 | effort | advice |\n|---|---|---|---|---|\n");
        for finding in findings {
            let operations: Vec<_> = finding
                .operations
                .iter()
                .map(|operation| format!("`{}` (`{}`)", operation.route, operation.rust))
                .collect();
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | {} |",
                place(finding),
                finding.title,
                operations.join("<br>"),
                finding.effort.name(),
                finding.advice.replace('|', "\\|"),
            );
        }
    }
    if !scan.skipped.is_empty() {
        text.push_str("\n## Not read\n\n");
        for skipped in &scan.skipped {
            let _ = writeln!(text, "- {}: {}", cell(&skipped.file), visible(&skipped.reason));
        }
    }
    text
}

/// Escapes a file name for a cell of a table.
fn cell(name: &str) -> String {
    let mut escaped = String::new();
    for c in visible(name).chars() {
        if matches!(c, '|' | '*' | '_' | '`' | '<' | '[' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
