//! Filters of the list of field definitions.

use frameio_core::encode::{Query, QueryValue};
use frameio_core::model;

model! {
    /// Field definitions to exclude from a list. Default: none.
    ///
    /// ```
    /// use frameio_api::metadata_fields::{FieldDefinitionFilters, ListFieldDefinitions};
    ///
    /// let filters = FieldDefinitionFilters::new().exclude_immutable(true);
    /// let request = frameio_core::encode(&ListFieldDefinitions::new("account").filters(filters))?;
    /// assert_eq!(request.uri().query(), Some("filters%5Bexclude_immutable%5D=true"));
    /// # Ok::<_, frameio_core::EncodeError>(())
    /// ```
    #[derive(Default)]
    pub struct FieldDefinitionFilters {
        /// Whether to exclude fields whose values cannot be changed. Default: false.
        pub exclude_immutable: Option<bool>,
        /// Whether to exclude inactive fields. Default: false.
        pub exclude_inactive: Option<bool>,
    }
}

impl FieldDefinitionFilters {
    /// Creates filters that exclude nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets whether to exclude fields whose values cannot be changed.
    #[must_use]
    pub fn exclude_immutable(mut self, exclude: bool) -> Self {
        self.exclude_immutable = Some(exclude);
        self
    }

    /// Sets whether to exclude inactive fields.
    #[must_use]
    pub fn exclude_inactive(mut self, exclude: bool) -> Self {
        self.exclude_inactive = Some(exclude);
        self
    }
}

/// Adds a pair for each filter, such as `filters[exclude_immutable]=true`.
impl QueryValue for FieldDefinitionFilters {
    /// Writes nothing: an object has no value without its fields.
    fn write(&self, _: &mut Query<'_>) {}

    fn push(&self, name: &str, query: &mut Query<'_>) {
        let Self { exclude_immutable, exclude_inactive, extra } = self;
        query.push(&format!("{name}[exclude_immutable]"), exclude_immutable);
        query.push(&format!("{name}[exclude_inactive]"), exclude_inactive);
        query.push_fields(name, extra);
    }
}
