//! The table of all operations, `docs/operations.md`.

use std::fmt::Write as _;

use frameio_api::Catalog;
use frameio_core::Operation;

const HEAD: &str = "\
# Operations

Every operation of the service, by its documented name (`client.files.show` in the Python SDK), and
the Rust type that sends it. `{account_id}` and the like are the arguments of `new`. The quota is
the documented one, of each user of an account unless it says otherwise; the answers correct it.
What older documentation calls `account_permissions.index` is `users.account_permissions_index`; both
names are understood.

Written by `cargo run -p frameio-contract -- operations`; a test holds it against the code.
";

/// The table as Markdown.
pub fn operations() -> String {
    let mut table = HEAD.to_owned();
    let (mut stable, mut experimental) = (Vec::new(), Vec::new());
    for operation in Operation::all() {
        match operation.api_version {
            Some("experimental") => experimental.push(operation),
            _ => stable.push(operation),
        }
    }
    section(&mut table, "Stable", &stable);
    section(&mut table, "Experimental, behind the feature `experimental`", &experimental);
    table
}

fn section(table: &mut String, title: &str, operations: &[&'static Operation]) {
    // Writing to a `String` does not fail.
    let _ = write!(
        table,
        "\n## {title}: {}\n\n| name | type | route | quota |\n|---|---|---|---|\n",
        operations.len()
    );
    for operation in operations {
        let path = operation.request_type();
        let note = if operation.deprecated { " (deprecated)" } else { "" };
        let scope = match operation.scope {
            frameio_core::QuotaScope::Account => ", all users of an account together",
            _ => "",
        };
        let _ = writeln!(
            table,
            "| `{}`{note} | `{path}` | `{} {}` | {}{scope} |",
            operation.id, operation.method, operation.path, operation.quota
        );
    }
}
