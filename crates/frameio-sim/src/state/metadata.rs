//! Values of metadata fields.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Values in their request form, by the ids of asset and definition.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct MetadataValues(pub(crate) BTreeMap<String, BTreeMap<String, Value>>);

impl MetadataValues {
    /// Removes the values of an asset.
    pub(crate) fn remove_asset(&mut self, asset: &str) {
        self.0.remove(asset);
    }

    /// Removes the values of a field.
    pub(crate) fn remove_field(&mut self, definition: &str) {
        for values in self.0.values_mut() {
            values.remove(definition);
        }
    }

    /// Copies all values of one asset to another.
    pub(crate) fn copy(&mut self, from: &str, to: &str) {
        if let Some(values) = self.0.get(from).cloned() {
            self.0.insert(to.to_owned(), values);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn copied_values_are_independent() {
        let values = BTreeMap::from([("field".to_owned(), json!("Beach"))]);
        let mut metadata = MetadataValues(BTreeMap::from([("a".to_owned(), values.clone())]));
        metadata.copy("a", "b");
        metadata.copy("none", "c");
        metadata.remove_asset("a");
        assert_eq!(metadata.0, BTreeMap::from([("b".to_owned(), values)]));
        metadata.remove_field("field");
        assert!(metadata.0["b"].is_empty());
    }
}
