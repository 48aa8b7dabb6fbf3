//! Detection of cycles in a small directed graph.

use std::collections::{BTreeMap, BTreeSet};

/// Returns a shortest cycle for each strongly connected component, through its first module.
pub(crate) fn cycles(edges: &BTreeSet<(String, String)>) -> Vec<Vec<String>> {
    let mut next: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (from, to) in edges {
        next.entry(from).or_default().push(to);
    }
    let mut covered = BTreeSet::new();
    let mut cycles = Vec::new();
    for &start in next.keys() {
        if covered.contains(start) {
            continue;
        }
        if let Some(cycle) = shortest_cycle(start, &next) {
            covered.extend(cycle.iter().cloned());
            cycles.push(cycle);
        }
    }
    cycles
}

/// Finds a shortest path from `start` back to itself by breadth-first search.
fn shortest_cycle(start: &str, next: &BTreeMap<&str, Vec<&str>>) -> Option<Vec<String>> {
    let mut paths = vec![vec![start]];
    let mut seen = BTreeSet::new();
    while !paths.is_empty() {
        let mut longer = Vec::new();
        for path in paths {
            for &to in next.get(path[path.len() - 1]).into_iter().flatten() {
                let mut path = path.clone();
                path.push(to);
                if to == start {
                    return Some(path.into_iter().map(str::to_owned).collect());
                }
                if seen.insert(to) {
                    longer.push(path);
                }
            }
        }
        paths = longer;
    }
    None
}

#[test]
fn finds_a_cycle_and_none_in_a_tree() {
    let edges = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<BTreeSet<_>>()
    };
    assert!(cycles(&edges(&[("a", "b"), ("a", "c"), ("b", "c")])).is_empty());
    let found = cycles(&edges(&[("a", "b"), ("b", "c"), ("c", "b")]));
    assert_eq!(found, [["b", "c", "b"]]);
}
