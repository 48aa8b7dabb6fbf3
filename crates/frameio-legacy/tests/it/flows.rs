//! The flows that were recorded from the old clients, replayed: requests as the clients sent them,
//! responses compared by shape, and by the values that the flow names.

mod deviations;
mod replay;
mod shapes;

use self::replay::run;

macro_rules! flows {
    ($($name:ident: $file:literal;)*) => {$(
        #[tokio::test]
        async fn $name() {
            run(include_str!(concat!("../flows/", $file))).await;
        }
    )*};
}

flows! {
    who_am_i: "01-me.json";
    accounts_and_teams: "02-accounts-teams.json";
    projects: "03-projects.json";
    children_and_paging: "04-children-paging.json";
    get_an_asset: "05-get-asset.json";
    upload: "06-upload.json";
    upload_with_fioctl: "07-upload-fioctl.json";
    download: "08-download.json";
    comments: "09-comments.json";
    review_links: "10-review-link.json";
    search: "11-search.json";
    asset_operations: "12-asset-operations.json";
    people: "13-people.json";
    audit: "14-audit.json";
}
