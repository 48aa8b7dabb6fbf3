//! Lines of source code with their places.

/// A line of source code.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// Cell of a notebook, counted from 1.
    pub(crate) cell: Option<usize>,
    /// Number within the file or cell, counted from 1.
    pub(crate) number: usize,
    pub(crate) text: String,
}

/// Cuts a text into lines.
pub(crate) fn lines(text: &str, cell: Option<usize>) -> Vec<Line> {
    let numbered = text.lines().enumerate();
    numbered.map(|(index, text)| Line { cell, number: index + 1, text: text.to_owned() }).collect()
}
