//! Screens of a virtual terminal.

use std::io;
use std::num::NonZeroU16;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use frameio::transfer::{Progress, Totals};
use indicatif::{ProgressDrawTarget, TermLike};

use super::*;
use crate::report::limit::Limits;
use crate::report::overall::Overall;

const MIB: u64 = 1 << 20;

/// A virtual terminal, which can be resized.
#[derive(Clone)]
struct Terminal(Arc<Mutex<vt100::Parser>>);

impl std::fmt::Debug for Terminal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Terminal")
    }
}

fn nonzero(rows: u16, columns: u16) -> (NonZeroU16, NonZeroU16) {
    (NonZeroU16::new(rows).unwrap(), NonZeroU16::new(columns).unwrap())
}

impl Terminal {
    fn new(rows: u16, columns: u16) -> Self {
        let (rows, columns) = nonzero(rows, columns);
        Self(Arc::new(Mutex::new(vt100::Parser::new(rows, columns, 0))))
    }

    fn lock(&self) -> MutexGuard<'_, vt100::Parser> {
        self.0.lock().unwrap()
    }

    fn resize(&self, rows: u16, columns: u16) {
        let (rows, columns) = nonzero(rows, columns);
        self.lock().screen_mut().set_size(rows, columns);
    }

    fn size(&self) -> (usize, usize) {
        let (rows, columns) = self.lock().screen().size();
        (rows.get().into(), columns.get().into())
    }

    fn write(&self, text: &str) -> io::Result<()> {
        self.lock().process(text.as_bytes());
        Ok(())
    }

    /// Returns the text on the screen.
    fn text(&self) -> String {
        let terminal = self.lock();
        let columns = terminal.screen().size().1.get();
        let rows: Vec<_> = terminal.screen().rows(0, columns).collect();
        let text: String = rows.iter().map(|row| format!("{}\n", row.trim_end())).collect();
        text.trim_end().to_owned()
    }
}

impl TermLike for Terminal {
    fn width(&self) -> u16 {
        self.lock().screen().size().1.get()
    }

    fn height(&self) -> u16 {
        self.lock().screen().size().0.get()
    }

    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        if n == 0 { Ok(()) } else { self.write(&format!("\x1b[{n}A")) }
    }

    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        if n == 0 { Ok(()) } else { self.write(&format!("\x1b[{n}B")) }
    }

    fn move_cursor_right(&self, n: usize) -> io::Result<()> {
        if n == 0 { Ok(()) } else { self.write(&format!("\x1b[{n}C")) }
    }

    fn move_cursor_left(&self, n: usize) -> io::Result<()> {
        if n == 0 { Ok(()) } else { self.write(&format!("\x1b[{n}D")) }
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.write(&format!("{text}\r\n"))
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.write(text)
    }

    fn clear_line(&self) -> io::Result<()> {
        self.write("\r\x1b[2K")
    }

    fn flush(&self) -> io::Result<()> {
        Ok(())
    }
}

/// An upload of 400 small and 3 large files.
struct Run {
    files: BTreeMap<String, Meter>,
    overall: Overall,
    counts: String,
    bars: Bars,
    terminal: Terminal,
}

const LARGE: [&str; 3] = [
    "/Film/The Crossing/Dailies/Day 01/Camera A/A001_C001_1129AB_interview.mov",
    "/Film/The Crossing/Dailies/日本語の長いフォルダ名/東京の夜景_最終版.mov",
    "/Film/b.mov",
];

impl Run {
    fn new(terminal: Terminal) -> Self {
        let target = ProgressDrawTarget::term_like(Box::new(terminal.clone()));
        let bars = Bars::new(&MultiProgress::with_draw_target(target)).unwrap();
        let mut overall = Overall::new(Limits::of_uploads());
        let mut totals = Totals::default();
        (totals.files, totals.bytes) = (403, 3 * 1024 * MIB + 400 * 10_000);
        totals.is_complete = true;
        overall.found(totals);
        let counts = "0 transferred (0 B)".to_owned();
        Self { files: BTreeMap::new(), overall, counts, bars, terminal }
    }

    /// Sends a small file.
    fn small(&mut self, count: u64) {
        (0..count).for_each(|_| self.overall.ended(None, 10_000, false));
        self.counts = format!("{count} transferred, 12 already present");
    }

    /// Continues the large files.
    fn large(&mut self, mib: u64, retries: u64) {
        let mut progress = Progress::default();
        progress.total = Some(1024 * MIB);
        (progress.bytes, progress.total_parts, progress.retries) = (mib * MIB, 20, retries);
        for path in LARGE {
            let now = Instant::now();
            let meter = self.files.entry(path.to_owned());
            meter.or_insert_with(|| Meter::new(progress, now)).update(progress, now);
        }
    }

    fn screen(&mut self) -> String {
        let overall = self.overall.now(self.files.values(), 0, Instant::now());
        let view = View {
            files: &self.files,
            hashing: Vec::new(),
            overall: &overall,
            counts: &self.counts,
        };
        self.bars.draw(&view, self.terminal.size());
        self.terminal.text()
    }
}

async fn pass(seconds: u64) {
    tokio::time::advance(Duration::from_secs(seconds)).await;
}

#[tokio::test(start_paused = true)]
async fn shows_the_run_on_terminals_of_any_size() {
    let terminal = Terminal::new(24, 80);
    let mut run = Run::new(terminal.clone());
    run.large(0, 0);
    run.screen();
    pass(8).await;
    run.small(40);
    run.large(96, 0);
    assert_eq!(
        run.screen(),
        "\
…amera A/A001_C001_1129AB_interview.mov  96.00 MiB/1.00 GiB   12.00 MiB/s 1m 17s
…の長いフォルダ名/東京の夜景_最終版.mov  96.00 MiB/1.00 GiB   12.00 MiB/s 1m 17s
/Film/b.mov                              96.00 MiB/1.00 GiB   12.00 MiB/s 1m 17s
9%, 40/403 files, 288.38 MiB/3.00 GiB, 36.05 MiB/s, 1m 17s left
40 transferred, 12 already present"
    );
    terminal.resize(24, 40);
    pass(4).await;
    run.large(96, 1);
    assert_eq!(
        run.screen(),
        "\
…9AB_interview.mov  96.00 MiB/1.00 GiB
…の夜景_最終版.mov  96.00 MiB/1.00 GiB
/Film/b.mov         96.00 MiB/1.00 GiB
9%, 40/403 files, 1m 55s left
40 transferred, 12 already present"
    );
    terminal.resize(5, 80);
    assert_eq!(
        run.screen(),
        "\
…amera A/A001_C001_1129AB_interview.mov  96.00 MiB/1.00 GiB           retry 1 4s
… and 2 more large files
9%, 40/403 files, 288.38 MiB/3.00 GiB, 24.03 MiB/s, 1m 55s left, 3 retries
40 transferred, 12 already present"
    );
    run.bars.clear();
    assert_eq!(terminal.text(), "");
}
