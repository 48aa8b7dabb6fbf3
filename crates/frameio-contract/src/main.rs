//! Compares newer documents of the service with the shipped ones and with the code, and prints
//! `docs/operations.md`.

mod arguments;

use std::fs;
use std::process::ExitCode;

use frameio_contract::{Differences, Document, Report, Weight, compare, operations_table};

use self::arguments::{Command, Compare, USAGE};

/// Exit status if there is a difference that matters.
const DIFFERS: u8 = 1;

/// Exit status for wrong arguments and unreadable documents.
const BAD_INPUT: u8 = 2;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match Command::parse(&arguments) {
        Ok(Command::Operations) => {
            print!("{}", operations_table());
            Ok(ExitCode::SUCCESS)
        }
        Ok(Command::Compare(command)) => run(&command),
        Err(error) => Err(format!("{error}\n\n{USAGE}")),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("frameio-contract: {error}");
        ExitCode::from(BAD_INPUT)
    })
}

fn run(command: &Compare) -> Result<ExitCode, String> {
    let documents =
        command.files.iter().map(|file| read(file)).collect::<Result<Vec<_>, String>>()?;
    let base = command.base.as_deref().map(read).transpose()?;
    let mut differs = false;
    for (file, new) in command.files.iter().zip(&documents) {
        let old = match &base {
            Some(base) => base,
            None if new.is_experimental() => Document::experimental(),
            None => Document::stable(),
        };
        println!(
            "'{file}' ({}) compared with {} ({})",
            new.version(),
            command.base_name(),
            old.version()
        );
        let differences = Differences::between(old, new);
        differs |= differences.with(Weight::Matters).next().is_some();
        println!("{}", Report::new(&differences).list_representation(command.lists_all));
    }
    if base.is_none() {
        differs |= report_code(&documents);
    }
    Ok(if differs { ExitCode::from(DIFFERS) } else { ExitCode::SUCCESS })
}

/// Prints what the code has to follow, and returns whether there is anything. The shipped document
/// replaces a document that is not given.
fn report_code(documents: &[Document]) -> bool {
    let mut all: Vec<&Document> = documents.iter().collect();
    for shipped in [Document::stable(), Document::experimental()] {
        if documents.iter().all(|it| it.is_experimental() != shipped.is_experimental()) {
            all.push(shipped);
        }
    }
    let findings = compare(&all);
    if !findings.is_empty() {
        println!("Findings in the code:");
    }
    for finding in &findings {
        println!("  {}", finding.to_string().chars().take(300).collect::<String>());
    }
    println!("{} findings in the code", findings.len());
    !findings.is_empty()
}

fn read(file: &str) -> Result<Document, String> {
    let json =
        fs::read_to_string(file).map_err(|error| format!("cannot read '{file}': {error}"))?;
    let document =
        Document::parse(&json).map_err(|error| format!("cannot read '{file}': {error}"))?;
    match document.openapi_version() {
        Some(version) if version.starts_with("3.1") => {}
        Some(version) => {
            return Err(format!("cannot read '{file}': OpenAPI {version} is unsupported; use 3.1"));
        }
        None => {
            let reason = "not an OpenAPI document: `openapi` is missing";
            return Err(format!("cannot read '{file}': {reason}"));
        }
    }
    if document.operations().next().is_none() {
        return Err(format!("cannot read '{file}': the document has no operations"));
    }
    Ok(document)
}
