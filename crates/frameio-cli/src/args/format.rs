//! Arguments that choose the format of results.

use crate::exit::Failure;
use crate::report::{Format, Jq, List, ListOptions, Record, Reporter, Row};

/// Format of a list.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Output options")]
pub(crate) struct FormatArgs {
    /// Print a table, csv, json (an array), jsonl (an object per line) or ids [default: table; jsonl
    /// with --jq]
    #[arg(long, value_enum, value_name = "FORMAT", hide_possible_values = true)]
    format: Option<Format>,
    /// Print JSON lines, short for --format jsonl
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// Columns to print, in this order; an unknown name lists them
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    columns: Vec<String>,
    /// Omit the header of a table or of CSV
    #[arg(long)]
    no_header: bool,
    /// Filter JSON by an expression of jq; strings are printed without quotes
    #[arg(long, value_name = "EXPR", value_parser = Jq::check)]
    jq: Option<String>,
}

impl FormatArgs {
    /// Creates the list.
    pub(crate) fn list<R: Row>(&self) -> Result<List<R>, Failure> {
        List::new(self.options(false)?)
    }

    /// Creates a list whose tables show all columns if `is_long`.
    pub(crate) fn long_list<R: Row>(&self, is_long: bool) -> Result<List<R>, Failure> {
        List::new(self.options(is_long)?)
    }

    /// Returns whether the user asked for neither a format nor columns.
    pub(crate) const fn is_default(&self) -> bool {
        matches!(self.format, None | Some(Format::Table))
            && !self.json
            && self.jq.is_none()
            && self.columns.is_empty()
    }

    /// Creates the reporter of changes, which are no list: text or JSON lines.
    pub(crate) fn changes(&self) -> Result<Reporter, Failure> {
        let is_json = self.json || self.jq.is_some() || self.format == Some(Format::Jsonl);
        let is_line = matches!(self.format, None | Some(Format::Table | Format::Jsonl));
        let is_text = self.format == Some(Format::Table) && self.jq.is_some();
        match self.columns.is_empty() && is_line && !is_text {
            true => Ok(Reporter::new(is_json).filter(self.jq.clone())),
            false => Err(Failure::usage("results of changes are printed as text or with '--json'")),
        }
    }

    /// Returns whether the user named columns.
    pub(crate) const fn has_columns(&self) -> bool {
        !self.columns.is_empty()
    }

    fn options(&self, is_long: bool) -> Result<ListOptions, Failure> {
        let format = match (self.format, self.json || self.jq.is_some()) {
            (None, true) => Format::Jsonl,
            (format, _) => format.unwrap_or_default(),
        };
        if self.jq.is_some() && !matches!(format, Format::Json | Format::Jsonl) {
            return Err(Failure::usage("'--jq' needs '--format json' or '--format jsonl'"));
        }
        Ok(ListOptions {
            format,
            columns: self.columns.clone(),
            is_long,
            has_header: !self.no_header,
            jq: self.jq.as_deref().map(Jq::of_argument).transpose()?,
        })
    }
}

/// Format of results that are not a list: text, an object, or an object for each item.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Output options")]
pub(crate) struct JsonArgs {
    /// Print JSON: an object in a line for each result
    #[arg(long)]
    json: bool,
    /// Filter each JSON object by an expression of jq; strings are printed without quotes
    #[arg(long, value_name = "EXPR", value_parser = Jq::check)]
    jq: Option<String>,
}

impl JsonArgs {
    /// Creates the reporter of the results.
    pub(crate) fn reporter(&self) -> Reporter {
        Reporter::new(self.is_json()).filter(self.jq.clone())
    }

    /// Returns whether results are printed as JSON.
    pub(crate) const fn is_json(&self) -> bool {
        self.json || self.jq.is_some()
    }

    /// Prints a result.
    pub(crate) fn print(&self, record: &impl Record) -> Result<(), Failure> {
        self.reporter().record(record)
    }
}
