//! The table of routes in `docs/migration.md`.

use std::fmt::Write;
use std::path::Path;

use frameio_legacy::Route;

fn table() -> String {
    let mut table = String::from("| V2 | state | V4 | remarks |\n|---|---|---|---|\n");
    for route in Route::all() {
        let operations: Vec<_> = route.operations().iter().map(|id| format!("`{id}`")).collect();
        let (method, path) = (route.method(), route.path());
        let (class, operations, note) = (route.class(), operations.join(", "), route.note());
        writeln!(table, "| `{method} {path}` | {class} | {operations} | {note} |").unwrap();
    }
    table
}

#[test]
fn the_table_of_the_guide_is_that_of_the_routes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/migration.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let at = text.find("| V2 | state |").unwrap_or(text.len());
    let (before, present) = text.split_at(at);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, format!("{before}{}", table())).unwrap();
        return;
    }
    assert!(present == table(), "run `UPDATE_DOCS=1 cargo test -p frameio-legacy table`");
}
