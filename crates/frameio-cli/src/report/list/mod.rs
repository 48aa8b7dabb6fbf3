//! Lists of rows with named columns, as tables, CSV, JSON or ids.

mod cell;
mod table;

use std::io::IsTerminal;
use std::marker::PhantomData;

use serde_json::{Map, Value};

pub(crate) use self::cell::{Cell, Column, Row, local_time};
use self::table::{Line, Table};
use super::escape::Escaped;
use super::jq::Jq;
use super::width::output_columns;
use super::{Reporter, Tone, color, output_failure};
use crate::exit::Failure;

/// Format of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// Table for people: sizes with units, times in the local time zone
    #[default]
    Table,
    /// Comma-separated values with a header, bytes as numbers and times in UTC
    Csv,
    /// JSON array
    Json,
    /// JSON object per line, each as soon as it is received
    Jsonl,
    /// ID per line
    Ids,
}

/// Choices of the user for a list.
#[derive(Clone, Debug)]
pub(crate) struct ListOptions {
    pub(crate) format: Format,
    /// Names of the columns; empty for the default ones.
    pub(crate) columns: Vec<String>,
    /// Whether tables show all columns.
    pub(crate) is_long: bool,
    pub(crate) has_header: bool,
    pub(crate) jq: Option<Jq>,
}

/// Prints rows, each as soon as the format allows it.
///
/// If it is dropped before [`finish`](Self::finish), it prints the rows that it holds.
pub(crate) struct List<R: Row> {
    printer: TablePrinter,
    options: ListOptions,
    /// Indexes of the chosen columns in [`Row::COLUMNS`].
    chosen: Vec<usize>,
    /// Values of a JSON array that a filter reads.
    values: Vec<Value>,
    has_started: bool,
    /// ID of the row before, if IDs are printed.
    last_id: String,
    row: PhantomData<fn(&R)>,
}

/// Prints a table, and when it is dropped the rows that the table holds.
///
/// Dropped by itself, so that a list does not have to be dropped before what its rows borrow.
struct TablePrinter {
    reporter: Reporter,
    table: Table,
    is_colored: bool,
}

impl TablePrinter {
    fn push(&mut self, cells: &[(Tone, String)]) -> Result<(), Failure> {
        let lines = self.table.push(cells);
        self.print(lines)
    }

    fn flush(&mut self) -> Result<(), Failure> {
        let lines = self.table.flush();
        self.print(lines)
    }

    /// Notes on a terminal that there are no rows, or no room for all columns.
    fn explain(&self) {
        if !std::io::stdout().is_terminal() || !std::io::stderr().is_terminal() {
            return;
        }
        let omitted = self.table.omitted();
        if self.table.is_empty() {
            self.reporter.note("the list is empty");
        } else if !omitted.is_empty() {
            let omitted = omitted.join(", ");
            let note = format!("too narrow for {omitted}; select columns with '--columns'");
            self.reporter.note(&note);
        }
    }

    fn print(&self, lines: Vec<Line>) -> Result<(), Failure> {
        lines.into_iter().try_for_each(|mut line| {
            if !self.is_colored {
                line.iter_mut().for_each(|(tone, _)| *tone = Tone::Plain);
            }
            self.reporter.print(&Escaped::painted(&line))
        })
    }
}

impl Drop for TablePrinter {
    fn drop(&mut self) {
        drop(self.flush());
    }
}

impl<R: Row> List<R> {
    /// Creates a list. Refuses unknown columns.
    pub(crate) fn new(options: ListOptions) -> Result<Self, Failure> {
        let is_table = options.format == Format::Table;
        let chosen = match options.columns.as_slice() {
            _ if options.format == Format::Ids => vec![id_position::<R>()?],
            [] => {
                let shown = |it: &Column| !it.is_hidden && (options.is_long || !it.is_long);
                let shown = |it: &Column| match is_table {
                    true => shown(it),
                    false => options.is_long || !it.is_costly,
                };
                let columns = R::COLUMNS.iter().enumerate();
                columns.filter(|(_, column)| shown(column)).map(|(at, _)| at).collect()
            }
            names => {
                let names = names.iter().map(|name| name.trim());
                names
                    .map(|name| position::<R>("--columns", name, name))
                    .collect::<Result<_, _>>()?
            }
        };
        let columns = chosen.iter().filter_map(|&at| R::COLUMNS.get(at).copied()).collect();
        let may_omit = options.columns.is_empty() && !options.is_long;
        let table = Table::new(columns, output_columns(), options.has_header, may_omit);
        let is_colored = color::is_enabled_on(&std::io::stdout());
        let printer = TablePrinter { reporter: Reporter::text(), table, is_colored };
        let (values, has_started, row) = (Vec::new(), false, PhantomData);
        let last_id = String::new();
        Ok(Self { printer, options, chosen, values, has_started, last_id, row })
    }

    /// Returns the reporter for notes.
    pub(crate) const fn reporter(&self) -> &Reporter {
        &self.printer.reporter
    }

    /// Returns whether the user asked for this column by name or with `--long`, so that its values are
    /// worth further calls.
    pub(crate) fn is_chosen(&self, name: &str) -> bool {
        let mut chosen = self.chosen.iter().filter_map(|&at| R::COLUMNS.get(at));
        let has_asked = self.options.is_long || !self.options.columns.is_empty();
        has_asked && chosen.any(|column| column.name == name)
    }

    /// Returns whether rows are printed for people.
    pub(crate) const fn is_table(&self) -> bool {
        matches!(self.options.format, Format::Table)
    }

    /// Returns whether only IDs are printed.
    pub(crate) const fn is_ids(&self) -> bool {
        matches!(self.options.format, Format::Ids)
    }

    /// Returns whether rows are printed as JSON objects.
    pub(crate) const fn is_json(&self) -> bool {
        matches!(self.options.format, Format::Json | Format::Jsonl)
    }

    /// Prints a row, or holds it until the widths of the columns are known.
    pub(crate) fn push(&mut self, row: &R) -> Result<(), Failure> {
        match self.options.format {
            Format::Table => {
                let columns = self.chosen.iter().filter_map(|&at| R::COLUMNS.get(at));
                let tones = columns.map(|column| row.tone(column.name));
                let texts = self.cells(row);
                let texts = texts.iter().map(Cell::human);
                self.printer.push(&tones.zip(texts).collect::<Vec<_>>())
            }
            Format::Ids => {
                let id = self.cells(row).first().map(Cell::raw).unwrap_or_default();
                // Several rows can be about one item, and some items have no ID.
                if id.is_empty() || self.last_id == id {
                    return Ok(());
                }
                self.reporter().exact(&id)?;
                self.last_id = id;
                Ok(())
            }
            Format::Csv => {
                self.csv_header()?;
                self.csv(self.cells(row).iter().map(Cell::raw))
            }
            Format::Jsonl => match &self.options.jq {
                Some(jq) => self.reporter().filtered(jq, &self.object(row)),
                None => self.reporter().json_line(&self.object(row)),
            },
            Format::Json => {
                let object = self.object(row);
                if self.options.jq.is_some() {
                    self.values.push(object);
                    return Ok(());
                }
                let start = if self.has_started { ",\n" } else { "[\n" };
                self.has_started = true;
                self.reporter().print_part(&Escaped::json_text(&format!("{start}{object}")))
            }
        }
    }

    /// Prints held rows and the end of the format.
    pub(crate) fn finish(mut self) -> Result<(), Failure> {
        match self.options.format {
            Format::Table => {
                self.printer.flush()?;
                self.printer.explain();
                Ok(())
            }
            Format::Csv => self.csv_header(),
            Format::Json => match self.options.jq.clone() {
                Some(jq) => {
                    let values = std::mem::take(&mut self.values);
                    self.reporter().filtered(&jq, &values.into())
                }
                None if self.has_started => self.reporter().print(&Escaped::json_text("\n]")),
                None => self.reporter().print(&Escaped::json_text("[]")),
            },
            Format::Jsonl | Format::Ids => Ok(()),
        }
    }

    /// Returns the chosen cells.
    fn cells(&self, row: &R) -> Vec<Cell> {
        let cells = row.cells();
        // A column may be named twice.
        self.chosen.iter().map(|&at| cells.get(at).cloned().unwrap_or_default()).collect()
    }

    /// Returns the JSON of a row: all of it, or the chosen columns.
    fn object(&self, row: &R) -> Value {
        if self.options.columns.is_empty() {
            let mut object = row.json();
            if let (Value::Object(fields), false) = (&mut object, self.options.is_long) {
                for column in R::COLUMNS.iter().filter(|column| column.is_costly) {
                    fields.remove(column.name);
                }
            }
            return object;
        }
        let names = self.chosen.iter().filter_map(|&at| R::COLUMNS.get(at));
        let names = names.map(|column| column.name.to_owned());
        let values = self.cells(row).into_iter().map(|cell| cell.json());
        Value::Object(names.zip(values).collect::<Map<_, _>>())
    }

    fn csv_header(&mut self) -> Result<(), Failure> {
        if std::mem::replace(&mut self.has_started, true) || !self.options.has_header {
            return Ok(());
        }
        let columns = self.chosen.iter().filter_map(|&at| R::COLUMNS.get(at));
        self.csv(columns.map(|column| column.name.to_owned()))
    }

    fn csv(&self, fields: impl Iterator<Item = String>) -> Result<(), Failure> {
        let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
        let written = writer.write_record(fields).map_err(std::io::Error::from);
        let record = written.and_then(|()| writer.into_inner().map_err(|it| it.into_error()));
        let record = record.map_err(|error| output_failure(&error))?;
        self.reporter().exact(String::from_utf8_lossy(&record).trim_end_matches('\n'))
    }
}

/// Returns the index of the column with the ID.
fn id_position<R: Row>() -> Result<usize, Failure> {
    let position = R::COLUMNS.iter().position(|column| column.name == R::ID);
    position.ok_or_else(|| Failure::value("--format", "ids", "the rows of this list have no ID"))
}

/// Returns the index of a column.
fn position<R: Row>(flag: &str, value: &str, name: &str) -> Result<usize, Failure> {
    R::COLUMNS.iter().position(|column| column.name == name).ok_or_else(|| {
        let names: Vec<_> = R::COLUMNS.iter().map(|column| column.name).collect();
        Failure::value(flag, value, format!("no such column; available: {}", names.join(", ")))
    })
}
