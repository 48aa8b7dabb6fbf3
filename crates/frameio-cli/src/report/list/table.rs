//! Tables that fit the terminal.

use super::cell::Column;
use crate::report::escape::printable;
use crate::report::palette::Tone;
use crate::report::width::{fit_end, fit_start, width};

/// Number of rows from which the widths of the columns are computed. Further rows are printed at once.
const SAMPLE: usize = 200;

/// Width that flexible columns keep before columns are left out.
const COMFORTABLE: usize = 20;

/// Same for paths, whose names of folders are worth more than dates.
const COMFORTABLE_PATH: usize = 40;

/// Width that the last column keeps before it is left out.
const LAST: usize = 12;

/// Minimum width of a shortened column.
const MINIMUM: usize = 8;

/// Space between columns.
const GAP: usize = 2;

/// Texts of a line with their tones.
pub(super) type Line = Vec<(Tone, String)>;

/// Formats rows as lines with aligned columns.
///
/// The first rows are held back to find the widths of the columns.
#[derive(Debug)]
pub(super) struct Table {
    columns: Vec<Column>,
    /// Number of columns of the terminal; `None` if the output is not a terminal.
    room: Option<usize>,
    has_header: bool,
    /// Whether columns may be left out on a narrow terminal.
    may_omit: bool,
    held: Vec<Vec<(Tone, String)>>,
    /// Widths of the columns, once they are known; 0 for those that are left out.
    widths: Option<Vec<usize>>,
    /// Names of the columns with values that are left out.
    omitted: Vec<&'static str>,
}

impl Table {
    pub(super) const fn new(
        columns: Vec<Column>,
        room: Option<usize>,
        has_header: bool,
        may_omit: bool,
    ) -> Self {
        let held = Vec::new();
        Self { columns, room, has_header, may_omit, held, widths: None, omitted: Vec::new() }
    }

    /// Returns the names of the columns with values that are left out.
    pub(super) const fn omitted(&self) -> &[&'static str] {
        self.omitted.as_slice()
    }

    /// Returns whether no row was added.
    pub(super) const fn is_empty(&self) -> bool {
        self.held.is_empty() && self.widths.is_none()
    }

    /// Adds a row, and returns the lines that can be printed.
    pub(super) fn push(&mut self, cells: &[(Tone, String)]) -> Vec<Line> {
        // Escaped first, because escaping changes widths.
        let cells: Vec<_> = cells.iter().map(|(tone, cell)| (*tone, printable(cell))).collect();
        match &self.widths {
            Some(widths) => vec![self.line(widths, &cells)],
            None => {
                self.held.push(cells);
                if self.held.len() < SAMPLE { Vec::new() } else { self.flush() }
            }
        }
    }

    /// Returns the lines of the rows that were held back.
    pub(super) fn flush(&mut self) -> Vec<Line> {
        if self.held.is_empty() {
            return Vec::new();
        }
        let widths = self.layout();
        self.omitted = self.omitted_by(&widths);
        let held = std::mem::take(&mut self.held);
        let title = |column: &Column| (Tone::Header, column.title());
        let header = self.has_header.then(|| self.columns.iter().map(title).collect());
        let lines = header.iter().chain(&held).map(|cells| self.line(&widths, cells)).collect();
        self.widths = Some(widths);
        lines
    }

    /// Returns the maximum width of the cells of a column.
    fn cells(&self, at: usize) -> usize {
        let cells = self.held.iter().filter_map(|cells| cells.get(at));
        cells.map(|(_, cell)| width(cell)).max().unwrap_or(0)
    }

    fn omitted_by(&self, widths: &[usize]) -> Vec<&'static str> {
        let columns = self.columns.iter().zip(widths).enumerate();
        let omitted = columns.filter(|(at, (_, width))| **width == 0 && self.cells(*at) > 0);
        omitted.map(|(_, (column, _))| column.name).collect()
    }

    /// Returns the widths of the columns. On a narrow terminal, empty columns are left out, then the last
    /// ones, except those that are kept.
    fn layout(&self) -> Vec<usize> {
        let cells = |at| self.cells(at);
        let title = |column: &Column| if self.has_header { width(&column.title()) } else { 0 };
        let columns = self.columns.iter().enumerate();
        let natural: Vec<_> = columns.map(|(at, it)| cells(at).max(title(it))).collect();
        let Some(room) = self.room.filter(|room| total(&natural) > *room) else { return natural };
        if !self.may_omit {
            let mut widths = natural.clone();
            self.shrink(&mut widths, room, |_| MINIMUM);
            // Nothing is gained by short texts in a table that does not fit either.
            return if total(&widths) > room { natural } else { widths };
        }
        let shown = natural.into_iter().enumerate();
        let shown: Vec<_> =
            shown.map(|(at, width)| if cells(at) == 0 { 0 } else { width }).collect();
        // On a very narrow terminal, the columns that should be kept do not fit either.
        self.without_last(shown.clone(), room, true)
            .or_else(|| self.without_last(shown.clone(), room, false))
            .unwrap_or(shown)
    }

    /// Leaves out the last columns until the others fit; `None` if those that are kept do not.
    fn without_last(
        &self,
        mut shown: Vec<usize>,
        room: usize,
        keeps_marked: bool,
    ) -> Option<Vec<usize>> {
        let minimum = |column: &Column| if column.is_path { COMFORTABLE_PATH } else { COMFORTABLE };
        loop {
            let mut widths = shown.clone();
            self.shrink(&mut widths, room, minimum);
            let columns = shown.iter().zip(&self.columns);
            let mut may_go = columns.map(|(width, it)| *width > 0 && !(it.is_kept && keeps_marked));
            let last = may_go.rposition(|may_go| may_go).unwrap_or(0);
            let excess = total(&widths).saturating_sub(room);
            if let (Some(width), Some(column)) = (widths.get_mut(last), self.columns.get(last))
                && column.is_flexible
                && *width >= excess + LAST
            {
                *width -= excess;
            }
            if total(&widths) <= room {
                return Some(widths);
            }
            if last == 0 {
                self.shrink(&mut widths, room, |_| MINIMUM);
                return (!keeps_marked || total(&widths) <= room).then_some(widths);
            }
            if let Some(width) = shown.get_mut(last) {
                *width = 0;
            }
        }
    }

    /// Shortens the widest flexible columns, until the table fits or all have their minimum width.
    fn shrink(&self, widths: &mut [usize], room: usize, minimum: impl Fn(&Column) -> usize) {
        while total(widths) > room {
            let columns = widths.iter_mut().zip(&self.columns);
            let wide = columns.filter(|(width, it)| it.is_flexible && **width > minimum(it));
            match wide.map(|(width, _)| width).max() {
                Some(width) => *width -= 1,
                None => return,
            }
        }
    }

    fn line(&self, widths: &[usize], cells: &[(Tone, String)]) -> Line {
        let mut line = Line::new();
        let shown = widths.iter().zip(cells).zip(&self.columns);
        for ((columns, (tone, cell)), column) in shown.filter(|((columns, _), _)| **columns > 0) {
            let cell = match column.is_flexible && self.room.is_some() {
                true if column.is_path => fit_end(cell, *columns),
                true if column.is_file_name => without_middle(cell, *columns),
                true => shortened(cell, *columns),
                false => cell.clone(),
            };
            let padding = (Tone::Plain, " ".repeat(columns.saturating_sub(width(&cell))));
            match column.is_right {
                true => line.extend([padding, (*tone, cell)]),
                false => line.extend([(*tone, cell), padding]),
            }
            line.push((Tone::Plain, " ".repeat(GAP)));
        }
        while let Some((_, text)) = line.last_mut() {
            text.truncate(text.trim_end().len());
            if !text.is_empty() {
                break;
            }
            line.pop();
        }
        line
    }
}

fn total(widths: &[usize]) -> usize {
    let shown = widths.iter().filter(|width| **width > 0).count();
    widths.iter().sum::<usize>() + GAP * shown.saturating_sub(1)
}

/// Returns the text, or its beginning followed by an ellipsis, in at most `columns` columns.
fn shortened(text: &str, columns: usize) -> String {
    match width(text) <= columns {
        true => text.to_owned(),
        false => format!("{}…", fit_start(text, columns.saturating_sub(1)).trim_end()),
    }
}

/// Returns the text, or its beginning and its end around an ellipsis, in at most `columns` columns.
fn without_middle(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    // The ellipsis is at the start of the end.
    let end = fit_end(text, columns / 2);
    format!("{}{end}", fit_start(text, columns.saturating_sub(width(&end))).trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 3] =
        [Column::new("name").flexible(), Column::new("size").right(), Column::new("updated_at")];

    fn table(room: Option<usize>, may_omit: bool, rows: &[[&str; 3]]) -> Vec<String> {
        let mut table = Table::new(COLUMNS.to_vec(), room, true, may_omit);
        let mut lines = Vec::new();
        for row in rows {
            lines.extend(table.push(&plain(row)));
        }
        lines.extend(table.flush());
        texts(lines)
    }

    fn plain(cells: &[&str]) -> Line {
        cells.iter().map(|&cell| (Tone::Plain, cell.to_owned())).collect()
    }

    fn texts(lines: Vec<Line>) -> Vec<String> {
        let text = |line: Line| line.into_iter().map(|(_, text)| text).collect();
        lines.into_iter().map(text).collect()
    }

    #[test]
    fn cells_keep_their_tones_and_the_header_has_its_own() {
        let mut table = Table::new(COLUMNS.to_vec(), None, true, true);
        table.push(&[
            (Tone::Dim, "a".to_owned()),
            (Tone::Plain, String::new()),
            (Tone::Bad, "x ".to_owned()),
        ]);
        let tones = |line: &Line| {
            let shown = line.iter().filter(|(tone, _)| *tone != Tone::Plain);
            shown.cloned().collect::<Vec<_>>()
        };
        let lines = table.flush();
        assert!(
            lines[0].iter().all(|(tone, text)| *tone == Tone::Header || text.trim().is_empty())
        );
        assert_eq!(tones(&lines[1]), [(Tone::Dim, "a".to_owned()), (Tone::Bad, "x".to_owned())]);
    }

    const ROWS: [[&str; 3]; 2] = [
        ["日本語の長い名前のファイル.mov", "1.50 KiB", "2026-11-29 02:58"],
        ["a\u{1b}b", "7 B", ""],
    ];

    #[test]
    fn aligns_columns_by_the_width_of_their_characters() {
        let lines = table(None, true, &ROWS);
        assert_eq!(
            lines,
            [
                "NAME                                SIZE  UPDATED AT",
                "日本語の長い名前のファイル.mov  1.50 KiB  2026-11-29 02:58",
                "a\\u{1b}b                             7 B",
            ]
        );
    }

    #[test]
    fn fits_a_narrow_terminal() {
        for room in [80, 58, 50, 40, 36, 24, 18] {
            for line in table(Some(room), true, &ROWS) {
                assert!(width(&line) <= room, "{room}: {line}");
            }
        }
        let lines = table(Some(40), true, &ROWS);
        assert_eq!(lines[1], "日本語の長い名前のファイル.mov  1.50 KiB");
        let chosen = table(Some(40), false, &ROWS);
        assert_eq!(chosen[1], "日本語の長…   1.50 KiB  2026-11-29 02:58");
    }

    #[test]
    fn prints_rows_after_the_sample_at_once() {
        let mut table = Table::new(COLUMNS.to_vec(), None, true, true);
        let row = plain(&["a", "1 B", ""]);
        let printed: Vec<_> = (0..SAMPLE + 2).map(|_| table.push(&row).len()).collect();
        assert_eq!(printed[SAMPLE - 2..], [0, SAMPLE + 1, 1, 1]);
        assert!(table.flush().is_empty());
    }

    #[test]
    fn a_shortened_name_of_a_file_keeps_both_ends() {
        let name = "日本語の長い名前 take 1.mov";
        assert_eq!(without_middle(name, 27), name);
        assert_eq!(without_middle(name, 20), "日本語の長…ake 1.mov");
        for columns in 0..27 {
            let shown = without_middle(name, columns);
            assert!(width(&shown) <= columns, "{columns}: {shown}");
        }
    }

    #[test]
    fn a_shortened_path_keeps_its_end() {
        let columns = vec![Column::new("path").path(), Column::new("size").right()];
        let line = |room| {
            let mut table = Table::new(columns.clone(), Some(room), false, true);
            table.push(&plain(&["/Film/The Crossing/Dailies/Day 01/A001.mov", "7 B"]));
            texts(table.flush()).concat()
        };
        assert_eq!(line(47), "/Film/The Crossing/Dailies/Day 01/A001.mov  7 B");
        assert_eq!(line(46), "…ilm/The Crossing/Dailies/Day 01/A001.mov  7 B");
        assert_eq!(line(45), "…lm/The Crossing/Dailies/Day 01/A001.mov  7 B");
        assert_eq!(line(30), "…ssing/Dailies/Day 01/A001.mov");
    }

    #[test]
    fn a_narrow_terminal_leaves_out_empty_columns_first() {
        let rows = [["Take 100.mov", "", "2026-11-29 02:58"]];
        assert_eq!(table(Some(40), true, &rows)[0], "NAME          SIZE  UPDATED AT");
        assert_eq!(table(Some(30), true, &rows)[0], "NAME          UPDATED AT");
    }

    #[test]
    fn a_narrow_terminal_keeps_marked_columns_and_names_the_others() {
        let columns = [COLUMNS[0], COLUMNS[1], COLUMNS[2], Column::new("id").kept()];
        let omitted = |room| {
            let mut table = Table::new(columns.to_vec(), room, true, true);
            table.push(&plain(&["Take 100.mov", "", "2026-11-29 02:58", "0000002a"]));
            let lines = texts(table.flush());
            (lines[1].clone(), table.omitted().to_vec())
        };
        let whole = "Take 100.mov        2026-11-29 02:58  0000002a";
        assert_eq!(omitted(None), (whole.to_owned(), vec![]));
        let (line, names) = omitted(Some(44));
        assert_eq!((&*line, names), ("Take 100.mov  2026-11-29 02:58  0000002a", vec![]));
        let (line, names) = omitted(Some(30));
        assert_eq!((&*line, names), ("Take 100.mov  0000002a", vec!["updated_at"]));
    }

    #[test]
    fn an_empty_table_has_no_header() {
        assert!(table(Some(80), true, &[]).is_empty());
    }
}
