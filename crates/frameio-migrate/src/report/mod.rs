//! Reports of a scan.

mod markdown;
mod sarif;

use std::fmt::Write as _;

pub use self::markdown::markdown;
pub use self::sarif::sarif;
use crate::patterns::Effort;
use crate::scan::{Finding, Scan};

/// Writes a scan as text for a terminal: the findings of each file, then totals.
pub fn text(scan: &Scan) -> String {
    let mut text = String::new();
    let mut file = None;
    for finding in &scan.findings {
        if file != Some(&finding.file) {
            let blank = if file.is_some() { "\n" } else { "" };
            let _ = writeln!(text, "{blank}{}", visible(&finding.file));
            file = Some(&finding.file);
        }
        let place = place(finding);
        let _ = writeln!(text, "  {place}: {} [{}]", finding.title, finding.id);
        let _ = writeln!(text, "    {} (effort: {})", finding.advice, finding.effort.name());
        for operation in &finding.operations {
            let _ = writeln!(text, "    V4: {}  {}", operation.id, operation.route);
            let _ = writeln!(text, "        Rust   {}", operation.rust);
            let _ = writeln!(text, "        Python {}", operation.python);
            let _ = writeln!(text, "        curl   {}", operation.curl);
        }
    }
    for skipped in &scan.skipped {
        let _ = writeln!(text, "not read: {}: {}", visible(&skipped.file), skipped.reason);
    }
    let separator = if text.is_empty() { "" } else { "\n" };
    let _ = writeln!(text, "{separator}{}", summary(scan));
    text
}

/// Writes a scan as one JSON object, with the fields of [`Scan`].
pub fn json(scan: &Scan) -> String {
    serde_json::to_string_pretty(scan).unwrap_or_else(|_| unreachable!("a scan has text keys"))
}

/// Returns the totals in one line.
fn summary(scan: &Scan) -> String {
    let files = scan.findings.chunk_by(|a, b| a.file == b.file).count();
    let [small, medium, large] = [Effort::Small, Effort::Medium, Effort::Large]
        .map(|effort| scan.findings.iter().filter(|finding| finding.effort == effort).count());
    let read = scan.files;
    if scan.findings.is_empty() {
        return format!("No use of the legacy API in {read} files.");
    }
    format!(
        "{} findings in {files} of {read} files: {large} large, {medium} medium, {small} small.",
        scan.findings.len()
    )
}

/// Returns the place of a finding within its file: `12:5`, in a notebook `cell 3, 12:5`.
fn place(finding: &Finding) -> String {
    let cell = finding.cell.map_or_else(String::new, |cell| format!("cell {cell}, "));
    format!("{cell}{}:{}", finding.line, finding.column)
}

/// Escapes the control characters of a file name.
fn visible(name: &str) -> String {
    let escaped = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.into() };
    name.chars().map(escaped).collect()
}
