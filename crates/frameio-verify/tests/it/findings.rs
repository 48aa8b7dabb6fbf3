//! Findings about undocumented behaviour.

use frameio_verify::{Question, Report};

use crate::{client, crawled, demo};

fn observation(report: &Report, question: Question) -> String {
    let finding = report.findings.iter().find(|it| it.question == question).unwrap();
    finding.observation.clone().unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn reports_what_the_simulator_does() {
    let report = crawled(&client(demo())).await;
    let found = |question| observation(&report, question);
    let zero = "timecode minus timestamp is 0 frames";
    assert!(found(Question::FirstFrame).starts_with(zero), "{report}");
    assert!(found(Question::TimecodeText).starts_with("00:00:00:00 ("), "{report}");
    assert!(found(Question::ParentOfVersion).starts_with("the version stack"), "{report}");
    assert!(found(Question::StackHead).contains("of the list"), "{report}");
    assert!(found(Question::IdsInLinks).contains("next.frame.io/project/{project_id}"), "{report}");
    assert!(found(Question::ShareLink).contains("8 characters"), "{report}");
    let next = "relative with after, without page_size of the request";
    assert!(found(Question::NextLink).contains(next), "{report}");
    assert!(found(Question::QuotaBuckets).contains("the whole quota"), "{report}");
    assert!(found(Question::GuestComments).contains("owner is a user"), "{report}");
    assert_eq!(found(Question::PartSizes), "", "{report}");
}
