//! Labels, which are values of the metadata field `Status`.

use frameio_api::assets::Asset;
use frameio_api::metadata::{BulkUpdateMetadata, MetadataChange, MetadataInput, SelectOptionId};
use frameio_api::metadata_fields::{FieldKind, ListFieldDefinitions};
use frameio_core::{AccountId, FieldDefinitionId};

use crate::context::Context;
use crate::refusal::Refusal;
use crate::translate::metadata::{STATUS, label_of};

impl Context {
    /// Sets the label of a file, or of the newest version of a stack.
    pub(crate) async fn set_label(&self, id: &str, label: &str) -> Result<(), Refusal> {
        let (account, file) =
            self.commented_file(id).await.map_err(|refusal| match refusal.status.as_u16() {
                422 => Refusal::invalid("only files and version stacks have a label"),
                _ => refusal,
            })?;
        let project = match self.asset(&file).await?.value.value {
            Asset::File(file) => file.project_id,
            _ => return Err(Refusal::invalid("only files have a label")),
        };
        let (field, value) = self.status_value(&account, label).await?;
        let change = MetadataChange::new(field, value);
        let files = [file.as_str().into()];
        self.send(BulkUpdateMetadata::new(&account, &project, files, [change])).await
    }

    /// Field and value that stand for a label.
    async fn status_value(
        &self,
        account: &AccountId,
        label: &str,
    ) -> Result<(FieldDefinitionId, MetadataInput), Refusal> {
        if !["none", "needs_review", "in_progress", "approved"].contains(&label) {
            let detail = format!("'{label}' is not a label");
            return Err(Refusal::invalid(detail));
        }
        let fields = self.all(ListFieldDefinitions::new(account).page_size(100)).await?;
        let status = fields.into_iter().find(|field| field.name == STATUS);
        let no_status = || {
            let detail = format!("the account has no metadata field '{STATUS}' with this value");
            Refusal::invalid(detail).instead("metadata.bulk_update")
        };
        let status = status.ok_or_else(no_status)?;
        let FieldKind::Select(configuration) = &status.kind else { return Err(no_status()) };
        if label == "none" {
            return Ok((status.id, MetadataInput::Select(Vec::new())));
        }
        let option: Option<SelectOptionId> = configuration
            .options
            .iter()
            .find(|option| label_of(&option.display_name) == Some(label))
            .and_then(|option| option.id.clone());
        Ok((status.id, MetadataInput::Select(vec![option.ok_or_else(no_status)?])))
    }
}
