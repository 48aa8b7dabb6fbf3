//! Code of Jupyter notebooks.

use serde_json::Value;

use crate::lines::{self, Line};

/// Returns the lines of all code cells, or `None` for a text that is not a notebook.
pub(crate) fn lines(text: &str) -> Option<Vec<Line>> {
    let notebook: Value = serde_json::from_str(text).ok()?;
    let cells = notebook.get("cells")?.as_array()?;
    let code = cells.iter().enumerate().filter(|(_, cell)| cell["cell_type"] == "code");
    Some(code.flat_map(|(index, cell)| lines::lines(&text_of(cell), Some(index + 1))).collect())
}

/// The source of a cell is a text or a list of texts.
fn text_of(cell: &Value) -> String {
    match &cell["source"] {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(Value::as_str).collect(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_lines_within_each_code_cell() {
        let notebook = r#"{"cells": [
            {"cell_type": "markdown", "source": "text"},
            {"cell_type": "code", "source": ["a = \"1\"\n", "b"]},
            {"cell_type": "code", "source": "c"}]}"#;
        let lines = lines(notebook).unwrap_or_default();
        let places: Vec<_> =
            lines.iter().map(|line| (line.cell, line.number, &*line.text)).collect();
        let expected = [(Some(2), 1, "a = \"1\""), (Some(2), 2, "b"), (Some(3), 1, "c")];
        assert_eq!(places, expected);
        assert!(super::lines("{}").is_none() && super::lines("no JSON").is_none());
    }
}
