//! Suggestions for mistyped names of operations.

/// Words that other APIs use for the same action. The documented word is first.
const SYNONYMS: [&[&str]; 5] = [
    &["index", "list", "ls", "all"],
    &["show", "get", "read", "view", "fetch"],
    &["create", "add", "new", "make", "post"],
    &["update", "edit", "patch", "set", "change", "rename"],
    &["delete", "remove", "rm", "del", "destroy", "erase"],
];

/// Words of operations that destroy something.
const DESTRUCTIVE: [&str; 3] = ["delete", "remove", "destroy"];

/// Minimum similarity of a suggested name.
const MIN_SIMILARITY: f64 = 0.8;

/// Returns the operation among `known` whose name is most similar to `name`, or `None` if none is
/// similar.
///
/// Words of other APIs, such as `list` and `get`, count as synonyms of the documented ones. An
/// operation that destroys something is returned only if `name` contains a destructive word.
///
/// ```
/// use frameio_core::dynamic::nearest_operation;
///
/// let known = ["files.index", "files.show", "files.delete"];
/// assert_eq!(nearest_operation("files.list", known), Some("files.index"));
/// assert_eq!(nearest_operation("file.remove", known), Some("files.delete"));
/// assert_eq!(nearest_operation("files.del", ["files.delete"]), Some("files.delete"));
/// assert_eq!(nearest_operation("files.paint", ["files.delete"]), None);
/// ```
pub fn nearest_operation<'a>(
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let wants_destruction = words(name).any(is_like_destructive);
    let forms = forms(name);
    let similarity = |known: &str| {
        let all = forms.iter().map(|form| strsim::jaro_winkler(form, known));
        all.fold(0.0, f64::max)
    };
    known
        .into_iter()
        .filter(|known| wants_destruction || !words(known).any(|it| DESTRUCTIVE.contains(&it)))
        .map(|known| (similarity(known), known))
        .filter(|(similarity, _)| *similarity > MIN_SIMILARITY)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, known)| known)
}

/// Returns the words of the action of a name, such as `bulk` and `copy` for `files.bulk_copy`.
fn words(name: &str) -> impl Iterator<Item = &str> {
    name.rsplit('.').next().unwrap_or_default().split('_')
}

/// Returns whether a word is destructive or similar to such a word. `deleted` is not: it lists
/// something.
fn is_like_destructive(word: &str) -> bool {
    let is_synonym = SYNONYMS.iter().any(|synonyms| {
        synonyms.contains(&word) && synonyms.iter().any(|it| DESTRUCTIVE.contains(it))
    });
    let is_like = |it: &&str| strsim::jaro_winkler(word, it) > MIN_SIMILARITY;
    is_synonym || (!word.ends_with("ed") && DESTRUCTIVE.iter().any(is_like))
}

/// Returns the name, and its variants with one word of the action replaced by a synonym.
fn forms(name: &str) -> Vec<String> {
    let mut forms = vec![name.to_owned()];
    let Some((group, action)) = name.rsplit_once('.') else { return forms };
    let action: Vec<_> = action.split('_').collect();
    for (at, word) in action.iter().enumerate() {
        let same = SYNONYMS.iter().filter(|synonyms| synonyms.contains(word));
        for synonym in same.flat_map(|synonyms| synonyms.iter()) {
            let replaced: Vec<_> = action
                .iter()
                .enumerate()
                .map(|(other, word)| if other == at { synonym } else { word })
                .copied()
                .collect();
            forms.push(format!("{group}.{}", replaced.join("_")));
        }
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 11] = [
        "comments.create",
        "comments.delete",
        "comments.index",
        "comments.show",
        "comments.update",
        "files.bulk_delete",
        "files.list",
        "projects.delete",
        "projects.recently_deleted",
        "shares.list_assets",
        "shares.remove_asset",
    ];

    #[test]
    fn suggests_documented_names_for_words_of_other_apis() {
        for (typed, meant) in [
            ("comments.list", "comments.index"),
            ("comments.get", "comments.show"),
            ("comments.add", "comments.create"),
            ("comments.new", "comments.create"),
            ("comments.edit", "comments.update"),
            ("comment.ls", "comments.index"),
            ("files.index", "files.list"),
            ("shares.get_assets", "shares.list_assets"),
            ("comments.rm", "comments.delete"),
            ("files.bulk_remove", "files.bulk_delete"),
        ] {
            assert_eq!(nearest_operation(typed, KNOWN), Some(meant), "{typed}");
        }
    }

    #[test]
    fn suggests_destructive_operations_only_for_destructive_words() {
        for typed in ["projects.list", "projects.get", "projects.dele", "projects.recently_delete"]
        {
            let destroys = nearest_operation(typed, KNOWN) == Some("projects.delete");
            assert_eq!(destroys, typed == "projects.dele", "{typed}");
        }
        for typed in ["comments.detail", "comments.demo", "comments.x", "comments."] {
            let nearest = nearest_operation(typed, ["comments.delete", "comments.remove_all"]);
            assert_eq!(nearest, None, "{typed}");
        }
        assert_eq!(nearest_operation("projects.deleted", KNOWN), Some("projects.recently_deleted"));
    }
}
