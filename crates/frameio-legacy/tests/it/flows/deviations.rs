//! Where the façade answers otherwise than the recorded flow, and why.

/// What a deviating call is answered with.
pub(crate) enum Instead {
    /// A refusal with this status, whose body names the reason.
    Refusal(u16),
    /// The recorded shape, without a comparison of these values.
    OtherValues(&'static [&'static str]),
}

/// Deviations by flow and the beginning of a call.
const DEVIATIONS: &[(&str, &str, Instead, &str)] = &[
    (
        "03-projects",
        "projects.create",
        Instead::OtherValues(&["id", "root_asset_id"]),
        "the recorded answer is a placeholder; the project is new",
    ),
    (
        "03-projects",
        "fioctl projects trash",
        Instead::OtherValues(&["deleted_at", "original"]),
        "the recorded answer is a placeholder; V2 said when an asset was deleted",
    ),
    (
        "04-children-paging",
        "fioctl assets traverse",
        Instead::OtherValues(&["total"]),
        "the recorded server had other items in the folder than it said",
    ),
    (
        "06-upload",
        "assets.from_url",
        Instead::OtherValues(&["original", "h264_720"]),
        "there is nothing to download yet",
    ),
    ("09-comments", "comments.reply", Instead::Refusal(422), "V4 cannot create replies"),
    ("09-comments", "fioctl comments reply ", Instead::Refusal(422), "V4 cannot create replies"),
    (
        "09-comments",
        "fioctl comments create",
        Instead::Refusal(422),
        "a private comment must never become public",
    ),
    (
        "12-asset-operations",
        "assets.update",
        Instead::Refusal(422),
        "description and properties have no place in V4",
    ),
    (
        "12-asset-operations",
        "fioctl assets set",
        Instead::Refusal(422),
        "properties have no place in V4",
    ),
    ("12-asset-operations", "fioctl assets zip", Instead::Refusal(410), "V4 does not zip"),
    (
        "12-asset-operations",
        "assets.copy",
        Instead::OtherValues(&["id", "parent_id"]),
        "the recorded answer is a placeholder; the copy has an id of its own",
    ),
    (
        "12-asset-operations",
        "fioctl assets cp",
        Instead::OtherValues(&["id", "parent_id"]),
        "the recorded answer is a placeholder; the copy has an id of its own",
    ),
    (
        "12-asset-operations",
        "fioctl assets mv",
        Instead::OtherValues(&["parent_id"]),
        "the recorded answer is a placeholder; the asset has moved",
    ),
    (
        "12-asset-operations",
        "fioctl assets label",
        Instead::OtherValues(&["label"]),
        "the recorded answer is a placeholder; the label has changed",
    ),
    (
        "12-asset-operations",
        "fioctl assets version",
        Instead::OtherValues(&[
            "id",
            "filetype",
            "original",
            "h264_720",
            "uploaded_at",
            "upload_completed_at",
            "name",
        ]),
        "the recorded answer is a placeholder; V2 answered with the stack",
    ),
    (
        "12-asset-operations",
        "fioctl assets unversion",
        Instead::OtherValues(&["id", "name", "deleted_at"]),
        "the recorded answer is a placeholder; the version has moved and is not deleted",
    ),
    (
        "13-people",
        "iterate projects.get_collaborators",
        Instead::OtherValues(&["page-number", "user", "user_id", "id"]),
        "V2 gave page 1 again and again; the façade gives page 2",
    ),
    (
        "13-people",
        "fioctl projects delete pending_collaborator",
        Instead::Refusal(410),
        "V4 has no pending collaborators",
    ),
    (
        "14-audit",
        "",
        Instead::OtherValues(&[
            "id",
            "actor_id",
            "action",
            "item_id",
            "item_type",
            "total",
            "total-pages",
        ]),
        "the log has what happened in the simulator",
    ),
];

/// Finds the deviation of a call.
pub(crate) fn of(flow: &str, call: &str) -> Option<&'static Instead> {
    let fits = |it: &&(&str, &str, Instead, &str)| it.0 == flow && call.starts_with(it.1);
    DEVIATIONS.iter().find(fits).map(|it| &it.2)
}
