//! Lists and items that were read for one of several places, and are used for the others.

use std::any::Any;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Maximum number of items of a list that is kept.
const MAX_ITEMS: usize = 10_000;

type Values = HashMap<String, Arc<dyn Any + Send + Sync>>;

/// Responses by the names of their requests; keeps none if it is disabled.
#[derive(Clone, Default)]
pub(super) struct Known(Option<Arc<Mutex<Values>>>);

impl Known {
    /// Creates an empty collection that keeps responses.
    pub(super) fn enabled() -> Self {
        Self(Some(Arc::default()))
    }

    /// Returns a response that was kept.
    pub(super) fn get<T: Send + Sync + 'static>(&self, key: &str) -> Option<Arc<T>> {
        let values = self.0.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        values.get(key)?.clone().downcast().ok()
    }

    /// Keeps a response.
    pub(super) fn keep<T: Send + Sync + 'static>(&self, key: String, value: T) -> Arc<T> {
        let value = Arc::new(value);
        if let Some(values) = &self.0 {
            let mut values = values.lock().unwrap_or_else(PoisonError::into_inner);
            values.insert(key, value.clone());
        }
        value
    }

    /// Keeps a list, unless it is long.
    pub(super) fn keep_list<T: Send + Sync + 'static>(
        &self,
        key: String,
        list: Vec<T>,
    ) -> Arc<Vec<T>> {
        match list.len() > MAX_ITEMS {
            true => Arc::new(list),
            false => self.keep(key, list),
        }
    }
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Known").field("is_enabled", &self.0.is_some()).finish_non_exhaustive()
    }
}
