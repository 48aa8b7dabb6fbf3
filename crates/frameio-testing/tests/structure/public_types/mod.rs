//! Types of other packages in public signatures, compared with `.ci/public-types.txt`.

mod allowed;
mod names;
mod signatures;
mod source;
mod visitor;

use std::collections::BTreeMap;
use std::path::Path;

use self::allowed::Allowed;

/// Foreign item, such as `http::Request` → public items that use it.
type Found = BTreeMap<String, Vec<Use>>;

/// A public item that uses a foreign one.
#[derive(Clone, Debug)]
struct Use {
    /// File and item: `crates/frameio-tower/src/stack.rs: DefaultStack::timeout`.
    place: String,
    /// Features that the item needs.
    features: Vec<String>,
}

/// Returns the foreign items in the public API of the crate at `path`.
fn foreign_items(root: &Path, path: &Path) -> Found {
    signatures::foreign_items(&source::Source::read(root, path))
}

#[test]
fn public_signatures_use_only_allowed_crates() {
    let root = super::root();
    let allowed = Allowed::read(&root);
    let mut complaints = Vec::new();
    for name in allowed.crates() {
        let found = foreign_items(&root, &root.join("crates").join(name));
        complaints.extend(allowed.complaints(name, &found));
    }
    assert!(
        complaints.is_empty(),
        "the public API and .ci/public-types.txt differ:\n{}",
        complaints.join("\n")
    );
}
