//! Lines about the progress of a run.

use std::path::Path;

use frameio::transfer::Totals;

use super::*;
use crate::report::hashing::Phase;
use crate::report::transfer::TICK;

/// Returns the line of the next five seconds.
async fn line(state: &mut State) -> Option<String> {
    for _ in 1..TICKS_PER_LINE {
        tokio::time::advance(TICK).await;
        assert!(state.progress().is_empty(), "the next line is not due");
    }
    tokio::time::advance(TICK).await;
    state.progress().pop()
}

#[tokio::test(start_paused = true)]
async fn without_a_terminal_a_line_shows_the_progress_until_the_run_ends() {
    let mut state = State::default();
    assert_eq!(line(&mut state).await, None, "nothing was found yet");
    let mut totals = Totals::default();
    (totals.files, totals.bytes) = (3, 300);
    state.overall.found(totals);
    assert_eq!(line(&mut state).await.as_deref(), Some("0%, 0/3+ files, 0 B/300 B+"));
    // Files that are hashed have a line of their own.
    state.hashing.update(Phase::Hashing, Path::new("a.mov"), (0, 100));
    for _ in 1..TICKS_PER_LINE {
        assert!(state.progress().is_empty());
    }
    let lines = ["hashing a.mov, 0 B/100 B+", "0%, 0/3+ files, 0 B/300 B+"];
    assert_eq!(state.progress(), lines);
    state.is_ended = true;
    assert_eq!(line(&mut state).await, None);
}

#[tokio::test(start_paused = true)]
async fn a_watcher_without_work_prints_no_lines() {
    let mut state = State::default();
    for batch in 1..3 {
        let mut totals = Totals::default();
        (totals.files, totals.bytes) = (1, 100);
        state.overall.found(totals);
        totals.is_complete = true;
        state.overall.found(totals);
        state.overall.ended(None, 100, false);
        let lines = [line(&mut state).await, line(&mut state).await, line(&mut state).await];
        let expected = format!("100%, {batch}/{batch} files, {0} B/{0} B", batch * 100);
        assert!(lines[0].as_ref().is_some_and(|line| line.starts_with(&expected)), "{lines:?}");
        assert!(lines[1].is_none() || lines[1] != lines[0], "{lines:?}");
        assert_eq!(line(&mut state).await, None);
    }
}
