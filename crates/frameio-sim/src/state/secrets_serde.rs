//! Serialization of secrets by id.

use frameio_core::Secret;
use serde::{Deserialize, Deserializer, Serializer};
use std::collections::BTreeMap;

type Secrets = BTreeMap<String, Secret>;

pub(super) fn serialize<S: Serializer>(secrets: &Secrets, to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(secrets.iter().map(|(id, secret)| (id, secret.expose())))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Secrets, D::Error> {
    let secrets = BTreeMap::<String, String>::deserialize(from)?;
    Ok(secrets.into_iter().map(|(id, secret)| (id, secret.into())).collect())
}
