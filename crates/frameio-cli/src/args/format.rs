//! Arguments that choose the format of results.

use std::fmt;
use std::marker::PhantomData;

use crate::completion;
use crate::exit::Failure;
use crate::report::{Column, Format, Jq, List, ListOptions, Record, Reporter, Row};

/// Heading of the output options in help.
pub(super) const OUTPUT: &str = "Output options";

/// Format of a list of rows.
#[derive(clap::Args)]
pub(crate) struct FormatArgs<R: Row + 'static> {
    /// Print a table, csv, json (an array), jsonl (an object per line) or ids [default: table; jsonl
    /// with --jq]
    #[arg(long, value_enum, value_name = "FORMAT", hide_possible_values = true, help_heading = OUTPUT)]
    format: Option<Format>,
    /// Print JSON lines, short for --format jsonl
    #[arg(long, conflicts_with = "format", help_heading = OUTPUT)]
    json: bool,
    /// Columns to print, in this order; an unknown name lists them
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        add = completion::one_of(|| R::COLUMNS.iter().map(|column| column.name)),
        help_heading = OUTPUT
    )]
    columns: Vec<String>,
    /// Omit the header of a table or of CSV
    #[arg(long, help_heading = OUTPUT)]
    no_header: bool,
    /// Filter JSON by an expression of jq; strings are printed without quotes
    #[arg(long, value_name = "EXPR", value_parser = Jq::check, help_heading = OUTPUT)]
    jq: Option<String>,
    #[arg(skip)]
    row: PhantomData<fn(R)>,
}

impl<R: Row> fmt::Debug for FormatArgs<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FormatArgs")
    }
}

impl<R: Row> FormatArgs<R> {
    /// Creates the list. Its rows have the columns of `R`, and may borrow what they show.
    pub(crate) fn list<S: Row>(&self) -> Result<List<S>, Failure> {
        self.long_list(false)
    }

    /// Creates a list whose tables show all columns if `is_long`.
    pub(crate) fn long_list<S: Row>(&self, is_long: bool) -> Result<List<S>, Failure> {
        let names = |columns: &'static [Column]| columns.iter().map(|column| column.name);
        debug_assert!(names(R::COLUMNS).eq(names(S::COLUMNS)), "the columns of the arguments");
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
            false => Err(Failure::usage(
                "results of changes are no list: use '--json', and '--jq' to select fields",
            )),
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
        if format == Format::Ids && !self.columns.is_empty() {
            return Err(Failure::usage("'--columns' cannot be used with '--format ids'"));
        }
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
pub(crate) struct JsonArgs {
    /// Print JSON, one object per line for each result
    #[arg(long, help_heading = OUTPUT)]
    json: bool,
    /// Filter each JSON object by an expression of jq; strings are printed without quotes
    #[arg(long, value_name = "EXPR", value_parser = Jq::check, help_heading = OUTPUT)]
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

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::commands::Cli;

    /// Returns the options of a command and its subcommands that help lists as those of the output.
    fn output_options(command: &clap::Command) -> Vec<String> {
        let own = command.get_arguments().filter(|it| it.get_help_heading() == Some(OUTPUT));
        let own = own.filter_map(clap::Arg::get_long).map(str::to_owned);
        own.chain(command.get_subcommands().flat_map(output_options)).collect()
    }

    #[test]
    fn help_lists_no_other_options_among_those_of_the_output() {
        let known = ["format", "json", "columns", "no-header", "jq", "quiet"];
        let options = output_options(&Cli::command());
        assert!(options.len() > 100, "{}", options.len());
        let other: Vec<_> = options.iter().filter(|it| !known.contains(&it.as_str())).collect();
        assert!(other.is_empty(), "{other:?}");
    }
}
