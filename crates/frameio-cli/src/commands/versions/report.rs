//! Version stacks on the terminal and in JSON.

use frameio::files::File;
use serde_json::{Value, json};

use super::stack::Stack;
use crate::commands::asset_row::{status_cell, status_tone};
use crate::report::{Cell, Column, Record, Row, Tone};

/// A version in a list.
pub(super) struct VersionRow<'a> {
    file: &'a File,
    /// Position in the stack, from 1 for the oldest; `None` if the order is unknown.
    number: Option<usize>,
    is_head: bool,
    stack: Option<&'a Stack>,
}

impl<'a> VersionRow<'a> {
    /// Creates the rows of a stack.
    pub(super) fn of(stack: &'a Stack) -> Vec<Self> {
        let rows = stack.versions.iter().enumerate().map(|(at, file)| Self {
            file,
            number: stack.is_order_known.then_some(at + 1),
            is_head: stack.is_head(&file.id),
            stack: Some(stack),
        });
        rows.collect()
    }

    /// Creates the row of a file that is in no stack.
    pub(super) const fn only(file: &'a File) -> Self {
        Self { file, number: Some(1), is_head: true, stack: None }
    }
}

impl Row for VersionRow<'_> {
    const COLUMNS: &'static [Column] = &[
        Column::new("version"),
        Column::new("head"),
        Column::new("name").file_name().kept(),
        Column::new("size").right(),
        Column::new("status"),
        Column::new("created_at"),
        Column::new("id").kept(),
        Column::new("stack_id").hidden(),
    ];

    fn cells(&self) -> Vec<Cell> {
        let number = |number: usize| Cell::Both(format!("v{number}"), number.into());
        let head = if self.is_head { "head" } else { "" };
        vec![
            self.number.map_or(Cell::Empty, number),
            Cell::Both(head.to_owned(), self.is_head.into()),
            self.file.name.as_str().into(),
            Cell::Size(self.file.file_size),
            status_cell(Some(self.file.status.as_str())),
            self.file.created_at.into(),
            self.file.id.as_str().into(),
            self.stack.map(|stack| stack.stack.id.as_str()).into(),
        ]
    }

    fn tone(&self, column: &str) -> Tone {
        match column {
            "status" => status_tone(Some(self.file.status.as_str())),
            "head" => Tone::Good,
            _ => Tone::Plain,
        }
    }
}

/// A version stack after a change, as the service reports it.
pub(super) struct StackReport<'a>(pub(super) &'a Stack);

impl StackReport<'_> {
    fn head(&self) -> String {
        let head = self.0.head();
        head.map_or_else(|| "none".to_owned(), |it| format!("'{}' {}", it.name, it.id.as_str()))
    }
}

impl Record for StackReport<'_> {
    fn lines(&self) -> Vec<String> {
        let count = match self.0.versions.len() {
            1 => "1 version".to_owned(),
            count => format!("{count} versions"),
        };
        let (path, id) = (self.0.path(), self.0.stack.id.as_str());
        vec![format!("{path} ({id}): {count}, head {}", self.head())]
    }

    fn json(&self) -> Value {
        let Stack { stack, versions, is_order_known, .. } = self.0;
        json!({
            "stack_id": stack.id.as_str(),
            "path": self.0.path(),
            "head_id": self.0.head().map(|head| head.id.as_str()),
            "versions": versions.iter().map(|file| file.id.as_str()).collect::<Vec<_>>(),
            "is_oldest_first": is_order_known,
        })
    }
}
