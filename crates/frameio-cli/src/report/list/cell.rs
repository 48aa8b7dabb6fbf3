//! Columns and cells of lists.

use indicatif::HumanBytes;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use crate::report::Tone;

/// Column of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    /// Name in `--columns`, CSV and JSON.
    pub(crate) name: &'static str,
    /// Whether `--long` is needed to show the column in a table.
    pub(super) is_long: bool,
    /// Whether tables show the column only if it is named.
    pub(super) is_hidden: bool,
    /// Whether cells are aligned to the right.
    pub(super) is_right: bool,
    /// Whether cells may be shortened to fit the terminal.
    pub(super) is_flexible: bool,
    /// Whether shortened cells keep their end.
    pub(super) is_path: bool,
    /// Whether shortened cells keep their beginning and their end.
    pub(super) is_file_name: bool,
    /// Whether the column is kept when others are left out to fit the terminal.
    pub(super) is_kept: bool,
    /// Whether the values cost further calls, so that each format has the column on request only.
    pub(super) is_costly: bool,
}

impl Column {
    /// Creates a column that tables show.
    pub(crate) const fn new(name: &'static str) -> Self {
        let (is_long, is_hidden, is_right, is_kept) = (false, false, false, false);
        let (is_flexible, is_path, is_file_name, is_costly) = (false, false, false, false);
        Self {
            name,
            is_long,
            is_hidden,
            is_right,
            is_flexible,
            is_path,
            is_file_name,
            is_kept,
            is_costly,
        }
    }

    /// Omits the column from each format, except with `--long` or `--columns`.
    pub(crate) const fn costly(self) -> Self {
        Self { is_long: true, is_costly: true, ..self }
    }

    /// Shows the column in tables only with `--long` or `--columns`. The other formats always have it.
    pub(crate) const fn long(self) -> Self {
        Self { is_long: true, ..self }
    }

    /// Shows the column in tables only with `--columns`.
    pub(crate) const fn hidden(self) -> Self {
        Self { is_hidden: true, ..self }
    }

    /// Aligns the cells to the right, such as numbers.
    pub(crate) const fn right(self) -> Self {
        Self { is_right: true, ..self }
    }

    /// Allows the table to shorten cells that do not fit the terminal.
    pub(crate) const fn flexible(self) -> Self {
        Self { is_flexible: true, ..self }
    }

    /// Allows the table to shorten cells in their middle, because names of files often differ at the end.
    pub(crate) const fn file_name(self) -> Self {
        Self { is_flexible: true, is_file_name: true, ..self }
    }

    /// Allows the table to shorten cells from their start, because a path ends with the name of its item.
    pub(crate) const fn path(self) -> Self {
        Self { is_flexible: true, is_path: true, ..self }
    }

    /// Keeps the column on a narrow terminal, where others are left out.
    pub(crate) const fn kept(self) -> Self {
        Self { is_kept: true, ..self }
    }

    /// Returns the header of the column in a table.
    pub(super) fn title(&self) -> String {
        self.name.replace('_', " ").to_uppercase()
    }
}

/// Value in a row, written differently for people and for programs.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Cell {
    /// No value.
    #[default]
    Empty,
    Text(String),
    /// Text for people, and the value for programs.
    Both(String, Value),
    /// Number of bytes.
    Size(u64),
    Number(i64),
    Time(Timestamp),
    Flag(bool),
    List(Vec<String>),
}

impl Cell {
    /// Creates a cell with the size of a file, in bytes.
    pub(crate) fn size(bytes: Option<u64>) -> Self {
        bytes.map_or(Self::Empty, Self::Size)
    }

    /// Returns the text for people: sizes with units, times in the local time zone.
    pub(crate) fn human(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) | Self::Both(text, _) => text.clone(),
            Self::Size(bytes) => HumanBytes(*bytes).to_string(),
            Self::Number(number) => number.to_string(),
            Self::Time(time) => local_time(*time),
            Self::Flag(true) => "yes".to_owned(),
            Self::Flag(false) => "no".to_owned(),
            Self::List(texts) => texts.join(", "),
        }
    }

    /// Returns the value as JSON.
    pub(super) fn json(&self) -> Value {
        match self {
            Self::Empty => Value::Null,
            Self::Text(text) => text.as_str().into(),
            Self::Both(_, value) => value.clone(),
            Self::Size(bytes) => (*bytes).into(),
            Self::Number(number) => (*number).into(),
            Self::Time(time) => time.to_string().into(),
            Self::Flag(flag) => (*flag).into(),
            Self::List(texts) => texts.clone().into(),
        }
    }

    /// Returns the value as text: bytes as a number, times in UTC.
    pub(super) fn raw(&self) -> String {
        match self.json() {
            Value::Null => String::new(),
            Value::String(text) => text,
            Value::Array(values) if values.is_empty() => String::new(),
            Value::Array(_) | Value::Object(_) => self.human(),
            value => value.to_string(),
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Timestamp> for Cell {
    fn from(time: Timestamp) -> Self {
        Self::Time(time)
    }
}

impl From<u64> for Cell {
    fn from(number: u64) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<bool> for Cell {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}

/// Returns a time for people, in the local time zone.
pub(crate) fn local_time(time: Timestamp) -> String {
    TimeZone::system().to_datetime(time).strftime("%Y-%m-%d %H:%M").to_string()
}

/// Row of a list with named columns.
pub(crate) trait Row {
    /// Columns in the order of the table. On a narrow terminal, the last ones are left out.
    const COLUMNS: &'static [Column];

    /// Name of the column that `--format ids` prints.
    const ID: &'static str = "id";

    /// Returns the cells, one for each column.
    fn cells(&self) -> Vec<Cell>;

    /// Returns the tone of a cell in a table, by the name of its column.
    fn tone(&self, _column: &str) -> Tone {
        Tone::Plain
    }

    /// Returns the JSON object. Default: all columns with their values.
    fn json(&self) -> Value {
        let names = Self::COLUMNS.iter().map(|column| column.name.to_owned());
        let values = self.cells().into_iter().map(|cell| cell.json());
        Value::Object(names.zip(values).collect::<Map<_, _>>())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn programs_get_exact_values() {
        let time: Timestamp = "2026-11-29T02:58:25.5Z".parse().unwrap();
        for (cell, human, raw, json) in [
            (Cell::Empty, "", "", Value::Null),
            (Cell::Size(1_536), "1.50 KiB", "1536", json!(1536)),
            (Cell::Number(-7), "-7", "-7", json!(-7)),
            (Cell::Flag(false), "no", "false", json!(false)),
            (
                Cell::Both("not uploaded".into(), "created".into()),
                "not uploaded",
                "created",
                json!("created"),
            ),
            (Cell::List(vec!["a".into(), "b".into()]), "a, b", "a, b", json!(["a", "b"])),
        ] {
            assert_eq!((cell.human().as_str(), cell.raw().as_str()), (human, raw));
            assert_eq!(cell.json(), json);
        }
        assert_eq!(Cell::Time(time).raw(), "2026-11-29T02:58:25.5Z");
        assert_eq!(Cell::Time(time).human().len(), "2026-11-29 02:58".len());
    }
}
