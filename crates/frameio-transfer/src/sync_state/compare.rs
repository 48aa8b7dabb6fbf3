//! The comparison of a local file with its remote file, as a function of what is known about both.

use std::fmt;
use std::time::{Duration, SystemTime};

use frameio_core::FileId;

use super::Record;

/// Tolerated difference between the clocks of this machine and the service.
const CLOCKS: Duration = Duration::from_secs(2);

/// Result of the comparison of a local file with its remote file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Verdict {
    /// The file exists only at the source of the run.
    New,
    /// The file at the source becomes a new version of the existing file.
    NewVersion,
    /// The version number in the name is not above that of the head, so the file is uploaded next to it.
    LowerVersion,
    /// The file has changed, and nothing is transferred.
    Changed,
    /// Both files have changed, or the file at the target has changed since both were equal.
    Conflict,
    /// The files are equal.
    Equal,
    /// The files have the same size, and nothing else is known about them.
    Unverified,
}

impl Verdict {
    /// Returns the name that the command prints, such as `new version`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::NewVersion => "new version",
            Self::LowerVersion => "lower version",
            Self::Changed => "changed",
            Self::Conflict => "conflict",
            Self::Equal => "equal",
            Self::Unverified => "unverified",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Result of a comparison with its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Compared {
    /// Result.
    pub verdict: Verdict,
    /// Reason, a phrase in lower case.
    pub reason: String,
    /// What transfers the file, if it was not transferred.
    pub remedy: Option<Remedy>,
}

/// What transfers a file that a run has listed as changed or in conflict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Remedy {
    /// Another [`IfExists`](crate::IfExists) policy.
    IfExists,
    /// A download, because only the remote file has changed.
    Download,
    /// Another [`OnConflict`](crate::OnConflict) policy.
    OnConflict,
}

impl Compared {
    pub(crate) fn new(verdict: Verdict, reason: impl Into<String>) -> Self {
        Self { verdict, reason: reason.into(), remedy: None }
    }
}

/// Direction of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Up,
    Down,
}

/// The local file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct LocalFacts {
    pub(crate) size: u64,
    pub(crate) modified: Option<SystemTime>,
    /// Whether the content is still that of the record; meaningless without a record.
    pub(crate) is_recorded: bool,
}

/// The remote file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum RemoteFacts<'a> {
    Missing,
    /// The recorded file exists under another name or in another folder.
    Moved,
    Present {
        id: &'a FileId,
        size: u64,
        created: Option<SystemTime>,
    },
}

/// What is known about a file on both sides.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts<'a> {
    pub(crate) direction: Direction,
    pub(crate) local: Option<LocalFacts>,
    pub(crate) remote: RemoteFacts<'a>,
    pub(crate) record: Option<&'a Record>,
    /// Whether both contents are equal, if they were compared.
    pub(crate) verified: Option<bool>,
    /// Whether earlier runs have used the directory and the folder, so that a remote file without a record
    /// appeared after them.
    pub(crate) is_known_pair: bool,
}

/// Reason of a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    NoRemote,
    RemoteGone,
    RemoteMoved,
    /// The remote file was moved, and the local file has changed.
    MovedAndChanged,
    NoLocal,
    LocalGone,
    Unchanged,
    /// An earlier version in a version stack.
    Version,
    /// An earlier version in a version stack, whose local file has changed.
    VersionChanged,
    /// A copy of a remote file of another name.
    Copy,
    SameContent,
    OtherContent,
    OtherSize {
        local: u64,
        remote: u64,
    },
    LocalNewer,
    SameSize,
    LocalChanged,
    RemoteChanged,
    BothChanged,
    /// Both files are new since the last run.
    NeverEqual,
}

/// Compares a file.
pub(crate) fn compare(facts: &Facts<'_>) -> (Verdict, Reason) {
    let reason = reason(facts);
    (verdict(facts.direction, reason), reason)
}

fn reason(facts: &Facts<'_>) -> Reason {
    let Some(local) = facts.local else {
        return if facts.record.is_some() { Reason::LocalGone } else { Reason::NoLocal };
    };
    let (id, size, created) = match facts.remote {
        RemoteFacts::Missing if facts.record.is_some() => return Reason::RemoteGone,
        RemoteFacts::Missing => return Reason::NoRemote,
        RemoteFacts::Moved if local.is_recorded => return Reason::RemoteMoved,
        RemoteFacts::Moved => return Reason::MovedAndChanged,
        RemoteFacts::Present { id, size, created } => (id, size, created),
    };
    if facts.verified == Some(true) {
        return Reason::SameContent;
    }
    let is_upload = facts.direction == Direction::Up;
    let Some(record) = facts.record else {
        return match facts.verified {
            Some(_) if facts.is_known_pair && is_upload => Reason::NeverEqual,
            None if facts.is_known_pair && is_upload => match local.size == size {
                true => Reason::SameSize,
                false => Reason::NeverEqual,
            },
            Some(_) => Reason::OtherContent,
            None if local.size != size => Reason::OtherSize { local: local.size, remote: size },
            None if is_later(local.modified, created) => Reason::LocalNewer,
            None => Reason::SameSize,
        };
    };
    // The size is compared too, in case that the service replaced the content.
    let is_remote_recorded = *id == record.file_id && size == record.stamp.size;
    match (local.is_recorded, is_remote_recorded) {
        // A verified difference overrides an unchanged modification time.
        (true, true) if facts.verified == Some(false) => Reason::LocalChanged,
        (true, true) => Reason::Unchanged,
        (false, true) => Reason::LocalChanged,
        (true, false) => Reason::RemoteChanged,
        (false, false) => Reason::BothChanged,
    }
}

fn is_later(local: Option<SystemTime>, remote: Option<SystemTime>) -> bool {
    let tolerated = remote.and_then(|remote| remote.checked_add(CLOCKS));
    local.zip(tolerated).is_some_and(|(local, remote)| local > remote)
}

fn verdict(direction: Direction, reason: Reason) -> Verdict {
    match (direction, reason) {
        (_, Reason::NoRemote | Reason::RemoteGone | Reason::NoLocal | Reason::LocalGone) => {
            Verdict::New
        }
        (_, Reason::Unchanged | Reason::Version | Reason::Copy | Reason::SameContent) => {
            Verdict::Equal
        }
        (_, Reason::SameSize) => Verdict::Unverified,
        (
            _,
            Reason::BothChanged
            | Reason::MovedAndChanged
            | Reason::VersionChanged
            | Reason::NeverEqual,
        )
        | (Direction::Up, Reason::RemoteChanged) => Verdict::Conflict,
        // A download has a later modification time than the upload.
        (Direction::Down, Reason::LocalNewer) => Verdict::Unverified,
        (Direction::Down, Reason::RemoteChanged) => Verdict::NewVersion,
        (
            Direction::Down,
            Reason::LocalChanged | Reason::OtherContent | Reason::OtherSize { .. },
        ) => Verdict::Conflict,
        (
            _,
            Reason::LocalChanged
            | Reason::OtherContent
            | Reason::OtherSize { .. }
            | Reason::LocalNewer
            | Reason::RemoteMoved,
        ) => Verdict::Changed,
    }
}

impl Reason {
    /// Returns whether the local file has content that the remote file lacks.
    pub(crate) const fn is_local_change(self) -> bool {
        matches!(
            self,
            Self::OtherContent | Self::OtherSize { .. } | Self::LocalNewer | Self::LocalChanged
        )
    }

    /// Returns the verdict with this reason.
    pub(crate) fn because(self, verdict: Verdict) -> Compared {
        let remedy = match verdict {
            Verdict::Changed | Verdict::Conflict => self.remedy(verdict),
            _ => None,
        };
        Compared { remedy, ..Compared::new(verdict, self.to_string()) }
    }

    fn remedy(self, verdict: Verdict) -> Option<Remedy> {
        match self {
            Self::RemoteChanged | Self::RemoteMoved => Some(Remedy::Download),
            _ if verdict == Verdict::Conflict => Some(Remedy::OnConflict),
            _ if self.is_local_change() => Some(Remedy::IfExists),
            _ => None,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoRemote => "no remote file has this name",
            Self::RemoteGone => "the remote file no longer exists",
            Self::RemoteMoved => {
                "the remote file was moved or renamed; download it with 'sync --down'"
            }
            Self::MovedAndChanged => {
                "the remote file was moved or renamed, and the local file has changed"
            }
            Self::NoLocal => "no local file has this name",
            Self::LocalGone => "the local file no longer exists",
            Self::Unchanged => "unchanged since both sides were equal",
            Self::Version => "it is an earlier version in a version stack",
            Self::VersionChanged => {
                "the remote file is an earlier version in a version stack, and the local file has changed"
            }
            Self::Copy => "it is a copy of a remote file with another name",
            Self::SameContent => "both sides have the same content",
            Self::OtherContent => "the contents differ",
            Self::OtherSize { local, remote } => {
                return write!(f, "it has {local} bytes, but the remote file has {remote}");
            }
            Self::LocalNewer => {
                "it has the same size as the remote file, but was modified after the upload"
            }
            Self::SameSize => {
                "it has the same size as the remote file; the content is not verified"
            }
            Self::LocalChanged => "the local file has changed since both sides were equal",
            Self::RemoteChanged => "the remote file has changed since both sides were equal",
            Self::BothChanged => "both files have changed since both sides were equal",
            Self::NeverEqual => "both sides have a new file of this name, and they differ",
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::super::stamp::Stamp;
    use super::*;

    const UPLOADED: u64 = 1_000;

    fn at(seconds: u64) -> Option<SystemTime> {
        Some(UNIX_EPOCH + Duration::from_secs(seconds))
    }

    fn record() -> Record {
        let stamp = Stamp { size: 10, modified: at(500) };
        Record { stamp, xxh64: None, file_id: "1".into(), equal_at: 0 }
    }

    /// Compares a local file `(size, modified, is_recorded)` with a remote file `(id, size)`.
    fn both(
        local: Option<(u64, u64, bool)>,
        remote: Option<(&str, u64)>,
        is_recorded: bool,
        verified: Option<bool>,
    ) -> [Verdict; 2] {
        let (record, id) = (record(), remote.map(|(id, _)| FileId::from(id)));
        [Direction::Up, Direction::Down].map(|direction| {
            let remote = match (&id, remote) {
                (Some(id), Some((_, size))) => {
                    RemoteFacts::Present { id, size, created: at(UPLOADED) }
                }
                _ => RemoteFacts::Missing,
            };
            let local = local.map(|(size, modified, is_recorded)| LocalFacts {
                size,
                modified: at(modified),
                is_recorded,
            });
            let record = is_recorded.then_some(&record);
            let is_known_pair = false;
            compare(&Facts { direction, local, remote, record, verified, is_known_pair }).0
        })
    }

    #[test]
    fn compares_without_a_record() {
        use Verdict::{Changed, Conflict, Equal, New, Unverified};
        let (old, new) = (UPLOADED - 5, UPLOADED + 5);
        let skewed = UPLOADED + 1;
        for (local, remote, verified, expected) in [
            (Some((10, old, false)), None, None, [New, New]),
            (None, Some(("1", 10)), None, [New, New]),
            (Some((10, old, false)), Some(("1", 10)), None, [Unverified, Unverified]),
            (Some((10, skewed, false)), Some(("1", 10)), None, [Unverified, Unverified]),
            (Some((10, new, false)), Some(("1", 10)), None, [Changed, Unverified]),
            (Some((11, old, false)), Some(("1", 10)), None, [Changed, Conflict]),
            (Some((10, old, false)), Some(("1", 10)), Some(true), [Equal, Equal]),
            (Some((10, new, false)), Some(("1", 10)), Some(true), [Equal, Equal]),
            (Some((10, old, false)), Some(("1", 10)), Some(false), [Changed, Conflict]),
        ] {
            let verdicts = both(local, remote, false, verified);
            assert_eq!(verdicts, expected, "{local:?} {remote:?} {verified:?}");
        }
    }

    #[test]
    fn files_that_are_new_on_both_sides_of_a_known_pair_are_in_conflict() {
        use Verdict::{Conflict, Equal, Unverified};
        let id = FileId::from("1");
        for (size, modified, verified, expected) in [
            (11, UPLOADED - 5, None, Conflict),
            (11, UPLOADED + 5, None, Conflict),
            (10, UPLOADED - 5, None, Unverified),
            (10, UPLOADED + 5, None, Unverified),
            (10, UPLOADED + 5, Some(false), Conflict),
            (10, UPLOADED + 5, Some(true), Equal),
        ] {
            let facts = Facts {
                direction: Direction::Up,
                local: Some(LocalFacts { size, modified: at(modified), is_recorded: false }),
                remote: RemoteFacts::Present { id: &id, size: 10, created: at(UPLOADED) },
                record: None,
                verified,
                is_known_pair: true,
            };
            let down = compare(&Facts { direction: Direction::Down, ..facts }).0;
            assert_eq!((compare(&facts).0, down), (expected, expected), "{size} {verified:?}");
        }
    }

    #[test]
    fn compares_with_a_record() {
        use Verdict::{Changed, Conflict, Equal, New, NewVersion};
        let (same, changed) = (Some((10, 500, true)), Some((10, 600, false)));
        for (local, remote, verified, expected) in [
            (same, Some(("1", 10)), None, [Equal, Equal]),
            (changed, Some(("1", 10)), None, [Changed, Conflict]),
            (same, Some(("2", 10)), None, [Conflict, NewVersion]),
            (same, Some(("1", 11)), None, [Conflict, NewVersion]),
            (changed, Some(("2", 10)), None, [Conflict, Conflict]),
            (changed, Some(("2", 10)), Some(true), [Equal, Equal]),
            (changed, Some(("2", 10)), Some(false), [Conflict, Conflict]),
            (same, Some(("1", 10)), Some(false), [Changed, Conflict]),
            (same, None, None, [New, New]),
            (changed, None, None, [New, New]),
            (None, Some(("1", 10)), None, [New, New]),
        ] {
            let verdicts = both(local, remote, true, verified);
            assert_eq!(verdicts, expected, "{local:?} {remote:?} {verified:?}");
        }
    }

    #[test]
    fn the_remedy_is_what_transfers_the_file() {
        for (reason, verdict, remedy) in [
            (Reason::LocalChanged, Verdict::Changed, Some(Remedy::IfExists)),
            (Reason::LocalChanged, Verdict::Conflict, Some(Remedy::OnConflict)),
            (Reason::LocalChanged, Verdict::NewVersion, None),
            (Reason::RemoteChanged, Verdict::Conflict, Some(Remedy::Download)),
            (Reason::BothChanged, Verdict::Conflict, Some(Remedy::OnConflict)),
            (Reason::VersionChanged, Verdict::Conflict, Some(Remedy::OnConflict)),
            (Reason::Unchanged, Verdict::Equal, None),
        ] {
            assert_eq!(reason.because(verdict).remedy, remedy, "{reason:?}");
        }
    }

    #[test]
    fn a_remote_file_that_was_moved_is_not_sent_again() {
        let record = record();
        let local = LocalFacts { size: 10, modified: at(500), is_recorded: true };
        let facts = Facts {
            direction: Direction::Up,
            local: Some(local),
            remote: RemoteFacts::Moved,
            record: Some(&record),
            verified: None,
            is_known_pair: true,
        };
        let changed = Some(LocalFacts { is_recorded: false, ..local });
        assert_eq!(compare(&Facts { local: changed, ..facts }).0, Verdict::Conflict);
        let (verdict, reason) = compare(&facts);
        assert_eq!((verdict, reason.is_local_change()), (Verdict::Changed, false));
        assert!(reason.to_string().contains("sync --down"));
        assert_eq!(reason.because(verdict).remedy, Some(Remedy::Download));
    }
}
