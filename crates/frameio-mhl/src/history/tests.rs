//! Histories with generations and references.

use super::*;

fn open(root: &Path) -> Result<History, MhlError> {
    History::open(root, &ReadLimits::default())
}

fn generation(root: &Path, files: &[(&str, &[u8])]) -> (PathBuf, Vec<Action>) {
    let mut generation = open(root).unwrap().next_generation(Process::Transfer);
    let actions = files.iter().map(|(path, bytes)| {
        let hash = HashFormat::Xxh64.hash(bytes);
        generation.add(HashedFile::new(*path, bytes.len() as u64, hash)).unwrap()
    });
    let actions = actions.collect();
    (generation.write("test", "1").unwrap(), actions)
}

#[test]
fn continues_a_history() {
    let root = tempfile::tempdir().unwrap();
    assert!(open(root.path()).unwrap().is_empty());
    let (first, actions) = generation(root.path(), &[("a & <b>.mov", b"a"), ("日/é.wav", b"b")]);
    assert!(first.file_name().unwrap().to_str().unwrap().starts_with("0001_"));
    assert_eq!(actions, [Action::Original; 2]);
    let (second, actions) =
        generation(root.path(), &[("a & <b>.mov", b"a"), ("日/é.wav", b"changed"), ("new", b"n")]);
    assert!(second.file_name().unwrap().to_str().unwrap().starts_with("0002_"));
    assert_eq!(actions, [Action::Verified, Action::Failed, Action::Original]);
    let history = open(root.path()).unwrap();
    assert_eq!((history.generations(), history.paths().count()), (2, 3));
    let expected = history.expected("日/é.wav").unwrap();
    assert_eq!(
        expected.hashes[0].value,
        HashFormat::Xxh64.hash(b"b"),
        "the failed one does not count"
    );
    let list = HashList::read(&second, &ReadLimits::default()).unwrap();
    assert_eq!(list.process.as_deref(), Some("transfer"));
    assert_eq!(list.tool.as_deref(), Some("test 1"));
}

#[test]
fn a_renamed_file_keeps_its_checksums() {
    let root = tempfile::tempdir().unwrap();
    generation(root.path(), &[("a.mov", b"a"), ("b.mov", b"b")]);
    let mut next = open(root.path()).unwrap().next_generation(Process::InPlace);
    let renamed = |path: &str, from: &str, bytes: &[u8]| {
        HashedFile::new(path, 1, HashFormat::Xxh64.hash(bytes)).renamed_from(from)
    };
    assert_eq!(next.add(renamed("A/x.mov", "a.mov", b"a")).unwrap(), Action::Original);
    assert_eq!(next.add(renamed("y.mov", "b.mov", b"?")).unwrap(), Action::Failed);
    let error = next.add(renamed("z.mov", "../z.mov", b"z")).unwrap_err();
    assert_eq!(error.kind, MhlErrorKind::Path);
    let list = fs::read_to_string(next.write("test", "1").unwrap()).unwrap();
    assert!(list.contains("<previousPath>a.mov</previousPath>\n"), "{list}");
    let history = open(root.path()).unwrap();
    let mut paths: Vec<_> = history.paths().collect();
    paths.sort_unstable();
    assert_eq!(paths, ["A/x.mov", "y.mov"]);
    for (path, bytes) in [("A/x.mov", b"a"), ("y.mov", b"b")] {
        let expected = &history.expected(path).unwrap().hashes[0].value;
        assert_eq!(*expected, HashFormat::Xxh64.hash(bytes));
    }
}

#[test]
fn refers_to_the_lists_of_inner_histories() {
    let root = tempfile::tempdir().unwrap();
    let card = root.path().join("A001");
    fs::create_dir(&card).unwrap();
    assert!(!History::exists(&card));
    let (inner, _) = generation(&card, &[("a", b"a")]);
    assert!(History::exists(&card));
    let mut outer = open(root.path()).unwrap().next_generation(Process::InPlace);
    assert!(outer.is_empty());
    outer.refer_to(root.path(), &inner).unwrap();
    let error = outer.refer_to(&card.join("x"), &inner).unwrap_err();
    assert_eq!(error.kind, MhlErrorKind::Path);
    assert!(!outer.is_empty(), "a list with references only is written");
    let list = fs::read_to_string(outer.write("test", "1").unwrap()).unwrap();
    let name = inner.file_name().unwrap().to_str().unwrap();
    let hash = c4::of(&fs::read(&inner).unwrap());
    let reference = format!(
        "<hashlistreference>\n      <path>A001/ascmhl/{name}</path>\n      <c4>{hash}</c4>\n"
    );
    assert!(list.contains(&reference), "{list}");
    assert_eq!(open(root.path()).unwrap().generations(), 1);
}

#[test]
fn names_a_list_after_a_directory_that_does_not_exist_yet() {
    let root = tempfile::tempdir().unwrap();
    let (list, _) = generation(&root.path().join("M2"), &[("a", b"a")]);
    assert!(list.file_name().unwrap().to_str().unwrap().starts_with("0001_M2_"), "{list:?}");
}

#[test]
fn notices_a_modified_history() {
    let root = tempfile::tempdir().unwrap();
    let (list, _) = generation(root.path(), &[("a", b"a")]);
    let text = fs::read_to_string(&list).unwrap();
    fs::write(&list, text.replace("size=\"1\"", "size=\"2\"")).unwrap();
    let error = open(root.path()).unwrap_err();
    assert_eq!(error.kind, MhlErrorKind::Modified, "{error}");
    fs::write(&list, &text).unwrap();
    assert_eq!(open(root.path()).unwrap().generations(), 1);
    fs::remove_file(&list).unwrap();
    assert_eq!(open(root.path()).unwrap_err().kind, MhlErrorKind::Io);
    fs::write(&list, &text).unwrap();
    fs::remove_file(root.path().join("ascmhl").join(chain::FILE)).unwrap();
    assert_eq!(open(root.path()).unwrap_err().kind, MhlErrorKind::Modified);
}

#[test]
fn skips_the_number_of_a_list_that_was_never_chained() {
    let root = tempfile::tempdir().unwrap();
    generation(root.path(), &[("a", b"a")]);
    fs::write(root.path().join("ascmhl/0002_x_2026.mhl"), "cut off").unwrap();
    fs::write(root.path().join("ascmhl/._0009_x_2026.mhl"), "").unwrap();
    let (third, actions) = generation(root.path(), &[("a", b"a")]);
    assert!(third.file_name().unwrap().to_str().unwrap().starts_with("0003_"));
    assert_eq!(actions, [Action::Verified]);
}

#[test]
fn follows_a_generation_of_another_program() {
    let root = tempfile::tempdir().unwrap();
    let mut slow = open(root.path()).unwrap().next_generation(Process::InPlace);
    generation(root.path(), &[("a", b"a")]);
    slow.add(HashedFile::new("b", 1, HashFormat::Xxh64.hash(b"b"))).unwrap();
    let path = slow.write("test", "1").unwrap();
    assert!(path.file_name().unwrap().to_str().unwrap().starts_with("0002_"));
    let history = open(root.path()).unwrap();
    assert!(history.expected("a").is_some() && history.expected("b").is_some());
}

#[test]
fn verifies_in_the_format_of_the_history() {
    let root = tempfile::tempdir().unwrap();
    let mut first = open(root.path()).unwrap().next_generation(Process::InPlace);
    first.add(HashedFile::new("a", 1, HashFormat::Xxh128.hash(b"a"))).unwrap();
    first.write("test", "1").unwrap();
    for (bytes, action) in [(b"a", Action::Verified), (b"b", Action::Failed)] {
        let mut next = open(root.path()).unwrap().next_generation(Process::InPlace);
        let file = HashedFile::new("a", 1, HashFormat::Xxh64.hash(bytes));
        let file = file.verified([HashFormat::Xxh128.hash(bytes)]);
        assert_eq!(next.add(file).unwrap(), action);
    }
    let mut next = open(root.path()).unwrap().next_generation(Process::InPlace);
    let error = next.add(HashedFile::new("../a", 1, HashFormat::Xxh64.hash(b"a"))).unwrap_err();
    assert_eq!(error.kind, MhlErrorKind::Path);
}
