//! Compares newer documents of the service with the code, and writes `docs/operations.md`.

use std::process::ExitCode;

use frameio_contract::{Document, compare, operations_table};

const USAGE: &str = "\
usage:
  frameio-contract compare FILE...  prints what these OpenAPI documents have that the code lacks, or
                                    the reverse; give all documents of one version together. Exit
                                    status 1 if there is anything.
  frameio-contract operations       prints docs/operations.md";

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["operations"] => {
            print!("{}", operations_table());
            ExitCode::SUCCESS
        }
        ["compare", first, rest @ ..] => {
            let files = std::iter::once(first).chain(rest);
            match files.map(|file| read(file)).collect::<Result<Vec<_>, _>>() {
                Ok(documents) => report(&documents),
                Err(error) => {
                    eprintln!("{error}");
                    ExitCode::from(2)
                }
            }
        }
        _ => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn read(file: &str) -> Result<Document, String> {
    let json = std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
    Document::parse(&json).map_err(|error| format!("{file}: {error}"))
}

fn report(documents: &[Document]) -> ExitCode {
    let findings = compare(documents);
    for finding in &findings {
        println!("{}", finding.to_string().chars().take(300).collect::<String>());
    }
    let operations = documents.iter().flat_map(Document::operations).count();
    println!("{operations} operations compared, {} findings", findings.len());
    if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
