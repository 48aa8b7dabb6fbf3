//! The limits of every field that is sent: just inside is taken, just outside is refused.

use std::collections::BTreeSet;

use frameio_api::accounts::ListAccounts;
use frameio_api::comments::{
    Anchor, AttachmentInput, CreateComment, LinkInput, ListComments, TextReviewAnnotation,
    TextReviewAnnotationUpdate, TextReviewBounds, TextReviewType, UpdateComment,
};
use frameio_api::files::{CreateLocalUpload, CreateRemoteUpload, ListFiles, UpdateFile};
use frameio_api::folders::{CreateFolder, ListFolderChildren, ListFolders, UpdateFolder};
use frameio_api::operations;
use frameio_api::projects::{CreateProject, ListProjects, UpdateProject};
use frameio_api::workspaces::{CreateWorkspace, ListWorkspaces, UpdateWorkspace};
use frameio_core::{Body, EncodeError, encode};
use http::Request;

use crate::schema::{Schema, operation};

type Sent = Result<Request<Body>, EncodeError>;

fn text(size: f64) -> String {
    // Two bytes each: the limits are of characters.
    "ü".repeat(size as usize)
}

fn create(with: impl FnOnce(CreateComment) -> CreateComment) -> Sent {
    encode(&with(CreateComment::new("a", "f", "text")))
}

fn update(with: impl FnOnce(UpdateComment) -> UpdateComment) -> Sent {
    encode(&with(UpdateComment::new("a", "c")))
}

fn attach(name: f64, file_size: f64, media_type: f64) -> Sent {
    let attachment = AttachmentInput::new(text(name), file_size as u64, text(media_type));
    create(|it| it.attachments([attachment]))
}

fn rectangles(number: f64) -> Vec<TextReviewBounds> {
    vec![TextReviewBounds::new(0.0, 0.0, 1.0, 1.0); number as usize]
}

fn rectangle(width: f64, height: f64) -> [TextReviewBounds; 1] {
    [TextReviewBounds::new(0.0, 0.0, width, height)]
}

fn review(bounds: impl Into<Vec<TextReviewBounds>>, suggested: f64) -> Sent {
    let review = TextReviewAnnotation::new(TextReviewType::Insert, bounds);
    create(|it| it.text_review_annotation(review.suggested_text(text(suggested))))
}

fn review_update(
    with: impl FnOnce(TextReviewAnnotationUpdate) -> TextReviewAnnotationUpdate,
) -> Sent {
    update(|it| it.text_review_annotation(with(TextReviewAnnotationUpdate::new())))
}

/// A field, the step between its values, and a request in which it has a size.
type Probe = (&'static str, f64, fn(f64) -> Sent);

const PROBES: &[Probe] = &[
    ("accounts.index page_size", 1.0, |n| encode(&ListAccounts::new().page_size(n as u32))),
    ("workspaces.index page_size", 1.0, |n| encode(&ListWorkspaces::new("a").page_size(n as u32))),
    ("workspaces.create name", 1.0, |n| encode(&CreateWorkspace::new("a").name(text(n)))),
    ("workspaces.update name", 1.0, |n| encode(&UpdateWorkspace::new("a", "w").name(text(n)))),
    ("projects.index page_size", 1.0, |n| encode(&ListProjects::new("a", "w").page_size(n as u32))),
    ("projects.create name", 1.0, |n| encode(&CreateProject::new("a", "w", text(n)))),
    ("projects.update name", 1.0, |n| encode(&UpdateProject::new("a", "p").name(text(n)))),
    ("folders.index page_size", 1.0, |n| {
        encode(&ListFolderChildren::new("a", "f").page_size(n as u32))
    }),
    ("folders.list page_size", 1.0, |n| encode(&ListFolders::new("a", "f").page_size(n as u32))),
    ("folders.create name", 1.0, |n| encode(&CreateFolder::new("a", "f").name(text(n)))),
    ("folders.update name", 1.0, |n| encode(&UpdateFolder::new("a", "f").name(text(n)))),
    ("files.list page_size", 1.0, |n| encode(&ListFiles::new("a", "f").page_size(n as u32))),
    ("files.create_local_upload name", 1.0, |n| {
        encode(&CreateLocalUpload::new("a", "f", text(n), 1_u64))
    }),
    ("files.create_local_upload file_size", 1.0, |n| {
        encode(&CreateLocalUpload::new("a", "f", "x", n as u64))
    }),
    ("files.create_remote_upload name", 1.0, |n| {
        encode(&CreateRemoteUpload::new("a", "f", text(n), "https://example.com"))
    }),
    ("files.update name", 1.0, |n| encode(&UpdateFile::new("a", "f").name(text(n)))),
    ("comments.index page_size", 1.0, |n| encode(&ListComments::new("a", "f").page_size(n as u32))),
    ("comments.create anchor.x", 0.001, |n| create(|it| it.anchor(Anchor::new(n, 0.5)))),
    ("comments.create anchor.y", 0.001, |n| create(|it| it.anchor(Anchor::new(0.5, n)))),
    ("comments.create annotation", 1.0, |n| create(|it| it.annotation(text(n)))),
    ("comments.create attachments[0].file_size", 1.0, |n| attach(1.0, n, 1.0)),
    ("comments.create attachments[0].media_type", 1.0, |n| attach(1.0, 1.0, n)),
    ("comments.create attachments[0].name", 1.0, |n| attach(n, 1.0, 1.0)),
    ("comments.create duration", 1.0, |n| create(|it| it.duration(n as u64))),
    ("comments.create links[0].end_index", 1.0, |n| {
        create(|it| it.links([LinkInput::new(0..n as u32, "https://example.com")]))
    }),
    ("comments.create page", 1.0, |n| create(|it| it.page(n as u32))),
    ("comments.create text", 1.0, |n| encode(&CreateComment::new("a", "f", text(n)))),
    ("comments.create text_review_annotation.bounds", 1.0, |n| review(rectangles(n), 1.0)),
    ("comments.create text_review_annotation.bounds[0].height", 0.001, |n| {
        review(rectangle(1.0, n), 1.0)
    }),
    ("comments.create text_review_annotation.bounds[0].width", 0.001, |n| {
        review(rectangle(n, 1.0), 1.0)
    }),
    ("comments.create text_review_annotation.suggested_text", 1.0, |n| review(rectangles(1.0), n)),
    ("comments.update anchor.x", 0.001, |n| update(|it| it.anchor(Anchor::new(n, 0.5)))),
    ("comments.update anchor.y", 0.001, |n| update(|it| it.anchor(Anchor::new(0.5, n)))),
    ("comments.update annotation", 1.0, |n| update(|it| it.annotation(text(n)))),
    ("comments.update duration", 1.0, |n| update(|it| it.duration(n as u64))),
    ("comments.update links[0].end_index", 1.0, |n| {
        update(|it| it.links([LinkInput::new(0..n as u32, "https://example.com")]))
    }),
    ("comments.update page", 1.0, |n| update(|it| it.page(n as u32))),
    ("comments.update text", 1.0, |n| update(|it| it.text(text(n)))),
    ("comments.update text_review_annotation", 1.0, |n| {
        review_update(|it| if n > 0.0 { it.suggested_text(None) } else { it })
    }),
    ("comments.update text_review_annotation.bounds", 1.0, |n| {
        review_update(|it| it.bounds(rectangles(n)))
    }),
    ("comments.update text_review_annotation.bounds[0].height", 0.001, |n| {
        review_update(|it| it.bounds(rectangle(1.0, n)))
    }),
    ("comments.update text_review_annotation.bounds[0].width", 0.001, |n| {
        review_update(|it| it.bounds(rectangle(n, 1.0)))
    }),
    ("comments.update text_review_annotation.suggested_text", 1.0, |n| {
        review_update(|it| it.suggested_text(text(n)))
    }),
];

/// Every limit in `schema`: where it is, the least and the most.
fn collect(schema: Schema, at: &str, limits: &mut Vec<(String, Option<f64>, Option<f64>)>) {
    let limit = |names: &[&str]| names.iter().find_map(|name| schema.value[*name].as_f64());
    let least = limit(&["minimum", "minLength", "minItems", "minProperties"]);
    let most = limit(&["maximum", "maxLength", "maxItems", "maxProperties"]);
    // No count is below 0, so an index from 0 on has no limit.
    let counts = schema.kind() != Some("number");
    if least.filter(|least| !counts || *least > 0.0).or(most).is_some() {
        limits.push((at.to_owned(), least, most));
    }
    for member in schema.members().unwrap_or_default() {
        collect(member, at, limits);
    }
    let dot = if at.ends_with(' ') { "" } else { "." };
    for (name, field) in schema.properties() {
        collect(field, &format!("{at}{dot}{name}"), limits);
    }
    if let Some(items) = schema.items() {
        collect(items, &format!("{at}[0]"), limits);
    }
}

#[test]
fn the_limits_of_the_contract_are_held() {
    let mut limits = Vec::new();
    for id in operations().map(|operation| operation.id) {
        let contract = operation(id).unwrap();
        for (name, schema) in contract.parameters("query") {
            collect(schema, &format!("{id} {name}"), &mut limits);
        }
        let body = contract.body().and_then(|it| it.properties().find(|it| it.0 == "data"));
        if let Some((_, data)) = body {
            collect(data, &format!("{id} "), &mut limits);
        }
    }
    let fields: BTreeSet<_> = limits.iter().map(|(field, ..)| field.as_str()).collect();
    assert_eq!(PROBES.iter().map(|(field, ..)| *field).collect::<BTreeSet<_>>(), fields);

    for (field, least, most) in &limits {
        let (_, step, send) = PROBES.iter().find(|(name, ..)| name == field).unwrap();
        let refused = |size: f64| {
            let error = send(size).expect_err(&format!("{field} cannot be {size}"));
            assert_eq!(error.field, field.split_once(' ').unwrap().1, "{error}");
        };
        let taken = |size: f64| assert!(send(size).is_ok(), "{field} can be {size}");
        if let Some(least) = least {
            taken(*least);
            refused(least - step);
        }
        if let Some(most) = most {
            taken(*most);
            refused(most + step);
        }
    }
}

#[test]
fn six_attachments_are_taken_and_no_more() {
    let attach =
        |number| create(|it| it.attachments(vec![AttachmentInput::new("a", 1, "b"); number]));
    assert!(attach(6).is_ok());
    let error = attach(7).unwrap_err();
    assert_eq!(error.to_string(), "`attachments` has 7 items, allowed are 0 to 6");
}

#[test]
fn what_is_not_a_number_is_refused() {
    let nan = f64::NAN;
    assert!(create(|it| it.anchor(Anchor::new(nan, 0.5))).is_err());
    for bounds in [rectangle(nan, 1.0), rectangle(1.0, nan)] {
        assert!(review(bounds, 1.0).is_err());
    }
    for (x, y) in [(nan, 0.0), (0.0, f64::INFINITY)] {
        assert!(review([TextReviewBounds::new(x, y, 1.0, 1.0)], 1.0).is_err());
    }
}
