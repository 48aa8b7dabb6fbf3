//! Values of metadata fields.

use std::collections::{BTreeMap, HashMap};

use frameio_api::metadata::{
    BulkUpdateMetadata, MetadataChange, MetadataField, MetadataInput, MetadataValue, SelectOption,
    SelectOptionId,
};
use frameio_api::metadata_fields::{FieldDefinition, FieldKind, ListFieldDefinitions};
use frameio_core::{FieldDefinitionId, FileId};

use super::{Kind, Run};
use crate::error::ArchiveError;

/// Maximum number of files in a call.
const FILES: usize = 100;

/// Number of files whose values are collected, so that files with equal values share a call.
const COLLECTED: usize = 2000;

/// Fields of the destination by their ids, and by their names and types.
struct Fields {
    all: Vec<FieldDefinition>,
    by_id: HashMap<String, usize>,
    by_name: HashMap<(String, String), usize>,
    is_same_account: bool,
}

/// Files with equal values.
#[derive(Default)]
struct Collected {
    /// By the values as JSON.
    groups: BTreeMap<String, Group>,
    files: usize,
}

struct Group {
    changes: Vec<MetadataChange>,
    /// Ids in the archive and at the service.
    files: Vec<(String, FileId)>,
}

impl Run {
    pub(super) async fn metadata(&self) -> Result<(), ArchiveError> {
        let fields = self.fields().await?;
        let (mut collected, mut lost) = (Collected::default(), BTreeMap::new());
        let mut items = self.items().await?;
        loop {
            let batch = items.next().await?;
            if batch.is_empty() {
                break;
            }
            for (file, _) in batch.iter().flat_map(|item| item.files()) {
                let old = file.id.as_str();
                let Some(new) = self.state.created(Kind::File, old) else { continue };
                let values = file.metadata.as_deref().unwrap_or_default();
                let changes = fields.changes(values, &mut lost);
                if changes.is_empty() {
                    continue;
                }
                if self.state.created(Kind::Metadata, old).is_some() {
                    self.report.metadata(1);
                    continue;
                }
                collected.add(changes, old.to_owned(), FileId::from(new));
                if collected.files >= COLLECTED {
                    Box::pin(self.set(&mut collected)).await?;
                }
            }
        }
        Box::pin(self.set(&mut collected)).await?;
        for (field, (count, reason)) in lost {
            self.report.impossible(&format!("values of the field '{field}'"), count, reason);
        }
        Ok(())
    }

    async fn fields(&self) -> Result<Fields, ArchiveError> {
        let list = ListFieldDefinitions::new(&self.settings.account).page_size(100);
        let mut definitions = self.client.items(list).strict(true);
        let mut fields = Fields {
            all: Vec::new(),
            by_id: HashMap::new(),
            by_name: HashMap::new(),
            is_same_account: self.source == self.settings.account,
        };
        while let Some(it) = definitions.next().await.transpose().map_err(ArchiveError::call)? {
            let at = fields.all.len();
            fields.by_id.insert(it.id.as_str().to_owned(), at);
            let kind = it.kind.field_type().as_str().to_owned();
            fields.by_name.entry((it.name.clone(), kind)).or_insert(at);
            fields.all.push(it);
        }
        Ok(fields)
    }

    /// Sets the collected values.
    async fn set(&self, collected: &mut Collected) -> Result<(), ArchiveError> {
        for Group { changes, files } in std::mem::take(collected).groups.into_values() {
            for files in files.chunks(FILES) {
                let ids: Vec<FileId> = files.iter().map(|(_, new)| new.clone()).collect();
                let account = &self.settings.account;
                let update = BulkUpdateMetadata::new(account, &self.project, ids, changes.clone());
                match self.client.send(update).await.map_err(ArchiveError::call) {
                    Ok(()) => {
                        self.report.metadata(files.len() as u64);
                        for (old, new) in files {
                            self.state.done(Kind::Metadata, old, new.as_str()).await?;
                        }
                    }
                    Err(error) => {
                        self.failed(&format!("metadata of {} files", files.len()), error)?
                    }
                }
            }
        }
        Ok(())
    }
}

impl Collected {
    fn add(&mut self, changes: Vec<MetadataChange>, old: String, new: FileId) {
        let key = serde_json::to_string(&changes).unwrap_or_default();
        let group = self.groups.entry(key);
        let group = group.or_insert_with(|| Group { changes, files: Vec::new() });
        group.files.push((old, new));
        self.files += 1;
    }
}

/// Numbers of values that cannot be set, by the name of the field.
type Lost = BTreeMap<String, (u64, &'static str)>;

impl Fields {
    /// Returns the changes that set the values of a file. Values of the service, such as the duration,
    /// are left out.
    fn changes(&self, values: &[MetadataField], lost: &mut Lost) -> Vec<MetadataChange> {
        let mut changes = Vec::new();
        for field in values.iter().filter(|field| field.mutable) {
            let Some(value) = &field.value else { continue };
            let found = match self.field(field) {
                Some((id, definition)) => self.input(value, definition).map(|input| (id, input)),
                None => Err("the account has no field with this name and type"),
            };
            match found {
                Ok((id, Some(input))) => changes.push(MetadataChange::new(id, input)),
                Ok((_, None)) => {}
                Err(reason) => {
                    let name = field.field_definition_name.clone();
                    lost.entry(name).or_insert((0, reason)).0 += 1;
                }
            }
        }
        changes
    }

    fn field(&self, field: &MetadataField) -> Option<(FieldDefinitionId, &FieldDefinition)> {
        let by_id = || self.by_id.get(field.field_definition_id.as_str());
        let kind = field.field_type.as_str().to_owned();
        let by_name = || self.by_name.get(&(field.field_definition_name.clone(), kind));
        let at = if self.is_same_account { by_id().or_else(by_name) } else { by_name() };
        let definition = self.all.get(*at?).filter(|definition| definition.mutable)?;
        Some((definition.id.clone(), definition))
    }

    /// Returns the value in a request; `None` if there is nothing to set.
    fn input(
        &self,
        value: &MetadataValue,
        definition: &FieldDefinition,
    ) -> Result<Option<MetadataInput>, &'static str> {
        Ok(Some(match value {
            MetadataValue::Text(text) => MetadataInput::Text(text.clone()),
            MetadataValue::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(integer), _) => MetadataInput::Integer(integer),
                (None, Some(number)) => MetadataInput::Number(number),
                (None, None) => return Err("the number is too large"),
            },
            MetadataValue::Toggle(toggle) => MetadataInput::Toggle(*toggle),
            MetadataValue::Select(options) => {
                let ids: Option<Vec<_>> =
                    options.iter().map(|option| option_id(definition, option)).collect();
                MetadataInput::Select(ids.ok_or("the field has no option with this name")?)
            }
            MetadataValue::Users(users) if self.is_same_account => {
                MetadataInput::Users(users.clone())
            }
            MetadataValue::Users(_) => return Err("the users are those of another account"),
            MetadataValue::Empty => return Ok(None),
            _ => return Err("the value has a form that this version does not know"),
        }))
    }
}

/// Returns the option of the destination: the same one, or one with the same name.
fn option_id(definition: &FieldDefinition, option: &SelectOption) -> Option<SelectOptionId> {
    let (FieldKind::Select(configuration) | FieldKind::SelectMulti(configuration)) =
        &definition.kind
    else {
        return None;
    };
    let options = &configuration.options;
    let same = options.iter().find(|it| it.id.as_ref() == Some(&option.id));
    let named = || options.iter().find(|it| it.display_name == option.display_name);
    same.or_else(named)?.id.clone()
}
