//! Removal of what an archive must not contain: signed URLs, which expire, and links to pictures.

use frameio_api::assets::Asset;
use frameio_api::comments::Comment;
use frameio_api::files::File;
use frameio_api::projects::Project;
use frameio_api::users::User;
use frameio_api::version_stacks::VersionStack;

pub(crate) fn asset(asset: &mut Asset) {
    match asset {
        Asset::File(it) => file(it),
        Asset::VersionStack(it) => stack(it),
        Asset::Folder(folder) => {
            folder.project = None;
            folder.creator.as_deref_mut().into_iter().for_each(user);
        }
        Asset::Other(fields) => {
            for name in ["media_links", "upload_urls", "project", "parent", "head_version"] {
                fields.remove(name);
            }
        }
        _ => {}
    }
}

pub(crate) fn file(file: &mut File) {
    file.upload_urls = None;
    file.media_links = None;
    file.parent = None;
    file.project = None;
    file.creator.as_deref_mut().into_iter().for_each(user);
}

fn stack(stack: &mut VersionStack) {
    stack.project = None;
    stack.creator.as_deref_mut().into_iter().for_each(user);
    stack.head_version.as_deref_mut().into_iter().for_each(file);
}

pub(crate) fn project(project: &mut Project) {
    project.image = None;
    project.owner.iter_mut().for_each(user);
}

pub(crate) fn user(user: &mut User) {
    user.avatar_url = None;
}

pub(crate) fn comment(comment: &mut Comment) {
    comment.owner.iter_mut().for_each(user);
    for attachment in comment.attachments.iter_mut().flatten() {
        attachment.upload_urls = None;
    }
    comment.replies.iter_mut().flatten().for_each(self::comment);
}
