//! Names of visitors of shares.

use std::time::Duration;

use frameio::markers::Source;
use frameio_sim::{Sim, Visit};

use crate::{CUT_3, SHARE, demo, read_one, reader};

async fn visited() -> Sim {
    let sim = demo();
    let share = SHARE.into();
    for (text, visitor) in [("Too dark", Some("guest@example.com")), ("Too loud", None)] {
        let visit = Visit::comment(&CUT_3.into(), text);
        let visit = match visitor {
            Some(email) => visit.by(email),
            None => visit,
        };
        sim.visit_share(&share, visit).unwrap();
        sim.clock().advance(Duration::from_secs(60));
    }
    sim.clear_requests();
    sim
}

/// Returns the names of the two visitors as they are printed.
async fn names(sim: &Sim, source: Source, guess: bool) -> Vec<String> {
    let file = read_one(&reader(sim).guess_visitors(guess), source).await;
    let visitors = file.list.markers.iter().filter(|marker| marker.text.starts_with("Too"));
    visitors.filter_map(|marker| marker.label()).collect()
}

#[tokio::test(start_paused = true)]
async fn guesses_visitors_by_the_activity_of_the_shares_and_marks_the_guess() {
    let sim = visited().await;
    let file = Source::File(CUT_3.into());
    let guessed = names(&sim, file.clone(), true).await;
    assert_eq!(guessed, ["guest@example.com (guessed)", "Reviewer"]);
    assert_eq!(sim.stats().by_operation.get("shares.list_activities"), Some(&1));
    assert_eq!(names(&sim, file, false).await, ["Reviewer", "Reviewer"]);
}

#[tokio::test(start_paused = true)]
async fn reads_no_activity_if_all_authors_are_known() {
    let sim = demo();
    // The replies of the simulator have no owner, as documented; this file has none.
    let file = Source::File("00000027-f1a0-4000-8000-000000000000".into());
    read_one(&reader(&sim).guess_visitors(true), file).await;
    assert_eq!(sim.stats().by_operation.get("shares.list_activities"), None);
}

#[tokio::test(start_paused = true)]
async fn a_guess_that_fails_becomes_a_note() {
    let sim = visited().await;
    let forbidden = frameio_sim::Fault::status(http::StatusCode::FORBIDDEN);
    sim.inject(forbidden.on("shares.list_activities"));
    let file = read_one(&reader(&sim).guess_visitors(true), Source::File(CUT_3.into())).await;
    assert!(
        file.notes.iter().any(|note| note.starts_with("visitors cannot be guessed")),
        "{file:?}"
    );
    assert_eq!(file.list.markers.len(), 5);
}
