//! Search with `GET` or `POST`.

use frameio_api::assets::Asset;
use frameio_api::folders::ListFolderChildren;
use frameio_api::projects::{ProjectInclude, ShowProject};
use frameio_api::search::{SearchAccount, SearchEngine, SearchFilters, SearchResult};
use frameio_core::AccountId;
use serde_json::{Map, Value};

use crate::context::Context;
use crate::fields::{Fields, integer};
use crate::listing::Window;
use crate::refusal::Refusal;
use crate::request::nest;
use crate::response::{Outcome, list};
use crate::sort::Order;

/// Page size of searches in the legacy API.
const PAGE_SIZE: u64 = 10;
/// Maximum number of results that are sorted and filtered.
const MAX_RESULTS: usize = 2_000;
/// Fields that filters can name, as translated assets have them.
const FILTERED: &[&str] =
    &["project_id", "team_id", "type", "label", "creator.name", "inserted_at"];

pub(crate) async fn search(cx: Context) -> Outcome {
    let mut body = nest(cx.request.query.clone());
    body.extend(cx.request.body.clone());
    let fields = Fields::new(&body);
    let (page, size) = (fields.integer("page")?, fields.get("page_size").and_then(integer));
    let paging = cx.request.paging_of(page, size, PAGE_SIZE);
    let filters = filters(&body)?;
    let account = match fields.text("account_id")? {
        Some(id) => cx.search_account(&id).await?,
        None => cx.default_account().await?,
    };
    let order = fields.text("sort")?.map(|text| Order::parse(&text)).unwrap_or_default();
    let text = fields.text("q")?.unwrap_or_default();
    cx.report.note("lossy: V4 searches differently");
    let assets = match text.trim() {
        "" => cx.whole_project_of(&account, &filters).await?,
        text => cx.found(&account, text, &filters).await?,
    };
    // Without order and filters on fields that need a whole asset, only the page is completed.
    let cheap = order.is_empty() && filters.iter().all(|filter| filter.is_on("type"));
    if cheap {
        let kept = assets.into_iter().filter(|asset| filters.iter().all(|it| it.fits_kind(asset)));
        let mut window = Window::of(kept.collect(), paging);
        let items = std::mem::take(&mut window.items);
        let items = cx.completed(&account, items).await?;
        return list(window.with_items(items));
    }
    if assets.len() > MAX_RESULTS {
        let detail = format!(
            "more than {MAX_RESULTS} results cannot be sorted or filtered; search more narrowly"
        );
        return Err(Refusal::invalid(detail).instead("search.search"));
    }
    let mut items = cx.completed(&account, assets).await?;
    items.retain(|item| filters.iter().all(|filter| filter.fits(item)));
    order.sort(&mut items);
    list(Window::of(items, paging))
}

/// A condition on a field.
#[derive(Debug)]
struct Filter {
    field: String,
    operator: Operator,
    value: String,
}

#[derive(Clone, Copy, Debug)]
enum Operator {
    Equal,
    Match,
    AtLeast,
    AtMost,
}

impl Filter {
    fn is_on(&self, field: &str) -> bool {
        self.field == field
    }

    fn fits_kind(&self, asset: &Asset) -> bool {
        self.compare(asset.kind())
    }

    fn fits(&self, item: &Value) -> bool {
        let found =
            self.field.split('.').fold(item, |item, key| item.get(key).unwrap_or(&Value::Null));
        found.as_str().is_some_and(|found| self.compare(found))
    }

    fn compare(&self, found: &str) -> bool {
        let (found, value) = (found.to_lowercase(), self.value.to_lowercase());
        match self.operator {
            Operator::Equal => found == value,
            Operator::Match => found.contains(&value),
            // Times of the legacy API sort as text.
            Operator::AtLeast => found >= value,
            Operator::AtMost => found <= value,
        }
    }
}

/// Reads the filters: an object with a condition or a list of them for each field, and plain keys.
fn filters(body: &Map<String, Value>) -> Result<Vec<Filter>, Refusal> {
    let mut filters = Vec::new();
    if let Some(given) = body.get("filter") {
        let given =
            given.as_object().ok_or_else(|| Refusal::invalid("'filter' is not an object"))?;
        for (field, conditions) in given {
            match conditions {
                Value::Array(list) => {
                    for condition in list {
                        filters.push(filter(field, condition)?);
                    }
                }
                condition => filters.push(filter(field, condition)?),
            }
        }
    }
    for field in ["project_id", "team_id", "type"] {
        if let Some(Value::String(value)) = body.get(field) {
            let (field, value) = (field.to_owned(), value.clone());
            filters.push(Filter { field, operator: Operator::Equal, value });
        }
    }
    Ok(filters)
}

fn filter(field: &str, condition: &Value) -> Result<Filter, Refusal> {
    if !FILTERED.contains(&field) {
        let detail = format!("search cannot filter by '{field}'");
        return Err(Refusal::invalid(detail).instead("search.search"));
    }
    let (operator, value) = match condition {
        Value::String(value) => ("eq", Some(value.as_str())),
        other => {
            let operator = other.get("op").and_then(Value::as_str);
            (operator.unwrap_or("eq"), other.get("value").and_then(Value::as_str))
        }
    };
    let operator = match operator {
        "eq" => Operator::Equal,
        "match" => Operator::Match,
        "gte" => Operator::AtLeast,
        "lte" => Operator::AtMost,
        other => return Err(Refusal::invalid(format!("filter '{field}': 'op' is '{other}'"))),
    };
    let value = value.ok_or_else(|| Refusal::invalid(format!("filter '{field}' has no value")))?;
    Ok(Filter { field: field.to_owned(), operator, value: value.to_owned() })
}

impl Context {
    async fn search_account(&self, id: &str) -> Result<AccountId, Refusal> {
        let id = self.id(id)?;
        let accounts = self.accounts().await?;
        let found = accounts.iter().find(|account| account.id.as_str() == id);
        let found = found.map(|account| account.id.clone());
        found.ok_or_else(|| Refusal::not_found("no such account"))
    }

    /// Searches by words. V4 returns projects, too, unless the filter excludes them.
    async fn found(
        &self,
        account: &AccountId,
        text: &str,
        filters: &[Filter],
    ) -> Result<Vec<Asset>, Refusal> {
        let wants = |kind: &str| {
            let mut types = filters.iter().filter(|filter| filter.is_on("type"));
            types.all(|filter| filter.compare(kind))
        };
        let text: String = text.chars().take(1000).collect();
        let wanted = SearchFilters::new()
            .projects(false)
            .folders(wants("folder"))
            .files_and_version_stacks(wants("file") || wants("version_stack"));
        let search = SearchAccount::new(account, text, SearchEngine::Lexical).filters(wanted);
        let results = self.all(search.page_size(100)).await?;
        let assets = results.into_iter().filter_map(|result| match result {
            SearchResult::Asset { asset, .. } => Some(asset),
            _ => None,
        });
        Ok(assets.collect())
    }

    /// Everything in a project: V4 does not search without words.
    async fn whole_project_of(
        &self,
        account: &AccountId,
        filters: &[Filter],
    ) -> Result<Vec<Asset>, Refusal> {
        let project = filters.iter().find(|filter| filter.is_on("project_id"));
        let project = project.ok_or_else(|| {
            let detail =
                "V4 does not search without words: set 'q', or 'project_id' to list a project";
            Refusal::invalid(detail).instead("folders.index")
        })?;
        let id = self.id(&project.value)?;
        let project = self
            .send(ShowProject::new(account, id.as_str()).include(ProjectInclude::Owner))
            .await?;
        let (mut folders, mut assets) = (vec![project.root_folder_id], Vec::new());
        while let Some(folder) = folders.pop() {
            let children = ListFolderChildren::new(account, &folder).page_size(500);
            for asset in self.all(children).await? {
                if let Asset::Folder(folder) = &asset {
                    folders.push(folder.id.clone());
                }
                assets.push(asset);
            }
            if assets.len() > MAX_RESULTS {
                let detail = format!("the project has more than {MAX_RESULTS} assets");
                return Err(Refusal::invalid(detail).instead("folders.index"));
            }
        }
        Ok(assets)
    }

    /// Shows each asset with links and metadata, which search results do not have.
    async fn completed(
        &self,
        account: &AccountId,
        assets: Vec<Asset>,
    ) -> Result<Vec<Value>, Refusal> {
        let mut items = Vec::with_capacity(assets.len());
        for asset in assets {
            self.session.ids.learn_asset(account, &asset);
            match self.rendered(asset.id().as_str()).await {
                Ok(value) => items.push(value),
                // Deleted since: the count stays exact.
                Err(refusal) if refusal.is_not_found() => {
                    items.push(self.render(account, &asset, false).await?);
                }
                Err(refusal) => return Err(refusal),
            }
        }
        Ok(items)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(body: Value) -> Result<Vec<Filter>, Refusal> {
        filters(body.as_object().unwrap())
    }

    #[test]
    fn filters_are_objects_lists_and_plain_keys() {
        let filters = read(json!({
            "filter": {
                "type": {"op": "eq", "value": "file"},
                "inserted_at": [
                    {"op": "gte", "value": "2026-01-01"}, {"op": "lte", "value": "2026-12-31"},
                ],
            },
            "project_id": "p",
        }));
        let filters = filters.unwrap();
        assert_eq!(filters.len(), 4);
        let item = |at: &str| json!({"type": "file", "inserted_at": at, "project_id": "p"});
        let fits = |item: &Value| filters.iter().all(|filter| filter.fits(item));
        assert!(fits(&item("2026-05-05T00:00:00.000000Z")));
        assert!(!fits(&item("2025-05-05T00:00:00.000000Z")));
        assert!(!fits(&json!({"type": "folder"})));
    }

    #[test]
    fn what_cannot_be_filtered_is_refused() {
        for wrong in [
            json!({"filter": []}),
            json!({"filter": {"fps": {"op": "eq", "value": "1"}}}),
            json!({"filter": {"type": {"op": "near", "value": "1"}}}),
            json!({"filter": {"type": {"op": "eq"}}}),
            json!({"filter": {"type": null}}),
        ] {
            assert_eq!(read(wrong).unwrap_err().status, 422);
        }
    }
}
