//! Cassettes: the same comparison without a network.

use frameio_cassette::{Cassette, RecordLayer, Recorder};
use frameio_verify::{DeviationKind, Report, Verifier};
use tower::Layer;

use crate::{client, crawled, demo};

fn offline(cassette: &Cassette) -> Report {
    let mut verifier = Verifier::new();
    verifier.cassette(cassette);
    verifier.report()
}

#[tokio::test(start_paused = true)]
async fn a_recorded_crawl_has_the_same_findings_as_the_live_one() {
    let recorder = Recorder::new();
    let live = crawled(&client(RecordLayer::new(&recorder).layer(demo()))).await;
    let report = offline(&recorder.cassette().to_string().parse().unwrap());
    assert_eq!(report.deviations, [], "{report}");
    assert_eq!(report.operations, live.operations);
    // The link of a share is replaced.
    let same = |it: &&frameio_verify::Finding| it.question != frameio_verify::Question::ShareLink;
    let findings = |report: &Report| -> Vec<_> {
        report.findings.iter().filter(same).map(ToString::to_string).collect()
    };
    assert_eq!(findings(&report), findings(&live));
}

#[test]
fn finds_deviations_in_a_cassette() {
    let cassette = r#"{"frameio_cassette":1}
{"n":1,"request":{"method":"GET","target":"/v4/me"},"response":{"status":200,"headers":{"content-type":"application/json","x-ratelimit-limit":"10","x-ratelimit-remaining":"9","x-ratelimit-window":"60000"},"body":{"json":{"data":{"id":"00000000-0000-4000-8000-000000000001","name":"name-1","email":null,"avatar_url":null}}}}}
{"n":2,"request":{"method":"GET","target":"/v4/moodboards"},"response":{"status":200}}
{"n":3,"request":{"method":"GET","target":"/v4/accounts"},"response":null}
"#;
    let report = offline(&cassette.parse().unwrap());
    let found: Vec<_> = report.deviations.iter().map(|it| (it.kind, it.path.as_str())).collect();
    let expected = [(DeviationKind::Quota, ""), (DeviationKind::Null, "data.email")];
    assert_eq!(found, expected, "{report}");
    assert_eq!((report.operations, report.calls), (1, 3));
}
