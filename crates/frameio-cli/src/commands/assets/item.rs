//! Properties that the resolved items of all types have.

use frameio::transfer::{Resolved, ResolvedItem};

/// Returns the type as the service names it.
pub(in crate::commands) const fn kind(item: &Resolved) -> &'static str {
    match item.item {
        ResolvedItem::Workspace => "workspace",
        ResolvedItem::Project(_) => "project",
        ResolvedItem::Folder(_) => "folder",
        ResolvedItem::File(_) => "file",
        ResolvedItem::VersionStack(_) => "version_stack",
        _ => "unknown",
    }
}

pub(in crate::commands) fn id(item: &Resolved) -> &str {
    match &item.item {
        ResolvedItem::Project(project) => project.id.as_str(),
        ResolvedItem::Folder(folder) => folder.id.as_str(),
        ResolvedItem::File(file) => file.id.as_str(),
        ResolvedItem::VersionStack(stack) => stack.id.as_str(),
        _ => item.workspace_id.as_str(),
    }
}

pub(in crate::commands) fn name(item: &Resolved) -> &str {
    item.path.names().last().map_or("", String::as_str)
}

/// Returns the size of a file, or of the newest version of a stack.
pub(in crate::commands) fn size(item: &Resolved) -> Option<u64> {
    item.file().map(|file| file.file_size)
}

pub(in crate::commands) const fn is_folder(item: &Resolved) -> bool {
    matches!(item.item, ResolvedItem::Folder(_))
}
