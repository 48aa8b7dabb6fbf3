use crate::case::Resource;

pub(super) fn resource() -> Resource {
    Resource::default()
}
