//! Encoding of the filters of audit logs.

use frameio_api::accounts::{
    AuditLogFilters, AuditLogInclude, AuditLogResourceType, ListAuditLogs,
};
use frameio_core::{Endpoint, encode};
use jiff::civil::date;
use serde_json::json;

fn url(endpoint: &impl Endpoint) -> String {
    encode(endpoint).unwrap().uri().to_string().replace("%5B", "[").replace("%5D", "]")
}

#[test]
fn sends_each_filter_as_a_query_pair() {
    let filters = AuditLogFilters::new()
        .event_type("share_viewed")
        .from_date(date(2026, 3, 1))
        .ip_address("2001:db8::1")
        .project_id("p")
        .resource_id("s")
        .resource_type(AuditLogResourceType::Share)
        .to_date(date(2026, 3, 31))
        .user_id("u")
        .workspace_id("w");
    let request = ListAuditLogs::new("a").include(AuditLogInclude::User).filters(filters);
    assert_eq!(
        url(&request.page_size(100)),
        "/v4/accounts/a/audit_logs?include=user&filters[event_type]=share_viewed\
         &filters[from_date]=2026-03-01&filters[ip_address]=2001%3Adb8%3A%3A1\
         &filters[project_id]=p&filters[resource_id]=s&filters[resource_type]=share\
         &filters[to_date]=2026-03-31&filters[user_id]=u&filters[workspace_id]=w&page_size=100"
    );
    let all = ListAuditLogs::new("a").filters(AuditLogFilters::new()).page_size(1);
    assert_eq!(url(&all), "/v4/accounts/a/audit_logs?page_size=1");
    let request = encode(&ListAuditLogs::new("a")).unwrap();
    assert_eq!(request.headers()["api-version"], "4.0");
}

#[test]
fn sends_unknown_filters() {
    let filters = json!({"user_id": "u", "country": "at", "level": 3, "none": null});
    let filters: AuditLogFilters = serde_json::from_value(filters).unwrap();
    assert_eq!(
        url(&ListAuditLogs::new("a").filters(filters)),
        "/v4/accounts/a/audit_logs?filters[user_id]=u&filters[country]=at&filters[level]=3"
    );
}
