//! Fields that every account has, a selection of the service's.
//!
//! Only fields that can be derived without inspecting the content of a file have values.

use serde_json::{Value, json};

use super::configuration;
use crate::contract::timecode::FRAME_RATE;
use crate::operations::context::RequestContext;
use crate::operations::uploads;
use crate::state::{Actor, Row, State, insert};

const COMMENT_COUNT: &str = "Comment Count";
const DATE_UPLOADED: &str = "Date Uploaded";
const DURATION: &str = "Duration";
const FILE_SIZE: &str = "File Size";
const FRAME_RATE_FIELD: &str = "Frame Rate";
const RESOLUTION: &str = "Resolution";
const UPLOADER: &str = "Uploader";

/// Fields without values, because they depend on the content of a file.
const INACTIVE: [&str; 2] = [DURATION, RESOLUTION];

/// Adds the definitions of all built-in fields; `id_of` creates an id from a name.
pub(crate) fn add(state: &mut State, actor: Actor<'_>, id_of: fn(&str) -> String) {
    let format = |format: &str, scale: u8| json!({"number_format": format, "scale": scale});
    for (name, field_type, configured) in [
        (COMMENT_COUNT, "number", json!({})),
        (DATE_UPLOADED, "date", json!({"include_time": true})),
        (DURATION, "number", format("duration", 3)),
        (FILE_SIZE, "number", format("storage", 0)),
        (FRAME_RATE_FIELD, "number", format("framerate", 3)),
        (RESOLUTION, "text", json!({})),
        (UPLOADER, "user_single", json!({})),
    ] {
        add_one(state, actor, (name, field_type, configured), false, id_of);
    }
    let status = ["Needs Review", "In Progress", "Approved"]
        .map(|name| json!({"id": id_of(name), "display_name": name, "color": null}));
    let keywords = ["B-Roll", "Interview"]
        .map(|name| json!({"id": id_of(name), "display_name": name, "color": null}));
    for (name, field_type, configured) in [
        ("Keywords", "select_multi", json!({"options": keywords})),
        ("Notes", "long_text", json!({})),
        ("Rating", "rating", json!({})),
        ("Status", "select", json!({"enable_add_new": false, "options": status})),
    ] {
        add_one(state, actor, (name, field_type, configured), true, id_of);
    }
}

fn add_one(
    state: &mut State,
    actor: Actor<'_>,
    field: (&str, &str, Value),
    mutable: bool,
    id_of: fn(&str) -> String,
) {
    let (name, field_type, configured) = field;
    let mut configuration = configuration::default(field_type);
    for (name, value) in configured.as_object().into_iter().flatten() {
        configuration[name] = value.clone();
    }
    let definition = json!({
        "name": name,
        "field_type": field_type,
        "field_configuration": configuration,
        "mutable": mutable,
        "creator_id": actor.user,
    });
    let id = insert(&mut state.metadata_fields, Actor { account: "", ..actor }, definition);
    if let Some(mut row) = state.metadata_fields.shift_remove(&id) {
        let id = id_of(name);
        row.fields.insert("id".to_owned(), id.clone().into());
        state.metadata_fields.insert(id, row);
    }
}

/// Returns whether files can have values of a field.
pub(super) fn is_active(definition: &Row) -> bool {
    !definition.account.is_empty() || !INACTIVE.contains(&definition.text("name"))
}

/// Returns the derived value of a field, or null.
pub(in crate::operations) fn value(
    state: &State,
    ctx: &RequestContext<'_>,
    definition: &Row,
    asset: &Row,
) -> Value {
    if asset.text("type") != "file" {
        return Value::Null;
    }
    let upload = state.uploads.get(asset.id());
    let completed_at = upload.and_then(|upload| upload.completed_at);
    match definition.text("name") {
        COMMENT_COUNT => {
            let on_file = |comment: &&Row| comment.text("file_id") == asset.id();
            state.comments.values().filter(on_file).count().into()
        }
        DATE_UPLOADED => completed_at.map(|at| at.to_string()).into(),
        FILE_SIZE if completed_at.is_some() => asset.field("file_size").clone(),
        FRAME_RATE_FIELD
            if asset.text("media_type").starts_with("video/")
                && uploads::status(ctx, upload) == "transcoded" =>
        {
            FRAME_RATE.into()
        }
        UPLOADER => json!([{"id": asset.creator, "type": "user"}]),
        _ => Value::Null,
    }
}
