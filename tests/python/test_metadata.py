"""Field definitions of all ten types, and their values on files."""

import uuid

import frameio
import pytest

OPTIONS = {"options": [{"display_name": "Day"}, {"display_name": "Night", "color": "#fbd400"}]}
MEMBERS = {"member_options_type": "all_project_members", "notify_members": False}

TYPES = {
    "date": {"display_format": "iso", "include_time": True, "time_format": "twenty_four_hour"},
    "long_text": None,
    "number": {"scale": 2},
    "rating": {"max_value": 5, "style": "star"},
    "select": OPTIONS,
    "select_multi": OPTIONS,
    "text": None,
    "toggle": None,
    "user_multi": MEMBERS,
    "user_single": MEMBERS,
}


@pytest.fixture
def field(sdk, account):
    """Creates a field of a type, which is deleted after the test."""
    made = []

    def new(kind):
        data = {"field_type": kind, "name": f"{kind} {uuid.uuid4()}"}
        if TYPES[kind] is not None:
            data["field_configuration"] = TYPES[kind]
        fields = sdk.metadata_fields
        definition = fields.metadata_field_definitions_create(account, data=data).data
        made.append(definition.id)
        return definition

    yield new
    for id in made:
        sdk.metadata_fields.metadata_field_definitions_delete(account, id)


@pytest.mark.parametrize("kind", TYPES)
def test_a_field_definition(sdk, account, field, kind):
    made = field(kind)
    assert made.field_type == kind
    data = {"field_type": kind, "name": f"new {uuid.uuid4()}"}
    changed = sdk.metadata_fields.metadata_field_definitions_update(account, made.id, data=data)
    assert changed.data.name == data["name"]


def test_the_list_of_field_definitions(sdk, account, field):
    made = {field(kind).id for kind in TYPES}
    listed = sdk.metadata_fields.metadata_field_definitions_index(
        account, include="creator", sort="name_asc", page_size=5, include_total_count=True
    )
    pages = sdk.pages(listed)
    ids = [it.id for page in pages for it in page.items]
    assert made <= set(ids)
    assert len(ids) == len(set(ids)) == listed.response.total_count


def test_values_on_files(sdk, sim, project, field, new_file):
    files = [new_file(f"{n}.mp4").id for n in range(2)]
    fields = {kind: field(kind) for kind in TYPES}
    options = [it.id for it in fields["select"].field_configuration.options]
    many = [it.id for it in fields["select_multi"].field_configuration.options]
    values = {
        "date": "2026-03-01T12:00:00Z",
        "long_text": "a\nb",
        "number": 1.5,
        "rating": 4,
        "select": [options[0]],
        "select_multi": many,
        "text": "one line",
        "toggle": True,
        "user_multi": [sim.user_id, sim.editor_id],
        "user_single": [sim.user_id],
    }
    values = {
        "user_multi": [{"id": id, "type": "user"} for id in values.pop("user_multi")],
        "user_single": [{"id": id, "type": "user"} for id in values.pop("user_single")],
    } | values
    for kind, value in values.items():
        item = {"field_definition_id": fields[kind].id, "value": value}
        data = {"file_ids": files, "values": [item]}
        sdk.metadata.bulk_update(sim.account_id, project.id, data=data)
    for file in files:
        shown = sdk.metadata.show(sim.account_id, file, show_null=True).data
        by_id = {it.field_definition_id: it for it in shown.metadata}
        for kind, definition in fields.items():
            assert by_id[definition.id].field_type == kind
            assert by_id[definition.id].value not in (None, [])
    sdk.files.show(sim.account_id, files[0], include="metadata")
