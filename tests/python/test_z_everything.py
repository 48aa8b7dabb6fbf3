"""Coverage of the other tests. The name of this file makes it run last."""

import re

from checked import methods


def test_every_method_was_called(sdk):
    assert set(methods()) - sdk.called == set()


def test_every_stable_operation_of_the_simulator_was_called(sdk, sim):
    requests = set(sdk.recorder.requests)
    missing = []
    for operation in sim.operations:
        if operation["api_version"]:
            continue
        path = re.compile(re.sub(r"\{\w+\}", "[^/]+", operation["path"]))
        if not any(m == operation["method"] and path.fullmatch(p) for m, p in requests):
            missing.append(operation["id"])
    assert missing == []
