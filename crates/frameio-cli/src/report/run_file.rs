//! The report of a run: a CSV or JSON file with all files.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use frameio_private_file::Replacement;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use crate::exit::{Failure, Status, io_reason};

/// Format of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReportFormat {
    Csv,
    Json,
}

/// A file in a report.
#[derive(Clone, Debug, Serialize)]
pub(super) struct ReportRow {
    pub(super) state: &'static str,
    /// Path at the service.
    pub(super) path: String,
    pub(super) local: Option<String>,
    /// Size in bytes.
    pub(super) size: Option<u64>,
    /// Number of bytes transferred in this run.
    pub(super) bytes: Option<u64>,
    pub(super) checksum: Option<String>,
    pub(super) id: Option<String>,
    pub(super) link: Option<String>,
    /// Duration of the transfer in seconds.
    pub(super) seconds: Option<f64>,
    pub(super) reason: Option<String>,
}

impl ReportRow {
    fn new(state: &'static str) -> Self {
        Self {
            state,
            path: String::new(),
            local: None,
            size: None,
            bytes: None,
            checksum: None,
            id: None,
            link: None,
            seconds: None,
            reason: None,
        }
    }

    /// Returns the row of a local file that failed, without a remote file.
    pub(super) fn failed(local: &str, reason: &str) -> Self {
        let (local, reason) = (Some(local.to_owned()), Some(reason.to_owned()));
        Self { local, reason, ..Self::new("failed") }
    }

    /// Returns the row for a table: a name that a spreadsheet would take for a formula is written as a path.
    fn without_formulas(&self) -> Self {
        let is_formula = |local: &String| local.starts_with(['=', '+', '-', '@']);
        let path = self.local.clone().filter(is_formula).map(|local| format!("./{local}"));
        Self { local: path.or_else(|| self.local.clone()), ..self.clone() }
    }
}

/// A file that the run has found.
struct OpenFile {
    local: String,
    size: Option<u64>,
}

/// A report that is written at the end of a run.
///
/// Rows are kept in an unnamed file in the same directory, so that memory is independent of their number,
/// and nothing remains after a kill.
pub(super) struct RunFile {
    path: PathBuf,
    format: ReportFormat,
    rows: BufWriter<File>,
    count: u64,
    /// Files without a row, by path. Versions of a file have the same path.
    open: BTreeMap<String, Vec<OpenFile>>,
    started: Timestamp,
    error: Option<io::Error>,
}

impl RunFile {
    /// Starts a report.
    ///
    /// # Errors
    ///
    /// Fails if the directory of the file cannot be written.
    pub(super) fn create(path: PathBuf, format: ReportFormat) -> Result<Self, Failure> {
        let rows = match path.is_dir() {
            true => Err(io::ErrorKind::IsADirectory.into()),
            false => tempfile::tempfile_in(directory(&path)),
        };
        let rows = rows.map_err(|error| Failure::file("write", &path, &error))?;
        let (rows, started) = (BufWriter::new(rows), Timestamp::now());
        let open = BTreeMap::new();
        Ok(Self { path, format, rows, count: 0, open, started, error: None })
    }

    /// Notes a file that was found, which has a row at the end in any case.
    pub(super) fn found(&mut self, path: String, local: &Path, size: Option<u64>) {
        let local = local.to_string_lossy().into_owned();
        self.open.entry(path).or_default().push(OpenFile { local, size });
    }

    /// Adds the files that the run has left, for a reason. `moved` returns the number of bytes of a file
    /// that were transferred, if its transfer was started.
    pub(super) fn stop(&mut self, moved: impl Fn(&str) -> Option<u64>, reason: &str) {
        for (path, files) in std::mem::take(&mut self.open) {
            let moved = moved(&path);
            let state = if moved.is_some() { "interrupted" } else { "not started" };
            for OpenFile { local, size } in files {
                self.add(&ReportRow {
                    path: path.clone(),
                    local: Some(local).filter(|local| !local.is_empty()),
                    size,
                    bytes: Some(moved.unwrap_or_default()),
                    reason: Some(reason.to_owned()).filter(|reason| !reason.is_empty()),
                    ..ReportRow::new(state)
                });
            }
        }
    }

    /// Removes a file with a row from those that were found. Returns its size.
    fn close(&mut self, row: &ReportRow) -> Option<u64> {
        let open = self.open.get_mut(&row.path)?;
        let same = open.iter().position(|file| row.local.as_ref() == Some(&file.local));
        let closed = open.swap_remove(same.unwrap_or_default());
        if open.is_empty() {
            self.open.remove(&row.path);
        }
        closed.size
    }

    /// Adds a file. A failure is reported at the end.
    pub(super) fn add(&mut self, row: &ReportRow) {
        let size = self.close(row);
        let added = self.write_row(&ReportRow { size: row.size.or(size), ..row.clone() });
        if let Err(error) = added {
            self.error.get_or_insert(error);
        }
        self.count += 1;
    }

    fn write_row(&mut self, row: &ReportRow) -> io::Result<()> {
        match self.format {
            ReportFormat::Csv => {
                let mut writer = csv::WriterBuilder::new()
                    .has_headers(self.count == 0)
                    .from_writer(&mut self.rows);
                writer.serialize(row.without_formulas())?;
                writer.flush()
            }
            ReportFormat::Json => {
                let separator = if self.count == 0 { "\n" } else { ",\n" };
                write!(self.rows, "{separator}{}", serde_json::to_string(row)?)
            }
        }
    }

    /// Writes the report, replacing the file as a whole.
    pub(super) fn finish(self, summary: &Value) -> Result<(), Failure> {
        let path = self.path.clone();
        self.persist(summary).map_err(|error| {
            let message = format!("cannot write '{}': {}", path.display(), io_reason(&error));
            Failure::new(Status::Other, message)
        })
    }

    fn persist(self, summary: &Value) -> io::Result<()> {
        if let Some(error) = self.error {
            return Err(error);
        }
        let mut rows = self.rows.into_inner().map_err(io::IntoInnerError::into_error)?;
        rows.seek(SeekFrom::Start(0))?;
        let mut file = Replacement::readable(&self.path)?;
        match self.format {
            ReportFormat::Csv if self.count == 0 => file.write_all(HEADER.as_bytes())?,
            ReportFormat::Csv => drop(io::copy(&mut rows, &mut file)?),
            ReportFormat::Json => {
                let times = json!({
                    "started_at": self.started.to_string(),
                    "finished_at": Timestamp::now().to_string(),
                    "summary": summary,
                });
                let head = times.to_string();
                let head = head.strip_suffix('}').unwrap_or(&head);
                write!(file, "{head},\"files\":[")?;
                io::copy(&mut rows, &mut file)?;
                file.write_all(b"\n]}\n")?;
            }
        }
        file.file().sync_all()?;
        file.finish()
    }
}

/// Header of a CSV file without rows.
const HEADER: &str = "state,path,local,size,bytes,checksum,id,link,seconds,reason\n";

/// Returns the directory of a file, which is not empty for a bare name.
fn directory(path: &Path) -> &Path {
    path.parent().filter(|parent| *parent != Path::new("")).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(format: ReportFormat, rows: &[ReportRow]) -> String {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("report");
        std::fs::write(&path, "old").unwrap();
        let mut file = RunFile::create(path.clone(), format).unwrap();
        file.found("/c.mov".to_owned(), Path::new("c.mov"), Some(9));
        file.found("/d.mov".to_owned(), Path::new("d.mov"), None);
        rows.iter().for_each(|row| file.add(row));
        if !rows.is_empty() {
            file.stop(|path| (path == "/c.mov").then_some(4), "the run was interrupted");
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
        file.finish(&json!({"failed": rows.len()})).unwrap();
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
        std::fs::read_to_string(&path).unwrap()
    }

    #[test]
    fn replaces_the_file_at_the_end() {
        let odd = ReportRow::failed("a, \"b\"\n.mov", "it differs");
        let rows = [odd];
        assert_eq!(
            written(ReportFormat::Csv, &rows),
            format!(
                "{HEADER}failed,,\"a, \"\"b\"\"\n.mov\",,,,,,,it differs\n\
                 interrupted,/c.mov,c.mov,9,4,,,,,the run was interrupted\n\
                 not started,/d.mov,d.mov,,0,,,,,the run was interrupted\n"
            )
        );
        assert_eq!(written(ReportFormat::Csv, &[]), HEADER);
        let formula = written(ReportFormat::Csv, &[ReportRow::failed("=cmd.mov", "it differs")]);
        assert!(formula.contains("failed,,./=cmd.mov,,,,,,,it differs\n"), "{formula}");
        let json: Value = serde_json::from_str(&written(ReportFormat::Json, &rows)).unwrap();
        assert_eq!(json["files"][0]["local"], "a, \"b\"\n.mov");
        assert_eq!(
            (&json["files"][1]["state"], &json["summary"]["failed"]),
            (&json!("interrupted"), &json!(1))
        );
        let json: Value = serde_json::from_str(&written(ReportFormat::Json, &[])).unwrap();
        assert_eq!(json["files"], json!([]));
    }

    #[test]
    fn refuses_a_directory_that_cannot_be_written() {
        let directory = tempfile::tempdir().unwrap();
        let create =
            |path: &Path| RunFile::create(path.to_owned(), ReportFormat::Csv).err().unwrap();
        let missing = create(&directory.path().join("missing/report.csv"));
        assert!(missing.message.contains("no such file or directory"), "{missing:?}");
        assert!(create(directory.path()).message.contains("cannot write"));
    }
}
