//! Differences of one operation, outside of its schemas.

use std::collections::{BTreeMap, BTreeSet};

use frameio_openapi::{Operation, Parameter, ParameterPlace, Quota, QuotaScope, Schema};

use super::schemas::Comparison;
use super::wording::{changed, sets};
use super::{Difference, Differences, Direction, name};

const PLACES: [(ParameterPlace, &str); 4] = [
    (ParameterPlace::Path, "path"),
    (ParameterPlace::Query, "query"),
    (ParameterPlace::Header, "header"),
    (ParameterPlace::Cookie, "cookie"),
];

pub(super) fn compare(old: Operation<'_>, new: Operation<'_>, all: &mut Differences) {
    let id = name(&new);
    let mut found = Vec::new();
    if name(&old) != id {
        found.push(Difference::representation("name", changed(name(&old), id)));
    }
    if old.path() != new.path() {
        found.push(Difference::representation("path", changed(old.path(), new.path())));
    }
    if old.is_deprecated() != new.is_deprecated() {
        let what = if new.is_deprecated() { "deprecated now" } else { "no longer deprecated" };
        found.push(Difference::matters("", what));
    }
    if old.quota() != new.quota() {
        let what = changed(&quota(old.quota()), &quota(new.quota()));
        found.push(Difference::matters("quota", what));
    }
    let statuses = |operation: Operation<'_>| operation.statuses().collect::<BTreeSet<_>>();
    let changes = sets(&statuses(old), &statuses(new));
    found.extend(changes.into_iter().map(|what| Difference::matters("status", what)));
    for difference in found {
        all.add(id, difference);
    }
    for (place, part) in PLACES {
        parameters(old, new, place, part, all);
    }
    bodies(old, new, all);
    responses(old, new, all);
}

fn parameters(
    old: Operation<'_>,
    new: Operation<'_>,
    place: ParameterPlace,
    part: &str,
    all: &mut Differences,
) {
    fn by_name(operation: Operation<'_>, place: ParameterPlace) -> BTreeMap<&str, Parameter<'_>> {
        operation.parameters(place).map(|parameter| (parameter.name(), parameter)).collect()
    }
    let (old_ones, new_ones) = (by_name(old, place), by_name(new, place));
    // The template of the path, which contains the variables, is compared separately.
    let is_path = place == ParameterPlace::Path;
    for name in old_ones.keys().filter(|name| !is_path && !new_ones.contains_key(*name)) {
        all.add(super::name(&new), Difference::matters(part, "is gone").at(name));
    }
    for (name, parameter) in new_ones {
        let required = |it: &Parameter<'_>| if it.is_required() { "required" } else { "optional" };
        match old_ones.get(name) {
            None if is_path => {}
            None => {
                let what = format!("is new, {}", required(&parameter));
                all.add(super::name(&new), Difference::matters(part, what).at(name));
            }
            Some(before) => {
                if before.is_required() != parameter.is_required() {
                    let what = changed(required(before), required(&parameter));
                    all.add(super::name(&new), Difference::matters(part, what).at(name));
                }
                let mut comparison =
                    Comparison::new(all, super::name(&new), part, Direction::Request);
                comparison.schemas(before.schema(), parameter.schema(), name);
            }
        }
    }
}

fn bodies(old: Operation<'_>, new: Operation<'_>, all: &mut Differences) {
    let part = "body";
    match (old.request_body(), new.request_body()) {
        (None, None) => {}
        (Some(_), None) => all.add(name(&new), Difference::matters(part, "is gone")),
        (None, Some(_)) => all.add(name(&new), Difference::matters(part, "is new")),
        (Some(before), Some(after)) => {
            if before.is_required != after.is_required {
                let word = |required| if required { "required" } else { "optional" };
                let what = changed(word(before.is_required), word(after.is_required));
                all.add(name(&new), Difference::matters(part, what));
            }
            let mut comparison = Comparison::new(all, name(&new), part, Direction::Request);
            comparison.schemas(before.schema, after.schema, "");
        }
    }
}

/// Compares the bodies of statuses that both versions have. The statuses are compared separately.
fn responses(old: Operation<'_>, new: Operation<'_>, all: &mut Differences) {
    let before: BTreeMap<u16, Schema<'_>> = old.all_responses().collect();
    for (status, schema) in new.all_responses() {
        if let Some(before) = before.get(&status) {
            let part = format!("response {status}");
            let mut comparison = Comparison::new(all, name(&new), &part, Direction::Response);
            comparison.schemas(*before, schema, "");
        }
    }
}

fn quota(quota: Option<Quota>) -> String {
    quota.map_or_else(
        || "none".to_owned(),
        |it| {
            let scope = match it.scope {
                QuotaScope::Account => "all users of an account together",
                _ => "each user of an account",
            };
            format!("{} per {} s for {scope}", it.calls, it.per_seconds)
        },
    )
}
