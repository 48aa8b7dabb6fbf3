//! Comments of files, stacks, folders, projects and shares.

use frameio::comments::CreateComment;
use frameio::markers::timecode::{DropFrame, Rate};
use frameio::markers::{CommentsErrorKind, Format, Source, Timing, Versions, WriteOptions, write};
use frameio_sim::Fault;
use serde_json::json;

use crate::{CUT_1, CUT_3, SHARE, STACK, client, demo, read_all, read_one, reader, with_state};

#[tokio::test(start_paused = true)]
async fn reads_positions_replies_and_states() {
    let sim = demo();
    let create =
        CreateComment::new(&sim.demo().account_id, CUT_3, "Wire\r\nhere").timestamp(412_u64);
    let drawing = r#"[{"tool":"rect"}]"#;
    client(&sim).send(create.annotation(drawing)).await.unwrap();
    let file = read_one(&reader(&sim), Source::File(CUT_3.into())).await;
    let media = &file.list.media;
    assert_eq!(
        (media.rate(), media.frames, media.size),
        (Rate::FPS_24, Some(2904), Some((1920, 1080)))
    );
    assert_eq!((media.start, file.is_rate_known), (0, true));
    assert_eq!(file.notes, ["the start timecode is unknown: timecodes count from 00:00:00:00"]);
    let frames: Vec<_> = file.list.markers.iter().map(|marker| marker.frame).collect();
    assert_eq!(frames, [Some(412), Some(412), Some(1290), Some(2011)]);
    let [first, drawn, _, done] = &file.list.markers[..] else { panic!("{file:?}") };
    assert_eq!(first.length, Some(48));
    assert_eq!(first.author.as_ref().unwrap().name.as_deref(), Some("Jonas Weber"));
    let replies: Vec<_> = first.replies.iter().map(|reply| reply.text.as_str()).collect();
    assert_eq!(replies, ["Twelve frames later in the next version", "Thanks"]);
    assert_eq!((drawn.annotation.as_deref(), &*drawn.text), (Some(drawing), "Wire\nhere"));
    assert!(done.completed && done.completed_at.is_some() && !first.completed);
    assert!(file.list.markers.iter().all(|marker| marker.internal.is_none()));
    assert!(file.list.may_have_internal());
}

#[tokio::test(start_paused = true)]
async fn reads_the_head_or_all_versions_of_a_stack() {
    let sim = demo();
    let stack = Source::VersionStack(STACK.into());
    let head = read_one(&reader(&sim), stack.clone()).await;
    assert_eq!((head.file.id.as_str(), head.list.media.version), (CUT_3, None));
    let (files, errors) = read_all(&reader(&sim).versions(Versions::All), stack).await;
    assert!(errors.is_empty(), "{errors:?}");
    let versions: Vec<_> = files
        .iter()
        .map(|file| (file.list.media.version, file.list.markers.len(), file.path.names().len()))
        .collect();
    assert_eq!(versions, [(Some(1), 0, 2), (Some(2), 1, 2), (Some(3), 3, 2)]);
    assert_eq!(files[0].file.id.as_str(), CUT_1);
}

#[tokio::test(start_paused = true)]
async fn reads_a_project_a_folder_and_a_share_with_one_listing_each() {
    let sim = demo();
    let project = Source::Project(sim.demo().project_id);
    let (files, errors) = read_all(&reader(&sim), project).await;
    assert!(errors.is_empty(), "{errors:?}");
    let commented: Vec<_> = files
        .iter()
        .filter(|file| !file.list.markers.is_empty())
        .map(|file| (file.path.to_string(), file.list.markers.len()))
        .collect();
    let cut = "/Cuts/The Crossing - cut 3.mp4".to_owned();
    assert_eq!(commented, [(cut, 3), ("/Stills/Poster.png".to_owned(), 1)]);
    let calls = &sim.stats().by_operation;
    // The rates are in the lists: no file is shown by itself.
    assert!(!calls.contains_key("files.show"), "{calls:?}");

    sim.clear_requests();
    let (files, errors) = read_all(&reader(&sim), Source::Share(SHARE.into())).await;
    assert!(errors.is_empty(), "{errors:?}");
    let names: Vec<_> = files.iter().map(|file| file.file.name.as_str()).collect();
    assert_eq!(names, ["Poster.png", "The Crossing - cut 3.mp4"]);
    let calls = &sim.stats().by_operation;
    assert!(!calls.contains_key("files.show"), "{calls:?}");
}

#[tokio::test(start_paused = true)]
async fn stops_a_file_of_unknown_rate_and_reads_the_others() {
    let state = json!({
        "version": 1,
        "state": {
            "projects": [{"name": "Film"}],
            "files": [
                {"name": "a.wav", "file_size": 5, "id": "00000000-0000-4000-8000-00000000000a"},
                {"name": "b.png", "file_size": 5, "id": "00000000-0000-4000-8000-00000000000b"},
                {"name": "c.wav", "file_size": 5, "id": "00000000-0000-4000-8000-00000000000c"},
            ],
            "comments": [
                {"text": "Louder", "timestamp": 5, "file_id": "00000000-0000-4000-8000-00000000000a"},
                {"text": "Bluer", "file_id": "00000000-0000-4000-8000-00000000000b"},
            ],
        },
    });
    let sim = with_state(&state);
    let project = Source::Project(sim.demo().project_id);
    let (files, errors) = read_all(&reader(&sim), project.clone()).await;
    let names: Vec<_> =
        files.iter().map(|file| (file.file.name.as_str(), file.is_rate_known)).collect();
    assert_eq!(names, [("b.png", false), ("c.wav", false)]);
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(matches!(errors[0].kind, CommentsErrorKind::UnknownRate));
    assert!(
        errors[0].to_string().starts_with("/a.wav: the frame rate is unknown"),
        "{}",
        errors[0]
    );

    let mut timing = Timing::default();
    timing.rate = Some(Rate::FPS_25);
    let (files, errors) = read_all(&reader(&sim).timing(timing), project.clone()).await;
    assert!(errors.is_empty() && files.iter().all(|file| file.list.media.rate() == Rate::FPS_25));

    let (files, errors) = read_all(&reader(&sim).allow_unknown_rate(true), project).await;
    assert_eq!((files.len(), errors.len()), (3, 0));
    assert_eq!((files[0].list.markers[0].frame, files[0].is_rate_known), (Some(5), false));
}

#[tokio::test(start_paused = true)]
async fn the_start_timecode_decides_about_drop_frame() {
    let sim = demo();
    let timing = |start: &str, drop_frame| {
        let mut timing = Timing::default();
        timing.rate = Some(Rate::FPS_29_97);
        timing.start_timecode = Some(start.to_owned()).filter(|start| !start.is_empty());
        timing.drop_frame = drop_frame;
        timing
    };
    let file = Source::File(CUT_3.into());
    for (start, drop_frame, frame, drops) in [
        ("01:00:00;00", DropFrame::Auto, 107_892, true),
        ("01:00:00:00", DropFrame::Auto, 108_000, false),
        ("01:00:00:00", DropFrame::On, 107_892, true),
        ("", DropFrame::Auto, 0, true),
        ("", DropFrame::Off, 0, false),
    ] {
        let reader = reader(&sim).timing(timing(start, drop_frame));
        let media = read_one(&reader, file.clone()).await.list.media;
        assert_eq!((media.start, media.timebase.is_drop_frame()), (frame, drops), "{start}");
    }
    let wrong = reader(&sim).timing(timing("01:00", DropFrame::Auto));
    let (_, errors) = read_all(&wrong, file).await;
    assert!(matches!(errors[0].kind, CommentsErrorKind::Timecode(_)), "{errors:?}");
}

#[tokio::test(start_paused = true)]
async fn skips_comments_that_cannot_be_decoded_on_request() {
    let sim = demo();
    let spoil = || {
        let comment = json!({
            "id": "good", "file_id": CUT_3, "text": "Good", "timestamp": 7, "links": [],
            "mentions": [], "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
            "annotation": null, "attachments": [], "completed_at": null, "completer_id": null,
            "duration": null, "page": null, "text_edited_at": null, "text_review_annotation": null,
        });
        let mut odd = comment.clone();
        odd["id"] = "odd".into();
        odd["text"] = 7.into();
        let page = json!({"data": [odd, comment], "links": {"next": null}});
        let fault = Fault::body(http::StatusCode::OK, "application/json", page.to_string());
        sim.inject(fault.on("comments.index").next(1));
    };
    spoil();
    let (files, errors) = read_all(&reader(&sim), Source::File(CUT_3.into())).await;
    assert_eq!((files.len(), errors.len()), (0, 1));
    assert!(errors[0].api().is_some(), "{errors:?}");
    spoil();
    let file = read_one(&reader(&sim).skip_undecodable(true), Source::File(CUT_3.into())).await;
    assert_eq!((file.list.markers.len(), file.skipped.len()), (1, 1));
    assert_eq!(file.skipped[0].id.as_deref(), Some("odd"));
}

#[tokio::test(start_paused = true)]
async fn positions_beyond_all_files_are_no_frames() {
    let sim = demo();
    for frame in [i64::MAX as u64, 1 << 60] {
        let create = CreateComment::new(&sim.demo().account_id, CUT_3, "Far").timestamp(frame);
        client(&sim).send(create.duration(1 << 60)).await.unwrap();
    }
    let file = read_one(&reader(&sim), Source::File(CUT_3.into())).await;
    let far: Vec<_> = file.list.markers.iter().filter(|marker| marker.text == "Far").collect();
    assert!(far.len() == 2 && far.iter().all(|marker| marker.frame.is_none()), "{far:?}");
    assert_eq!(file.notes.iter().filter(|note| note.contains("cannot be used")).count(), 2);
    for format in Format::ALL {
        write(format, &file.list, &WriteOptions::default()).unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_that_fails_does_not_stop_the_others() {
    let sim = demo();
    sim.inject(Fault::status(http::StatusCode::FORBIDDEN).on("comments.index").next(1));
    let (files, errors) = read_all(&reader(&sim), Source::Project(sim.demo().project_id)).await;
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].file_id.is_some() && !errors[0].path.names().is_empty(), "{errors:?}");
    assert!(files.len() > 5, "{files:?}");
    let (files, errors) = read_all(&reader(&sim), Source::File("missing".into())).await;
    assert!(files.is_empty() && errors[0].api().unwrap().is_not_found(), "{errors:?}");
}
