//! Cycles in a small directed graph.

use std::collections::{BTreeMap, BTreeSet};

/// One shortest cycle through the first module of each knot of modules that reach each other.
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

/// The shortest way from `start` back to itself, by breadth-first search.
fn shortest_cycle(start: &str, next: &BTreeMap<&str, Vec<&str>>) -> Option<Vec<String>> {
    let mut ways = vec![vec![start]];
    let mut seen = BTreeSet::new();
    while !ways.is_empty() {
        let mut longer = Vec::new();
        for way in ways {
            for &to in next.get(way[way.len() - 1]).into_iter().flatten() {
                let mut way = way.clone();
                way.push(to);
                if to == start {
                    return Some(way.into_iter().map(str::to_owned).collect());
                }
                if seen.insert(to) {
                    longer.push(way);
                }
            }
        }
        ways = longer;
    }
    None
}

#[test]
fn a_cycle_is_found_and_a_tree_has_none() {
    let edges = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<BTreeSet<_>>()
    };
    assert!(cycles(&edges(&[("a", "b"), ("a", "c"), ("b", "c")])).is_empty());
    let found = cycles(&edges(&[("a", "b"), ("b", "c"), ("c", "b")]));
    assert_eq!(found, [["b", "c", "b"]]);
}
