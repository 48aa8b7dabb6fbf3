"""What the others did not do; it is last by its name."""

import re

from checked import NOT_SIMULATED, methods


def test_every_method_was_called(sdk):
    wanted = {name for name in methods() if name.split(".")[0] not in NOT_SIMULATED}
    assert wanted - sdk.called == set()


def test_every_stable_operation_of_the_simulator_was_asked(sdk, sim):
    asked = set(sdk.recorder.requests)
    missing = []
    for operation in sim.operations:
        if operation["api_version"] or operation["id"].split(".")[0] in NOT_SIMULATED:
            continue
        path = re.compile(re.sub(r"\{\w+\}", "[^/]+", operation["path"]))
        if not any(m == operation["method"] and path.fullmatch(p) for m, p in asked):
            missing.append(operation["id"])
    assert missing == []
